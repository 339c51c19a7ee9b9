"""The queue: on the disk before Telegram is told, few of each chat in memory, the rest in order and not lost."""

import asyncio
import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from telegram import Bot, Update
from telegram.error import NetworkError

from assistant.storage import Database, open_database
from assistant.storage.database import FILE
from bot.updates.inbox import Inbox
from bot.updates.inbox_queue import MOST_OF_A_CHAT, InboxQueue
from bot.updates.lanes import is_quick

BOT = Bot("1:token")


def update(number: int, chat: int = 5, text: str = "Hi", album: str | None = None, **more: Any) -> Update:
    """Return a text that arrived."""
    entities = [{"type": "bot_command", "offset": 0, "length": len(text)}] if text.startswith("/") else []
    message = {"message_id": number, "date": 1, "chat": {"id": chat, "type": "private", "first_name": "Ada"}}
    message |= {"text": text, "entities": entities} | ({"media_group_id": album} if album else {})
    return Update.de_json({"update_id": number, "message": message, **more}, BOT)


@pytest.fixture
def inbox(database: Database) -> Inbox:
    """An empty inbox."""
    return Inbox(database)


@pytest.fixture
def queue(inbox: Inbox) -> InboxQueue:
    """A queue on it."""
    return InboxQueue(inbox, is_quick)


@pytest.fixture
async def database(tmp_path: Path) -> Any:
    """A new database."""
    async with open_database(tmp_path / "data") as opened:
        yield opened


async def state(database: Database, number: int) -> tuple[str, int] | None:
    """Return a row's state and attempts."""
    row = await database.row("SELECT state, attempts FROM inbox WHERE update_id = ?", number)
    return (row["state"], row["attempts"]) if row else None


def numbers(queue: InboxQueue) -> list[int]:
    """Take all that is queued; returns the numbers."""
    taken = [queue.get_nowait() for _ in range(queue.qsize())]
    return [item.update_id for item in taken if isinstance(item, Update)]


async def work_off(queue: InboxQueue, inbox: Inbox) -> list[int]:
    """Deal with everything, one after another, as it comes; returns the numbers."""
    dealt_with = []
    while queue.in_memory or await inbox.count_waiting():
        item = await asyncio.wait_for(queue.get(), 5)
        assert isinstance(item, Update)
        await inbox.claim(item.update_id)
        await inbox.finish(item.update_id)
        queue.done(item.update_id)
        dealt_with.append(item.update_id)
    return dealt_with


async def test_put_returns_once_the_update_is_on_the_disk(inbox: Inbox, tmp_path: Path) -> None:
    """Another connection sees it at once, with fields that the library does not know."""
    await InboxQueue(inbox, is_quick).put(update(7, brand_new={"field": 1}))
    with contextlib.closing(sqlite3.connect(tmp_path / "data" / FILE)) as other:
        ((payload, state),) = other.execute("SELECT payload, state FROM inbox WHERE update_id = 7").fetchall()
    assert state == "waiting"
    assert b"brand_new" in payload


async def test_an_update_that_comes_twice_is_queued_once(inbox: Inbox) -> None:
    """Also when it is done already."""
    queue = InboxQueue(inbox, is_quick)
    for _ in range(2):
        await queue.put(update(7))
    assert queue.qsize() == 1
    await inbox.claim(7)
    await inbox.finish(7)
    await queue.put(update(7))
    assert queue.qsize() == 1


async def test_a_failing_database_makes_polling_ask_again(inbox: Inbox, database: Database) -> None:
    """NetworkError is the one error that polling survives."""
    await database.write("DROP TABLE inbox")
    with pytest.raises(NetworkError):
        await InboxQueue(inbox, is_quick).put(update(7))


async def test_a_full_disk_makes_polling_ask_again(inbox: Inbox, database: Database) -> None:
    """Once there is room, the update is taken in, and once."""
    queue, long = InboxQueue(inbox, is_quick), update(7, words="x" * 100_000)
    pages = await database.row("PRAGMA page_count")
    assert pages is not None
    await database.rows(f"PRAGMA max_page_count = {pages[0]}")
    for _ in range(2):
        with pytest.raises(NetworkError, match="full"):
            await queue.put(long)
    assert queue.empty()
    await database.rows("PRAGMA max_page_count = 100000")
    await queue.put(long)
    assert queue.qsize() == 1
    assert await state(database, 7) == ("waiting", 0)


async def test_other_objects_pass_through(inbox: Inbox) -> None:
    """PTB puts its signal to stop into the same queue."""
    queue = InboxQueue(inbox, is_quick)
    signal = object()
    await queue.put(signal)
    assert await queue.get() is signal


async def test_what_was_left_is_replayed_in_order(inbox: Inbox, database: Database) -> None:
    """Waiting and half-done ones come again; done ones do not."""
    for number in (3, 1, 2):
        await inbox.receive(number, update(number).to_json().encode())
    await inbox.claim(1)
    await inbox.claim(2)
    await inbox.finish(2)
    queue = InboxQueue(inbox, is_quick)
    await inbox.recover()
    assert await queue.replay(BOT) == 2
    replayed = [queue.get_nowait(), queue.get_nowait()]
    assert [item.update_id for item in replayed if isinstance(item, Update)] == [1, 3]


async def test_an_unreadable_row_is_set_aside_and_the_others_go_on(inbox: Inbox, database: Database) -> None:
    """Whatever is in the table, the start succeeds."""
    await inbox.receive(1, b"not JSON")
    await inbox.receive(2, update(2).to_json().encode())
    queue = InboxQueue(inbox, is_quick)
    await queue.replay(BOT)
    assert queue.qsize() == 1
    assert await state(database, 1) == ("set_aside", 0)


