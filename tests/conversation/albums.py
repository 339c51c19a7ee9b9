"""Albums for conversations: how they arrive, by a clock that is turned by hand, and what was seen of them."""

import asyncio
import io
from collections.abc import Callable
from typing import TYPE_CHECKING

from PIL import Image

from bot.updates.lanes import Lanes
from playground import Chat, Post
from tests.bot.samples import picture

if TYPE_CHECKING:
    from tests.conversation.conftest import Stage

WIDTHS = range(100, 300, 20)
"""Ten pictures are told apart by their widths."""


class HandWindow:
    """As bot.updates.utterances.Window, but the clock stands still until a test turns it."""

    quiet, loose, brief, most = 1.0, 1.0, 1.0, 5.0

    def __init__(self, stage: "Stage") -> None:
        self._stage = stage
        self._now = 0.0
        self._looked = asyncio.Event()
        self._turned = asyncio.Event()

    def clock(self) -> float:
        """Return the time; each update that joins an album calls it."""
        self._looked.set()
        return self._now

    async def sleep(self, seconds: float) -> None:
        """Sleep until the clock was turned so far."""
        until = self._now + seconds
        while self._now < until:
            await self._turned.wait()

    def turn(self, seconds: float) -> None:
        """Let time pass."""
        self._now += seconds
        self._turned.set()
        self._turned = asyncio.Event()

    async def arriving(self, number: int) -> None:
        """Wait until `number` updates wait for more of their albums."""
        await self._until(lambda: self._lanes.arriving == number)

    @property
    def _lanes(self) -> Lanes:
        assert self._stage.running is not None
        lanes = self._stage.running.application.update_processor
        assert isinstance(lanes, Lanes)
        return lanes

    async def _until(self, look: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not look():
                self._looked.clear()
                await self._looked.wait()


def pictures(number: int) -> list[bytes]:
    """Return `number` pictures of different widths."""
    return [picture(width, 100) for width in WIDTHS[:number]]


def looked_at(stage: "Stage") -> list[int]:
    """Return the numbers of the pictures that the engine was shown, from 1."""
    shown = [Image.open(io.BytesIO(request.pictures[0].data)) for request in stage.engine.requests]
    return [WIDTHS.index(image.width) + 1 for image in shown]


async def answered(chat: Chat, question: Post, count: int) -> Post:
    """Wait for the finished answer about `count` pictures."""
    return await chat.answer(
        question, lambda post: post.reply_to == question.id and f"{count} pictures read" in post.text
    )


async def album(chat: Chat, window: HandWindow, number: int, caption: str = "", at: int = 0) -> list[Post]:
    """Return an album that has arrived."""
    posts = await chat.send_album(pictures(number), caption, at=at)
    await window.arriving(number)
    window.turn(1.0)
    return posts
