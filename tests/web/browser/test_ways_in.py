"""The ways in which a picture comes: dropped, pasted, chosen, photographed."""

import base64
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="playwright is not installed (the extra dev)")

from playwright.async_api import expect

from tests.web.browser.looking import PHONE, SAMPLES, Tab
from tests.web.browser.windows import Windows

FILE = """
([name, type, content]) => {
  const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, { type }));
  return data;
}
"""


def content_of(path: Path) -> str:
    """Return a file's bytes as letters."""
    return base64.b64encode(path.read_bytes()).decode()


async def handed(tab: Tab, path: Path, kind: str) -> object:
    """Return a file in the browser's hands."""
    return await tab.page.evaluate_handle(FILE, [path.name, kind, content_of(path)])


async def test_a_picture_is_dropped(tab: Tab) -> None:
    """Anywhere on the page, which says so while it hovers."""
    data = await handed(tab, SAMPLES / "note.jpg", "image/jpeg")
    await tab.at("body").dispatch_event("dragover", {"dataTransfer": data})
    await expect(tab.at("#let-go")).to_be_visible()
    await tab.at("header").dispatch_event("drop", {"dataTransfer": data})
    await expect(tab.at("#let-go")).to_be_hidden()
    await expect(tab.at(".upload")).to_have_text("note.jpg")
    await tab.seen("sent")


async def test_a_picture_is_pasted(tab: Tab) -> None:
    """Also while the question is being written; pasted text stays text."""
    await tab.send(SAMPLES / "card.jpg")
    data = await handed(tab, SAMPLES / "page.png", "image/png")
    paste = "(field, data) => field.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true}))"
    await tab.at("#question").evaluate(paste, data)
    await expect(tab.at(".upload")).to_have_text(["card.jpg", "page.png"])
    await tab.seen("sent")


async def test_buttons_open_the_choice_of_files(tab: Tab) -> None:
    """On the first view, and beside the question."""
    async with tab.page.expect_file_chooser() as first:
        await tab.button("Choose files").click()
    chooser = await first.value
    assert chooser.is_multiple()
    await chooser.set_files(SAMPLES / "card.jpg")
    await tab.seen("sent")
    async with tab.page.expect_file_chooser():
        await tab.button("Add pictures").click()


async def test_a_phone_takes_a_photo(windows: Windows) -> None:
    """With the camera behind; a desk does not offer it."""
    desk, phone = await windows.open(), await windows.open(**PHONE)
    await expect(desk.button("Take a photo")).to_have_count(0)
    async with phone.page.expect_file_chooser() as choice:
        await phone.button("Take a photo").tap()
    assert await (await choice.value).element.get_attribute("capture") == "environment"
    await (await choice.value).set_files(SAMPLES / "card.jpg")
    await phone.seen("sent")
    await expect(phone.button("Take a photo")).to_be_visible()