async def test_what_polling_wrote_down_is_queued_and_not_written_again(queue: InboxQueue, inbox: Inbox) -> None:
    """Also where polling broke off in between and asks for the same again; but never twice."""
    updates = [update(1), update(2)]
    for _ in range(2):
        await queue.write_down(updates, [one.to_json().encode() for one in updates])
    for one in (*updates, *updates):
        await queue.put(one)
    assert numbers(queue) == [1, 2]


async def test_of_a_chat_few_are_in_memory_and_the_rest_follows_in_order(queue: InboxQueue, inbox: Inbox) -> None:
    """As many as ever came, none of them twice; others' are in at once, and an idle chat takes no memory."""
    many = list(range(1, 5 * MOST_OF_A_CHAT))
    for number in many:
        await queue.put(update(number))
    assert queue.in_memory == MOST_OF_A_CHAT
    await queue.put(update(10_000, chat=6))
    assert queue.in_memory == MOST_OF_A_CHAT + 1
    taken = await work_off(queue, inbox)
    assert [number for number in taken if number != 10_000] == many
    assert taken.index(10_000) == MOST_OF_A_CHAT
    assert await inbox.count_waiting() == {}
    assert queue.in_memory == 0 and not queue._lines


async def test_what_comes_while_a_chat_is_behind_waits_for_its_turn(queue: InboxQueue, inbox: Inbox) -> None:
    """Nothing overtakes what is in the inbox, whenever it comes."""
    for number in range(1, MOST_OF_A_CHAT + 3):
        await queue.put(update(number))
    order = []
    for later in range(1000, 1200):
        await queue.put(update(later))
        item = await asyncio.wait_for(queue.get(), 5)
        assert isinstance(item, Update)
        order.append(item.update_id)
        await inbox.claim(item.update_id)
        await inbox.finish(item.update_id)
        queue.done(item.update_id)
    order += await work_off(queue, inbox)
    assert order == [*range(1, MOST_OF_A_CHAT + 3), *range(1000, 1200)]


async def test_commands_overtake_a_chat_that_is_behind(queue: InboxQueue) -> None:
    """/cancel and /forget of a chat with thousands of messages come in at once."""
    for number in range(1, MOST_OF_A_CHAT + 10):
        await queue.put(update(number))
    numbers(queue)
    await queue.put(update(5000, text="/forget"))
    assert numbers(queue) == [5000]


async def test_a_start_takes_in_a_few_of_each_chat(inbox: Inbox, queue: InboxQueue) -> None:
    """The oldest first; the rest follows."""
    most = MOST_OF_A_CHAT + 20
    for number in range(1, most + 1):
        await inbox.receive(number, update(number).to_json().encode())
    await inbox.receive(most + 1, update(most + 1, chat=6).to_json().encode())
    assert await queue.replay(BOT) == most + 1
    assert queue.in_memory == MOST_OF_A_CHAT + 1
    taken = await work_off(queue, inbox)
    assert sorted(taken) == list(range(1, most + 2))
    assert [number for number in taken if number <= most] == list(range(1, most + 1))


@pytest.mark.parametrize("restarted", [False, True])
async def test_an_album_at_the_bound_comes_in_as_a_whole(inbox: Inbox, queue: InboxQueue, restarted: bool) -> None:
    """Its pictures are taken in together; what comes behind it waits."""
    numbered = range(1, MOST_OF_A_CHAT + 8)
    for number in numbered:
        one = update(number, album="a" if MOST_OF_A_CHAT - 2 < number < MOST_OF_A_CHAT + 6 else None)
        await (inbox.receive(number, one.to_json().encode()) if restarted else queue.put(one))
    if restarted:
        await queue.replay(BOT)
    assert numbers(queue) == list(range(1, MOST_OF_A_CHAT + 6))


async def test_what_is_left_to_the_next_run_is_not_taken_again(queue: InboxQueue, inbox: Inbox) -> None:
    """The rest of the chat goes on."""
    for number in range(1, MOST_OF_A_CHAT + 3):
        await queue.put(update(number))
    for number in numbers(queue):
        await inbox.claim(number)
        await inbox.postpone(number)
        queue.done(number)
    first = await asyncio.wait_for(queue.get(), 5)
    assert isinstance(first, Update) and first.update_id == MOST_OF_A_CHAT + 1
    assert numbers(queue) == [MOST_OF_A_CHAT + 2]


async def test_a_chat_that_was_forgotten_meanwhile_is_not_behind(
    queue: InboxQueue, inbox: Inbox, database: Database
) -> None:
    """Updates that are gone from the inbox are not waited for."""
    for number in range(1, MOST_OF_A_CHAT + 9):
        await queue.put(update(number))
    await database.write("UPDATE inbox SET state = 'done'")
    for number in numbers(queue):
        queue.done(number)
    await queue.put(update(9000))
    item = await asyncio.wait_for(queue.get(), 5)
    assert isinstance(item, Update) and item.update_id == 9000


async def test_what_is_brought_back_is_queued(queue: InboxQueue, inbox: Inbox, database: Database) -> None:
    """Unless it still cannot be read: then it is set aside again."""
    await inbox.set_aside(1, update(1).to_json().encode(), "odd")
    await inbox.set_aside(2, b"no JSON", "odd")
    assert await queue.bring_back(1, 2) == 2
    assert numbers(queue) == [1]
    assert await state(database, 1) == ("waiting", 0)
    assert await state(database, 2) == ("set_aside", 0)
