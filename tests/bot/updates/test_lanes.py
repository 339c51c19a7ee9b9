"""Tests of the order of a chat's updates, and that an idle chat costs nothing."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from telegram import Update

from assistant.storage import Database, open_database
from bot.updates.inbox import Inbox
from bot.updates.lanes import Lanes, is_quick


class Street:
    """Lanes with updates on their way: `log` tells what began and ended, `gates` lets an update end.

    `repeated` tells whether it was known of each that ran again that it did.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.inbox = Inbox(database)
        self.left: list[int] = []
        self.lanes = Lanes(self.inbox, self.again, self.left.append)
        self.log: list[str] = []
        self.repeated: list[tuple[int, bool]] = []
        self.gates: dict[int, asyncio.Event] = {}
        self.began: dict[int, asyncio.Event] = {}

    async def enter(self, number: int, chat: int = 1, text: str = "Hi") -> "asyncio.Future[None]":
        """Have an update arrive; return its work."""
        await self.inbox.receive(number, b"{}")
        self.gates[number], self.began[number] = asyncio.Event(), asyncio.Event()
        entities = [{"type": "bot_command", "offset": 0, "length": len(text)}] if text.startswith("/") else []
        message = {"message_id": number, "date": 1, "chat": {"id": chat, "type": "private"}, "text": text}
        update = Update.de_json({"update_id": number, "message": message | {"entities": entities}}, None)
        work = asyncio.ensure_future(self.lanes.process_update(update, self.handle(number)))
        await asyncio.sleep(0)
        return work

    async def again(self, update: Update) -> None:
        """Log the rerun of the handlers."""
        self.log.append(f"{update.update_id} again")
        self.repeated.append((update.update_id, self.inbox.is_repeated(update.update_id)))

    async def handle(self, number: int) -> None:
        """Log the handlers' begin and end."""
        self.log.append(f"{number} begins")
        self.began[number].set()
        await self.gates[number].wait()
        self.log.append(f"{number} ends")


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    """Lanes on a real inbox."""
    async with open_database(tmp_path) as database:
        yield Street(database)


async def finish(street: Street, *works: "asyncio.Future[None]") -> None:
    """Let everything end."""
    for gate in street.gates.values():
        gate.set()
    await asyncio.gather(*works)


async def others_pass(street: Street) -> None:
    """Let an update of another chat come and go: handlers that need not wait have begun by then."""
    work = await street.enter(99, chat=99)
    street.gates[99].set()
    await work


async def test_a_chats_questions_are_answered_in_order(street: Street) -> None:
    """Each begins when the one before has ended."""
    works = [await street.enter(number) for number in (1, 2, 3)]
    await finish(street, *works)
    assert street.log == ["1 begins", "1 ends", "2 begins", "2 ends", "3 begins", "3 ends"]


async def test_what_comes_while_another_is_at_work_waits(street: Street) -> None:
    """Though the one before that one has ended."""
    first, second = await street.enter(1), await street.enter(2)
    street.gates[1].set()
    await first
    await street.began[2].wait()
    third = await street.enter(3)
    await others_pass(street)
    assert not street.began[3].is_set()
    await finish(street, second, third)
    assert street.lanes.chats == 0


async def test_commands_are_answered_in_order(street: Street) -> None:
    """Each begins when the one before has ended."""
    works = [await street.enter(number, text="/detail") for number in (1, 2)]
    await others_pass(street)
    assert street.began[1].is_set() and not street.began[2].is_set()
    await finish(street, *works)


async def test_what_is_taken_in_lets_the_next_by(street: Street) -> None:
    """The next one begins, though not one that came before the command ahead of it ended; the first goes on."""
    first, second = await street.enter(1), await street.enter(2)
    command, third = await street.enter(3, text="/detail"), await street.enter(4)
    await street.began[1].wait()
    assert not street.began[2].is_set()
    street.lanes.let_by(1)
    await street.began[2].wait()
    street.lanes.let_by(2)
    await street.began[3].wait()
    assert not street.began[4].is_set()
    street.gates[3].set()
    await command
    await street.began[4].wait()
    await finish(street, first, second, third)
    assert street.lanes.chats == 0


async def test_chats_do_not_wait_for_each_other(street: Street) -> None:
    """Another chat's question begins while the first is at work."""
    works = [await street.enter(1, chat=1), await street.enter(2, chat=2)]
    await street.began[1].wait()
    await street.began[2].wait()
    await finish(street, *works)


async def test_what_belongs_to_no_chat_waits_for_none(street: Street) -> None:
    """Not even for one that has the update's number."""
    work = await street.enter(1, chat=2)
    await street.began[1].wait()
    await street.inbox.receive(2, b"{}")
    street.gates[2], street.began[2] = asyncio.Event(), asyncio.Event()
    street.gates[2].set()
    update = Update.de_json({"update_id": 2}, None)
    await street.lanes.process_update(update, street.handle(2))
    assert not work.done()
    await finish(street, work)


