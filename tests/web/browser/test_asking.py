"""Ask, follow the answer, stop it, ask on; what is kept, what is refused, and what breaks."""

import asyncio
import json
import time
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="playwright is not installed (the extra dev)")

from playwright.async_api import Route, expect

from assistant.texts import PageLabel, Sentence
from model_service import OutOfMemory
from tests.bot.samples import pdf
from tests.web.browser.conftest import WatchedEngine
from tests.web.browser.looking import SAMPLES, Tab
from tests.web.browser.windows import Windows
from tests.web.conftest import Page

RECEIPT = SAMPLES / "receipt.jpg"
QUESTION = "What is it?"
ANSWER = "A grey gradient."


async def test_an_answer_streams(page: Page, tab: Tab) -> None:
    """A picture, a question; the answer grows while the engine writes, and is spoken once, when it is whole."""
    await tab.send(RECEIPT)
    with page.held():
        turn = await tab.ask(QUESTION)
        await expect(turn.locator(".text")).to_have_text("A grey")
        await expect(turn.locator("[data-state=writing]")).to_be_visible()
        await expect(tab.at("#spoken")).to_have_text("")
    await expect(turn.locator(".text")).to_have_text(ANSWER)
    await expect(turn.locator("[data-state=answered]")).to_be_visible()
    await expect(turn.locator(".notes")).to_contain_text("read at")
    await expect(tab.at("#spoken")).to_have_text(ANSWER)
    await expect(tab.at("#stop")).to_be_hidden()
    await expect(tab.at("#question")).to_have_value("")


async def test_stop_reaches_the_engine(page: Page, tab: Tab) -> None:
    """Within a second; what was written stays, and can be asked again in its place."""
    assert isinstance(page.engine, WatchedEngine)
    await tab.send(RECEIPT)
    with page.held():
        turn = await tab.ask(QUESTION)
        await expect(turn.locator(".text")).to_have_text("A grey")
        pressed = time.monotonic()
        await tab.button("Stop").click()
        assert await asyncio.to_thread(page.engine.given_up.wait, 5)
        assert time.monotonic() - pressed < 1
        await expect(turn.locator("[data-state=stopped]")).to_be_visible()
    await expect(turn.locator(".notice")).to_have_text(Sentence.STOPPED)
    await turn.get_by_role("button", name="Retry").click()
    await expect(tab.turn().locator("[data-state=answered] .text")).to_have_text(ANSWER)
    await expect(tab.at("article")).to_have_count(1)


async def test_a_follow_up(page: Page, tab: Tab) -> None:
    """The model is told what was said before."""
    await tab.send(RECEIPT)
    await tab.asked(QUESTION)
    await tab.asked("And its colour?")
    assert [message.text for message in page.engine.requests[-1].messages] == [QUESTION, ANSWER, "And its colour?"]


async def test_look_closer(page: Page, tab: Tab) -> None:
    """The same question at more tokens, under the first answer."""
    await tab.send(RECEIPT)
    turn = await tab.asked(QUESTION)
    await turn.get_by_role("button", name="Look closer").click()
    await expect(tab.turn(2).locator("[data-state=answered]")).to_be_visible()
    first, second = (request.detail.tokens for request in page.engine.requests)
    assert (first, second) == (256, 384)
    await expect(tab.turn(2).locator(".question")).to_have_text(QUESTION)


async def test_all_text_and_a_table(page: Page, tab: Tab) -> None:
    """By a press each: the text as it is, the table as a file as well."""
    await tab.send(RECEIPT)
    await tab.button("All text").click()
    await expect(tab.turn().locator("[data-state=answered] pre")).to_have_text(ANSWER)
    page.engine.pieces = ("| a | b |\n| --- | --- |\n", "| 1 | 2 |\n")
    await tab.button("Table").click()
    async with tab.page.expect_download() as download:
        await tab.turn(2).get_by_role("link", name="table.csv").click()
    assert (await (await download.value).path()).read_text("utf-8-sig").split() == ["a,b", "1,2"]


