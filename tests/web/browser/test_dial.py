"""The dial and the picture: what the model sees, at which grid, of which part, of which page."""

import asyncio
import re
from contextlib import AsyncExitStack

import pytest

pytest.importorskip("playwright", reason="playwright is not installed (the extra dev)")

from playwright.async_api import Browser, Route, expect

from model_service import GLM4V_DIAL, LEVEL_TOKENS, Detail, plan_detail
from tests.bot.samples import pdf
from tests.web.browser.looking import PHONE, SAMPLES, Tab
from tests.web.browser.windows import Windows
from tests.web.conftest import Machine, Page

LABEL = SAMPLES / "label.jpg"
SIZE = (900, 620)


def grid(tokens: int, share: tuple[float, float] = (1, 1)) -> tuple[int, int]:
    """Return the pixels at which the label, or a share of its width and height, is seen."""
    plan = plan_detail(GLM4V_DIAL, Detail(tokens), round(SIZE[0] * share[0]), round(SIZE[1] * share[1]))
    return plan.width, plan.height


async def test_the_slider_changes_the_preview_and_the_next_question(page: Page, tab: Tab) -> None:
    """The very pixels of that setting, what it costs, and the tokens that the engine is told to spend."""
    await tab.send(LABEL)
    assert await tab.size() == SIZE
    await tab.at("#tokens").press("Home")
    await expect(tab.at("#tokens")).to_have_attribute("aria-valuetext", "auto")
    await tab.at("#tokens").press("ArrowRight")
    await tab.seen("seen")
    assert await tab.size() == grid(16)
    await expect(tab.at("#tokens")).to_have_attribute("aria-valuetext", "16 tokens")
    for level, tokens in LEVEL_TOKENS.items():
        await tab.at("#tokens").press("PageUp")
        await expect(tab.at("#tokens")).to_have_attribute("aria-valuetext", f"{level}: {tokens} tokens")
    await tab.at("#tokens").press("PageDown")
    await expect(tab.at("#tokens")).to_have_attribute("aria-valuetext", "high: 512 tokens")
    width, height = grid(512)
    await expect(tab.at("#plan")).to_contain_text(f"{width} × {height} px")
    await tab.seen("seen")
    assert await tab.size() == (width, height)
    await tab.asked("What is it?")
    assert page.engine.requests[-1].detail.tokens == 512
    await expect(tab.turn().locator(".asked")).to_contain_text("512 tokens")


async def test_auto_is_the_first_stop(page: Page, tab: Tab) -> None:
    """The preview is that of a first look; the question leaves the level to the bot, and a new window keeps that."""
    await tab.send(LABEL)
    await tab.at("#levels").get_by_text("auto").click()
    await expect(tab.at("#tokens")).to_have_attribute("aria-valuetext", "auto")
    await expect(tab.at("#plan")).to_contain_text("px")
    turn = await tab.asked("What is it?")
    await expect(turn.locator(".asked")).to_contain_text("auto")
    assert page.engine.requests[-1].detail.level is not None
    await tab.page.reload()
    await expect(tab.at("#tokens")).to_have_attribute("aria-valuetext", "auto")


async def test_levels_are_pressed_too(tab: Tab) -> None:
    """Each name under the slider turns it there."""
    await tab.send(LABEL)
    await tab.at("#levels").get_by_text("low").click()
    await expect(tab.at("#plan")).to_contain_text("px")
    await tab.seen("seen")
    assert await tab.size() == grid(128)
    await tab.page.get_by_text("As sent").click()
    await tab.seen("sent")
    assert await tab.size() == SIZE


async def test_an_older_preview_never_comes_after_a_newer_one(tab: Tab) -> None:
    """The answer about the setting before is held back until the newer one is shown, and then does nothing."""
    held: asyncio.Queue[Route] = asyncio.Queue()
    await tab.page.route("**/seen?tokens=16*", held.put)
    await tab.send(LABEL)
    await tab.turn_to(16)
    older = await asyncio.wait_for(held.get(), 10)
    await tab.at("#tokens").press("PageUp")
    await tab.seen("seen")
    assert await tab.size() == grid(128)
    await older.abort()
    await tab.page.unroute("**/seen?tokens=16*")
    await tab.seen("seen")
    assert await tab.size() == grid(128)
    await expect(tab.at("#alert")).to_be_empty()


