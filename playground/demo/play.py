"""Plays the demo's conversation: opens the server, the bot and the model, writes, waits, judges, closes."""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from pydantic import SecretStr
from telegram.error import TelegramError

from bot.app import open_bot
from bot.logs import set_up_logs
from bot.settings import Settings
from bot.storage import StorageError
from model_service import ModelServiceError, open_service
from playground import Chat, Event, Happening, Post, Server, serve
from playground.demo.samples import Sample, load_samples
from playground.demo.screen import Screen
from playground.demo.steps import BROKEN_SHARE, LANGUAGES, Step, Way, conversation

PATIENCE = 45.0
"""Seconds to wait for one answer; on an idle laptop it takes about one."""

OPENING = (
    "This is the real bot with a small model that comes along: real HTTP, a real database, all on this machine.",
    "Ada and Chen write to it; under each answer stands how closely it looked, and whether it is right.",
)
CLOSING = (
    "Next: ask @BotFather on Telegram for a token, put it into TELEGRAM_BOT_TOKEN, and `make run`.",
    "Or ask about a picture of your own, here: eyeglass ask PICTURE 'What is the total?'",
)


class Conversation:
    """The people's side of the demo. `wrong` collects what was not as expected, a line for each."""

    def __init__(self, server: Server, screen: Screen) -> None:
        self._screen = screen
        self._chats = {name: server.person(name, language_code=code).private() for name, code in LANGUAGES.items()}
        self._sent: dict[str, Post] = {}
        self.wrong: list[str] = []
        server.watch(self._show)

    async def play(self, number: int, step: Step) -> None:
        """Write one message, show the answer as it grows, and judge it."""
        self._screen.heading(number, step.heading)
        self._screen.person(step.by, step.text, attached(step))
        chat = self._chats[step.by]
        question = await self._send(chat, step)
        post = await self._answer(chat, question, step)
        text, small_print = parts(post) if post else ("(no answer)", "")
        self._screen.settle(text, small_print)
        right = post is not None and is_whole(post, step) and step.expected in {None, text}
        self._screen.verdict(step.expected, right)
        if not right:
            self.wrong.append(f"{step.heading}: expected {step.expected!r}, but it said {text!r}")

    async def _answer(self, chat: Chat, question: Post, step: Step) -> Post | None:
        """The whole answer, or what there is of one once the patience is at its end."""
        try:
            return await chat.answer(question, lambda post: is_whole(post, step), PATIENCE)
        except TimeoutError:
            said = [post for post in chat.messages if post.by_bot and post.id > question.id]
            return said[-1] if said else None

    async def _send(self, chat: Chat, step: Step) -> Post:
        about = self._sent[step.about.file] if step.about else None
        if step.picture is None:
            return await chat.send(step.text, reply_to=about)
        data, name = step.picture.data, step.picture.file
        match step.way:
            case Way.PHOTO:
                post = await chat.send_photo(data, step.text)
            case Way.FILE:
                post = await chat.send_document(data, name, caption=step.text)
            case Way.BROKEN:
                post = await chat.send_document(data[: len(data) // BROKEN_SHARE], name, caption=step.text)
        self._sent.setdefault(name, post)
        return post

    def _show(self, event: Event) -> None:
        if event.kind in {Happening.SENT, Happening.EDITED} and event.post is not None and event.post.by_bot:
            self._screen.grow(parts(event.post)[0])


def attached(step: Step) -> str:
    """What hangs on a message, in a few words."""
    if step.about is not None:
        return f"reply to {step.about.file}"
    return f"{step.way}: {step.picture.file}" if step.picture else ""


def is_whole(post: Post, step: Step) -> bool:
    """Whether an answer is finished: under the answer to a question stands the small print."""
    return not step.answered or parts(post)[1] != ""


def parts(post: Post) -> tuple[str, str]:
    """The answer, and the small print under it: the part in italics (empty while the answer grows)."""
    italic = [entity["offset"] for entity in post.entities if entity["type"] == "italic"]
    if not italic:
        return post.text, ""
    units = post.text.encode("utf-16-le")  # The Bot API counts in UTF-16 units.
    above, below = units[: 2 * italic[-1]], units[2 * italic[-1] :]
    return above.decode("utf-16-le").strip(), below.decode("utf-16-le").strip()


def settings_for(server: Server, folder: Path) -> Settings:
    """The bot's settings: everything is as in settings.toml, but it talks to the playground only."""
    return Settings.model_validate(
        {
            "telegram": {"base_url": server.base_url, "base_file_url": server.base_file_url},
            "storage": {"path": folder},
            "access": {"mode": "open"},
            "model": {"name": "pocket", "detail": "high", "drain_seconds": 5.0},
            "reply": {"private_interval": 0.1},
        }
    )


async def play(screen: Screen, samples: dict[str, Sample]) -> list[str]:
    """Play everything; what was not as expected, a line for each.

    Raises:
        ModelServiceError, StorageError, TelegramError, OSError: something could not be opened.
    """
    with tempfile.TemporaryDirectory(prefix="eyeglass-demo-") as folder:
        async with serve() as server:
            settings = settings_for(server, Path(folder))
            model = open_service(settings.model.config())
            async with open_bot(settings, SecretStr(server.token), model):
                info = await model.ready()
                screen.line(f"The {info.model} model is loaded on the {info.device}.", "dim")
                talk = Conversation(server, screen)
                for number, step in enumerate(conversation(samples), start=1):
                    await talk.play(number, step)
            return talk.wrong + [f"not in the Bot API: {violation}" for violation in server.violations]


def main() -> int:
    """Play the demo; 0 if everything was as expected, else 1."""
    set_up_logs("warning")
    # Where a proxy is set, it must not be asked for this machine's own address.
    os.environ["no_proxy"] = ",".join(filter(None, (os.environ.get("no_proxy"), "127.0.0.1")))
    screen, began = Screen(), time.monotonic()
    for line in OPENING:
        screen.line(line)
    try:
        wrong = asyncio.run(play(screen, load_samples()))
    except (ModelServiceError, StorageError, TelegramError, OSError) as error:
        sys.stderr.write(f"The demo could not be played: {' '.join(str(error).split())}\n")
        return 1
    finally:
        screen.close()
    screen.line("")
    for line in wrong:
        screen.line(f"✗ {line}", "bold red")
    seconds = time.monotonic() - began
    if wrong:
        screen.line(f"{len(wrong)} of the answers were not as expected ({seconds:.0f} s).", "bold red")
        return 1
    screen.line(f"Everything was answered as expected, in {seconds:.0f} s.", "bold green")
    for line in CLOSING:
        screen.line(line)
    return 0