async def test_a_command_overtakes_a_question_but_no_question_a_command(street: Street) -> None:
    """/detail is answered while an answer grows; what was asked after it waits for it."""
    works = [await street.enter(1), await street.enter(2, text="/detail"), await street.enter(3)]
    await street.began[2].wait()
    street.gates[1].set()
    await works[0]
    assert not street.began[3].is_set()
    await finish(street, *works)
    assert street.log.index("2 ends") < street.log.index("3 begins")


async def test_an_idle_chat_takes_no_memory(street: Street) -> None:
    """After a thousand chats none is remembered."""
    works = [await street.enter(number, chat=number) for number in range(1, 101)]
    assert street.lanes.chats == 100
    await finish(street, *works)
    assert street.lanes.chats == 0


async def test_a_finished_update_is_done_in_the_inbox(street: Street) -> None:
    """And one that is not there any more is not handled."""
    work = await street.enter(1)
    await finish(street, work)
    row = await street.database.row("SELECT state FROM inbox WHERE update_id = 1")
    assert row is not None and row["state"] == "done"
    assert not await street.inbox.claim(1)


async def test_a_cancelled_update_lets_the_next_one_go_on(street: Street) -> None:
    """It stays in the inbox for the next run."""
    works = [await street.enter(1), await street.enter(2), await street.enter(3)]
    await street.began[1].wait()
    works[1].cancel()
    await asyncio.wait([works[1]])
    await finish(street, works[0], works[2])
    row = await street.database.row("SELECT state FROM inbox WHERE update_id = 2")
    assert row is not None and row["state"] == "waiting"
    assert "3 ends" in street.log


async def test_a_failing_database_leaves_the_update_for_the_next_start(
    street: Street, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is handled that the books do not know of."""
    await street.inbox.receive(1, b"{}")
    await street.database.write("ALTER TABLE inbox RENAME TO elsewhere")
    update = Update.de_json({"update_id": 1}, None)
    street.gates[1] = street.began[1] = asyncio.Event()
    await street.lanes.process_update(update, street.handle(1))
    assert street.log == []
    assert "stays in the inbox" in caplog.text


def test_button_presses_are_quick() -> None:
    """Like commands."""
    user = {"id": 1, "is_bot": False, "first_name": "Ada"}
    press = {"update_id": 1, "callback_query": {"id": "1", "from": user, "chat_instance": "1", "data": "detail:low"}}
    assert is_quick(Update.de_json(press, None))
    assert not is_quick(Update.de_json({"update_id": 2}, None))


async def test_dropping_ends_what_came_before_and_nothing_else(street: Street) -> None:
    """The running question, the waiting one; not another chat's, nor what came later, which then begins."""
    running, waiting = await street.enter(1), await street.enter(2)
    other, later = await street.enter(3, chat=2), await street.enter(5)
    for number in (1, 3):
        await street.began[number].wait()
    await street.lanes.drop(1, update_id=5)
    assert running.done() and waiting.done() and not other.done() and not later.done()
    assert not running.cancelled() and not waiting.cancelled()
    await street.began[5].wait()
    await finish(street, other, later)
    assert [line for line in street.log if line.endswith("ends")] == ["3 ends", "5 ends"]
    assert street.lanes.chats == 0


async def test_two_chats_are_dropped_at_once(street: Street) -> None:
    """Neither takes the other's for cancelled from outside."""
    works = [await street.enter(number, chat=number) for number in (1, 2)]
    for number in (1, 2):
        await street.began[number].wait()
    await asyncio.gather(*(street.lanes.drop(chat, update_id=9) for chat in (1, 2)))
    assert [(work.done(), work.cancelled()) for work in works] == [(True, False)] * 2
    assert street.left == [1, 2]


async def test_what_was_dropped_takes_no_memory(street: Street) -> None:
    """Nor what is done while others of its chat are at work: its task is let go."""
    works = [await street.enter(number) for number in (1, 2, 3)]
    gone = [weakref.ref(work) for work in works]
    await street.began[1].wait()
    await street.lanes.drop(1, update_id=2)
    await street.began[2].wait()
    street.gates[2].set()
    await street.began[3].wait()
    await works[1]
    del works[:2]
    gc.collect()
    assert [work() is None for work in gone] == [True, True, False]
    await finish(street, *works)


async def test_dropping_in_an_idle_chat_does_nothing(street: Street) -> None:
    """There is nothing to wait for."""
    await street.lanes.drop(1, update_id=9)
    assert street.lanes.chats == 0
