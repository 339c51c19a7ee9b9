"""Background tasks end with their block, and their failures are heard."""

import asyncio

import pytest

from assistant.tasks import background, spawn


async def test_what_runs_beside_a_block_ends_with_it() -> None:
    """Cancelled and waited for."""
    ended = asyncio.Event()
    began = asyncio.Event()

    async def work() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with background(work(), "work"):
        await began.wait()
    assert ended.is_set()


async def test_a_failure_is_logged_and_handed_on(caplog: pytest.LogCaptureFixture) -> None:
    """Whether or not anybody awaits the task."""

    async def work() -> None:
        raise ValueError("no luck")

    with pytest.raises(ValueError, match="no luck"):
        await spawn(work(), "unlucky")
    assert "unlucky failed" in caplog.text
