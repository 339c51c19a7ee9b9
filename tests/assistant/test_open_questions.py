"""Tests of the order of one's own questions, the limits on waiting ones, and cancellation."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from assistant.open_questions import Cancelled, OpenQuestion, OpenQuestions, Step
from assistant.settings.settings import ModelSettings, WaitingLimits
from model_service import GenerationRequest, Limit, LimitReached, QueueFull
from model_service.scheduler import Scheduler

GROUP, ADA, BEN = -1, 10, 20


def question(number: int, asker: int | None = ADA, chat: int = GROUP) -> OpenQuestion:
    """Return a person's question by the update with this number."""
    return OpenQuestion(chat, number, asker, number, f"{number}?")


@pytest.fixture
def opened() -> Iterator[ExitStack]:
    """Closes what a test opens."""
    with ExitStack() as stack:
        yield stack


async def test_a_persons_questions_wait_for_each_other(opened: ExitStack) -> None:
    """Until the work on the earlier one ends, which is when its answer is remembered; nobody else waits for it."""
    questions = OpenQuestions(WaitingLimits())
    first, second, bens, private = question(1), question(2), question(3, BEN), question(4, chat=ADA)
    with questions.open(first):
        for asked in (second, bens, private):
            opened.enter_context(questions.open(asked))
        assert [asked.step for asked in (second, bens, private)] == [Step.BEHIND, Step.IN_LINE, Step.IN_LINE]
        for asked in (first, bens, private):
            await questions.turn(asked)
        seconds = asyncio.ensure_future(questions.turn(second))
        first.step = Step.ANSWERING
        first.settle()
        await asyncio.sleep(0)
        assert (first.step, second.step, seconds.done()) == (Step.SETTLED, Step.BEHIND, False)
    await seconds
    assert second.step is Step.IN_LINE


async def test_a_question_waits_for_all_before_it(opened: ExitStack) -> None:
    """Cancelling the one just before it does not let it overtake the first."""
    questions = OpenQuestions(WaitingLimits())
    first, third = question(1), question(3)
    with questions.open(first):
        with questions.open(question(2)):
            opened.enter_context(questions.open(third))
            thirds = asyncio.ensure_future(questions.turn(third))
            await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not thirds.done()
    await thirds


async def test_cancelling_ends_the_block_once(opened: ExitStack) -> None:
    """Whether it is cancelled within it or before it; a settled question takes no harm."""
    questions = OpenQuestions(WaitingLimits())
    early, late, settled = question(1), question(2), question(3)
    for asked in (early, late, settled):
        opened.enter_context(questions.open(asked))
    early.cancel()
    with pytest.raises(Cancelled):
        async with early.cancellable():
            pytest.fail("the work began")
    with pytest.raises(Cancelled):
        async with late.cancellable():
            late.cancel()
            late.cancel()
            await asyncio.Event().wait()
    async with settled.cancellable():
        pass
    for asked in (early, late, settled):
        asked.settle()
    settled.cancel()
    assert {asked.step for asked in (early, late, settled)} == {Step.SETTLED}
    assert questions.get(GROUP, 3) is None
    assert questions.of(GROUP, ADA) == []


async def test_cancelling_all_holds_for_what_is_not_taken_in_yet(opened: ExitStack) -> None:
    """It cancels earlier questions by the same person in the same chat, and nothing else."""
    questions = OpenQuestions(WaitingLimits())
    questions.cancel_all(GROUP, ADA, before=5)
    before, after, bens = question(4), question(6), question(3, BEN)
    for asked in (before, after, bens):
        opened.enter_context(questions.open(asked))
    with pytest.raises(Cancelled):
        async with before.cancellable():
            pytest.fail("the work began")
    for asked in (after, bens):
        async with asked.cancellable():
            pass


