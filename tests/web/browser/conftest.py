"""A real Chromium that looks at the page; the engine behind the page does what a test says."""

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from model_service import EngineStep, GenerationRequest, ModelConfig
from tests.bot.engines import ScriptedEngine
from tests.web.conftest import Machine, Page

if TYPE_CHECKING:  # Each test file says that it needs playwright, and is skipped without it.
    from playwright.async_api import Browser

    from tests.web.browser.looking import Tab
    from tests.web.browser.windows import Windows


class WatchedEngine(ScriptedEngine):
    """Also tells when an answer was given up."""

    def __init__(self, *pieces: str) -> None:
        super().__init__(*pieces)
        self.given_up = threading.Event()

    def generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Say the pieces."""
        try:
            yield from super().generate(request)
        except GeneratorExit:
            self.given_up.set()
            raise


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="package")
def anyio_backend() -> str:
    """One event loop for the whole folder, which shares a browser."""
    return "asyncio"


@pytest.fixture(scope="package")
async def browser(anyio_backend: str) -> AsyncIterator["Browser"]:
    """The Chromium of this machine."""
    from tests.web.browser.chromium import NoChromium, chromium

    try:
        async with chromium() as running:
            yield running
    except NoChromium as error:
        pytest.skip(str(error))


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    """A machine without a page, whose engine tells when an answer was given up."""
    made = Machine(tmp_path / "data")
    made.engine = WatchedEngine()
    made.config = ModelConfig(drain_seconds=0.2, slice_tokens=10_000)  # Else an answer that is held lets others by.
    made.values["web"]["url"] = "http://localhost"
    made.values["access"] = {"mode": "open"}
    yield made
    await made.close()


@pytest.fixture
async def windows(browser: "Browser", page: Page) -> AsyncIterator["Windows"]:
    """Browser windows on the page; none of them may have complained, or asked another host, by the end."""
    from tests.web.browser.windows import Windows

    async with AsyncExitStack() as opened:
        made = Windows(browser, page, opened)
        yield made
        for tab in made.tabs:
            assert tab.complaints == []
            assert tab.hosts <= {page.url}


@pytest.fixture
async def tab(windows: "Windows") -> "Tab":
    """A window on the page, on a desk."""
    return await windows.open()
