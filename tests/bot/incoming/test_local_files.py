"""Files of a Bot API server in local mode: read where they lie, and nothing else on this machine is."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.incoming.bodies import MOST_BYTES
from bot.incoming.local_files import local_path
from playground import Chat, Server
from playground.files import Stored
from playground.wire import JSON
from tests.bot.samples import pdf, picture
from tests.conversation.conftest import Stage, chat, final, impatient, server, settled, stage
from tests.conversation.test_forms import shown

__all__ = ["chat", "impatient", "server", "stage"]

ASKED = "What is the total?"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The folder of the server."""
    made = tmp_path / "server" / "123:abc" / "documents"
    made.mkdir(parents=True)
    return tmp_path / "server"


def test_a_file_in_the_folder_is_read_there(folder: Path) -> None:
    """By its true path, also where the folder, or a link in it, is named by another."""
    file = folder / "123:abc" / "documents" / "file_0.pdf"
    file.write_bytes(pdf())
    assert local_path(str(file), folder) == file.resolve()
    other = folder.parent / "other"
    other.symlink_to(folder)
    assert local_path(str(file), other) == file.resolve()
    (folder / "link").symlink_to(file)
    assert local_path(str(folder / "link"), folder) == file.resolve()


def test_nothing_else_is(folder: Path) -> None:
    """No way leads out of the folder, and what is no file is none."""
    secret = folder.parent / "secret"
    secret.write_bytes(b"secret")
    (folder / "link").symlink_to(secret)
    (folder / "up").symlink_to(folder.parent)
    (folder / "circle").symlink_to(folder / "circle")
    (folder.parent / "server-of-another").mkdir()
    (folder.parent / "server-of-another" / "file").write_bytes(b"")
    os.mkfifo(folder / "pipe")
    ways = (
        *(secret, folder / ".." / "secret", folder / "link", folder / "up" / "secret", folder / "circle"),
        *(folder, folder / "pipe", folder / "gone", folder.parent / "server-of-another" / "file"),
    )
    assert [local_path(str(way), folder) for way in ways] == [None] * len(ways)
    assert [local_path(way, folder) for way in ("", "documents/file_0.pdf", "http://server/file", "/\0")] == [None] * 4
    assert local_path(str(secret), None) is None
    assert local_path(str(secret), folder / "gone") is None


@pytest.fixture
def local(stage: Stage, server: Server, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A server in local mode: getFile keeps the file in the folder, and names its path."""
    files = server.world.files

    def describe(file_id: str) -> JSON:
        stored: Stored = files.find(file_id)
        path = folder / "123:abc" / stored.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(stored.data)
        return stored.reference() | {"file_path": str(path)}

    monkeypatch.setattr(files, "describe", describe)
    stage.values["telegram"] |= {"local_mode": True, "local_files": str(folder), "max_file_mib": 100}
    yield folder


@pytest.mark.usefixtures("local")
async def test_pictures_and_documents_come_from_the_disk(stage: Stage, server: Server, chat: Chat) -> None:
    """Nothing is downloaded."""
    await stage.start()
    await final(chat, await chat.send_photo(picture(300, 200), ASKED))
    assert shown(stage) == (300, 200)
    reply = await final(chat, await chat.send_document(pdf(3), "a.pdf", caption=f"Page 2: {ASKED}"))
    assert "page 2 of 3" in reply.text
    assert server.calls("download") == []


@pytest.mark.usefixtures("local")
async def test_a_large_document_is_read(stage: Stage, chat: Chat) -> None:
    """More than Telegram itself hands out; later pages too."""
    await stage.start()
    large = pdf(3) + b"%" + bytes(MOST_BYTES)
    reply = await final(chat, await chat.send_document(large, "a.pdf", caption=f"Page 2: {ASKED}"))
    assert "page 2 of 3" in reply.text
    assert "page 3 of 3" in (await final(chat, await chat.send("And on page 3?"))).text


@pytest.mark.usefixtures("local")
async def test_what_is_larger_than_the_setting_is_refused(stage: Stage, server: Server, chat: Chat) -> None:
    """With the true limit, before it is fetched."""
    stage.values["telegram"]["max_file_mib"] = 1
    await stage.start()
    said = await settled(chat, await chat.send_document(pdf() + bytes(1 << 20), "a.pdf", caption=ASKED))
    assert "1 MB at most" in said
    assert server.calls("getFile") == []


@pytest.mark.parametrize("setting", [{"local_files": ""}, {"local_files": "elsewhere"}, {"local_mode": False}])
@pytest.mark.usefixtures("local")
async def test_a_path_outside_the_folder_is_never_read(
    stage: Stage, server: Server, chat: Chat, monkeypatch: pytest.MonkeyPatch, *, setting: dict[str, object]
) -> None:
    """It is asked for over HTTP, as ever."""
    stage.values["telegram"] |= setting | {"max_file_mib": 20}
    await stage.start()
    at = server.world.files.at
    monkeypatch.setattr(server.world.files, "at", lambda path: at("/".join(path.split("/")[-2:])))
    await final(chat, await chat.send_photo(picture(400, 300), ASKED))
    assert shown(stage) == (400, 300)
    assert len(server.calls("download")) == 1