@pytest.mark.parametrize(
    ("limits", "refused"),
    [
        (WaitingLimits(waiting_per_person=2), {3: Limit.PERSON_WAITING, 4: Limit.PERSON_WAITING}),
        (WaitingLimits(waiting_per_chat=3), {5: Limit.CHAT_WAITING}),
        (WaitingLimits(waiting=2), {3: None, 4: None, 5: None, 6: None}),
        (WaitingLimits(), {}),
    ],
)
async def test_what_waits_is_limited(
    opened: ExitStack, limits: WaitingLimits, refused: dict[int, Limit | None]
) -> None:
    """By person in all chats together, by chat, and in all; in line or behind another alike."""
    questions = OpenQuestions(limits)
    asked = [question(1), question(2), question(3), question(4, chat=ADA), question(5, BEN), question(6, BEN, BEN)]
    seen: dict[int, Limit | None] = {}
    for one in asked:
        try:
            opened.enter_context(questions.open(one))
        except LimitReached as error:
            seen[one.message] = error.limit
        except QueueFull:
            seen[one.message] = None
    assert seen == refused
    assert questions.waiting == len(asked) - len(refused)


async def test_neither_what_is_answered_nor_what_was_promised_is_counted_out(opened: ExitStack) -> None:
    """A question that a former run took on is not refused by the next, although what was begun waits once more."""
    questions = OpenQuestions(WaitingLimits(waiting_per_person=1))
    first = question(1)
    opened.enter_context(questions.open(first))
    first.step = Step.ANSWERING
    opened.enter_context(questions.open(question(2)))
    assert (questions.answering, questions.waiting) == (1, 1)
    with pytest.raises(LimitReached), questions.open(question(3)):
        pytest.fail("one too many")
    opened.enter_context(questions.open(question(4), promised=True))
    assert questions.waiting == 2


async def test_of_those_who_hide_behind_nobody_the_chat_is_counted(opened: ExitStack) -> None:
    """A post without an author is nobody's."""
    questions = OpenQuestions(WaitingLimits(waiting_per_person=1, waiting_per_chat=2))
    for number in (1, 2):
        opened.enter_context(questions.open(question(number, None)))
    with pytest.raises(LimitReached), questions.open(question(3, None)):
        pytest.fail("one too many")


def test_the_model_service_refuses_nobody_whom_the_bot_let_in() -> None:
    """Waiting questions are counted once: the narrowest settings leave the service's line open."""
    limits = ModelSettings(max_waiting=1, waiting_per_person=1, waiting_per_chat=1).config().limits
    scheduler = Scheduler(limits)
    for number in range(5):
        scheduler.add(GenerationRequest(str(number), str(GROUP), (), person=str(ADA)), now=0.0)
    assert len(scheduler) == 5


async def test_a_suspect_lets_go_first_what_the_model_can_begin_with(opened: ExitStack) -> None:
    """Not other suspects, nor what waits behind somebody's earlier one, or two of them would wait for each other."""
    questions = OpenQuestions(WaitingLimits())
    suspect, other, behind = question(1), question(2, BEN), question(3, BEN)
    suspect.suspect = other.suspect = True
    begun, later = question(4, 30), question(5, ADA)
    for asked in (suspect, other, behind, begun, later):
        opened.enter_context(questions.open(asked))
    waiting = asyncio.ensure_future(questions.others_first(suspect))
    await asyncio.sleep(0)
    assert not waiting.done()
    begun.settle()
    await asyncio.wait_for(waiting, 5)
    await asyncio.wait_for(questions.others_first(other), 5)


async def test_a_question_with_a_negative_number_is_not_cancelled(opened: ExitStack) -> None:
    """As a front end without updates numbers them: only `cancel_all` drops what comes later."""
    questions = OpenQuestions(WaitingLimits())
    first, dropped = question(-7), question(-9)
    opened.enter_context(questions.open(first))
    async with first.cancellable():
        pass
    questions.cancel_all(GROUP, ADA, -8)
    opened.enter_context(questions.open(dropped))
    with pytest.raises(Cancelled):
        async with dropped.cancellable():
            pass
