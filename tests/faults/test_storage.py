"""A disk that is full, a database that is held: people hear of it at once, and everything goes on by itself."""

import asyncio
import contextlib
import errno
import sqlite3
from collections.abc import Callable
from typing import Any

import pytest

from assistant.pictures.copies import Copies
from assistant.storage import Deletion, Pictures, Turns
from assistant.storage.database import FILE
from bot.updates.inbox import Inbox
from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final
from tests.conversation.forgetting import wish
from tests.faults.conftest import assert_quiet, states

ASKED = "What is this?"


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retry a failed write after a hundredth of a second."""
    for name in (
        "bot.updates.lanes.FIRST_PAUSE",
        "bot.updates.lanes.LONGEST_PAUSE",
        "assistant.storage.outage.FIRST_PAUSE",
    ):
        monkeypatch.setattr(name, 0.01)
    monkeypatch.setattr("assistant.storage.outage.LONGEST_PAUSE", 0.01)


def sqlite_full() -> sqlite3.Error:
    """Return SQLite's error for a full disk."""
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE t (x)")
        connection.execute("PRAGMA max_page_count = 2")
        with pytest.raises(sqlite3.OperationalError) as caught:
            connection.execute("INSERT INTO t VALUES (zeroblob(100000))")
    return caught.value


def file_full() -> OSError:
    """Return the system's error for a file on a full disk."""
    return OSError(errno.ENOSPC, "No space left on device")


class Full:
    """Makes a method fail until `room` is set; `tried` counts."""

    def __init__(
        self, monkeypatch: pytest.MonkeyPatch, owner: type, method: str, error: Callable[[], Exception]
    ) -> None:
        self.room = False
        self.tried = 0
        real = getattr(owner, method)

        def attempt(*args: Any, **options: Any) -> Any:
            if not self.room:
                self.tried += 1
                raise error()
            return real(*args, **options)

        monkeypatch.setattr(owner, method, attempt)


@pytest.mark.parametrize(
    ("owner", "method", "error"),
    [(Pictures, "add", sqlite_full), (Copies, "_write", file_full), (Pictures, "look_at", sqlite_full)],
)
async def test_a_disk_that_fills_up_is_told_and_the_question_goes_on(  # noqa: PLR0917
    stage: Stage,
    server: Server,
    chat: Chat,
    monkeypatch: pytest.MonkeyPatch,
    log: pytest.LogCaptureFixture,
    owner: type,
    method: str,
    error: Callable[[], Exception],
) -> None:
    """At once and once; when there is room it is answered, and what was said of the disk is gone."""
    await stage.start()
    full = Full(monkeypatch, owner, method, error)
    question = await chat.send_photo(picture(), ASKED)
    told = await chat.answer(question)
    assert "disk" in told.text and "full" in told.text
    await server.wait_until(lambda: full.tried > 3)
    assert len([post for post in chat.messages if post.by_bot]) == 1
    full.room = True
    await final(chat, question)
    await server.wait_until(lambda: told.deleted)
    await stage.stop()
    assert states(stage) == ["done"]
    assert_quiet(log, stage)


