"""What people do with the page, and what they see there."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.async_api import ConsoleMessage, FilePayload, Locator, Page, Request, Response, expect

if TYPE_CHECKING:
    from playwright.async_api import FloatRect

SAMPLES = Path(__file__).parents[3] / "playground" / "pictures"
PATIENCE = 60_000
"""Milliseconds after which a test that waits in vain fails."""

PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 780}, "has_touch": True, "is_mobile": True}

expect.set_options(timeout=PATIENCE)


class Tab:
    """The page in one window."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        page.set_default_timeout(PATIENCE)
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._note_host)

    def _note(self, message: ConsoleMessage) -> None:
        """Note what went wrong in a script or broke the policy; that a request was refused is no fault of the page."""
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.complaints.append(message.text)

    def _note_host(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob"}:
            self.hosts.add(f"{address.scheme}://{address.netloc}")

    def at(self, selector: str) -> Locator:
        """Return a place on the page."""
        return self.page.locator(selector)

    def button(self, name: str) -> Locator:
        """Return a button by what a screen reader calls it."""
        return self.page.get_by_role("button", name=name, exact=True)

    def turn(self, number: int = 1) -> Locator:
        """Return a question with its answer; the first is 1."""
        return self.at("article").nth(number - 1)

    async def send(self, *files: Path | FilePayload) -> None:
        """Choose files, and wait until they are there."""
        before = await self.at(".upload").count()
        payload: Sequence[Path] | Sequence[FilePayload] = files  # type: ignore[assignment]
        await self.at("#files").set_input_files(payload)
        await expect(self.at(".upload")).to_have_count(before + len(files))
        await self.seen("sent")

    async def seen(self, view: str) -> None:
        """Wait until the picture is shown in a view, and nothing is being fetched for it."""
        await expect(self.at(f"#shown[data-view={view}]")).to_be_visible()
        await expect(self.at("#frame[aria-busy]")).to_have_count(0)

    async def ask(self, question: str) -> Locator:
        """Ask, and return the question with its answer."""
        number = await self.at("article").count() + 1
        await self.at("#question").fill(question)
        await self.at("#question").press("Enter")
        await expect(self.at("article")).to_have_count(number)
        return self.turn(number)

    async def asked(self, question: str) -> Locator:
        """Ask, and wait for the whole answer."""
        turn = await self.ask(question)
        await expect(turn.locator("[data-state=answered]")).to_be_visible()
        return turn

    async def plan(self) -> str:
        """Return what is said about the dial's setting, once it is up to date."""
        await expect(self.at("#frame[aria-busy]")).to_have_count(0)
        return await self.at("#plan").inner_text()

    async def turn_to(self, tokens: int) -> None:
        """Turn the dial by its keys to so many tokens or the next stop above."""
        for key in ("Home", "ArrowRight"):  # Before the least number of tokens there is auto.
            await self.at("#tokens").press(key)
        while int((await self.at("#tokens").get_attribute("aria-valuetext") or "").split()[-2]) < tokens:
            await self.at("#tokens").press("ArrowRight")

    async def size(self) -> tuple[int, int]:
        """Return the pixels of the image that is shown."""
        width, height = await self.at("#shown").evaluate("image => [image.naturalWidth, image.naturalHeight]")
        return width, height

    async def weigh(self, link: str) -> tuple[dict[str, int], float]:
        """Open the page: the bytes of each file as it was sent, and the milliseconds to the first paint."""
        answers: list[Response] = []

        def note(answer: Response) -> None:
            answers.append(answer)

        self.page.on("response", note)
        await self.page.goto(link)
        await self.page.wait_for_selector("body[data-view=empty]")
        loaded = [one for one in answers if one.ok]
        sizes = [(await one.request.sizes())["responseBodySize"] for one in loaded]
        names = [urlsplit(one.url).path.rpartition("/")[2] or "page.html" for one in loaded]
        paint = await self.page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        return dict(zip(names, sizes, strict=True)), float(paint)

    async def box(self, selector: str) -> "FloatRect":
        """Return where something is."""
        found = await self.at(selector).bounding_box()
        assert found is not None
        return found

    async def drag(self, left: float, top: float, right: float, bottom: float) -> None:
        """Drag the mouse over the picture, in fractions of it."""
        frame, mouse = await self.box("#frame"), self.page.mouse
        await mouse.move(frame["x"] + left * frame["width"], frame["y"] + top * frame["height"])
        await mouse.down()
        await mouse.move(frame["x"] + right * frame["width"], frame["y"] + bottom * frame["height"], steps=4)
        await mouse.up()
