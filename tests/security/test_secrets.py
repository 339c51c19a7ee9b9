"""The token: in no log, no message, no file, whatever breaks."""

import io
import logging
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from telegram import Bot, File
from telegram.error import InvalidToken, TelegramError

from bot.logs import HIDDEN, set_up_logs
from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final

TOKEN = "123456789:AAH-abcdefghijklmnopqrstuvwxyz_01234"
LEVELS = ("debug", "info", "warning", "error")


@pytest.fixture
def written(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """Collect the log with the bot's setup, at the level that a test names, else at debug."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers, stream = [], io.StringIO()
    set_up_logs(getattr(request, "param", "debug"), stream=stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers, root.level = handlers, level


@pytest.mark.parametrize("written", LEVELS, indirect=True)
def test_no_level_shows_it(written: io.StringIO) -> None:
    """As it is, in an address, and with its colon written as addresses may."""
    logger = logging.getLogger("anything")
    for level in LEVELS:
        number = logging.getLevelName(level.upper())
        logger.log(
            number, "bot%s %s %r", TOKEN, quote(TOKEN, safe=""), {"url": f"https://api.telegram.org/bot{TOKEN}/x"}
        )
    assert HIDDEN in written.getvalue()
    assert TOKEN.partition(":")[2] not in written.getvalue()


def test_what_describes_itself_with_it_is_cleaned(written: io.StringIO) -> None:
    """Telegram's bot, a file's address, what the library and the network say of a refusal, with their causes."""
    bot, logger = Bot(TOKEN), logging.getLogger("anything")
    address = f"https://api.telegram.org/file/bot{TOKEN}/photos/file_1.jpg"
    file = File("f", "u", 1, address)
    request = httpx.Request("GET", address)
    refusal = httpx.HTTPStatusError(f"404 for {address}", request=request, response=httpx.Response(404))
    for error in (InvalidToken(f"The token `{TOKEN}` was rejected by the server."), TelegramError(address), refusal):
        try:
            raise RuntimeError(f"{bot!r}") from error
        except RuntimeError:
            logger.exception("%r %s", file, request)
    assert written.getvalue().count("Traceback") == 3
    assert TOKEN.partition(":")[2] not in written.getvalue()


async def test_it_gets_nowhere_whatever_breaks(
    stage: Stage, server: Server, chat: Chat, written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Refusals quote it, a handler breaks with it: not in the log at debug, on the disk, or on the screen."""
    address = f"https://api.telegram.org/bot{server.token}/getFile"

    def broken(*anything: object) -> str:
        raise RuntimeError(f"cannot reach {address}")

    running = await stage.start()
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    for method, status in (("getFile", 400), ("sendMessage", 400), ("getUpdates", 502)):
        server.fail_next(method, status, f"Bad Request: {address}")
    await chat.answer(await chat.send_photo(picture(), "What is this?"))
    monkeypatch.setattr("bot.handlers.queue._counts", broken)
    said = await chat.answer(await chat.send("/queue"), lambda post: "Something went wrong" in post.text)
    logging.getLogger("anything").error("%r %r", running, running.application)
    await stage.stop()
    secret = server.token.partition(":")[2]
    assert HIDDEN in written.getvalue()
    assert secret not in written.getvalue()
    assert secret not in repr(running)
    assert all(secret.encode() not in data for data in stored(stage.folder))
    assert any(HIDDEN.encode() in data for data in stored(stage.folder)), said.text
    assert all(secret not in post.text for post in chat.messages)


def stored(folder: Path) -> list[bytes]:
    """Return every file that the bot has on its disk."""
    return [file.read_bytes() for file in folder.rglob("*") if file.is_file()]