async def test_the_grid_lies_over_the_picture(tab: Tab) -> None:
    """As many rows and columns as the plan has, over all of the picture or the marked part of it."""
    await tab.send(LABEL)
    await tab.at("#show-grid").check()
    plan = plan_detail(GLM4V_DIAL, Detail(256), *SIZE)
    await expect(tab.at("#plan")).to_contain_text(f"{plan.columns} × {plan.rows}")
    columns = await tab.at("#grid").evaluate("grid => grid.style.getPropertyValue('--columns')")
    assert columns == str(plan.columns)
    frame = await tab.box("#frame")
    assert (await tab.box("#grid"))["width"] == pytest.approx(frame["width"], abs=1)
    await tab.drag(0, 0, 0.5, 0.5)
    await tab.plan()
    assert (await tab.box("#grid"))["width"] == pytest.approx(frame["width"] / 2, rel=0.02)


async def test_a_rectangle_by_the_mouse(page: Page, tab: Tab) -> None:
    """It is what the next question is about, all tokens go to it, and the preview shows it alone."""
    await tab.send(LABEL)
    await tab.drag(0.1, 0.5, 0.6, 0.9)
    await expect(tab.at("#subject")).to_have_text("Only the marked part")
    await tab.page.get_by_text("As the model sees it").click()
    await tab.seen("seen")
    assert await tab.size() == pytest.approx(grid(256, (0.5, 0.4)), abs=28)
    await expect(tab.at("#part")).to_be_hidden()
    turn = await tab.asked("What is it?")
    await expect(turn.locator(".asked")).to_contain_text("Only the marked part")
    (seen,) = page.engine.requests[-1].pictures
    assert seen.region is not None
    region = (seen.region.left, seen.region.top, seen.region.right, seen.region.bottom)
    assert region == pytest.approx((0.1, 0.5, 0.6, 0.9), abs=0.01)
    await tab.button("Unmark").click()
    await tab.asked("And all of it?")
    assert page.engine.requests[-1].pictures[0].region is None


async def test_a_rectangle_is_adjusted(tab: Tab) -> None:
    """Moved as a whole and by its corners, and never beyond the picture."""
    await tab.send(LABEL)
    await tab.drag(0.2, 0.2, 0.4, 0.4)
    await expect(tab.at("#part")).to_have_attribute("aria-label", saying(20, 20, 40, 40))
    await tab.drag(0.3, 0.3, 0.5, 0.4)
    await expect(tab.at("#part")).to_have_attribute("aria-label", saying(40, 30, 60, 50))
    await tab.drag(0.6, 0.5, 0.8, 0.9)
    await expect(tab.at("#part")).to_have_attribute("aria-label", saying(40, 30, 80, 90))
    await tab.drag(0.5, 0.5, 1.0, 0.0)
    await expect(tab.at("#part")).to_have_attribute("aria-label", saying(60, 0, 100, 60))


async def test_a_rectangle_by_keys(page: Page, tab: Tab) -> None:
    """Arrows move it, with Shift they resize it, Escape removes it and gives the focus back."""
    await tab.send(LABEL)
    await tab.button("Mark a part").press("Enter")
    part = tab.at("#part")
    await expect(part).to_be_focused()
    await expect(part).to_have_attribute("aria-label", saying(25, 25, 75, 75))
    for key in ("ArrowRight", "ArrowDown", "Shift+ArrowLeft", "Shift+ArrowDown"):
        await part.press(key)
    await expect(part).to_have_attribute("aria-label", saying(27, 27, 75, 79))
    await tab.asked("What is it?")
    region = page.engine.requests[-1].pictures[0].region
    assert region is not None
    assert region.left == pytest.approx(0.27)
    await part.press("Escape")
    await expect(part).to_be_hidden()
    await expect(tab.at("#mark")).to_be_focused()
    await expect(tab.at("#subject")).to_be_empty()


