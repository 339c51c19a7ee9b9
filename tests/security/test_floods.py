"""A person who sends a lot gets their share, and others theirs; the data kept of a flood is bounded."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from assistant.pictures.documents import PROCESS
from assistant.pictures.fair_slots import FairSlots
from bot.incoming.downloads import MOST_OF_A_CHAT
from playground import Chat, Server
from tests.bot.samples import pdf, picture
from tests.conversation.conftest import Stage, final
from tests.security.conftest import House, rows, said_by_bot

WAITING = 3
SENT = 12


async def test_a_flood_of_questions_is_refused_beyond_its_share(stage: Stage, server: Server, chat: Chat) -> None:
    """Each that is too many is told so at once, and leaves nothing behind; those within are answered, in order."""
    stage.values["model"] = {"drain_seconds": 5.0, "waiting_per_person": WAITING}
    stage.engine.hold = 1
    running = await stage.start()
    asked = running.services.questions
    await chat.send_photo(picture(), "Number 0?")
    await asyncio.to_thread(stage.engine.held.wait)
    for number in range(1, SENT):
        await chat.send(f"Number {number}?")
    await server.wait_until(lambda: len(refused(chat)) == SENT - 1 - WAITING and asked.answering == 1)
    assert asked.waiting == WAITING
    stage.engine.go.set()
    await server.wait_until(lambda: len([text for text in said_by_bot(chat) if "read at" in text]) == 1 + WAITING)
    await final(chat, await chat.send("Number 99?"))
    numbers = [request.messages[-1].text for request in stage.engine.requests]
    assert numbers == [f"Number {number}?" for number in (*range(1 + WAITING), 99)]


def refused(chat: Chat) -> list[str]:
    """Return the messages about too many questions."""
    return [text for text in said_by_bot(chat) if f"At most {WAITING} questions of yours" in text]


async def test_a_flood_in_one_chat_holds_up_no_other(stage: Stage, server: Server, chat: Chat) -> None:
    """Its questions wait in its own line."""
    stage.values["model"] = {"drain_seconds": 5.0, "waiting_per_person": WAITING}
    await stage.start()
    ben = server.person("Ben").private()
    await chat.send_photo(picture(), "Number 0?")
    for number in range(1, SENT):
        await chat.send(f"Number {number}?")
    await final(ben, await ben.send_photo(picture(), "What is this?"))


async def test_a_crowd_of_strangers_is_no_nuisance_to_the_owner(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are asked about some; the others are told their sentence, and are in /people."""
    monkeypatch.setattr("bot.handlers.strangers.MOST_QUESTIONS", 3)
    for number in range(5):
        stranger = house.server.person(f"Stranger {number}").private()
        await stranger.answer(await stranger.send("Hello?"))
    await house.calm()
    asked = [text for text in said_by_bot(house.ada.private()) if "would like to use this bot" in text]
    assert len(asked) == 3
    assert len([row for row in rows(house.stage.folder)["admissions"] if row[3] == "asking"]) == 5


async def test_few_of_a_chats_files_are_fetched_at_a_time(stage: Stage, server: Server, chat: Chat) -> None:
    """However many come together."""
    await stage.start()
    server.delay("getFile", 0.02)
    fetched: list[str] = []
    server.listen(lambda call: fetched.append(call.method))
    for _ in range(5):
        await chat.send_photo(picture(), "")
    await server.wait_until(lambda: fetched.count("download") == 5)
    most = max(fetched[:end].count("getFile") - fetched[:end].count("download") for end in range(1, len(fetched) + 1))
    assert most <= MOST_OF_A_CHAT


async def test_a_chats_slow_downloads_leave_room_for_others(
    stage: Stage, server: Server, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few files of an endless album are fetched at a time; others have the rest."""
    monkeypatch.setattr("bot.app.LAST_SECONDS", 0.1)
    monkeypatch.setattr("bot.incoming.downloads._slots", FairSlots(MOST_OF_A_CHAT + 1, MOST_OF_A_CHAT))
    stage.values["telegram"]["timeout_seconds"] = 30.0
    await stage.start()
    server.time_out_next("download", delivered=False, times=MOST_OF_A_CHAT)
    await chat.send_album([picture(320 + 8 * number) for number in range(8)], "What is this?")
    await server.wait_until(lambda: len(server.calls("download")) == MOST_OF_A_CHAT)
    for name in ("Ben", "Cleo"):
        other = server.person(name).private()
        await final(other, await other.send_photo(picture(), "What is this?"))
    assert len(server.calls("download")) == MOST_OF_A_CHAT + 2
    await stage.stop()


async def test_a_crowds_slow_downloads_leave_connections_for_answers(
    stage: Stage, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A person without a file is answered at once."""
    monkeypatch.setattr("bot.app.LAST_SECONDS", 0.1)
    monkeypatch.setattr("bot.app.CONNECTIONS", 8)
    monkeypatch.setattr("bot.incoming.downloads._slots", FairSlots(4, MOST_OF_A_CHAT))
    stage.values["telegram"]["timeout_seconds"] = 30.0
    await stage.start()
    server.time_out_next("download", delivered=False, times=99)
    for number in range(12):
        await server.person(f"P{number}").private().send_photo(picture(), "What is this?")
    await server.wait_until(lambda: len(server.calls("download")) >= 4)
    ben = server.person("Ben").private()
    await ben.answer(await ben.send("/help"))
    assert len(server.calls("download")) == 4
    await stage.stop()


SLOW = b"\n%SLOW\n%%EOF"
PROCESS_OF_SLOW = f"""
import io, runpy, sys, time
data = sys.stdin.buffer.read()
if {SLOW!r} in data:
    time.sleep(600)
sys.stdin = io.TextIOWrapper(io.BytesIO(data))
sys.path.insert(0, {str(PROCESS.parent)!r})
runpy.run_path({str(PROCESS)!r}, run_name="__main__")
"""


@pytest.fixture
def slow_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a PDF that ends in SLOW never finish; at the end nobody waits for it."""
    (tmp_path / "process.py").write_text(PROCESS_OF_SLOW)
    monkeypatch.setattr("assistant.pictures.documents.PROCESS", tmp_path / "process.py")
    monkeypatch.setattr("bot.app.LAST_SECONDS", 0.1)


@pytest.mark.parametrize("albums", [True, False])
@pytest.mark.usefixtures("slow_documents")
async def test_a_chats_slow_documents_leave_room_for_others(
    stage: Stage, server: Server, chat: Chat, albums: bool
) -> None:
    """Twenty, as albums or one by one: another chat's picture and another chat's document are answered meanwhile."""
    await stage.start()
    for number in range(20):
        more: dict[str, Any] = {"media_group_id": f"{number // 10}"} if albums else {}
        await chat.send_document(pdf() + SLOW, f"{number}.pdf", caption="What is this?", **more)
    await server.wait_until(lambda: len(server.calls("download")) >= (MOST_OF_A_CHAT if albums else 1))
    ben, cleo = server.person("Ben").private(), server.person("Cleo").private()
    await final(ben, await ben.send_photo(picture(), "What is this?"))
    await final(cleo, await cleo.send_document(pdf(), "a.pdf", caption="What is this?"))
