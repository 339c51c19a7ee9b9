"""Who speaks where: what one person says goes on with what they said at the same place, and waits for no other's."""

import asyncio
from typing import Any

import pytest
from telegram import Update

from bot.updates.lanes import is_quick
from tests.bot.updates.test_utterances import Moment, Street, moment, street, update

__all__ = ["moment", "street"]

COMMAND: dict[str, Any] = {"text": "/detail", "entities": [{"type": "bot_command", "offset": 0, "length": 7}]}
PEOPLE = {name: {"id": number, "is_bot": False, "first_name": name} for number, name in enumerate(("Ada", "Bo"), 7)}


def said(number: int, by: str = "Ada", *, chat: int = 1, topic: int | None = None, **content: Any) -> Update:
    """Return an update with a text of a person, or what else is in the message."""
    where: dict[str, Any] = {"chat": {"id": chat, "type": "supergroup"}}
    where |= {} if topic is None else {"message_thread_id": topic, "is_topic_message": True}
    return update(number, None, **{"from": PEOPLE[by]}, **where, **content)


def shown(number: int, by: str = "Ada", *, album: str | None = None, caption: str | None = None) -> Update:
    """Return an update with a picture."""
    more: dict[str, Any] = {"caption": caption, "media_group_id": album}
    more = {name: value for name, value in more.items() if value is not None}
    photo = [{"file_id": "a", "file_unique_id": str(number), "width": 9, "height": 9}]
    return said(number, by, text=None, photo=photo, **more)


async def begins(street: Street, number: int) -> None:
    """Wait until the handlers of an update run."""
    while number not in street.log:
        street.began.clear()
        await street.began.wait()


async def finish(street: Street, *works: "asyncio.Task[None]") -> None:
    """Let everything end, and nothing be left of it."""
    street.gate.set()
    await asyncio.gather(*works)
    assert (street.lanes.chats, street.lanes.arriving) == (0, 0)


async def test_what_somebody_says_next_is_theirs_in_the_same_chat_and_topic(street: Street) -> None:
    """Until it is taken in; what they said before is known for as long as the work on it goes on."""
    lanes = street.lanes
    before = [said(1, "Bo"), said(2), said(3, chat=2), said(4, topic=5), said(5), said(6, "Bo")]
    works = [await street.enter(one) for one in before]
    assert lanes.following(2) is lanes.utterance_of(5)
    assert lanes.following(1) is lanes.utterance_of(6)
    assert [lanes.following(number) for number in (3, 4, 5, 6)] == [None] * 4
    assert [lanes.follows_up(number) for number in range(1, 7)] == [False, False, False, False, True, True]
    for number in (1, 2, 4, 5):
        await begins(street, number)
        lanes.let_by(number)
    assert lanes.following(2) is None
    assert lanes.follows_up(5)
    await finish(street, *works)


async def test_an_album_does_not_follow_itself(street: Street, moment: Moment) -> None:
    """Its pictures are one utterance."""
    works = [await street.enter(shown(number, album="A", caption="What?")) for number in (1, 2)]
    assert [street.lanes.following(number) for number in (1, 2)] == [None, None]
    assert not street.lanes.follows_up(2)
    await moment.asleep.wait()
    moment.turn(1.0)
    await finish(street, *works)


async def test_what_follows_is_waited_for_until_it_is_taken_in(street: Street) -> None:
    """All of it, and nobody else's."""
    works = [await street.enter(said(1)), await street.enter(said(2)), await street.enter(said(3, "Bo"))]
    await begins(street, 1)
    waiting = asyncio.ensure_future(street.lanes.taken_in_since(1))
    street.lanes.let_by(1)
    await begins(street, 2)
    assert not waiting.done()
    street.lanes.let_by(2)
    await waiting
    await finish(street, *works)


async def test_a_question_is_expected_where_one_follows(street: Street, moment: Moment) -> None:
    """A picture without words is none."""
    works = [await street.enter(said(1))]
    assert not street.lanes.expects_question(1)
    works.append(await street.enter(shown(2)))
    assert not street.lanes.expects_question(1)
    works.append(await street.enter(said(3)))
    assert street.lanes.expects_question(1)
    await finish(street, *works)


