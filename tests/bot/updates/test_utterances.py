"""Tests of albums: when one is complete, which message asks for it, and what other updates of its chat wait for."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from telegram import Update

from assistant.storage import Database, open_database
from bot.updates.inbox import Inbox
from bot.updates.lanes import Lanes
from bot.updates.utterances import Part, Utterance, Window


class Moment:
    """A clock that a test turns; `asleep` is set while somebody sleeps by it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.asleep = asyncio.Event()
        self._turned = asyncio.Event()
        self.window = Window(1.0, 2.0, 0.5, 5.0, lambda: self.now, self.sleep)

    async def sleep(self, seconds: float) -> None:
        """Sleep until the clock was turned so far."""
        until = self.now + seconds
        while self.now < until:
            self.asleep.set()
            await self._turned.wait()
        self.asleep.clear()

    def turn(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds
        self._turned.set()
        self._turned = asyncio.Event()


def update(number: int, album: str | None = "A", **content: Any) -> Update:
    """Return an update of chat 1 with a message of an album."""
    message = {"message_id": number, "date": 1, "chat": {"id": 1, "type": "private"}, **content}
    if album is None:
        message |= {"text": "What?"} | content
    else:
        message |= {"photo": [{"file_id": "a", "file_unique_id": str(number), "width": 9, "height": 9}]}
    if album is not None:
        message |= {"media_group_id": album}
    made = Update.de_json({"update_id": number, "message": message}, None)
    assert made is not None
    return made


@pytest.fixture
def moment() -> Moment:
    """The beginning."""
    return Moment()


async def test_an_album_with_its_question_is_complete_after_a_quiet_second(moment: Moment) -> None:
    """Counted from the newest."""
    album, first, second = Utterance(moment.window), update(1, caption="What?"), update(2)
    album.join(first, Part.BOTH)
    waiting = asyncio.ensure_future(album.wait(first))
    await moment.asleep.wait()
    moment.turn(0.9)
    album.join(second, Part.PICTURES)
    moment.turn(0.9)
    await asyncio.sleep(0)
    assert not album.is_complete
    moment.turn(0.1)
    await waiting
    await album.wait(second)
    assert album.is_complete


@pytest.mark.parametrize("album", ["A", None])
async def test_pictures_wait_longer_for_their_question(moment: Moment, album: str | None) -> None:
    """Two seconds after the newest, whether they are an album or came one by one; the question ends the wait."""
    shown, first, second = Utterance(moment.window), update(1, album), update(2, album)
    for each in (first, second):
        assert not shown.updates or shown.may_join(each, Part.PICTURES)
        shown.join(each, Part.PICTURES)
    waiting = asyncio.ensure_future(shown.wait(first))
    await moment.asleep.wait()
    moment.turn(1.9)
    await asyncio.sleep(0)
    assert not shown.is_complete
    asking = update(3, None, text="What?")
    assert shown.may_join(asking, Part.QUESTION)
    shown.join(asking, Part.QUESTION)
    moment.turn(0.0 if album is None else 1.0)
    await waiting
    assert shown.asking == [asking]
    assert [one.message_id for one in shown.spoken_for(asking.message)] == [1, 2, 3] if asking.message else False
    assert not shown.may_join(update(4, None), Part.PICTURES)


@pytest.mark.parametrize(("album", "seconds"), [("A", 1.0), (None, 0.5)])
async def test_pictures_behind_their_question_wait_briefly(moment: Moment, album: str | None, seconds: float) -> None:
    """Only for more pictures: the question is there."""
    shown, first = Utterance(moment.window, asked=True), update(1, album)
    shown.join(first, Part.PICTURES)
    waiting = asyncio.ensure_future(shown.wait(first))
    await moment.asleep.wait()
    moment.turn(seconds - 0.1)
    await asyncio.sleep(0)
    assert not shown.is_complete
    moment.turn(0.1)
    await waiting


@pytest.mark.parametrize("part", [Part.BOTH, Part.QUESTION, Part.ALONE])
async def test_what_is_complete_does_not_wait(moment: Moment, part: Part) -> None:
    """A picture with its question, a question, a command: nothing joins it, and nobody sleeps."""
    whole, first = Utterance(moment.window), update(1, None, text="What?")
    whole.join(first, part)
    assert whole.is_complete
    await whole.wait(first)
    assert not any(whole.may_join(update(2), other) for other in Part)
    assert not moment.asleep.is_set()


async def test_a_long_text_goes_on_in_the_next(moment: Moment) -> None:
    """Its parts are one question, which the first of them asks."""
    pasted, first, second = Utterance(moment.window), update(1, None, text="a" * 4000), update(2, None, text="b?")
    pasted.join(first, Part.LONG)
    assert not pasted.is_complete
    assert not pasted.may_join(update(3, None), Part.PICTURES)
    assert pasted.may_join(second, Part.QUESTION)
    pasted.join(second, Part.QUESTION)
    assert pasted.is_complete
    assert pasted.asking == [first]
    assert first.message is not None
    assert pasted.words_of(first.message) == "a" * 4000 + " b?"


@pytest.mark.parametrize(
    ("parts", "next_", "joins"),
    [
        ([Part.PICTURES], Part.PICTURES, True),
        ([Part.PICTURES], Part.BOTH, True),
        ([Part.PICTURES], Part.QUESTION, True),
        ([Part.PICTURES], Part.LONG, True),
        ([Part.PICTURES], Part.ALONE, False),
        ([Part.PICTURES, Part.LONG], Part.QUESTION, True),
        ([Part.PICTURES, Part.LONG], Part.BOTH, False),
        ([Part.LONG], Part.LONG, True),
        ([Part.LONG], Part.ALONE, False),
    ],
)
async def test_what_belongs_together(moment: Moment, parts: list[Part], next_: Part, joins: bool) -> None:
    """Pictures, then at most one question about them, which may be long."""
    growing = Utterance(moment.window)
    for number, part in enumerate(parts):
        growing.join(update(number, None, text="a"), part)
    assert growing.may_join(update(9, None, text="a"), next_) is joins


async def test_an_album_takes_its_last_picture_although_something_else_was_said(moment: Moment) -> None:
    """What came in between is no part of it, nor what follows."""
    album = Utterance(moment.window)
    album.join(update(1, caption="What?"), Part.BOTH)
    assert not album.may_join(update(2, None, text="And?"), Part.QUESTION)
    album.cut()
    album.before = []
    assert album.may_join(update(3), Part.PICTURES)
    assert not album.may_join(update(4, None), Part.PICTURES)
    loose = Utterance(moment.window)
    loose.join(update(5, None), Part.PICTURES)
    loose.cut()
    assert loose.is_complete


async def test_it_does_not_wait_without_end(moment: Moment) -> None:
    """Five seconds after the first nobody waits any more, although another came just now."""
    album = Utterance(moment.window)
    updates = [update(number) for number in range(1, 8)]
    album.join(updates[0], Part.PICTURES)
    waiting = asyncio.ensure_future(album.wait(updates[0]))
    for each in updates[1:]:
        await moment.asleep.wait()
        moment.turn(0.8)
        album.join(each, Part.PICTURES)
    moment.turn(0.2)
    await waiting


def test_those_with_a_caption_ask_else_the_first() -> None:
    """In the order in which they were sent, whichever came first; the first one asks for the others, too."""
    plain, asking = [update(3), update(1)], [update(4, caption="b"), update(2, caption="a")]
    album = Utterance()
    for each in plain:
        album.join(each, Part.PICTURES)
    assert album.asking == [plain[1]]
    for each in asking:
        album.join(each, Part.BOTH)
    assert [each.update_id for each in album.asking] == [2, 4]
    spoken_for = [album.spoken_for(each.message) for each in album.asking if each.message is not None]
    assert [[one.message_id for one in messages] for messages in spoken_for] == [[1, 2, 3], [4]]
    album.settle(2)
    assert not album.taken_in.is_set()
    album.settle(4)
    assert album.taken_in.is_set()


class Street:
    """Lanes whose handlers end at a gate; `log` tells which ran."""

    def __init__(self, database: Database) -> None:
        self.inbox = Inbox(database)
        self.lanes = Lanes(self.inbox, self._again)
        self.database = database
        self.log: list[int] = []
        self.began = asyncio.Event()
        self.gate = asyncio.Event()

    async def enter(self, update: Update) -> "asyncio.Task[None]":
        """Have an update arrive; return its work."""
        await self.inbox.receive(update.update_id, b"{}")
        task = asyncio.ensure_future(self.lanes.process_update(update, self._handle(update.update_id)))
        await asyncio.sleep(0)
        return task

    async def _again(self, update: Update) -> None:
        raise AssertionError(update)

    async def _handle(self, number: int) -> None:
        self.log.append(number)
        self.began.set()
        await self.gate.wait()

    async def states(self) -> list[str]:
        """Return the states of the inbox's rows."""
        return [row["state"] for row in await self.database.rows("SELECT state FROM inbox ORDER BY update_id")]


@pytest.fixture
async def street(tmp_path: Path, moment: Moment, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Street]:
    """Lanes on a real inbox, by the clock that a test turns."""
    monkeypatch.setattr("bot.updates.lanes.WINDOW", moment.window)
    async with open_database(tmp_path) as database:
        yield Street(database)


async def test_one_works_for_all_and_what_comes_next_waits(street: Street, moment: Moment) -> None:
    """Until it is complete every row stays waiting; a late one of the album passes by what came in between."""
    works = [await street.enter(update(1)), await street.enter(update(2, caption="What?"))]
    behind = await street.enter(update(3, album=None, text="And?"))
    works.append(await street.enter(update(4)))
    await moment.asleep.wait()
    assert street.lanes.arriving == 3
    assert await street.states() == ["waiting"] * 4
    moment.turn(1.0)
    await street.began.wait()
    assert street.log == [2]
    assert [each.update_id for each in street.lanes.utterance_of(2).updates] == [1, 2, 4]
    street.gate.set()
    await asyncio.gather(*works, behind)
    assert street.log == [2, 3]
    assert await street.states() == ["done"] * 4
    assert (street.lanes.chats, street.lanes.arriving) == (0, 0)


async def test_the_others_end_when_the_next_may_begin(street: Street, moment: Moment) -> None:
    """While the one that asks goes on."""
    plain, asking = await street.enter(update(1)), await street.enter(update(2, caption="What?"))
    await moment.asleep.wait()
    moment.turn(1.0)
    await street.began.wait()
    street.lanes.let_by(2)
    await plain
    assert await street.states() == ["done", "working"]
    street.gate.set()
    await asking


async def test_one_that_comes_while_the_others_are_at_work_is_handled_by_itself(street: Street, moment: Moment) -> None:
    """The album is complete: nobody works for it any more."""
    work = await street.enter(update(1, caption="What?"))
    await moment.asleep.wait()
    moment.turn(1.0)
    await street.began.wait()
    late = await street.enter(update(2))
    street.gate.set()
    await work
    await moment.asleep.wait()
    moment.turn(2.0)
    await late
    assert street.log == [1, 2]


async def test_at_the_end_of_the_process_it_is_left_to_the_next_run(street: Street, moment: Moment) -> None:
    """In every chat: no row is done, nothing was handled, nobody hangs. What is at work goes on."""
    works = [await street.enter(update(1)), await street.enter(update(2, caption="What?"))]
    works.append(await street.enter(update(3, chat={"id": 2, "type": "private"})))
    begun = await street.enter(update(4, album=None, chat={"id": 3, "type": "private"}))
    await moment.asleep.wait()
    await street.began.wait()
    await street.lanes.leave_waiting()
    assert [work.done() for work in works] == [True] * 3
    assert not begun.done()
    street.gate.set()
    await begun
    assert street.log == [4]
    assert await street.states() == ["waiting", "waiting", "waiting", "done"]
    assert (street.lanes.chats, street.lanes.arriving) == (0, 0)


async def test_forgetting_in_the_middle_leaves_the_rest(street: Street, moment: Moment) -> None:
    """Pictures after /forget are an album of their own."""
    street.gate.set()
    dropped, kept = await street.enter(update(1, caption="What?")), await street.enter(update(3))
    await moment.asleep.wait()
    await street.lanes.drop(1, 2)
    await asyncio.gather(dropped, kept)
    assert street.log == [3]


async def test_what_comes_after_all_of_an_album_was_forgotten_is_another_album(street: Street, moment: Moment) -> None:
    """It waits for its turn and for the rest of it."""
    dropped, between = await street.enter(update(1)), await street.enter(update(3, album=None, text="And?"))
    await moment.asleep.wait()
    await street.lanes.drop(1, 2)
    await dropped
    works = [await street.enter(update(number)) for number in (4, 5)]
    await street.began.wait()
    assert street.log == [3]
    street.gate.set()
    await between
    await moment.asleep.wait()
    assert [work.done() for work in works] == [False, False]
    assert await street.states() == ["waiting", "done", "waiting", "waiting"]
    moment.turn(2.0)
    await asyncio.gather(*works)
    assert street.log == [3, 4]


async def test_at_the_end_of_the_process_what_came_before_an_album_is_answered(street: Street, moment: Moment) -> None:
    """What came after it is left with it, so that it stays behind it; in other chats nothing is left."""
    other = {"chat": {"id": 2, "type": "private"}}
    begun, following = [await street.enter(update(number, album=None)) for number in (1, 2)]
    album, behind = await street.enter(update(3)), await street.enter(update(4, album=None))
    others = [await street.enter(update(number, album=None, **other)) for number in (5, 6)]
    await street.began.wait()
    await street.lanes.leave_waiting()
    ended = [work.done() for work in (begun, following, album, behind, *others)]
    assert ended == [False, False, True, True, False, False]
    street.gate.set()
    await asyncio.gather(begun, following, *others)
    assert sorted(street.log) == [1, 2, 5, 6]
    assert await street.states() == ["done", "done", "waiting", "waiting", "done", "done"]