async def test_place_in_line(page: Page, windows: Windows) -> None:
    """Who waits behind somebody else is told so."""
    ada, ben = await windows.open(), await windows.open_for(7)
    await ada.send(RECEIPT)
    await ben.send(RECEIPT)
    with page.held():
        first = await ada.ask(QUESTION)
        await expect(first.locator(".text")).to_have_text("A grey")
        second = await ben.ask(QUESTION)
        await expect(second.locator(".notice")).to_contain_text(Sentence.IN_LINE.format(place=2))
    await expect(second.locator("[data-state=answered]")).to_be_visible()


async def test_a_reload_keeps_the_conversation(page: Page, tab: Tab) -> None:
    """Even in the middle of an answer, which goes on where it is."""
    await tab.send(RECEIPT)
    await tab.asked(QUESTION)
    with page.held():
        await tab.ask("And now?")
        await expect(tab.turn(2).locator(".text")).to_have_text("A grey")
        await tab.page.reload()
        await expect(tab.turn(2).locator(".text")).to_have_text("A grey")
        await expect(tab.turn(1).locator(".text")).to_have_text(ANSWER)
        await expect(tab.at("#stop")).to_be_visible()
    await expect(tab.turn(2).locator(".text")).to_have_text(ANSWER)
    await tab.asked("And then?")


async def test_earlier_conversations(tab: Tab) -> None:
    """They are listed by their questions, open again, and go back and forth with the browser's own buttons."""
    await tab.send(RECEIPT)
    await tab.asked("What is the total?")
    await tab.button("New conversation").click()
    await expect(tab.at("#welcome")).to_be_visible()
    await tab.send(SAMPLES / "note.jpg")
    await tab.asked("What is the name?")
    await tab.button("What is the total?").click()
    await expect(tab.at(".question")).to_have_text(["What is the total?"])
    await tab.page.go_back()
    await expect(tab.at(".question")).to_have_text(["What is the name?"])


async def test_a_conversation_is_deleted(tab: Tab) -> None:
    """After one question; kept if that is the answer."""
    await tab.send(RECEIPT)
    await tab.asked(QUESTION)
    await tab.button(f"Delete “{QUESTION}”").click()
    await expect(tab.at("#delete")).to_be_visible()
    await tab.button("Keep").click()
    await expect(tab.at("article")).to_have_count(1)
    await tab.button(f"Delete “{QUESTION}”").click()
    await tab.button("Delete").click()
    await expect(tab.at("#welcome")).to_be_visible()
    await expect(tab.at("#conversations li")).to_have_count(0)
    await tab.page.reload()
    await expect(tab.at("#nothing")).to_be_visible()


async def test_two_people_see_nothing_of_each_other(windows: Windows) -> None:
    """Neither in the list, nor by the other's address."""
    ada, ben = await windows.open(), await windows.open_for(7)
    await ada.send(RECEIPT)
    await ada.asked("Ada's question")
    await ben.page.goto(ada.page.url)
    await ben.page.reload()
    await expect(ben.at("#alert")).to_contain_text("no such conversation")
    await expect(ben.at("article")).to_have_count(0)
    await expect(ben.at("#conversations li")).to_have_count(0)


