"""The API with a scripted engine, served over real HTTP, and the official client."""

import asyncio
import base64
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from typing import Any

import openai
import pytest
from pydantic import SecretStr

from assistant.settings.settings import Settings
from cli.serve import api_at
from model_service import ModelConfig, ModelService, local_service
from tests.bot.engines import ScriptedEngine
from tests.bot.samples import picture

KEY = "a-key-of-24-characters-1"


def data_url(data: bytes, kind: str = "image/png") -> str:
    """A picture as clients send it."""
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def look(text: str = "What is it?", data: bytes | None = None, **more: Any) -> Any:
    """A user's turn with a picture; `more` is what its image_url says besides."""
    image = {"url": data_url(picture() if data is None else data), **more}
    return {"role": "user", "content": [{"type": "text", "text": text}, {"type": "image_url", "image_url": image}]}


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what the server does by itself."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


class Api:
    """A server that is opened with the settings and keys of a test."""

    def __init__(self) -> None:
        self.engine = ScriptedEngine()
        self.values: dict[str, dict[str, object]] = {}
        self.keys: list[str] = []
        self.config = ModelConfig(drain_seconds=0.2)
        self.opened = AsyncExitStack()
        self.url = ""
        self.model: ModelService | None = None

    async def open(self, model: ModelService | None = None) -> str:
        """Open it, and return the address that clients are given."""
        settings = Settings.model_validate(self.values)
        self.model = model or local_service(lambda: self.engine, self.config)
        keys = [SecretStr(key) for key in self.keys]
        listening = await self.opened.enter_async_context(api_at(settings, self.model, "127.0.0.1", 0, keys))
        self.url = listening.url
        if model is None:
            await self.model.ready()
        return f"{self.url}/v1"

    @property
    def waiting(self) -> int:
        """How many requests wait for their first turn."""
        return self.model.waiting if self.model else 0

    @property
    def busy(self) -> int:
        """How many requests wait or run."""
        return self.waiting + self.model.under_way if self.model else 0

    async def client(self, key: str = "none") -> openai.AsyncOpenAI:
        """Return the official client, which tries nothing again."""
        url = f"{self.url}/v1" if self.url else await self.open()
        client = openai.AsyncOpenAI(base_url=url, api_key=key, max_retries=0, timeout=20)
        return await self.opened.enter_async_context(client)


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    """A server that is not open yet."""
    made = Api()
    yield made
    made.engine.go.set()
    await made.opened.aclose()