async def test_a_rectangle_by_a_finger(windows: Windows) -> None:
    """After the button was pressed; without it a finger scrolls, and marks nothing."""
    tab = await windows.open(**PHONE)
    await tab.send(LABEL)
    await touch(tab, (0.3, 0.3), (0.6, 0.6))
    await expect(tab.at("#part")).to_be_hidden()
    await tab.button("Mark a part").tap()
    await touch(tab, (0.05, 0.05), (0.2, 0.2))
    await expect(tab.at("#part")).to_have_attribute("aria-label", saying(5, 5, 20, 20))


async def test_pages_of_a_pdf(page: Page, tab: Tab) -> None:
    """Thumbnails of all pages; a question is about those that were chosen, or those that it names."""
    await tab.send({"name": "scan.pdf", "mimeType": "application/pdf", "buffer": pdf(4, 300, 400)})
    await expect(tab.at("#strip img")).to_have_count(4)
    await expect(tab.at("#strip [aria-current=true]")).to_have_attribute("aria-label", "scan.pdf, page 1")
    await tab.button("scan.pdf, page 3").click()
    await expect(tab.at("#shown")).to_have_attribute("alt", "scan.pdf, page 3")
    await tab.asked("What is it?")
    assert len(page.engine.requests) == 1
    await tab.page.get_by_label("Ask about scan.pdf, page 2").check()
    await expect(tab.at("#subject")).to_have_text("Pictures: 2")
    await tab.asked("And these?")
    assert len(page.engine.requests) == 3
    await tab.asked("What is on page 4?")
    await expect(tab.turn(3).locator(".notes")).to_contain_text("page 4 of 4")
    await tab.page.reload()
    await expect(tab.page.get_by_label("Ask about scan.pdf, page 3")).to_be_checked()


async def test_several_pictures(page: Page, tab: Tab) -> None:
    """Sent together they are asked about together; one of them alone after a press, or when a part of it is marked."""
    await tab.send(LABEL, SAMPLES / "note.jpg")
    await expect(tab.at("#subject")).to_have_text("Pictures: 2")
    turn = await tab.asked("What is it?")
    await expect(turn.locator(".text")).to_contain_text("Picture 2:")
    await tab.drag(0.2, 0.2, 0.6, 0.6)
    await expect(tab.at("#subject")).to_have_text("Only the marked part")
    await tab.at("#strip").get_by_role("button", name="note.jpg").click()
    await expect(tab.at("#subject")).to_be_empty()
    await tab.asked("And this?")
    assert len(page.engine.requests) == 3


async def test_the_dial_ends_where_the_model_does(machine: Machine, browser: Browser) -> None:
    """With little memory the slider has no stops beyond what can be used."""
    machine.engine.most_tokens = 300
    async with AsyncExitStack() as opened:
        tab = await Windows(browser, await machine.open(), opened).open()
        await tab.send(LABEL)
        await tab.at("#tokens").press("End")
        await expect(tab.at("#tokens")).to_have_attribute("aria-valuetext", "fine: 300 tokens")
        await expect(tab.at("#levels button")).to_have_count(4)


def saying(left: int, top: int, right: int, bottom: int) -> re.Pattern[str]:
    """Match what a screen reader says of a rectangle at these edges in percent."""
    return re.compile(f"from {left} to {right} % across and from {top} to {bottom} % down")


async def touch(tab: Tab, begin: tuple[float, float], end: tuple[float, float]) -> None:
    """Draw a finger over the picture, in fractions of it."""
    frame = await tab.box("#frame")
    session = await tab.page.context.new_cdp_session(tab.page)
    for kind, (x, y) in (("touchStart", begin), ("touchMove", end)):
        point = {"x": frame["x"] + x * frame["width"], "y": frame["y"] + y * frame["height"]}
        await session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    await session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
