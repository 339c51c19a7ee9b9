"""A closed bot with its owner and a guest, and what is left on its disk."""

import logging
import sqlite3
from pathlib import Path

import pytest

from assistant.storage.database import FILE
from bot.app import RunningBot
from playground import Chat, Server
from playground.people import Person
from playground.wire import JSON
from tests.conversation.conftest import Stage, bot, chat, server, stage

__all__ = ["bot", "chat", "server", "stage"]


class House:
    """A closed bot at work. Ada owns it, Ben is a guest, Eve is a stranger."""

    def __init__(self, stage: Stage, server: Server, running: RunningBot) -> None:
        self.stage = stage
        self.server = server
        self.services = running.services
        self.ada = server.person("Ada", username="ada")
        self.ben = server.person("Ben")
        self.eve = server.person("Eve")

    async def open(self) -> None:
        """Let in who belongs there; the owner has written before."""
        self.ada.private()
        await self.services.admissions.pair(self.ada.id, "Ada", "en")
        await self.services.admissions.let_in(self.ben.id, "Ben", by=self.ada.id)

    def forge(self, person: Person, data: str, message: JSON) -> None:
        """Press with data that no button had, or under a message that was never shown to this person."""
        self.server.put_update({"callback_query": press(person, data) | {"message": message}})

    async def calm(self) -> None:
        """Wait until everything that was sent is at least begun, and stop the bot."""
        await self.server.acknowledged()
        await self.stage.stop()


async def settled(stage: Stage) -> None:
    """Wait until every update that was sent is done."""
    await stage.server.acknowledged()
    await stage.server.wait_until(lambda: {row[2] for row in rows(stage.folder)["inbox"]} <= {"done"})


def press(person: Person, data: str) -> JSON:
    """Return a callback query without its message."""
    return {"id": "77", "from": person.user, "chat_instance": "1", "data": data}


def said_by_bot(chat: Chat) -> list[str]:
    """Return the bot's texts in a chat."""
    return [post.text for post in chat.messages if post.by_bot]


def rows(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of all tables."""
    with sqlite3.connect(folder / FILE) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
        found = {name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in names}  # noqa: S608
    connection.close()
    return found


@pytest.fixture
async def house(stage: Stage, server: Server) -> House:
    """The closed bot."""
    stage.values["access"] = {"mode": "closed"}
    stage.values["telegram"]["poll_seconds"] = 1
    made = House(stage, server, await stage.start())
    await made.open()
    return made


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """The bot's log, from INFO up."""
    caplog.set_level(logging.INFO, "bot")
    return caplog
