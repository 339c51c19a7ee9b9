"""A playground for a bot in another process."""

from collections.abc import AsyncIterator

import pytest

import playground
from playground import Server


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    """A playground; at the end of a test the bot must have asked for nothing that the Bot API does not know."""
    async with playground.serve(hook_pauses=(0.05, 0.5)) as running:
        yield running
        assert running.violations == []