async def test_errors_are_sentences(page: Page, tab: Tab, tmp_path: Path) -> None:
    """A file that is no picture, one that is too big, a question about nothing, a model without memory."""
    files = tab.at("#files")
    await files.set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"no picture"})
    await expect(tab.at("#alert")).to_contain_text("not a picture that I can read")
    await tab.button("Close").click()
    await expect(tab.at("#alert")).to_be_empty()
    with (tmp_path / "big.png").open("wb") as too_big:
        too_big.truncate(21 * 2**20)
    await files.set_input_files(tmp_path / "big.png")
    await expect(tab.at("#alert")).to_contain_text(PageLabel.TOO_BIG.format(name="big.png", most=20))
    await tab.send(RECEIPT)
    await expect(tab.at("#alert")).to_be_empty()
    page.engine.failure = OutOfMemory("too much")
    turn = await tab.ask(QUESTION)
    await expect(turn.locator("[data-state=failed], [data-state=refused]")).to_be_visible()
    await expect(turn.locator(".notice")).to_contain_text("did not fit into the memory")
    page.engine.failure = None
    await turn.get_by_role("button", name="Retry").click()
    await expect(tab.turn().locator("[data-state=answered]")).to_be_visible()
    await tab.send({"name": "two.pdf", "mimeType": "application/pdf", "buffer": pdf(2)})
    await tab.at("#question").fill("What is on page 9?")
    await tab.at("#question").press("Enter")
    await expect(tab.at("#alert")).to_contain_text("this document has 2 pages")
    await expect(tab.at("#question")).to_have_value("What is on page 9?")


async def test_a_lost_connection_is_found_again(page: Page, tab: Tab) -> None:
    """The page says that it is lost, keeps what was typed, and catches up by itself."""
    await tab.send(RECEIPT)
    await tab.page.context.set_offline(True)
    await tab.at("#question").fill(QUESTION)
    await tab.at("#question").press("Enter")
    await expect(tab.at("#status")).to_have_text(PageLabel.LOST)
    await tab.page.context.set_offline(False)
    await expect(tab.at("#status")).to_have_text("")
    await expect(tab.at("#question")).to_have_value(QUESTION)
    await tab.at("#question").press("Enter")
    await expect(tab.turn().locator("[data-state=answered]")).to_be_visible()


async def test_markup_of_the_model_is_no_markup_of_the_page(page: Page, tab: Tab) -> None:
    """What a picture may have a model write is shown, and does nothing."""
    page.engine.pieces = ("<img src=x onerror=alert(1)> **bold** <script>alert(2)</script>",)
    await tab.send(RECEIPT)
    turn = await tab.asked("<b>What</b> is it?")
    await expect(turn.locator(".text")).to_contain_text("<img src=x onerror=alert(1)>")
    await expect(turn.locator(".text strong")).to_have_text("bold")
    assert await turn.locator("img, script, b").count() == 0


async def test_enter_sends_and_shift_enter_does_not(page: Page, tab: Tab) -> None:
    """Nor does the Enter that ends a word of an input method."""
    await tab.send(RECEIPT)
    field = tab.at("#question")
    await field.fill("one")
    await field.press("Shift+Enter")
    await field.press_sequentially("two")
    await field.dispatch_event("keydown", {"key": "Enter", "isComposing": True})
    await expect(field).to_have_value("one\ntwo")
    await expect(tab.at("article")).to_have_count(0)
    async with tab.page.expect_request("**/questions") as request:
        await field.press("Enter")
    assert json.loads((await request.value).post_data or "")["text"] == "one\ntwo"
    await expect(tab.turn().locator("[data-state=answered]")).to_be_visible()


async def test_what_was_fetched_never_comes_after_what_was_heard(page: Page, tab: Tab) -> None:
    """A reply that was written before the answer ended, and arrives after that, leaves the answer whole."""
    await tab.send(RECEIPT)
    held: asyncio.Queue[Route] = asyncio.Queue()
    with page.held():
        await tab.ask(QUESTION)
        await expect(tab.turn().locator(".text")).to_have_text("A grey")
        await tab.page.route("**/api/conversations/1", held.put, times=1)
        await tab.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        route = await held.get()
        fetched = await route.fetch()
        assert "writing" in await fetched.text()
    await expect(tab.turn().locator("[data-state=answered]")).to_be_visible()
    await tab.turn().evaluate("article => article.classList.add('before')")
    await route.fulfill(response=fetched)
    await expect(tab.at("article.before")).to_have_count(0)
    await expect(tab.turn().locator("[data-state=answered] .text")).to_have_text(ANSWER)
