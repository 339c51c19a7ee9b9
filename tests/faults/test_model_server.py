"""The model runs on a server, and that fails: no question is lost, and each person reads what is wrong."""

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from assistant.settings.settings import Settings
from assistant.storage.database import FILE
from model_service import ModelService, open_service
from playground import Chat, Post, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final, settled
from tests.faults.conftest import states
from tests.model_service.remote.fake_server import KEY, FakeServer, Reply, chunk, failing, held, saying, sse, streamed

WAIT = 30.0
ASKED = "What is this?"
WELL = streamed("A grey ", "gradient.")
CUT = saying(sse(chunk("A do"), chunk("g")))


class RemoteStage(Stage):
    """A bot whose model runs on `model_server`."""

    def __init__(self, server: Server, folder: Path, model_server: FakeServer) -> None:
        super().__init__(server, folder)
        self.model_server = model_server

    def model(self, settings: Settings) -> ModelService:
        """Open what the settings name."""
        return open_service(settings.model.config())


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Attempts follow each other soon."""
    monkeypatch.setattr("model_service.backends.remote.pauses.PAUSES", (0.05,))
    monkeypatch.setattr("assistant.progress.NOTICE_SECONDS", 0.0)


@pytest.fixture
async def model_server() -> AsyncIterator[FakeServer]:
    """A server that answers well unless a test says otherwise."""
    async with FakeServer().open() as opened:
        yield opened


@pytest.fixture
async def stage(server: Server, tmp_path: Path, model_server: FakeServer) -> AsyncIterator[RemoteStage]:
    """A bot that is not started yet."""
    made = RemoteStage(server, tmp_path / "data", model_server)
    made.values["model"]["name"] = model_server.address
    yield made
    model_server.go.set()
    await made.stop()


async def said(chat: Chat, after: Post, words: str) -> Post:
    """Return the bot's message once it says this under a question."""
    async with asyncio.timeout(WAIT):
        return await chat.answer(after, lambda post: post.reply_to == after.id and words in post.text)


async def reply_to(chat: Chat, text: str) -> str:
    """Send a command and return what the bot says to it."""
    return (await chat.answer(await chat.send(text))).text


async def test_a_question_is_answered_by_a_server(stage: RemoteStage, chat: Chat) -> None:
    """With what was planned under it; a follow-up has its history, and /status names the server."""
    await stage.start()
    first = await final(chat, await chat.send_photo(picture(), ASKED))
    assert first.text.startswith("A grey gradient.") and "tokens" in first.text
    await final(chat, await chat.send("And now?"))
    roles = [[message["role"] for message in body["messages"]] for body in stage.model_server.requests]
    assert roles == [["user"], ["user", "assistant", "user"]]
    status = await reply_to(chat, "/status")
    assert "zai-org/GLM-4.6V-Flash, on the server 127.0.0.1:" in status and "resizes" not in status


async def test_a_server_that_is_away_at_the_start_is_told(stage: RemoteStage, chat: Chat) -> None:
    """The question is taken and kept, and answered in the same message once the server is there."""
    stage.model_server.models = 503
    await stage.start()
    question = await chat.send_photo(picture(), ASKED)
    notice = await said(chat, question, "does not answer right now")
    assert "does not answer right now" in await reply_to(chat, "/status")
    stage.model_server.models = None
    assert (await final(chat, question)).id == notice.id


async def test_a_server_that_goes_away_is_told_and_waited_for(stage: RemoteStage, chat: Chat) -> None:
    """What it was at is asked again in the same message; the bot goes on."""
    server = stage.model_server
    await stage.start()
    await final(chat, await chat.send_photo(picture(), ASKED))
    server.replies = [held(then=lambda: b"data: {")]
    question = await chat.send("And now?")
    async with asyncio.timeout(WAIT):
        await server.held.wait()
    server.models = 503
    server.go.set()
    notice = await said(chat, question, "does not answer right now")
    server.replies, server.models = [WELL], None
    assert (await final(chat, question)).id == notice.id
    await stage.stop()
    assert set(states(stage)) == {"done"}


async def test_an_answer_that_breaks_off_is_replaced(stage: RemoteStage, chat: Chat) -> None:
    """Once, in the same message; a second time is said."""
    stage.model_server.replies = [CUT, WELL]
    await stage.start()
    answer = await final(chat, await chat.send_photo(picture(), ASKED))
    assert answer.text.startswith("A grey gradient.")
    stage.model_server.replies = [CUT]
    assert "broke off twice" in await settled(chat, await chat.send("And now?"))


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (held("A do"), "fell silent twice"),
        (saying(b"data: <html>\n\n"), "something that I do not understand"),
        (failing(500, "Internal Server Error"), "I could not answer this one"),
        (failing(400, {"error": {"message": "no pictures here"}}), "does not take this question"),
        (failing(404, {"error": {"message": "The model does not exist."}}), "does not have my model"),
    ],
)
async def test_each_fault_has_its_sentence(stage: RemoteStage, chat: Chat, reply: Reply, words: str) -> None:
    """And the next question is answered."""
    stage.values["model"]["remote_timeout"] = 1.0
    await stage.start()
    stage.model_server.replies = [reply]
    assert words in await settled(chat, await chat.send_photo(picture(), ASKED))
    stage.model_server.replies = [WELL]
    await final(chat, await chat.send("And now?"))


async def test_a_wrong_key_is_told_and_shown_nowhere(
    stage: RemoteStage, chat: Chat, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line of the log names MODEL_API_KEY; the key is in no message, no log and no database."""
    stage.model_server.key = KEY
    wrong = KEY.upper()
    monkeypatch.setenv("MODEL_API_KEY", wrong)
    stage.values["model"]["remote_name"] = "mine"
    await stage.start()
    assert "does not let me in" in await settled(chat, await chat.send_photo(picture(), ASKED))
    assert "does not let me in" in await settled(chat, await chat.send("And now?"))
    assert "has to renew the key" in await reply_to(chat, "/status")
    stage.model_server.key = wrong
    await final(chat, await chat.send("And now?"))
    await stage.stop()
    warned = [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR]
    assert ["MODEL_API_KEY" in line for line in warned] == [True]
    with closing(sqlite3.connect(stage.folder / FILE)) as database:
        kept = "\n".join(database.iterdump())
    for place in (caplog.text, kept, *(post.text for post in chat.messages)):
        assert KEY not in place and wrong not in place


async def test_a_server_that_resizes_is_told(stage: RemoteStage, chat: Chat) -> None:
    """In /status, once its count of two blank pictures is known."""
    stage.model_server.comparing = saying(sse(chunk("W", "length", usage={"prompt_tokens": 260})))
    running = await stage.start()
    async with asyncio.timeout(WAIT):
        while running.services.model.server is None or running.services.model.server.resizes is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert "resizes pictures on its own" in await reply_to(chat, "/status")


async def test_a_stop_does_not_wait_for_a_server_that_is_away(stage: RemoteStage, chat: Chat) -> None:
    """Its questions stay in the inbox, and are answered after the next start."""
    stage.values["model"]["drain_seconds"] = 0.2
    stage.model_server.models = 503
    await stage.start()
    question = await chat.send_photo(picture(), ASKED)
    await said(chat, question, "does not answer right now")
    async with asyncio.timeout(WAIT):
        await stage.stop()
    assert states(stage) == ["waiting"]
    stage.model_server.models = None
    await stage.start()
    await final(chat, question)
