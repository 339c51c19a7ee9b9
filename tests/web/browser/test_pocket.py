"""The whole path with nothing scripted: a browser, the page's server, SQLite, and the pocket model."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

pytest.importorskip("playwright", reason="playwright is not installed (the extra dev)")

from playwright.async_api import expect

from assistant.settings.settings import Settings
from cli.web import page_alone
from model_service import ModelConfig, open_service
from tests.bot.engines import ScriptedEngine
from tests.web.browser.looking import SAMPLES
from tests.web.browser.windows import Windows
from tests.web.conftest import Page


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    """A page with the pocket model, which may still be loading."""
    settings = Settings.model_validate({"storage": {"path": tmp_path / "data"}, "web": {"port": 0}})
    async with page_alone(settings, open_service(ModelConfig(name="pocket"))) as (desk, listening):
        yield Page(listening.url, desk, ScriptedEngine())


async def test_the_dial_decides_how_a_receipt_is_read(windows: Windows) -> None:
    """A receipt is read at once at the default, and piece by piece at 16 tokens; a marked part of it is read alone."""
    tab = await windows.open()
    await tab.send(SAMPLES / "receipt.jpg")
    await expect(tab.at("#status")).to_have_text("", timeout=60_000)  # The model is loaded.
    turn = await tab.asked("What is the total?")
    await expect(turn.locator(".text")).to_have_text("$12.15")
    follow_up = await tab.asked("How much is the coffee?")
    await expect(follow_up.locator(".text")).to_have_text("$3.10")
    await tab.turn_to(16)
    await tab.seen("seen")
    await expect(tab.at("#plan")).to_contain_text("MiB")
    blurred = await tab.asked("What is the date?")
    await expect(blurred.locator(".asked")).to_have_text("16 tokens")
    await expect(blurred.locator(".notes")).to_contain_text("parts")  # The assistant cuts up what is too small to read.
    await tab.at("#levels").get_by_text("standard").click()
    await tab.page.get_by_text("As sent").click()
    await tab.seen("sent")
    await tab.drag(0.02, 0.02, 0.98, 0.4)
    part = await tab.asked("What is the name of the shop?")
    await expect(part.locator(".text")).to_have_text("Harbour Bakery")
    await expect(part.locator(".notes")).to_contain_text("marked")
