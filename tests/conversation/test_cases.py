"""Every file of tests/cases/pictures, sent through the whole bot with the pocket model: read rightly, or well refused.

They are of the kinds of which public reports complain; expected.json tells how each is sent, and what is right.
"""

import io
import json
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pydantic import SecretStr

import playground
from assistant.pictures.documents import open_file
from bot.app import RunningBot, open_bot
from model_service import open_service
from playground import Chat, Post, Server
from playground.demo.play import settings_for
from tests.conversation.conftest import is_growing

FOLDER = Path(__file__).parents[1] / "cases" / "pictures"
CASES: list[dict[str, Any]] = json.loads((FOLDER / "expected.json").read_text(encoding="utf-8"))
PATIENCE = 300.0

REFUSED = {
    "photoshop.bmp",
    "cut.pdf",
    "pixel.png",
    "xfa.pdf",
    "user-lock.pdf",
    "no-pages.pdf",
    "photos.zip",
    "spin.webp",
    "svg.svg",
}
"""What is not read, and told what to do instead; all others are answered."""

AMOUNT = re.compile(r"\b\d+[.,]\d\d\b")
DARK = 128
MISSING_LETTERS = "letters are missing"


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    """One event loop for the module, as one bot needs."""
    return "asyncio"


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[Server]:
    """A playground for all cases; each has a person of its own."""
    async with playground.serve() as running:
        yield running
        assert running.violations == []


@pytest.fixture(scope="module")
async def bot(server: Server, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningBot]:
    """The real bot with the real model, loaded once."""
    settings = settings_for(server, tmp_path_factory.mktemp("data"))
    settings = settings.model_copy(update={"model": settings.model.model_copy(update={"detail": "standard"})})
    async with open_bot(settings, SecretStr(server.token), open_service(settings.model.config())) as running:
        yield running


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine no part is left out for time."""
    monkeypatch.setattr("assistant.piecewise.MOST_SECONDS", PATIENCE)


async def said(chat: Chat, post: Post) -> str:
    """Return the bot's last word on a message."""
    reply = await chat.answer(post, lambda one: one.reply_to == post.id and not is_growing(one), PATIENCE)
    return reply.text


async def sent(server: Server, chat: Chat, file: Sequence[str], caption: str, **more: Any) -> Post:
    """Send a file of the folder under a name and a type; no preview picture comes along that could be read instead."""
    name, file_name, mime = file
    data = (FOLDER / name).read_bytes()
    document = server.world.files.document(data, file_name, mime)
    return await chat.send_document(data, "file", caption=caption, document=document, **more)


async def answer_to(server: Server, chat: Chat, case: dict[str, Any]) -> str:
    """Return the bot's answer to a case, sent as this says."""
    question = case["question"]
    if "album" in case:
        posts = [
            await sent(server, chat, file, question if number == 0 else "", media_group_id="7")
            for number, file in enumerate(case["album"])
        ]
        return await said(chat, posts[0])
    file = case["file"], case["file_name"], case["mime"]
    if "before" not in case:
        return await said(chat, await sent(server, chat, file, question))
    for before in case["before"]:
        *former, words = before
        await said(chat, await sent(server, chat, former, words))
    await said(chat, await sent(server, chat, file, ""))
    return await said(chat, await chat.send(question))


def parameters() -> list[Any]:
    """Return the cases, each with its name."""
    named = []
    for case in CASES:
        name = case["file"] + "".join(f" ({way})" for way in ("album", "before") if way in case)
        named.append(pytest.param(case, id=name))
    return named


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize("case", parameters())
async def test_it_is_read_or_refused_with_the_truth(server: Server, case: dict[str, Any]) -> None:
    """What is read has the right answer, and no other amount in it."""
    reply = await answer_to(server, server.person(case["file"]).private(), case)
    amounts = set(AMOUNT.findall(reply))
    if case["file"] in REFUSED:
        assert any(word in reply for word in case["refusal"])
        assert amounts == set()
        return
    assert [word for word in case["answer"] if word not in reply] == []
    assert "album" in case or "before" in case or amounts == set(AMOUNT.findall(" ".join(case["answer"])))
    if case["ink"] is not None:
        assert await is_drawn(case) != (MISSING_LETTERS in reply)


async def is_drawn(case: dict[str, Any]) -> bool:
    """Whether there is ink where the letters of a page stand: only where this machine has a font for them."""
    (page,) = await open_file((FOLDER / case["file"]).read_bytes(), 0, [1])
    with Image.open(io.BytesIO(page.data)) as image:
        left, top, right, bottom = case["ink"]
        box = left * image.width, top * image.height, right * image.width, bottom * image.height
        return image.convert("L").crop(box).histogram()[:DARK] != [0] * DARK
