"""The Chromium of this machine, which asks nobody but the page."""

import contextlib
import shutil
from collections.abc import AsyncIterator

from playwright.async_api import Browser, async_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)
"""What keeps Chromium from calling anybody by itself."""


class NoChromium(Exception):
    """Raised where no Chromium is installed."""


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """Run the system's Chromium for as long as the block lasts.

    Raises:
        NoChromium: there is none.
    """
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise NoChromium(f"there is no Chromium on this machine ({', '.join(NAMES)})")
    async with async_playwright() as driver:
        running = await driver.chromium.launch(executable_path=found, args=QUIET)
        yield running
        await running.close()
