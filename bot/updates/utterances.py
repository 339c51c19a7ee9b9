"""Utterances: what one person says at once, in a message or in several that come within seconds of each other."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum

from telegram import Message, Update

from assistant.tasks import background
from bot.addressing import leading_command, message_of, replies
from bot.attachments import brings_pictures

LONG = 3500
"""The characters from which on a text may be the first part of a longer one: apps cut at 4,096."""


@dataclass(frozen=True, slots=True)
class Window:
    """The time to wait for more of an utterance, in seconds.

    `quiet` is the longest gap between the pictures of an album, or the parts of a long text; `loose` that between
    pictures sent one by one, or before the question about them, and `brief` that if the question came just before.
    After `most` the utterance is complete in any case.
    """

    quiet: float = 1.0
    loose: float = 2.0
    brief: float = 0.5
    most: float = 10.0
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep


WINDOW = Window()


class Part(StrEnum):
    """What a message may be in an utterance: pictures, those with a question or command, a question, or one alone.

    A LONG question may go on in the next message.
    """

    PICTURES = "pictures"
    BOTH = "both"
    QUESTION = "question"
    LONG = "long"
    ALONE = "alone"


def part_of(update: Update, asks: Callable[[Message], bool]) -> Part:
    """Return what an update's message may be in an utterance; `asks` says whether a message brings a question.

    Edits are utterances alone, and texts that reply: they say themselves what they are about. Of an album also what
    cannot be read has its number in it.
    """
    message = update.message
    if message is None:
        return Part.ALONE
    question = asks(message)
    if brings_pictures(message) or message.media_group_id is not None:
        return Part.BOTH if question or leading_command(message) else Part.PICTURES
    if not question or not message.text or replies(message):
        return Part.ALONE
    long = len(message.text) >= LONG and leading_command(message) is None
    return Part.LONG if long else Part.QUESTION


def album_of(update: Update) -> str | None:
    """Return the album of an update's message."""
    return None if update.message is None else update.message.media_group_id


class Utterance:
    """The updates of one utterance that came so far. `taken_in` is set once the chat's next one may begin.

    `before` are the events that it waits for, once it is complete and its place in the chat's order is known.
    """

    def __init__(self, window: Window = WINDOW, *, asked: bool = False) -> None:
        """Begin one; `asked`: its pictures follow a question."""
        self._window = window
        self._asked = asked
        self._begun = self._newest = window.clock()
        self._parts: list[tuple[Update, Part]] = []
        self._settled: set[int] = set()
        self._complete = asyncio.Event()
        self.taken_in = asyncio.Event()
        self.before: list[asyncio.Event | None] | None = None

    @property
    def updates(self) -> list[Update]:
        """The updates so far, in the order in which they were sent."""
        return sorted((update for update, _ in self._parts), key=lambda update: update.update_id)

    @property
    def messages(self) -> list[Message]:
        """The messages so far, in the order in which they were sent."""
        return [message for message in map(message_of, self.updates) if message is not None]

    @property
    def asking(self) -> list[Update]:
        """The updates whose handlers run, on behalf of all: those that bring a question, else the first.

        Of a text in several parts it is the first part.
        """
        of_part = {update.update_id: part for update, part in self._parts}
        asking = [update for update in self.updates if of_part[update.update_id] is Part.BOTH]
        texts = [update for update in self.updates if of_part[update.update_id] in {Part.QUESTION, Part.LONG}]
        return asking + texts[:1] or self.updates[:1]

    @property
    def age(self) -> float:
        """The seconds since it began."""
        return self._window.clock() - self._begun

    @property
    def asks(self) -> bool:
        """Whether it brings a question so far."""
        return any(part in {Part.BOTH, Part.QUESTION, Part.LONG} for _, part in self._parts)

    @property
    def is_complete(self) -> bool:
        """Whether further updates of it come too late."""
        return self._complete.is_set()

    def words_of(self, message: Message) -> str:
        """Return the words of an asking message: its caption, or the whole of a text that came in parts."""
        if not message.text:
            return message.caption or ""
        return " ".join(part.text for part in self.messages if part.text)

    def spoken_for(self, message: Message) -> list[Message]:
        """Return the messages whose pictures an asking one is about; the first one asks about those of nobody, too."""
        asking = [message_of(update) for update in self.asking]
        return [one for one in self.messages if one is message or (message is asking[0] and one not in asking)]

    def may_join(self, update: Update, part: Part) -> bool:
        """Whether an update goes on with this utterance: more pictures, the question about them, or more of it.

        Once its place in the chat's order is known, only the rest of an album.
        """
        if self.is_complete or self.before is not None:
            return not self.is_complete and album_of(update) in self._albums
        parts = {earlier for _, earlier in self._parts}
        shows, waits = bool(parts & {Part.PICTURES, Part.BOTH}), parts == {Part.PICTURES}
        if part is Part.PICTURES:
            return shows
        if part is Part.BOTH:
            return waits or album_of(update) in self._albums
        return part is not Part.ALONE and (waits or Part.LONG in parts)

    def join(self, update: Update, part: Part) -> None:
        """Add an update; if nothing more is expected then, the utterance is complete."""
        self._parts.append((update, part))
        self._newest = self._window.clock()
        if self._patience() == 0:
            self.close()

    async def wait(self, update: Update) -> None:
        """Wait until no more is expected. The first one that joined waits for all."""
        if self.is_complete or update is not self._parts[0][0]:
            await self._complete.wait()
            return
        try:
            async with background(self._run_out(), "wait for more of an utterance"):
                await self._complete.wait()
        finally:
            self.close()

    def cut(self) -> None:
        """Take only what is missing of an album from now on: something else was said."""
        if not self._albums:
            self.close()

    def close(self) -> None:
        """Complete the utterance: what comes now is another one."""
        self._complete.set()

    def settle(self, update_id: int) -> None:
        """Let the chat's next update no longer wait for this one."""
        self._settled.add(update_id)
        self._check()

    def leave(self, update: Update) -> None:
        """Remove an update that was dropped before its turn; the others go on without it."""
        if update is self._parts[0][0]:
            self.close()
        self._parts = [(one, part) for one, part in self._parts if one is not update]
        self._check()

    def _check(self) -> None:
        if all(update.update_id in self._settled for update in self.asking):
            self.taken_in.set()

    async def _run_out(self) -> None:
        while (left := self._left()) > 0:
            await self._window.sleep(min(left, self._window.quiet))  # What joins may shorten the wait.
        self.close()

    def _left(self) -> float:
        return min(self._newest + self._patience(), self._begun + self._window.most) - self._window.clock()

    def _patience(self) -> float:
        """Return how long to wait for more after the newest update, in seconds."""
        if all(part is Part.PICTURES for _, part in self._parts):
            if not self._asked:
                return self._window.loose
            return self._window.quiet if self._albums else self._window.brief
        return self._window.quiet if self._albums or self._parts[-1][1] is Part.LONG else 0.0

    @property
    def _albums(self) -> set[str]:
        """The albums of which some came."""
        return {album for update, _ in self._parts if (album := album_of(update)) is not None}
