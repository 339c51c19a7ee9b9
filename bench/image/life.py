"""A bot's life in containers: it is paired, stopped, killed, backed up, restored elsewhere, and answers each time."""

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import resources
from typing import TypeVar

import playground
from bench.image.box import WAIT, Box, Values, free_port, wanted
from bench.image.podman import Failed
from bench.image.trials import CODE, DATE, FOLLOW_UP, QUESTION, TOTAL, code_in
from playground.chat import Chat
from playground.rooms import Post

Seen = TypeVar("Seen")

NAME, PLACE = "bot", "/backups"
WHOLE, AMOUNT = "What does it say?", TOTAL.strip("$")
GOOD = {"settings", "access", "storage", "permissions", "disk", "documents", "fonts", "heic", "proxy", "token"}
GOOD |= {"webhook", "gpu", "files", "model"}
"""What `check` has to find well in an image, and not only to note."""

NOTED = {"clock", "groups"}
"""What it notes: the stand-in for Telegram does not tell its time, and its bots are in privacy mode."""


async def bot(box: Box) -> list[str]:
    """The bot, with the page off: check, pairing, questions, SIGTERM, SIGKILL, a backup; the volume is kept."""
    backups = box.podman.folder / "backups"
    backups.mkdir(exist_ok=True)
    os.chown(backups, 1000, 1000)
    async with playground.serve() as telegram:
        environment = {
            "TELEGRAM_BOT_TOKEN": telegram.token,
            "EYEGLASS_TELEGRAM__BASE_URL": telegram.base_url,
            "EYEGLASS_TELEGRAM__BASE_FILE_URL": telegram.base_file_url,
            "EYEGLASS_WEB__HOST": "127.0.0.1",
            "EYEGLASS_WEB__PORT": str(free_port()),
            "EYEGLASS_MODEL__DETAIL": "high",
        }
        chat = telegram.person("Ada").private()
        life = Life(replace(box, mounted=(f"{backups}:{PLACE}",)), environment, chat)
        return [
            await life.checked(),
            *await life.paired_and_stopped(),
            await life.stopped_as_it_answers(),
            *await life.killed(),
            await life.backed_up_and_moved(),
        ]


