"""The page with a scripted engine, served over real HTTP, and people who look at it."""

import json
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from assistant.settings.settings import Settings
from cli.web import page_alone
from model_service import ModelConfig, local_service
from tests.bot.engines import ScriptedEngine
from web.desk import Desk

UPLOADED = "receipt.png"


class Visitor:
    """A browser: it keeps its cookies, and says where its requests come from."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.AsyncClient(base_url=url, headers={"Origin": url}, timeout=20)

    async def enter(self, path: str) -> httpx.Response:
        """Follow a link."""
        return await self.http.get(path, follow_redirects=True)

    async def begin(self) -> int:
        """Begin a conversation."""
        return int((await self.http.post("/api/conversations")).json()["id"])

    async def upload(self, conversation: int, data: bytes, name: str = UPLOADED, **headers: str) -> httpx.Response:
        """Send a file."""
        path = f"/api/conversations/{conversation}/pictures"
        return await self.http.post(path, content=data, headers={"X-Name": name, **headers})

    async def ask(self, conversation: int, text: str, *pictures: int, **more: object) -> httpx.Response:
        """Ask a question."""
        asked = {"text": text, "pictures": pictures, "tokens": 256, **more}
        return await self.http.post(f"/api/conversations/{conversation}/questions", json=asked)

    async def show(self, conversation: int) -> Any:
        """Return all of a conversation."""
        return (await self.http.get(f"/api/conversations/{conversation}")).json()

    async def answer(self, conversation: int, number: int) -> dict[str, Any]:
        """Follow an answer to its end, and return that."""
        async for answer in self.answers(conversation, number):
            if answer["state"] not in {"waiting", "looking", "writing"}:
                return answer
        raise AssertionError("the stream ended before the answer did")

    async def answers(self, conversation: int, number: int) -> AsyncIterator[dict[str, Any]]:
        """Follow an answer: what is known of it, then whatever is new."""
        async with self.http.stream("GET", f"/api/conversations/{conversation}/events") as response:
            lines = response.aiter_lines()
            async for line in lines:
                if line.startswith(":"):  # The stream is open: what comes now cannot be missed.
                    shown = await self.show(conversation)
                    item = next(one for one in shown["items"] if one["message"] == number)
                    yield item["answer"]
                if line.startswith("data: "):
                    data = json.loads(line.removeprefix("data: "))
                    if data.pop("message", None) == number:
                        yield data


@dataclass
class Page:
    """A page that is open."""

    url: str
    desk: Desk
    engine: ScriptedEngine

    @contextmanager
    def held(self, piece: int = 1) -> Iterator[threading.Event]:
        """Have the engine stop before a piece, until the block ends."""
        self.engine.hold = piece
        try:
            yield self.engine.held
        finally:
            self.engine.go.set()


class Machine:
    """A machine on which the page is opened and closed."""

    def __init__(self, folder: Path) -> None:
        self.engine = ScriptedEngine()
        self.config = ModelConfig(drain_seconds=0.2)
        self.values: dict[str, dict[str, object]] = {
            "storage": {"path": folder},
            "web": {"port": 0},
            "model": {"detail": "standard"},
        }
        self._opened = AsyncExitStack()

    async def open(self) -> Page:
        """Open the page."""
        model = local_service(lambda: self.engine, self.config)
        settings = Settings.model_validate(self.values)
        desk, listening = await self._opened.enter_async_context(page_alone(settings, model))
        await model.ready()
        return Page(listening.url, desk, self.engine)

    async def close(self) -> None:
        """Close it."""
        self.engine.go.set()
        opened, self._opened = self._opened, AsyncExitStack()
        await opened.aclose()


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    """A machine without a page."""
    made = Machine(tmp_path / "data")
    yield made
    await made.close()


@pytest.fixture
async def page(machine: Machine) -> Page:
    """A page."""
    return await machine.open()


@pytest.fixture
async def stranger(page: Page) -> AsyncIterator[Visitor]:
    """Somebody who was not let in."""
    visitor = Visitor(page.url)
    yield visitor
    await visitor.http.aclose()


@pytest.fixture
async def visitor(page: Page) -> AsyncIterator[Visitor]:
    """Whoever uses this machine."""
    visitor = Visitor(page.url)
    assert (await visitor.enter(page.desk.entrance.local_path)).status_code == 200
    yield visitor
    await visitor.http.aclose()
