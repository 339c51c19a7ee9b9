"""Copies of pictures that are gone or damaged are fetched again, while Telegram has the file."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.storage.database import FILE
from playground import Chat
from tests.bot.clocks import Clock
from tests.bot.samples import pdf, picture
from tests.conversation.conftest import Stage, final

ASKED = "What is this?"


def cut(file: Path) -> None:
    """Half of it is missing."""
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def alter(file: Path) -> None:
    """Replace the copy by another picture."""
    file.write_bytes(picture(50, 50))


DAMAGES: dict[str, Callable[[Path], object]] = {
    "gone": Path.unlink,
    "empty": lambda file: file.write_bytes(b""),
    "zeros": lambda file: file.write_bytes(bytes(file.stat().st_size)),
    "torn": cut,
    "altered": alter,
}


def copy_in(stage: Stage) -> Path:
    """Return the only copy."""
    (file,) = (stage.folder / "pictures").iterdir()
    return file


def run(stage: Stage, sql: str) -> list[tuple[object, ...]]:
    """Do something in the bot's database."""
    with sqlite3.connect(stage.folder / FILE) as connection:
        rows = connection.execute(sql).fetchall()
    connection.close()
    return rows


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
@pytest.mark.parametrize("kind", ["photo", "pdf"])
async def test_a_damaged_copy_is_fetched_again(
    stage: Stage, chat: Chat, damage: Callable[[Path], object], kind: str
) -> None:
    """Once; the follow-up question sees the picture that was sent."""
    await stage.start()
    if kind == "pdf":
        await final(chat, await chat.send_document(pdf(), "a.pdf", caption=ASKED))
    else:
        await final(chat, await chat.send_photo(picture(), ASKED))
    whole = copy_in(stage).read_bytes()
    damage(copy_in(stage))
    for _ in range(2):
        await final(chat, await chat.send("And above?"))
    assert [request.pictures[0].data for request in stage.engine.requests] == [whole] * 3
    assert copy_in(stage).read_bytes() == whole
    assert len(stage.server.calls("download")) == 2


@pytest.mark.parametrize(("damage", "fetched"), [(None, 1), ("empty", 2), ("zeros", 2), ("torn", 2)])
async def test_a_copy_from_before_digests_is_looked_at(
    stage: Stage, chat: Chat, damage: str | None, fetched: int
) -> None:
    """It is fetched again if it is no picture, and has a digest from then on."""
    await stage.start()
    await final(chat, await chat.send_photo(picture(), ASKED))
    whole = copy_in(stage).read_bytes()
    run(stage, "UPDATE pictures SET digest = NULL")
    if damage is not None:
        DAMAGES[damage](copy_in(stage))
    await final(chat, await chat.send("And above?"))
    assert stage.engine.requests[-1].pictures[0].data == whole
    assert len(stage.server.calls("download")) == fetched
    assert run(stage, "SELECT count(digest) FROM pictures") == [(1,)]


async def test_another_picture_the_second_time_is_the_picture_then(
    stage: Stage, chat: Chat, patience: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not fetched a third time."""
    await stage.start()
    await final(chat, await chat.send_photo(picture(), ASKED))
    files, other = stage.server.world.files, picture(40, 40)
    stored = files.keep(other, "photos", ".jpg")
    monkeypatch.setattr(files, "at", lambda path: stored)
    copy_in(stage).unlink()
    for _ in range(2):
        await final(chat, await chat.send("And above?"))
    assert [request.pictures[0].data for request in stage.engine.requests[1:]] == [other] * 2
    assert (len(stage.server.calls("download")), patience.slept) == (2, [])


async def test_an_outage_is_waited_out_for_a_copy_as_well(stage: Stage, chat: Chat, patience: Clock) -> None:
    """The question is answered."""
    await stage.start()
    await final(chat, await chat.send_photo(picture(), ASKED))
    copy_in(stage).unlink()
    stage.server.fail_next("getFile", 502, "Bad Gateway", times=3, html=True)
    await final(chat, await chat.send("And above?"))
    assert patience.slept == [1.0, 2.0, 4.0]
