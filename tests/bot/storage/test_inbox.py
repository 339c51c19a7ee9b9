"""The inbox: on the disk before Telegram is told, done once, replayed in order."""

import asyncio
import contextlib
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from telegram import Bot, Update
from telegram.error import NetworkError

from bot.storage import Database, Inbox, InboxQueue
from bot.storage.database import FILE
from bot.storage.inbox import MOST_ATTEMPTS, SUSPECT_ATTEMPTS

BOT = Bot("1:token")


def update(number: int, **more: Any) -> Update:
    """A text that arrived."""
    message = {"message_id": number, "date": 1, "chat": {"id": 5, "type": "private", "first_name": "Ada"}, "text": "Hi"}
    return Update.de_json({"update_id": number, "message": message, **more}, BOT)


@pytest.fixture
def inbox(database: Database) -> Inbox:
    """An empty inbox."""
    return Inbox(database)


async def state(database: Database, number: int) -> tuple[str, int] | None:
    """A row's state and attempts."""
    row = await database.row("SELECT state, attempts FROM inbox WHERE update_id = ?", number)
    return (row["state"], row["attempts"]) if row else None


async def test_put_returns_once_the_update_is_on_the_disk(inbox: Inbox, tmp_path: Path) -> None:
    """Another connection sees it at once, with fields that the library does not know."""
    await InboxQueue(inbox).put(update(7, brand_new={"field": 1}))
    with contextlib.closing(sqlite3.connect(tmp_path / "data" / FILE)) as other:
        ((payload, state),) = other.execute("SELECT payload, state FROM inbox WHERE update_id = 7")
    assert state == "waiting"
    assert b"brand_new" in payload


async def test_an_update_that_comes_twice_is_queued_once(inbox: Inbox) -> None:
    """Also when it is done already."""
    queue = InboxQueue(inbox)
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
        await InboxQueue(inbox).put(update(7))


async def test_a_full_disk_makes_polling_ask_again(inbox: Inbox, database: Database) -> None:
    """Once there is room, the update is taken in, and once."""
    queue, long = InboxQueue(inbox), update(7, words="x" * 100_000)
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
    queue = InboxQueue(inbox)
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
    queue = InboxQueue(inbox)
    assert await queue.replay(BOT) == 2
    replayed = [queue.get_nowait(), queue.get_nowait()]
    assert [item.update_id for item in replayed if isinstance(item, Update)] == [1, 3]


async def test_what_ends_the_process_too_often_is_set_aside(inbox: Inbox, database: Database) -> None:
    """A poison update must not keep the bot from starting for ever."""
    await inbox.receive(1, update(1).to_json().encode())
    for _ in range(MOST_ATTEMPTS):
        assert [row.update_id for row in await inbox.recover()] == [1]
        assert not inbox.is_deadly(1)
        assert await inbox.claim(1)
    assert [row.update_id for row in await inbox.recover()] == [1]
    assert inbox.is_deadly(1)
    assert await inbox.claim(1)
    await inbox.give_up(1)
    await inbox.finish(1)
    assert await state(database, 1) == ("set_aside", MOST_ATTEMPTS + 1)
    assert await inbox.unreported() == [1]


async def test_what_kills_even_when_given_up_is_set_aside_unseen(inbox: Inbox, database: Database) -> None:
    """It is not even handed out."""
    await inbox.receive(1, b"{}")
    for _ in range(MOST_ATTEMPTS + 1):
        await inbox.recover()
        await inbox.claim(1)
    assert await inbox.recover() == []
    assert await inbox.unreported() == [1]


async def test_suspects_are_worked_on_one_after_another(inbox: Inbox) -> None:
    """Who was at work at two deaths waits for other such ones, so as not to share the next; nobody else waits."""
    for number in (1, 2):
        await inbox.receive(number, b"{}")
    for _ in range(SUSPECT_ATTEMPTS):
        await inbox.recover()
        await inbox.claim(1)
        await inbox.claim(2)
    await inbox.recover()

    async def work_on(number: int) -> int:
        async with inbox.one_suspect(number):
            return number

    async with inbox.one_suspect(1):
        second = asyncio.ensure_future(work_on(2))
        assert await work_on(3) == 3
        assert not second.done()
    assert await second == 2


async def test_an_end_in_good_order_blames_nobody(inbox: Inbox, database: Database) -> None:
    """What is still being worked on when the process is stopped waits for the next run, with the attempt back."""
    await inbox.receive(1, b"{}")
    await inbox.receive(2, b"{}")
    await inbox.claim(1)
    await inbox.release()
    assert await state(database, 1) == ("waiting", 0)
    assert await state(database, 2) == ("waiting", 0)


async def test_a_postponed_update_waits_for_the_next_run(inbox: Inbox, database: Database) -> None:
    """A stop is not held against it; `finish` after it does nothing."""
    await inbox.receive(1, b"{}")
    await inbox.claim(1)
    await inbox.postpone(1, blameless=True)
    await inbox.finish(1)
    assert await state(database, 1) == ("waiting", 0)
    await inbox.claim(1)
    await inbox.postpone(1, blameless=False)
    assert await state(database, 1) == ("waiting", 1)


async def test_an_unreadable_row_is_set_aside_and_the_others_go_on(inbox: Inbox, database: Database) -> None:
    """Whatever is in the table, the start succeeds."""
    await inbox.receive(1, b"not JSON")
    await inbox.receive(2, update(2).to_json().encode())
    queue = InboxQueue(inbox)
    await queue.replay(BOT)
    assert queue.qsize() == 1
    assert await state(database, 1) == ("set_aside", 0)


async def test_a_finished_update_leaves_no_text_behind(inbox: Inbox, database: Database) -> None:
    """Only its number is kept, and that for two days."""
    await inbox.receive(1, b"secret words")
    await inbox.claim(1)
    await inbox.finish(1)
    row = await database.row("SELECT payload FROM inbox WHERE update_id = 1")
    assert row is not None and row["payload"] == b""
    await database.write("UPDATE inbox SET finished_at = 0")
    await inbox.receive(2, b"{}")
    await inbox.claim(2)
    await inbox.finish(2)
    assert await state(database, 1) is None


async def test_the_answers_message_is_remembered(inbox: Inbox) -> None:
    """The next run goes on in it."""
    await inbox.receive(1, b"{}")
    assert await inbox.answer_of(1) is None
    await inbox.note_answer(1, 55)
    assert await inbox.answer_of(1) == 55
    assert await inbox.answer_of(2) is None
