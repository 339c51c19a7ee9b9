"""Whoever composes the assistant hears of each question's end, once."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from assistant.answering import End
from assistant.settings.settings import WaitingLimits
from model_service import EngineDead, EngineStep, FinishReason, GenerationFailed, GenerationRequest
from tests.assistant.desk import CHAT, Desk, desk_with, text_of
from tests.bot.clocks import Clock
from tests.model_service.scripted_engine import echo, endless


def failing(request: GenerationRequest) -> Iterator[EngineStep]:
    """Fail."""
    raise GenerationFailed("no")
    yield EngineStep("")


def dying(request: GenerationRequest) -> Iterator[EngineStep]:
    """Die after a word."""
    yield EngineStep("One ")
    raise EngineDead("gone")


def first_fails(request: GenerationRequest) -> Iterator[EngineStep]:
    """Fail at the first picture of a question."""
    return failing(request) if request.id.endswith(":0") else echo(request)


def ends(desk: Desk) -> list[tuple[End | None, bool]]:
    """Return the outcomes that were told, and whether they were superseded."""
    return [(ended.end, ended.superseded) for ended in desk.ended]


async def test_an_answer_is_told_with_what_the_model_said(tmp_path: Path) -> None:
    """Of each picture; the seconds hold those of all of them."""
    async with desk_with(echo, tmp_path) as desk:
        state = await desk.ask(await desk.question("What is it?", pictures=2))
        (ended,) = desk.ended
    assert (ended.end, ended.superseded) == (End.ANSWERED, False)
    assert [answer.text.strip() for answer in ended.answers] == ["What is it?"] * 2
    assert ended.answers == ended.outputs == tuple(state.outputs)
    assert ended.seconds >= sum(answer.seconds for answer in ended.answers) > 0


async def test_one_picture_that_fails_is_work_but_no_answer(tmp_path: Path) -> None:
    """The question is answered by the other one."""
    async with desk_with(first_fails, tmp_path) as desk:
        await desk.ask(await desk.question(pictures=2))
        (ended,) = desk.ended
    assert ended.end is End.ANSWERED
    assert (len(ended.answers), len(ended.outputs)) == (1, 2)


@pytest.mark.parametrize(("script", "end"), [(failing, End.FAILED), (dying, End.POSTPONED)])
async def test_what_fails_is_told(tmp_path: Path, script: object, end: End) -> None:
    """With the work that was done, if there was any."""
    async with desk_with(script, tmp_path) as desk:  # type: ignore[arg-type]
        assert (await desk.ask(await desk.question())).end is end
        assert ends(desk) == [(end, False)]
        assert desk.ended[0].answers == ()


async def test_what_is_cancelled_is_told(tmp_path: Path) -> None:
    """With the words that were written."""
    async with desk_with(endless, tmp_path) as desk:
        await desk.cancel(await desk.question())
        (ended,) = desk.ended
    assert (ended.end, ended.answers) == (End.CANCELLED, ())
    assert [output.tokens > 0 for output in ended.outputs] == [True]


async def test_what_is_refused_is_told(tmp_path: Path) -> None:
    """Although it was never one of the open questions."""
    async with desk_with(echo, tmp_path, WaitingLimits(waiting=1)) as desk:
        with desk.questions.open(desk.other(1)):
            await desk.ask(await desk.question())
        (ended,) = desk.ended
    assert (ended.end, ended.answers, ended.outputs) == (End.REFUSED, (), ())


async def test_what_is_superseded_while_it_is_answered_is_told_as_such(tmp_path: Path) -> None:
    """It ends as a cancelled one does, and nobody cancelled it."""
    async with desk_with(endless, tmp_path) as desk:
        question = await desk.question()
        async with contextlib.aclosing(desk.assistant.ask(question, desk.library)) as states:
            await anext(states)
            superseding = asyncio.ensure_future(desk.questions.supersede(CHAT, question.message))
            async for _ in states:
                pass
        await superseding
    assert ends(desk) == [(End.CANCELLED, True)]


async def test_what_is_superseded_before_it_is_shown_is_told_as_such(tmp_path: Path) -> None:
    """It was answered, but is told only once it is over."""
    async with desk_with(echo, tmp_path) as desk:
        question = await desk.question()
        async with contextlib.aclosing(desk.assistant.ask(question, desk.library)) as states:
            async for state in states:
                if state.end is not None:
                    break
            assert desk.ended == []
            superseding = asyncio.ensure_future(desk.questions.supersede(CHAT, question.message))
            await asyncio.sleep(0)
        await superseding
    assert ends(desk) == [(End.ANSWERED, True)]


async def test_what_its_asker_leaves_has_no_end(tmp_path: Path) -> None:
    """The front end failed, say; the words that were written are told all the same."""
    async with desk_with(endless, tmp_path) as desk:
        async with contextlib.aclosing(desk.assistant.ask(await desk.question(), desk.library)) as states:
            async for state in states:
                if state.output is not None and state.output.tokens:
                    break
        (ended,) = desk.ended
    assert (ended.end, ended.superseded, ended.answers) == (None, False, ())
    assert ended.outputs[0].tokens > 0


async def test_an_end_that_could_not_be_delivered_is_told_all_the_same(tmp_path: Path) -> None:
    """The answer was there."""
    async with desk_with(echo, tmp_path) as desk:
        with pytest.raises(OSError, match="no network"):
            async with contextlib.aclosing(desk.assistant.ask(await desk.question(), desk.library)) as states:
                async for state in states:
                    if state.end is not None:
                        raise OSError("no network")
    assert ends(desk) == [(End.ANSWERED, False)]


async def test_what_its_delivery_takes_is_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The seconds go to the end of the work."""
    clock = Clock()
    async with desk_with(echo, tmp_path) as desk:
        question = await desk.question()
        monkeypatch.setattr("assistant.answering.time", SimpleNamespace(monotonic=clock))
        clock.now = 10.0
        async with contextlib.aclosing(desk.assistant.ask(question, desk.library)) as states:
            await anext(states)
            clock.now = 13.0
            async for state in states:
                if state.end is not None:
                    clock.now = 100.0
    assert [ended.seconds for ended in desk.ended] == [3.0]


async def test_each_of_a_persons_questions_is_told_once(tmp_path: Path) -> None:
    """Whatever becomes of those before it, and its seconds hold its wait for them."""

    def by_its_words(request: GenerationRequest) -> Iterator[EngineStep]:
        if text_of(request).startswith("Fail"):
            return failing(request)
        return iter([EngineStep("Yes."), EngineStep("", FinishReason.STOP)])

    async with desk_with(by_its_words, tmp_path) as desk:
        texts = ["Is it?", "Fail?", "Is it not?", "Fail again?", "Well?"]
        asked = [await desk.question(text) for text in texts]
        await asyncio.gather(*(desk.ask(question) for question in asked))
    assert [end for end, _ in ends(desk)] == [End.ANSWERED, End.FAILED, End.ANSWERED, End.FAILED, End.ANSWERED]
    assert [ended.seconds for ended in desk.ended] == sorted(ended.seconds for ended in desk.ended)
