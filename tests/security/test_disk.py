"""Files on the disk: for one user alone, by names of the bot's own, and gone when they are to be forgotten."""

import logging
import re
import stat
from pathlib import Path

import pytest
from telegram import Message

from assistant.settings.settings import TelegramSettings
from assistant.storage import open_database
from assistant.storage.database import FILE, back_up
from bot.attachments import attachment_of
from bot.token import read_token
from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final
from tests.conversation.forgetting import forget
from tests.security.conftest import rows

TOKEN = "123456789:AAH-abcdefghijklmnopqrstuvwxyz_01234"
NAMES = (
    "../../../etc/cron.d/job.png",
    "/etc/passwd",
    "/proc/self/environ.png",
    "..\\..\\Windows\\win.ini",
    "C:\\Windows\\system32\\cmd.exe.png",
    "a\0b.png",
    "%2e%2e%2fa.png",
    "file:///etc/passwd",
    "http://[/a.png",
    "data:image/png;base64,x",
    "\u202egnp.exe",
    "a\n.png",
    "$(touch a).png",
    "-rf",
    "x" * 5000 + ".png",
)


def permissions(path: Path) -> int:
    """Return the permissions of a file."""
    return stat.S_IMODE(path.stat().st_mode)


async def test_nobody_else_on_the_machine_reads_what_is_kept(stage: Stage, chat: Chat) -> None:
    """The folder, the database with its log, and the pictures."""
    await stage.start()
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    assert permissions(stage.folder) == permissions(stage.folder / "pictures") == 0o700
    database = [permissions(file) for file in stage.folder.glob(f"{FILE}*")]
    assert database == [0o600] * 3  # Itself, its write-ahead log, and the log's index.


async def test_what_an_earlier_version_left_open_is_closed(tmp_path: Path) -> None:
    """Files are; a folder that somebody else made keeps its permissions. A backup is made closed."""
    folder = tmp_path / "data"
    (folder / "pictures").mkdir(parents=True)
    for path, mode in ((folder, 0o755), (folder / "pictures", 0o755)):
        path.chmod(mode)
    (folder / f"{FILE}.v1.bak").touch(0o644)
    async with open_database(folder) as database:
        copy = await back_up(database._connection, folder / FILE)
        assert permissions(copy) == 0o600
    assert permissions(folder) == 0o755
    assert permissions(folder / "pictures") == 0o700
    assert {permissions(file) for file in folder.glob(f"{FILE}*")} == {0o600}


@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o400, False), (0o640, True), (0o644, True)])
def test_a_token_that_others_can_read_is_warned_of(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, mode: int, warned: bool
) -> None:
    """The warning has its name, and how to close it; never its content."""
    caplog.set_level(logging.WARNING)
    file = tmp_path / "token"
    file.write_text(TOKEN)
    file.chmod(mode)
    read_token(TelegramSettings(token_file=str(file)), {})
    assert (f"chmod 600 {file}" in caplog.text) is warned
    assert TOKEN not in caplog.text


async def test_a_files_name_is_no_path(stage: Stage, server: Server, chat: Chat, tmp_path: Path) -> None:
    """Whatever it says, the copy's name is the bot's own, and nothing is written anywhere else."""
    await stage.start()
    for name in NAMES:
        document = server.world.files.document(picture(), "a.png", "image/png") | {"file_name": name}
        await final(chat, await chat.send_document(picture(), "a.png", caption="What?", document=document))
    files = {path.relative_to(tmp_path).as_posix() for path in files_in(tmp_path)}
    copies = {name for name in files if re.fullmatch(r"data/pictures/\d+_[0-9a-f]{32}\.png", name)}
    assert len(copies) == len(NAMES)
    assert files - copies <= {"data/at_work", "data/lock", *(f"data/{FILE}{tail}" for tail in ("", "-wal", "-shm"))}
    assert not any(name in str(row) for row in rows(stage.folder)["pictures"] for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_files_name_without_a_type_only_rules_out(name: str) -> None:
    """It is looked at for its ending alone, and no name raises."""
    document = {"file_id": "f", "file_unique_id": "u", "file_name": name}
    message = {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, "document": document}
    found = attachment_of(Message.de_json(message, None))
    assert found is not None and found.source in {"file", "page"}


async def test_telegrams_path_is_never_a_path_here(
    stage: Stage, server: Server, chat: Chat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even where a file of that name lies in the working directory: PTB would take it for the server's own."""
    monkeypatch.chdir(tmp_path)
    for number in range(20):
        secret = tmp_path / "documents" / f"file_{number}.png"
        secret.parent.mkdir(exist_ok=True)
        secret.write_bytes(picture(640, 80))
    await stage.start()
    await final(chat, await chat.send_document(picture(320, 240), "a.png", caption="What is this?"))
    assert [row[7:9] for row in rows(stage.folder)["pictures"]] == [(320, 240)]


@pytest.mark.parametrize("path", ["{here}/secret.png", "../secret.png", "file://{here}/secret.png"])
async def test_a_local_path_is_asked_of_the_server(
    stage: Stage, chat: Chat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """The server has no such file; a local file is never opened."""
    (tmp_path / "secret.png").write_bytes(picture(640, 80))
    files = stage.server.world.files
    described, named = files.describe, path.format(here=tmp_path)
    monkeypatch.setattr(files, "describe", lambda file_id: described(file_id) | {"file_path": named})
    monkeypatch.setattr("bot.incoming.downloads.MOST_REFUSALS", 1)
    await stage.start()
    said = await chat.answer(await chat.send_document(picture(), "a.png", caption="What is this?"))
    assert "send it again" in said.text
    assert rows(stage.folder)["pictures"] == []


async def test_forget_leaves_no_byte(stage: Stage, chat: Chat) -> None:
    """No word, no name, no pixel, in no file."""
    await stage.start()
    await final(chat, await chat.send_document(picture(), "a.png", caption="Wherefrom-is-this?"))
    assert b"Wherefrom-is-this" in stored(stage.folder)
    await forget(chat)
    left = stored(stage.folder)
    assert b"Wherefrom-is-this" not in left and b"grey" not in left and b"PNG" not in left
    assert list((stage.folder / "pictures").iterdir()) == []


def stored(folder: Path) -> bytes:
    """Return every byte that the bot has on its disk."""
    return b"".join(file.read_bytes() for file in files_in(folder))


def files_in(folder: Path) -> list[Path]:
    """Return all files, at any depth."""
    return [path for path in folder.rglob("*") if path.is_file()]
