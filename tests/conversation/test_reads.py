"""Tests of the cost of a question in the database before the model begins."""

import asyncio
from typing import Any

import pytest

from assistant.storage import Chats, Database
from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final

MOST = 4


class Reads:
    """Counts the reads of the database, and those of a chat's settings."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.statements: list[str] = []
        self.settings = 0
        rows, settings = Database.rows, Chats.settings

        async def counted(database: Database, sql: str, *values: Any) -> Any:
            self.statements.append(sql)
            return await rows(database, sql, *values)

        async def row(database: Database, sql: str, *values: Any) -> Any:
            return next(iter(await counted(database, sql, *values)), None)

        async def read(chats: Chats, *place: Any) -> Any:
            self.settings += 1
            return await settings(chats, *place)

        monkeypatch.setattr(Database, "rows", counted)
        monkeypatch.setattr(Database, "row", row)
        monkeypatch.setattr(Chats, "settings", read)


@pytest.mark.parametrize("private", [True, False])
async def test_a_captioned_photo_costs_few_reads_before_the_model_begins(
    stage: Stage, server: Server, chat: Chat, monkeypatch: pytest.MonkeyPatch, private: bool
) -> None:
    """Whether they are let in, what was chosen there, whether the picture is known, what was said about it."""
    await stage.start()
    ada = server.person("Eve")
    room = chat if private else server.group("Family", ada)
    await room.answer(await room.send("/help"))
    stage.engine.hold = 0
    reads = Reads(monkeypatch)
    question = await room.send_photo(picture(), "What?" if private else "@eyeglass_play_bot What?")
    await asyncio.to_thread(stage.engine.held.wait, 10)
    assert len(reads.statements) <= MOST, "\n".join(reads.statements)
    assert reads.settings == 1
    stage.engine.go.set()
    await final(room, question)
    assert reads.settings == 1


async def test_a_chats_settings_are_read_once_a_command(
    stage: Stage, server: Server, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever is said; once more where they were changed."""
    await stage.start()
    for said in ("/settings", "/detail", "/queue", "/status", "/pictures", "What is this?"):
        reads = Reads(monkeypatch)
        await chat.answer(await chat.send(said))
        assert reads.settings == 1, said
        monkeypatch.undo()
