"""Updates set aside are reported to the owner and admins, once an hour at most."""

import sqlite3

import pytest

from assistant.storage import Standing, open_database
from bot.updates.inbox import Inbox
from bot.updates.reports import PAUSE_SECONDS
from playground import Chat, Post, Server
from tests.conversation.conftest import Stage

SECRET = "nobody's business"


def reports(chat: Chat) -> list[Post]:
    """Return the reports of updates set aside that a person got."""
    return [
        post for post in chat.messages if post.by_bot and ("could not handle" in post.text or "没能处理" in post.text)
    ]


def malformed(server: Server) -> int:
    """Telegram sends what cannot be read; returns its number."""
    return int(server.put_update({"message": {"message_id": SECRET, "chat": 5}})["update_id"])


@pytest.fixture
async def house(stage: Stage, server: Server) -> tuple[Chat, Chat, Chat]:
    """The private chats of the owner, a Chinese admin, and a guest, of a bot at work."""
    bot = await stage.start()
    chats = [server.person(name).private() for name in ("Ada", "Chen", "Ben")]
    admissions = bot.services.admissions
    await admissions.pair(chats[0].id, "Ada", "en")
    await admissions.ask(chats[1].id, "Chen", "zh", 0.0, 0.0)
    for chat in chats[1:]:
        await admissions.let_in(chat.id, "x", chats[0].id)
    chen = await admissions.get(chats[1].id)
    assert chen is not None and await admissions.change(chen, Standing.ADMIN, chats[0].id)
    return chats[0], chats[1], chats[2]


async def test_the_owner_and_the_admins_are_told(server: Server, house: tuple[Chat, Chat, Chat]) -> None:
    """Each in their language, with a number to look for, and without a word of its content."""
    number = str(malformed(server))
    for chat in house[:2]:
        told = await chat.wait_until(lambda chat=chat: reports(chat))  # type: ignore[misc]
        assert number in told[0].text and SECRET not in told[0].text
    assert "搁置的内容" in reports(house[1])[0].text
    assert house[2].messages == []


async def test_they_are_told_once_an_hour(stage: Stage, server: Server, house: tuple[Chat, Chat, Chat]) -> None:
    """Also over restarts: two more within the hour make one message after it."""
    owner = house[0]
    await stage.stop()
    async with open_database(stage.folder) as database:
        inbox = Inbox(database)
        for number in (1, 2, 3):
            await inbox.set_aside(number, SECRET.encode(), "odd")
        await inbox.note_report([1])
    await stage.start()
    await owner.answer(await owner.send("/help"))
    await stage.stop()
    assert reports(owner) == []
    async with open_database(stage.folder) as database:
        await database.write("UPDATE inbox SET reported_at = reported_at - ?", PAUSE_SECONDS)
    await stage.start()
    (told,) = await owner.wait_until(lambda: reports(owner))
    assert "could not handle 2 messages from Telegram; everything else goes on. Last: update 3;" in told.text


async def test_what_nobody_could_be_told_is_told_later(
    stage: Stage, server: Server, house: tuple[Chat, Chat, Chat]
) -> None:
    """Telegram failed just then."""
    server.fail_next("sendMessage", 500, "Internal Server Error", times=2)
    malformed(server)
    await server.wait_until(lambda: len(server.calls("sendMessage")) == 2)
    await stage.stop()
    await stage.start()
    await house[0].wait_until(lambda: reports(house[0]))


async def test_a_report_from_the_future_does_not_silence_the_next(
    stage: Stage, house: tuple[Chat, Chat, Chat], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock was a year ahead when the last one was dated."""
    await stage.stop()
    async with open_database(stage.folder) as database:
        for number in (1, 2):
            await Inbox(database).set_aside(number, SECRET.encode(), "odd")
        await Inbox(database).note_report([1])
        await database.write("UPDATE inbox SET reported_at = reported_at + 31536000 WHERE update_id = 1")
    monkeypatch.setattr("bot.updates.reports.PAUSE_SECONDS", 0.0)
    await stage.start()
    (told,) = await house[0].wait_until(lambda: reports(house[0]))
    assert "update 2;" in told.text


async def test_a_database_that_fails_does_not_end_the_telling(
    stage: Stage,
    server: Server,
    house: tuple[Chat, Chat, Chat],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One line in the log, and the next time it is told."""
    monkeypatch.setattr("bot.updates.reports.PAUSE_SECONDS", 0.0)
    failing = iter([sqlite3.OperationalError("database is locked")])
    unreported = Inbox.unreported

    async def once(inbox: Inbox) -> list[int]:
        for error in failing:
            raise error
        return await unreported(inbox)

    monkeypatch.setattr(Inbox, "unreported", once)
    number = str(malformed(server))
    (told,) = await house[0].wait_until(lambda: reports(house[0]))
    assert number in told.text
    assert "database is locked" in caplog.text and "Traceback" not in caplog.text
