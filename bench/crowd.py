"""python -m bench.crowd: Telegram and the people who ask, in a process of their own, apart from the bot's work.

The first line on stdout tells where the server listens. The people ask as soon as the bot polls; the second line tells
what they saw. The server then lasts until stdin ends.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from importlib import resources

import playground
from playground import Chat, Event, Happening, Post, Server

ELSEWHERE = 10
"""How far (`nice`) what stands for other machines gives way to the bot, with which it shares the cores of this one."""

PATIENCE = 60.0
"""Seconds after which an answer counts as lost."""

QUESTIONS_A_PICTURE = 10
"""The average number of questions about a picture."""

WHOLE = "read at"
"""Words of the line that only whole answers have."""

SIGNS = {Happening.ACTION, Happening.DRAFT, Happening.SENT, Happening.EDITED}


@dataclass(slots=True)
class Seen:
    """What the people saw. Seconds from a question to the first sign, the first words, the whole answer."""

    asked: int = 0
    lost: int = 0
    twice: int = 0
    violations: int = 0
    signs: list[float] = field(default_factory=list)
    words: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)


class Asker:
    """A person who asks, waits for the answer, and asks again."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self._question: Post | None = None
        self._sign: float | None = None
        self._words: float | None = None
        self._whole = asyncio.Event()

    def see(self, event: Event) -> None:
        """Handle an event of the chat."""
        if event.kind not in SIGNS or not (event.post is None or event.post.by_bot):
            return
        now = time.monotonic()
        self._sign = self._sign or now
        if event.kind is Happening.ACTION:
            return
        self._words = self._words or now
        if self._question is not None and event.post is not None and answers(event.post, self._question):
            self._whole.set()

    async def ask(self, text: str, picture: bytes | None, seen: Seen) -> None:
        """Ask once, about a new picture or the last one, and wait for the whole answer."""
        self._sign = self._words = None
        self._whole.clear()
        begin = time.monotonic()
        send = self.chat.send(text) if picture is None else self.chat.send_photo(picture, text, compress=False)
        self._question = await send
        seen.asked += 1
        try:
            async with asyncio.timeout(PATIENCE):
                await self._whole.wait()
        except TimeoutError:
            seen.lost += 1
            return
        seen.answers.append(time.monotonic() - begin)
        for moments, moment in ((seen.signs, self._sign), (seen.words, self._words)):
            if moment is not None:
                moments.append(moment - begin)

    async def keep_asking(self, picture: bytes, until: float, pause: float, seen: Seen) -> None:
        """Ask again and again, `pause` seconds after each answer, until a time of the monotonic clock."""
        left = 0
        while time.monotonic() < until:
            await self.ask(f"Question {left}?", None if left else picture, seen)
            # Not a fixed number, which would make all who began together send their next picture together.
            left = left - 1 if left else random.randrange(2 * QUESTIONS_A_PICTURE - 1)
            await asyncio.sleep(pause)

    def twice(self) -> int:
        """Count the questions that were answered more than once."""
        replies = Counter(post.reply_to for post in self.chat.messages if post.by_bot and WHOLE in post.text)
        return sum(count > 1 for count in replies.values())


def answers(post: Post, question: Post) -> bool:
    """Return whether a message is the whole answer to a question."""
    return post.reply_to == question.id and WHOLE in post.text


async def ask_all(server: Server, chats: int, seconds: float, pause: float) -> Seen:
    """Let `chats` people ask for `seconds`; return once the last answer is there, or lost."""
    picture = (resources.files("playground") / "pictures" / "page.png").read_bytes()
    askers = {asker.chat.id: asker for asker in (Asker(server.person(f"P{n}").private()) for n in range(chats))}
    server.watch(lambda event: askers[event.room.id].see(event))
    seen, until = Seen(), time.monotonic() + seconds
    async with asyncio.TaskGroup() as group:
        for asker in askers.values():
            group.create_task(asker.keep_asking(picture, until, pause, seen))
    seen.twice = sum(asker.twice() for asker in askers.values())
    seen.violations = len(server.violations)
    return seen


async def serve(chats: int, seconds: float, pause: float) -> None:
    """Play Telegram for one bot, as in this module's docstring."""
    async with playground.serve() as server:
        _tell({"base_url": server.base_url, "base_file_url": server.base_file_url, "token": server.token})
        await server.wait_until(lambda: server.polling, timeout=PATIENCE)
        _tell(asdict(await ask_all(server, chats, seconds, pause)))
        await asyncio.to_thread(sys.stdin.read)


def _tell(facts: dict[str, object]) -> None:
    print(json.dumps(facts), flush=True)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.crowd", description=__doc__)
    parser.add_argument("chats", type=int)
    parser.add_argument("seconds", type=float)
    parser.add_argument("pause", type=float)
    asked = parser.parse_args()
    os.nice(ELSEWHERE)
    asyncio.run(serve(asked.chats, asked.seconds, asked.pause))


if __name__ == "__main__":
    main()