@pytest.mark.parametrize(("seconds", "enough"), [(2.0, 0.5), (2.1, 2.0)])
async def test_a_picture_waits_briefly_behind_its_persons_question(
    street: Street, moment: Moment, seconds: float, enough: float
) -> None:
    """Of the last two seconds: it says what is asked."""
    works = [await street.enter(said(1))]
    await begins(street, 1)
    moment.turn(seconds)
    works.append(await street.enter(shown(2)))
    await moment.asleep.wait()
    moment.turn(enough - 0.1)
    await asyncio.sleep(0)
    assert not street.lanes.utterance_of(2).is_complete
    moment.turn(0.1)
    await street.lanes.utterance_of(2).wait(shown(2))
    await finish(street, *works)


@pytest.mark.parametrize("before", [said(1, "Bo"), said(1, **COMMAND)])
async def test_what_is_no_question_of_theirs_shortens_no_wait(street: Street, moment: Moment, before: Update) -> None:
    """Neither another's question nor a command."""
    works = [await street.enter(before), await street.enter(shown(2))]
    await moment.asleep.wait()
    moment.turn(1.9)
    await asyncio.sleep(0)
    assert not street.lanes.utterance_of(2).is_complete
    await street.lanes.leave_waiting()
    await finish(street, *works)


async def test_what_does_not_go_on_with_a_picture_ends_the_wait_for_more(street: Street) -> None:
    """A reply says itself what it is about: the picture before it is alone, and comes first."""
    replied = {"message_id": 9, "date": 1, "chat": {"id": 1, "type": "supergroup"}, "text": "So."}
    works = [await street.enter(shown(1)), await street.enter(said(2, reply_to_message=replied))]
    assert street.lanes.arriving == 0
    await begins(street, 1)
    assert street.log == [1]
    await finish(street, *works)
    assert street.log == [1, 2]


async def test_a_question_waits_for_an_album_that_somebody_asks_about(street: Street, moment: Moment) -> None:
    """It is about the last pictures, and these are not all there."""
    works = [await street.enter(shown(1, "Bo", album="A", caption="What?")), await street.enter(said(2))]
    await moment.asleep.wait()
    assert street.log == []
    moment.turn(1.0)
    await finish(street, *works)
    assert street.log == [1, 2]


async def test_who_brings_pictures_waits_for_no_others_album(street: Street, moment: Moment) -> None:
    """The question is about theirs, in one message or behind them."""
    works = [await street.enter(shown(1, "Bo", album="A", caption="What?"))]
    works.append(await street.enter(shown(2, caption="What?")))
    await begins(street, 2)
    street.lanes.let_by(2)
    works += [await street.enter(shown(3)), await street.enter(said(4))]
    await begins(street, 4)
    await moment.asleep.wait()
    moment.turn(1.0)
    await finish(street, *works)
    assert street.log == [2, 4, 1]


async def test_who_begins_sees_that_more_is_awaited(street: Street, moment: Moment) -> None:
    """Once for all that goes on with it, and not where nothing is awaited."""
    signs: list[Update] = []

    async def sign(of: Update) -> None:
        signs.append(of)

    street.lanes.arriving_sign = sign
    pictures = [shown(2), shown(3)]
    works = [await street.enter(one) for one in (said(1), *pictures)]
    await asyncio.sleep(0)
    assert signs == pictures[:1]
    works.append(await street.enter(said(4)))
    await finish(street, *works)


async def test_leaving_all_leaves_what_is_at_work_too(street: Street) -> None:
    """A question, a command, and what waits: the next run goes on with each."""
    works = [await street.enter(one) for one in (said(1), said(2), said(3, **COMMAND), said(4, chat=2))]
    for number in (1, 3, 4):
        await begins(street, number)
    await street.lanes.leave_all()
    assert [work.done() for work in works] == [True] * 4
    assert await street.states() == ["working", "waiting", "working", "working"]
    await finish(street, *works)


@pytest.mark.parametrize(
    ("words", "quick"),
    [("/detail", True), ("/detail@eyeglass_bot", True), ("/ask", False), ("/Ask@eyeglass_bot", False), ("Hi", False)],
)
def test_a_command_that_asks_nothing_is_quick(words: str, quick: bool) -> None:
    """Whomever it names."""
    entities = [{"type": "bot_command", "offset": 0, "length": len(words)}] if words.startswith("/") else []
    assert is_quick(said(1, text=words, entities=entities)) is quick