class Life:
    """One bot, its owner's chat, and its containers one after the other."""

    def __init__(self, box: Box, environment: Values, chat: Chat) -> None:
        """`box` has a folder for backups mounted at PLACE."""
        self._box, self._environment, self._chat = box, environment, chat
        self._receipt = (resources.files("playground") / "pictures" / "receipt.jpg").read_bytes()

    async def checked(self) -> str:
        """`check` finds all well, once the folder is closed to others, as after an upgrade (docs/operating.md)."""
        for mode in ("755", "700"):
            await asyncio.to_thread(self._box.once, mode, "/data", entrypoint="chmod")
        said = await asyncio.to_thread(self._box.once, "check", environment=self._environment)
        found = {line.partition(": ")[0]: line.partition(": ")[2] for line in said.splitlines()}
        ok = {name for name, told in found.items() if told.startswith("ok")}
        noted = {name for name, told in found.items() if told.startswith("note, ")}
        wanted((ok, noted, ok | noted) == (GOOD, NOTED, set(found)), f"check said {said}")
        return f"check: {len(found)} lines, {len(ok)} ok, {len(noted)} with a note"

    async def paired_and_stopped(self) -> list[str]:
        """A first question, then SIGTERM; what is asked while it is away is answered by the next container."""
        with self._running():
            code = await code_in(self._box, NAME)
            await self._box.until_healthy(NAME)
            await self._said(await self._chat.send(code), "")
            await self._said(await self._chat.send_photo(self._receipt, QUESTION), TOTAL)
            seconds = await asyncio.to_thread(self._box.stop, NAME)
        asked = await self._chat.send(FOLLOW_UP)
        with self._running():
            await self._said(asked, DATE)
            await asyncio.to_thread(self._box.stop, NAME)
        return [
            "HEALTHCHECK green with the page off; the pairing code is in the log",
            f"before SIGTERM: {TOTAL}; exit code 0 after {seconds:.0f} s",
            f"asked while it was away, answered by the next container: {DATE}",
        ]

    async def stopped_as_it_answers(self) -> str:
        """An answer that has begun at SIGTERM is brought to its end, and not given again by the next container."""
        with self._running():
            await self._box.until_ready(NAME)
            asked = await self._chat.send_photo(self._receipt, WHOLE)
            await self._seen(lambda: bool(self._chat.drafts) or any(self._replies(asked, "")), "nothing is answered")
            seconds = await asyncio.to_thread(self._box.stop, NAME)
        await self._said(asked, AMOUNT)
        with self._running():
            await self._said(await self._chat.send(FOLLOW_UP), DATE)
            await asyncio.to_thread(self._box.stop, NAME)
        answers = len(list(self._replies(asked, AMOUNT)))
        wanted(answers == 1, f"the question is answered {answers} times:\n{self._chat.transcript()}")
        return f"SIGTERM once an answer has begun: exit code 0 after {seconds:.0f} s, when it was whole"

    async def killed(self) -> list[str]:
        """SIGKILL, then the next container; its HEALTHCHECK is red while the process is stopped."""
        with self._running():
            await self._box.until_healthy(NAME)
            asked = await self._chat.send(QUESTION)
            await asyncio.to_thread(self._box.podman.run, "kill", "--signal=KILL", NAME)
        with self._running():
            await self._said(asked, TOTAL)
            wanted(not CODE.search(self._box.logs(NAME)), "a bot with an owner shows a pairing code")
            await self._box.until_healthy(NAME)
            self._box.podman.run("kill", "--signal=STOP", NAME)
            healthy = await asyncio.to_thread(self._box.is_healthy, NAME)
            self._box.podman.run("kill", "--signal=CONT", NAME)
            wanted(not healthy, "a process that is stopped is called healthy")
            await self._box.until_healthy(NAME)
            await asyncio.to_thread(self._box.stop, NAME)
        return [
            f"killed while it was asked, answered by the next one: {TOTAL}",
            "HEALTHCHECK red while the process is stopped, green after",
        ]

    async def backed_up_and_moved(self) -> str:
        """A backup of the running bot, restored into empty volumes, where RapidOCR reads what was sent before."""
        file = f"{PLACE}/backup.zip"
        with self._running():
            await self._box.until_healthy(NAME)
            photo = await self._chat.send_photo(self._receipt, QUESTION)
            await self._said(photo, TOTAL)
            await asyncio.to_thread(self._box.once, "backup", file)
            await asyncio.to_thread(self._box.stop, NAME)
        moved = replace(self._box, volume=f"{self._box.volume}-moved")
        await asyncio.to_thread(moved.once, "restore", file)
        there = Life(moved, {**self._environment, "EYEGLASS_MODEL__READER": "rapidocr"}, self._chat)
        with there._running():
            await there._said(await self._chat.send(FOLLOW_UP), DATE)
            read = await there._said(await self._chat.send("/text", reply_to=photo), "RapidOCR")
            wanted(AMOUNT in read.text, f"RapidOCR read {read.text}")
            await asyncio.to_thread(moved.stop, NAME)
        await asyncio.to_thread(self._box.once, "restore", file, "--replace")
        return f"backed up as it ran, restored into empty volumes: {DATE}; /text there: {read.text.splitlines()[-1]}"

    @contextmanager
    def _running(self) -> Iterator[None]:
        with self._box.started(NAME, environment=self._environment):
            yield

    async def _said(self, post: Post, words: str) -> Post:
        """Wait until the bot says words after a message."""
        return await self._seen(lambda: next(self._replies(post, words), None), f"no {words!r}")

    async def _seen(self, look: Callable[[], Seen | None], otherwise: str) -> Seen:
        """Wait for something in the chat; where it does not come, what the container wrote tells why."""
        try:
            return await self._chat.wait_until(look, WAIT)
        except TimeoutError as error:
            raise Failed(f"{otherwise}:\n{error}\n{self._box.logs(NAME)}") from None

    def _replies(self, post: Post, words: str) -> Iterator[Post]:
        later = (shown for shown in self._chat.messages if shown.by_bot and shown.id > post.id)
        return (shown for shown in later if shown.text and words in shown.text)
