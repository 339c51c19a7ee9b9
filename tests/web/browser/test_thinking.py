"""The switch that has the model think first, and thoughts that are folded under an answer."""

import pytest

pytest.importorskip("playwright", reason="playwright is not installed (the extra dev)")

from playwright.async_api import expect

from tests.web.browser.looking import SAMPLES, Tab
from tests.web.conftest import Machine, Page

RECEIPT = SAMPLES / "receipt.jpg"
ASKED = "How much is left?"
THOUGHT = "10 less 3."


@pytest.fixture
def thoughts() -> tuple[str, ...]:
    """What the model thinks."""
    return (THOUGHT,)


@pytest.fixture
async def page(machine: Machine, thoughts: tuple[str, ...]) -> Page:
    """A page whose model thinks that."""
    machine.engine.thoughts = thoughts
    return await machine.open()


async def test_the_switch_has_it_think(page: Page, tab: Tab) -> None:
    """Until it is switched off; the thoughts are folded, and a press shows them."""
    await tab.send(RECEIPT)
    switch = tab.page.get_by_role("checkbox", name="Think it over")
    await switch.check()
    turn = await tab.asked(ASKED)
    await expect(turn.locator(".asked")).to_contain_text("Think it over")
    await expect(turn.locator(".thoughts")).to_be_visible()
    await expect(turn.locator(".thoughts p")).to_be_hidden()
    await turn.get_by_text("What I thought before I answered:").click()
    await expect(turn.locator(".thoughts p")).to_have_text(THOUGHT)
    await expect(turn.get_by_role("button", name="Think it over")).to_have_count(0)
    await switch.uncheck()
    plain = await tab.asked("And then?")
    await expect(plain.locator(".thoughts")).to_be_hidden()
    assert [request.thinking > 0 for request in page.engine.requests] == [True, False]


async def test_the_button_under_an_answer(page: Page, tab: Tab) -> None:
    """It asks once more, and the switch stays as it was."""
    await tab.send(RECEIPT)
    turn = await tab.asked(ASKED)
    await turn.get_by_role("button", name="Think it over").click()
    await expect(tab.turn(2).locator("[data-state=answered] .thoughts")).to_be_visible()
    await expect(tab.page.get_by_role("checkbox", name="Think it over")).not_to_be_checked()


@pytest.mark.parametrize("thoughts", [()])
async def test_there_is_no_switch_for_a_model_that_cannot(tab: Tab) -> None:
    """Nor anything under its answers."""
    await tab.send(RECEIPT)
    turn = await tab.asked(ASKED)
    await expect(tab.at("#think")).to_be_hidden()
    await expect(turn.get_by_role("button", name="Think it over")).to_have_count(0)
    await expect(turn.locator(".thoughts")).to_be_hidden()
