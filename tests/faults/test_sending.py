"""Classify errors of real connections: whether a message arrived, and whether to retry."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from telegram import Bot
from telegram.error import TelegramError
from telegram.request import HTTPXRequest

from bot.delivery.errors import is_transient, is_unreachable, never_arrived

TOKEN = "12345678:abcdefghijklmnopqrstuvwxyz0123456789"
Act = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(act: Act, seconds: float = 10.0) -> AsyncIterator[Bot]:
    """Open a bot that talks to a server which handles every connection in its own way, and waits `seconds` for it."""
    server = await asyncio.start_server(act, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/bot"
    async with HTTPXRequest(read_timeout=seconds) as request:
        yield Bot(TOKEN, base_url=address, request=request)
    server.close()


async def failure(bot: Bot) -> TelegramError:
    """Return the error of sending a message."""
    with pytest.raises(TelegramError) as failed:
        await bot.send_message(1, "x")
    return failed.value


def saying(status: int, body: str, more: str = "") -> Act:
    """Answer every request alike."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{more}\r\n"
        writer.write((head + body).encode())
        await writer.drain()
        writer.close()

    return answer


async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take the request and break the connection."""
    await reader.readuntil(b"\r\n\r\n")
    writer.transport.abort()


async def keep_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Never answer."""
    await reader.read()
    writer.close()


PAGE = "<html>no</html>"
ANSWERS: dict[str, tuple[Act, bool]] = {
    "500": (saying(500, '{"ok": false, "error_code": 500, "description": "Internal Server Error"}'), True),
    "502 page": (saying(502, PAGE), True),
    "503 page": (saying(503, PAGE), True),
    "504 page": (saying(504, PAGE), False),
    "unreadable": (saying(200, PAGE), False),
    "reset": (hang_up, False),
}


@pytest.mark.parametrize(("act", "nothing_arrived"), ANSWERS.values(), ids=ANSWERS.keys())
async def test_what_passes_is_tried_again_but_sent_again_only_where_nothing_arrived(
    act: Act, nothing_arrived: bool
) -> None:
    """A gateway that had no time, a reset and an unreadable answer leave it open."""
    async with listening(act) as bot:
        error = await failure(bot)
    assert (never_arrived(error), is_transient(error), is_unreachable(error)) == (nothing_arrived, True, False)
    assert TOKEN not in str(error)


async def test_silence_leaves_it_open() -> None:
    """The message may be there."""
    async with listening(keep_silent, seconds=0.1) as bot:
        error = await failure(bot)
    assert (never_arrived(error), is_transient(error)) == (False, True)


async def test_nothing_arrives_where_nobody_listens() -> None:
    """A refused connection."""
    async with listening(hang_up) as bot:
        address = bot.base_url
    async with HTTPXRequest() as request:
        error = await failure(Bot(TOKEN, base_url=address.removesuffix(TOKEN), request=request))
    assert never_arrived(error)
    assert is_transient(error)


@pytest.mark.parametrize("said", ["message text is empty", "message is not modified", "can't parse entities"])
async def test_what_telegram_declines_is_not_tried_again(said: str) -> None:
    """And is no closed door."""
    body = f'{{"ok": false, "error_code": 400, "description": "Bad Request: {said}"}}'
    async with listening(saying(400, body)) as bot:
        error = await failure(bot)
    assert (never_arrived(error), is_transient(error), is_unreachable(error)) == (True, False, False)
