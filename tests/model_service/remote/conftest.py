"""A server that is listening, and pauses that are short."""

from collections.abc import AsyncIterator

import pytest

from tests.model_service.remote.fake_server import FakeServer


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other soon."""
    monkeypatch.setattr("model_service.backends.remote.pauses.PAUSES", (0.02,))


@pytest.fixture
async def server() -> AsyncIterator[FakeServer]:
    """A server that answers well unless a test says otherwise."""
    async with FakeServer().open() as opened:
        yield opened
