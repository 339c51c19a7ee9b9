"""`eyeglass chat`: pictures by path, follow-ups, a level, an answer that is broken off, and what is kept."""

import asyncio
import contextlib
import sqlite3
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assistant.settings.settings import Settings
from assistant.storage import open_database
from assistant.storage.database import FILE
from cli.chat import Talk
from model_service import ModelConfig, local_service
from tests.assistant.pictures.test_kinds import HEIC, SCAN, archive
from tests.bot.engines import ScriptedEngine
from tests.bot.samples import pdf, picture

LINES = len((Path(__file__).parents[2] / "cli" / "chat.py").read_text(encoding="utf-8").splitlines())


@pytest.fixture
def engine() -> ScriptedEngine:
    """The engine that answers."""
    return ScriptedEngine("A grey ", "gradient.")


@pytest.fixture
async def talk(tmp_path: Path, engine: ScriptedEngine, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Talk]:
    """A talk in a folder with two pictures and a document."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    for name in ("a.png", "with space.png"):
        (tmp_path / name).write_bytes(picture())
    (tmp_path / "d.pdf").write_bytes(pdf(3))
    settings = Settings.model_validate({"storage": {"path": tmp_path / "data"}})
    async with (
        open_database(settings.storage.path) as database,
        local_service(lambda: engine, ModelConfig()) as model,
    ):
        yield Talk(settings, database, model)


def test_it_is_small() -> None:
    """The proof that a second front end is."""
    assert LINES <= 130


async def test_a_picture_by_its_path_and_then_further_questions(
    talk: Talk, engine: ScriptedEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    """The second knows the first; a new picture begins a new talk; the answer grows on the screen once."""
    await talk.say("a.png What is this?")
    assert capsys.readouterr().out == "A grey gradient.\n"
    await talk.say("And what's that?")
    assert [len(request.messages) for request in engine.requests] == [1, 3]
    await talk.say('"with space.png" Which colour? #high')
    assert len(engine.requests[2].messages) == 1
    assert engine.requests[2].messages[0].text == "Which colour?"


async def test_pages_of_a_document_and_several_pictures(talk: Talk, engine: ScriptedEngine) -> None:
    """The pages that the question names; each picture is looked at."""
    await talk.say("d.pdf What is on pages 2-3?")
    assert len(engine.requests) == 2
    await talk.say('a.png "with space.png" Alike?')
    assert len(engine.requests) == 4


async def test_further_pages_are_named_in_further_questions(
    talk: Talk, engine: ScriptedEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a PDF or a TIFF; what was read is said in the bot's words, and a page that is not there as well."""
    (tmp_path / "s.tif").write_bytes(SCAN)
    for name in ("d.pdf", "s.tif"):
        await talk.say(f"{name} What is this?")
        assert "\n(page 1 of 3; to read others" in capsys.readouterr().out
        await talk.say("And on page 2?")
        assert capsys.readouterr().out == "A grey gradient.\n(page 2 of 3)\n"
        await talk.say("And there?")
        assert "(page 2 of 3)" in capsys.readouterr().out
        await talk.say("And on page 4?")
        assert "has 3 pages" in capsys.readouterr().out
    assert len(engine.requests) == 6


async def test_files_are_known_by_their_bytes(
    talk: Talk, engine: ScriptedEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A HEIC is read, an archive is called one."""
    (tmp_path / "photo").write_bytes(HEIC)
    await talk.say("photo What is this?")
    assert len(engine.requests) == 1
    (tmp_path / "photo").write_bytes(archive("a.png"))
    await talk.say("photo What is this?")
    assert "unpack it" in capsys.readouterr().out


async def test_levels_afresh_and_what_is_no_picture(
    talk: Talk, engine: ScriptedEngine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each gets its sentence, and the talk goes on."""
    (tmp_path / "text.png").write_bytes(b"no picture")
    for line, said in (
        ("What is this?", "Send me a picture first"),
        ("text.png What is this?", "not a picture"),
        ("a.png", "What do you want to know"),
        ("/detail sharp", "neither a level"),
    ):
        await talk.say(line)
        assert said in capsys.readouterr().out
    await talk.say("/detail 64")
    await talk.say("What is this?")
    await talk.say("/new")
    await talk.say("And this?")
    assert "picture first" in capsys.readouterr().out
    assert len(engine.requests) == 1


async def test_an_answer_that_is_broken_off_is_not_remembered(
    talk: Talk, engine: ScriptedEngine, tmp_path: Path
) -> None:
    """And the next question is answered."""
    engine.hold = 1
    asking = asyncio.ensure_future(talk.say("a.png What is this?"))
    await asyncio.to_thread(engine.held.wait, 10)
    asking.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asking
    engine.go.set()
    engine.hold = None
    await talk.say("And this?")
    assert len(engine.requests[-1].messages) == 1
    with contextlib.closing(sqlite3.connect(tmp_path / "data" / FILE)) as database:
        assert database.execute("SELECT text FROM turns WHERE role = 'user'").fetchall() == [("And this?",)]


async def test_the_end_of_the_input_ends_the_talk(tmp_path: Path) -> None:
    """The real command, with the pocket model: it answers, keeps the talk, and ends in good order."""
    (tmp_path / "a.png").write_bytes(picture())
    environment = {
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "EYEGLASS_MODEL__NAME": "pocket",
        "PATH": "",
        "HOME": str(tmp_path),
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "cli", "chat"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        cwd=tmp_path,
        env=environment,
    )
    async with asyncio.timeout(100):
        said, _ = await process.communicate(b"a.png Is there text?\n/new\nHello?\n")
    assert process.returncode == 0
    assert b"picture first" in said
    with contextlib.closing(sqlite3.connect(tmp_path / "data" / FILE)) as database:
        assert database.execute("SELECT count(*) FROM turns").fetchall() == [(2,)]
