"""Play the demo's conversation: open the server, the bot and the model, write, wait, judge, close."""

import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

from pydantic import SecretStr
from telegram.error import TelegramError

from assistant.settings.settings import Settings
from assistant.storage import StorageError
from bot.app import open_bot
from bot.logs import set_up_logs
from model_service import ModelServiceError, open_service
from playground import Server, serve
from playground.demo.samples import Sample, load_samples
from playground.demo.screen import Screen
from playground.demo.steps import conversation
from playground.demo.talk import Conversation

OPENING = (
    "This is the real bot with a very small model: real HTTP, a real database, all on this machine.",
    "Ada, Ben and Chen write to it. Under an answer stands how closely it looked, and if it is right.",
)
CLOSING = (
    "Next: ask @BotFather on Telegram for a token, put it into TELEGRAM_BOT_TOKEN, and `make run`.",
    "Or try a picture of your own in a browser, here: eyeglass web",
)


def settings_for(server: Server, folder: Path) -> Settings:
    """Return settings as in settings.toml, but for a bot that talks to the playground only."""
    return Settings.model_validate(
        {
            "telegram": {"base_url": server.base_url, "base_file_url": server.base_file_url},
            "storage": {"path": folder},
            "access": {"mode": "open"},
            "model": {"name": "pocket", "detail": "high", "drain_seconds": 5.0},
            "reply": {"private_interval": 0.1, "footer": "everything"},
        }
    )


async def play(screen: Screen, samples: dict[str, Sample]) -> list[str]:
    """Play everything; return the unexpected answers, a line for each.

    Raises:
        ModelServiceError, StorageError, TelegramError, OSError: something could not be opened.
        LookupError: a button to press is missing.
    """
    with tempfile.TemporaryDirectory(prefix="eyeglass-demo-") as folder:
        async with serve() as server:
            settings = settings_for(server, Path(folder))
            model = open_service(settings.model.config())
            async with open_bot(settings, SecretStr(server.token), model):
                info = await model.ready()
                screen.line(f"The {info.model} model is loaded on the {info.device}.", "dim")
                talk = Conversation(server, screen)
                for number, scene in enumerate(conversation(samples, settings.chat_defaults(), info), start=1):
                    await talk.play(number, scene)
            return talk.wrong + [f"not in the Bot API: {violation}" for violation in server.violations]


def main(screen: Screen | None = None) -> int:
    """Play the demo on a screen, by default this terminal; 0 if everything was as expected, else 1."""
    set_up_logs("warning")
    # With a proxy set, requests to this machine must not go through it.
    os.environ["no_proxy"] = ",".join(filter(None, (os.environ.get("no_proxy"), "127.0.0.1")))
    screen, began = screen or Screen(), time.monotonic()
    for line in OPENING:
        screen.line(line)
    try:
        wrong = asyncio.run(play(screen, load_samples()))
    except (ModelServiceError, StorageError, TelegramError, OSError, LookupError) as error:
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