async def test_others_are_answered_while_one_waits_for_room(
    stage: Stage, server: Server, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what the same person says meanwhile keeps its place behind."""
    await stage.start()
    bens = server.person("Ben").private()
    await final(bens, await bens.send_photo(picture(), ASKED))
    full = Full(monkeypatch, Pictures, "add", sqlite_full)
    first = await chat.send_photo(picture(), "First?")
    await server.wait_until(lambda: full.tried > 1)
    second = await chat.send("Second?")
    await final(bens, await bens.send("And this?"))
    full.room = True
    await final(chat, first)
    await final(chat, second)
    assert [request.messages[-1].text for request in stage.engine.requests[-2:]] == ["First?", "Second?"]


@pytest.mark.parametrize("method", ["claim", "finish"])
async def test_books_that_cannot_be_kept_are_kept_later(
    stage: Stage, server: Server, chat: Chat, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """The handlers run once, and the row is done."""
    await stage.start()
    full = Full(monkeypatch, Inbox, method, sqlite_full)
    asked = await chat.send("/help")
    await server.wait_until(lambda: full.tried > 2)
    full.room = True
    await chat.answer(asked)
    await server.acknowledged()
    await stage.stop()
    assert states(stage) == ["done"]
    assert len([post for post in chat.messages if post.by_bot]) == 1


async def test_an_answer_that_cannot_be_remembered_yet_is_not_given_twice(
    stage: Stage, server: Server, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is on the screen; that it was given is written down once there is room."""
    await stage.start()
    full = Full(monkeypatch, Turns, "add", sqlite_full)
    question = await chat.send_photo(picture(), ASKED)
    await final(chat, question)
    await server.wait_until(lambda: full.tried > 2)
    full.room = True
    await final(chat, await chat.send("And why?"))
    assert len(stage.engine.requests) == 2
    assert len(stage.engine.requests[1].messages) == 3


async def test_forgetting_on_a_full_disk_goes_on_by_itself(
    stage: Stage, server: Server, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person hears that it is not done, and when it is."""
    await stage.start()
    await final(chat, await chat.send_photo(picture(), "A secret?"))
    full = Full(monkeypatch, Deletion, "chat", sqlite_full)
    question = await wish(chat)
    assert "full" in (await chat.answer(question)).text
    assert list((stage.folder / "pictures").iterdir()) == []
    assert "Deleted" not in question.text
    full.room = True
    await chat.wait_until(lambda: "disk: 1 picture and 1 answer" in question.text)
    assert all(b"A secret" not in file.read_bytes() for file in stage.folder.glob(f"{FILE}*"))


async def test_a_reader_that_keeps_words_on_the_disk_is_waited_for(
    stage: Stage, server: Server, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The person hears that some words are left, and "deleted" only when none is; nobody is held up meanwhile."""
    monkeypatch.setattr("bot.handlers.forget.PATIENCE", 0.2)
    monkeypatch.setattr("bot.handlers.forget.LONGEST_PAUSE", 0.05)
    services = (await stage.start()).services
    question = await chat.send_photo(picture(), "A secret?")
    await final(chat, question)
    await services.questions.end_of(chat.id, question.id)
    with contextlib.closing(sqlite3.connect(stage.folder / FILE, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM turns").fetchone() == (2,)
        told = await wish(chat)
        await chat.wait_until(lambda: "another program" in told.text)
        assert "Deleted" not in told.text
        assert told.buttons == []
        await chat.answer(await chat.send("/status"))
        bens = server.person("Ben").private()
        await final(bens, await bens.send_photo(picture(), ASKED))
        assert not any("Deleted" in post.text for post in chat.messages)
        reader.execute("COMMIT")
    await chat.answer(told, lambda post: "Deleted for good, also from the disk: 1 picture and 1 answer." in post.text)
    assert all(b"A secret" not in file.read_bytes() for file in stage.folder.glob(f"{FILE}*"))


async def test_a_command_that_telegram_fails_is_tried_again(
    stage: Stage, server: Server, log: pytest.LogCaptureFixture
) -> None:
    """Not at the next start, which may be months away: as soon as Telegram answers."""
    await stage.start()
    ada = server.person("Ada")
    group = server.group("Family", ada, server.person("Ben"))
    server.fail_next("getChatMember", 502, "Bad Gateway", times=3)
    said = await group.send("/watch on", by=ada)
    assert "every picture" in (await group.answer(said)).text
    await stage.stop()
    assert states(stage)[-1] == "done"
    assert_quiet(log, stage)


async def test_a_stop_does_not_wait_for_room(
    stage: Stage, server: Server, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waiting updates are left to the next start, and answered by it."""
    monkeypatch.setattr("bot.updates.lanes.FIRST_PAUSE", 3600.0)
    await stage.start()
    full = Full(monkeypatch, Pictures, "add", sqlite_full)
    question = await chat.send_photo(picture(), ASKED)
    await chat.answer(question)
    async with asyncio.timeout(10):
        await stage.stop()
    assert states(stage) == ["waiting"]
    full.room = True
    await stage.start()
    await final(chat, question)
