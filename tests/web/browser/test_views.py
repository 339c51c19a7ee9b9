"""Each view: for all eyes and for none, on desk and phone, light and dark, in each language; and its weight."""

import re
from typing import Any

import pytest

pytest.importorskip("playwright", reason="playwright is not installed (the extra dev)")

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from assistant.texts import LANGUAGES, Label, PageLabel, texts_in
from tests.conversation.languages import SCRIPTS
from tests.web.browser.looking import PHONE, SAMPLES, Tab
from tests.web.browser.windows import Windows
from tests.web.conftest import Page

DARK: dict[str, Any] = {"color_scheme": "dark"}
LOOKS: dict[str, dict[str, Any]] = {"desk": {}, "phone": PHONE, "dark": DARK}
MOST_BYTES = 60_000


async def check(tab: Tab, view: str) -> None:
    """Find nothing that a person with a screen reader, with weak eyes or without a mouse would stumble over."""
    found = await Axe().run(tab.page)
    assert found.violations_count == 0, f"{view}\n{found.generate_report()}"


async def fits(tab: Tab) -> bool:
    """Whether nothing is wider than the window."""
    return bool(await tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("look", LOOKS)
async def test_every_view_is_accessible(page: Page, windows: Windows, look: str) -> None:
    """The first view, an answer, one that is growing, one that failed, the dial, a rectangle, the list, the question
    before deleting.
    """
    tab = await windows.open(**LOOKS[look])
    await check(tab, "first view")
    await tab.send(SAMPLES / "receipt.jpg", SAMPLES / "note.jpg")
    await tab.asked("What is it?")
    await tab.button("All text").click()
    await expect(tab.turn(2).locator("[data-state=answered]")).to_be_visible()
    await check(tab, "answers")
    page.engine.failure = RuntimeError("broken")
    await tab.ask("And now?")
    await expect(tab.turn(3).locator("[data-state=failed]")).to_be_visible()
    page.engine.failure = None
    await tab.at("#show-grid").check()
    await tab.at("#tokens").press("PageDown")
    await tab.seen("seen")
    await check(tab, "dial")
    await tab.button("Mark a part").click()
    await tab.at("#question").fill(" ")
    with page.held():
        await tab.ask("What is here?")
        await expect(tab.at("#stop")).to_be_visible()
        await check(tab, "rectangle, and an answer that grows")
    assert await fits(tab)
    if await tab.at("#open-list").is_visible():
        await tab.at("#open-list").click()
    await tab.button("Delete “What is it?”").click()
    await check(tab, "dialog")


async def test_the_check_finds_what_is_wrong(tab: Tab) -> None:
    """A picture without words for it, and letters too pale to be read."""
    await tab.at("h2").evaluate("title => { title.style.color = '#ccc'; title.append(new Image()) }")
    found = await Axe().run(tab.page)
    assert {one["id"] for one in found.response["violations"]} == {"color-contrast", "image-alt"}


async def test_the_closed_page_is_accessible(windows: Windows) -> None:
    """Who comes without a link sees how to get one, and nothing else."""
    tab = await windows.blank()
    response = await tab.page.goto("/")
    assert response is not None
    assert response.status == 401
    await expect(tab.at("#closed")).to_contain_text("link")
    await check(tab, "closed")


async def test_dark_and_light(windows: Windows) -> None:
    """The page follows the system."""
    shades = []
    for scheme in ("light", "dark"):
        tab = await windows.open(color_scheme=scheme)
        colour = await tab.at("body").evaluate("body => getComputedStyle(body).backgroundColor")
        shades.append(sum(int(part) for part in re.findall(r"\d+", colour)[:3]))
    assert shades[0] > 600
    assert shades[1] < 150


async def test_a_phone_has_one_column(windows: Windows) -> None:
    """Picture above, answers below, the question at the bottom; the picture folds away; nothing is cut off."""
    tab = await windows.open(**PHONE)
    await tab.send(SAMPLES / "receipt.jpg")
    await tab.asked("What is it?")
    viewer, talk, field = await tab.box("#viewer"), await tab.box("#items"), await tab.box("#question")
    assert viewer["y"] + viewer["height"] <= talk["y"] + 2
    assert talk["y"] + talk["height"] <= field["y"]
    send = await tab.box("#send")
    assert send["x"] + send["width"] <= 390
    assert field["y"] + field["height"] <= 780
    await tab.button("Hide the picture").tap()
    await expect(tab.at("#stage")).to_be_hidden()
    assert (await tab.box("#items"))["height"] > talk["height"] + 200
    await tab.button("Show the picture").tap()
    await expect(tab.at("#stage")).to_be_visible()


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
async def test_another_language(page: Page, windows: Windows, language: str) -> None:
    """Chosen once, kept for the next visit, in every word: also in what the server says."""
    tab = await windows.open(**PHONE)
    texts = texts_in(language)
    await tab.at("#language").select_option(texts.say(Label.OWN_NAME))
    await expect(tab.at("html")).to_have_attribute("lang", language)
    await tab.page.reload()
    await expect(tab.at("h2")).to_have_text(texts.say(PageLabel.SHOW_ME))
    await tab.send(SAMPLES / "receipt.jpg")
    await tab.asked("?")
    await tab.at("#files").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"no picture"})
    await expect(tab.at("#alert")).to_contain_text(SCRIPTS[language])
    said = await tab.page.evaluate(
        "[...document.querySelectorAll('[data-text], [data-label], #mark, #fold, .buttons button')].flatMap("
        "  (one) => [one.textContent, one.ariaLabel ?? '', one.placeholder ?? '']).filter((text) => text.trim())"
    )
    assert len(said) > 30
    assert [text for text in said if not SCRIPTS[language].search(text)] == []
    assert await fits(tab)
    await check(tab, language)


async def test_the_language_of_the_browser(windows: Windows) -> None:
    """Who never chose one gets the one that the browser asks for."""
    tab = await windows.open(locale="ru-RU")
    await expect(tab.at("html")).to_have_attribute("lang", "ru")


async def test_the_page_is_light(windows: Windows) -> None:
    """Less than 60 kB for all of it but pictures, and nothing from anywhere else; it shows itself at once."""
    tab = await windows.blank()
    sizes, paint = await tab.weigh(windows.link)
    print(f"\n{sum(sizes.values())} bytes, first paint after {paint:.0f} ms", sizes)
    assert {"page.html", "page.js", "page.css", "icon.svg", "state"} <= set(sizes)
    assert sum(sizes.values()) < MOST_BYTES
    assert paint < 2000


async def test_the_policy_lets_nothing_else_in(tab: Tab) -> None:
    """Neither a script in the page, nor a request to somebody else."""
    tried = await tab.page.evaluate(
        "async () => { try { await fetch('http://127.0.0.2:1/'); return 'sent' } catch (error) { return error.name } }"
    )
    assert tried == "TypeError"
    assert [text for text in tab.complaints if "Content Security Policy" in text]
    tab.complaints.clear()
    tab.hosts.discard("http://127.0.0.2:1")
