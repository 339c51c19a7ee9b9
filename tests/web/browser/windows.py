"""Windows of a browser on the page."""

from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import urlsplit

from playwright.async_api import Browser

from tests.web.browser.looking import Tab
from tests.web.conftest import Page


class Windows:
    """Opens windows, each of somebody else: they share no cookies."""

    def __init__(self, browser: Browser, page: Page, opened: AsyncExitStack) -> None:
        self._browser = browser
        self._page = page
        self._opened = opened
        self.tabs: list[Tab] = []

    @property
    def link(self) -> str:
        """The link for this machine."""
        return self._page.desk.entrance.local_path

    async def blank(self, **options: Any) -> Tab:
        """Open a window without a page; `options` are playwright's, such as `color_scheme`."""
        options = {"locale": "en-GB", "base_url": self._page.url, **options}
        context = await self._browser.new_context(**options)
        self._opened.push_async_callback(context.close)
        tab = Tab(await context.new_page())
        self.tabs.append(tab)
        return tab

    async def open(self, path: str | None = None, **options: Any) -> Tab:
        """Open a window on the page, by the link for this machine or by another."""
        tab = await self.blank(**options)
        await tab.page.goto(path or self.link)
        await tab.page.wait_for_selector("body:not([data-view=starting])")
        return tab

    async def open_for(self, person: int) -> Tab:
        """Open a window for somebody on Telegram, by a link as the bot sends them."""
        return await self.open(urlsplit(self._page.desk.entrance.link_for(person) or "").path)
