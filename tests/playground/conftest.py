"""A server, a python-telegram-bot Bot that talks to it, and plain HTTP for requests that no library sends."""

import io
from collections.abc import AsyncIterator

import httpx
import pytest
from PIL import Image
from telegram import Bot
from telegram.request import HTTPXRequest

import playground
from playground import Chat, Server


@pytest.fixture(autouse=True)
def timedeltas(monkeypatch: pytest.MonkeyPatch) -> None:
    """PTB's RetryAfter warns, which is an error here, unless its new type is asked for."""
    monkeypatch.setenv("PTB_TIMEDELTA", "true")


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A playground without flood control."""
    async with playground.serve() as running:
        yield running


@pytest.fixture
async def bot(server: Server) -> AsyncIterator[Bot]:
    """PTB's Bot, with short timeouts for tests of answers that never come."""
    async with Bot(
        server.token,
        base_url=server.base_url,
        base_file_url=server.base_file_url,
        request=HTTPXRequest(read_timeout=2),
    ) as running:
        yield running


@pytest.fixture
def chat(server: Server) -> Chat:
    """Ada's chat with the bot."""
    return server.person("Ada").private()


@pytest.fixture
async def http(server: Server) -> AsyncIterator[httpx.AsyncClient]:
    """Plain HTTP to the bot's methods."""
    async with httpx.AsyncClient(base_url=f"{server.base_url}{server.token}/") as client:
        yield client


def picture(width: int, height: int, kind: str = "PNG") -> bytes:
    """A picture with something in it."""
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert("RGB").save(buffer, kind)
    return buffer.getvalue()
