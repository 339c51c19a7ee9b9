"""python -m bench web: weigh the page, time its first paint, and take its pictures for docs/web.md.

It runs `eyeglass web` with the pocket model and looks at it with the system's Chromium, as the tests of the page do.
"""

import asyncio
import io
import statistics
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import Browser, Locator

from tests.web.browser.chromium import chromium
from tests.web.browser.looking import PHONE, SAMPLES, Tab

PICTURES = Path(__file__).parent.parent / "docs" / "pictures"
COLOURS = 128
"""The colours of a picture in the documents: enough for a page with one photo, and small."""

MOST_BYTES = 60_000
MOST_MILLISECONDS = 500
START_SECONDS = 120

SETTINGS = """
[storage]
path = "{folder}"
[model]
name = "pocket"
"""


@dataclass(frozen=True, slots=True)
class Plan:
    """How often the page is opened, and whether its pictures are taken."""

    rounds: int = 7
    pictures: bool = True


@dataclass(frozen=True, slots=True)
class Outcome:
    """The page in a browser without a cache: bytes of all bodies as they were sent, first paints in milliseconds."""

    requests: int
    bytes: int
    hosts: int
    first_paint: float
    worst_first_paint: float
    files: dict[str, int]

    def wrong(self) -> str:
        """Say what is not as it was promised."""
        if self.bytes >= MOST_BYTES or self.hosts != 1:
            return f"{self.bytes} bytes from {self.hosts} hosts"
        return f"first paint after {self.first_paint} ms" if self.first_paint >= MOST_MILLISECONDS else ""


async def measure(plan: Plan, folder: Path) -> Outcome:
    """Open the page in new windows, then take its pictures."""
    async with running_page(folder) as link, chromium() as browser:
        rounds = [await weigh(browser, link) for _ in range(plan.rounds)]
        if plan.pictures:
            for take in (desk, phone, dark, dial):
                await take(browser, link)
    sizes, hosts, _ = rounds[-1]
    paints = [paint for _, _, paint in rounds]
    return Outcome(len(sizes), sum(sizes.values()), hosts, round(statistics.median(paints)), round(max(paints)), sizes)


@asynccontextmanager
async def running_page(folder: Path) -> AsyncIterator[str]:
    """Run `eyeglass web`, and yield the link that it prints."""
    command = (sys.executable, "-m", "cli", "web", "--port", "0", "--settings", str(_settings(folder)))
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdout=pipe, stderr=asyncio.subprocess.DEVNULL)
    try:
        async with asyncio.timeout(START_SECONDS):
            link = await _link(process)
        yield link
    finally:
        process.terminate()
        await process.wait()


def _settings(folder: Path) -> Path:
    folder.mkdir(parents=True)
    file = folder / "settings.toml"
    file.write_text(SETTINGS.format(folder=folder), encoding="utf-8")
    return file


async def _link(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    async for line in process.stdout:
        if line.startswith(b"http://"):
            return line.decode().strip()
    raise RuntimeError("the page did not start")


async def weigh(browser: Browser, link: str) -> tuple[dict[str, int], int, float]:
    """Open the page in a browser without a cache: the bytes of each file, the number of hosts, the first paint."""
    context = await browser.new_context()
    tab = Tab(await context.new_page())
    sizes, paint = await tab.weigh(link)
    await context.close()
    return sizes, len(tab.hosts), paint


async def desk(browser: Browser, link: str) -> None:
    """A receipt, two questions, and the dial turned down to what the model can just not read any more."""
    async with window(browser, link, viewport={"width": 1280, "height": 800}) as tab:
        await tab.send(SAMPLES / "receipt.jpg")
        await tab.asked("What is the total?")
        await tab.asked("How much is the coffee?")
        await tab.turn_to(54)
        await tab.at("#show-grid").check()
        await settle(tab)
        await keep(tab.page.screenshot, "web-desk")


async def phone(browser: Browser, link: str) -> None:
    """A card, in one column."""
    async with window(browser, link, **PHONE, device_scale_factor=2) as tab:
        await tab.send(SAMPLES / "card.jpg")
        await tab.asked("What is the phone number?")
        await settle(tab)
        await keep(tab.page.screenshot, "web-phone")


async def dark(browser: Browser, link: str) -> None:
    """A label in the dark, of which a part is asked about."""
    async with window(browser, link, viewport={"width": 1280, "height": 800}, color_scheme="dark") as tab:
        await tab.send(SAMPLES / "label.jpg")
        await tab.asked("What is the name?")
        await tab.drag(0.26, 0.62, 0.78, 0.84)
        await tab.asked("What is the weight?")
        await settle(tab)
        await keep(tab.page.screenshot, "web-dark")


async def dial(browser: Browser, link: str) -> None:
    """The same receipt at two settings, side by side."""
    async with window(browser, link, viewport={"width": 1000, "height": 720}) as tab:
        await tab.send(SAMPLES / "receipt.jpg")
        await tab.at("#show-grid").check()
        sides = []
        for tokens in (27, 256):
            await tab.turn_to(tokens)
            await settle(tab)
            sides.append(await shot(tab.at("#viewer")))
    whole = Image.new("RGB", (sum(side.width for side in sides) + 16, sides[0].height), "white")
    whole.paste(sides[0], (0, 0))
    whole.paste(sides[1], (sides[0].width + 16, 0))
    save(whole, "web-dial")


@asynccontextmanager
async def window(browser: Browser, link: str, **options: Any) -> AsyncIterator[Tab]:
    """Open the page in a window of its own, with no earlier conversations in it."""
    context = await browser.new_context(locale="en-GB", **options)
    tab = Tab(await context.new_page())
    await tab.page.goto(link)
    await tab.page.wait_for_selector("#model:not(:empty)", timeout=START_SECONDS * 1000)
    await tab.page.wait_for_selector("#status:empty", state="attached", timeout=START_SECONDS * 1000)
    yield tab
    await context.close()


async def settle(tab: Tab) -> None:
    """Wait until the picture is up to date, and nothing has the focus."""
    await tab.plan()
    await tab.page.evaluate("document.activeElement.blur()")


async def shot(place: Locator) -> Image.Image:
    """Return a picture of one place on the page."""
    return Image.open(io.BytesIO(await place.screenshot(animations="disabled"))).convert("RGB")


async def keep(take: Callable[..., Awaitable[bytes]], name: str) -> None:
    """Keep a picture of the whole window."""
    save(Image.open(io.BytesIO(await take(animations="disabled"))).convert("RGB"), name)


def save(picture: Image.Image, name: str) -> None:
    """Write a picture with few colours, which takes little room."""
    file = PICTURES / f"{name}.png"
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
    print(f"{file.name}: {picture.width}x{picture.height}, {file.stat().st_size} bytes", flush=True)
