"""The command line: what works, and one sentence for what does not."""

import asyncio
import io
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

import cli.run
import playground
from assistant.pictures.documents import open_file
from assistant.settings.errors import SettingsError
from assistant.settings.settings import Settings
from assistant.storage import Admissions, open_database
from cli.ask import ask_model
from cli.checks.machine import chinese_page
from model_service import ModelConfig, ModelService, local_service
from tests.assistant.pictures.pdfs import WAIT, form
from tests.assistant.pictures.test_documents import LOCKED
from tests.assistant.pictures.test_kinds import HEIC, SCAN, archive
from tests.assistant.pictures.test_pdf_kinds import is_blank
from tests.bot.engines import ScriptedEngine
from tests.bot.samples import pdf, picture

TOKEN = "123456789:AAH-abcdefghijklmnopqrstuvwxyz_01234"


async def eyeglass(*arguments: str, folder: Path, **environment: str) -> tuple[int, str, str]:
    """Run the program; returns its exit code and what it said."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("EYEGLASS_", "TELEGRAM_"))}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "cli",
        *arguments,
        cwd=folder,
        env=clean | {"PYTHONPATH": str(Path(__file__).parents[2])} | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await process.communicate()
    return process.returncode or 0, out.decode(), error.decode()


async def test_a_misspelt_key_stops_the_start(tmp_path: Path) -> None:
    """One line that names it, and exit code 2."""
    (tmp_path / "settings.toml").write_text('[model]\nnmae = "pocket"\n')
    code, _, said = await eyeglass("run", folder=tmp_path, TELEGRAM_BOT_TOKEN=TOKEN)
    assert (code, said.count("\n")) == (2, 1)
    assert "model.nmae" in said and "model.name" in said


async def test_without_a_token_there_is_no_start(tmp_path: Path) -> None:
    """It says where one comes from."""
    code, _, said = await eyeglass("run", folder=tmp_path)
    assert (code, said.count("\n")) == (2, 1)
    assert "@BotFather" in said


async def test_a_wrong_token_is_told_without_being_shown(tmp_path: Path) -> None:
    """Telegram refuses it: one sentence, in no stream the token."""
    async with playground.serve() as server:
        code, out, said = await eyeglass(
            "run",
            folder=tmp_path,
            TELEGRAM_BOT_TOKEN=TOKEN,
            EYEGLASS_TELEGRAM__BASE_URL=server.base_url,
            EYEGLASS_TELEGRAM__BASE_FILE_URL=server.base_file_url,
            EYEGLASS_MODEL__NAME=str(tmp_path / "nothing"),
        )
    assert code == 1
    assert "refuses the bot's token" in said.splitlines()[-1]
    assert TOKEN not in out + said
    assert "Traceback" not in said


async def test_a_missing_checkpoint_says_what_was_looked_for(tmp_path: Path) -> None:
    """With the path, and without a traceback."""
    (tmp_path / "page.png").write_bytes(picture())
    code, _, said = await eyeglass(
        "ask", "page.png", "What is this?", folder=tmp_path, EYEGLASS_MODEL__NAME=str(tmp_path / "nothing")
    )
    assert code == 1
    assert "nothing" in said
    assert "Traceback" not in said


async def test_ask_with_what_is_no_picture(tmp_path: Path) -> None:
    """Missing, or not a picture, or at no level that there is: known before any model is loaded."""
    (tmp_path / "page.png").write_bytes(picture())
    (tmp_path / "letter.png").write_bytes(b"a letter")
    for arguments, words in (
        (("gone.png", "What?"), "gone.png"),
        (("letter.png", "What?"), "not a picture"),
        (("page.png", "What?", "--detail", "ultra"), "low, standard"),
        (("page.png", "page.png"), "What do you want to know?"),
        (("page.png", "gone.png", "What?"), "gone.png"),
        (("page.png", "page.png", "What is in picture 3?"), "2 pictures"),
        (("gone.png", "What? " * 200), "gone.png"),
    ):
        code, _, said = await eyeglass("ask", *arguments, folder=tmp_path)
        assert (code, said.count("\n")) == (2, 1)
        assert words in said


async def test_migrate_makes_the_database(tmp_path: Path) -> None:
    """And says where."""
    code, out, _ = await eyeglass("migrate", folder=tmp_path)
    assert code == 0
    assert "data" in out
    assert (tmp_path / "data" / "eyeglass.sqlite3").is_file()


async def test_unpair_forgets_the_owner(tmp_path: Path) -> None:
    """The former owner may still use the bot; a second time there is nobody to forget."""
    async with open_database(tmp_path / "data") as database:
        await Admissions(database).pair(42, "Ada", "en")
    code, out, _ = await eyeglass("unpair", folder=tmp_path)
    assert (code, "pairing code" in out) == (0, True)
    async with open_database(tmp_path / "data") as database:
        assert await Admissions(database).owner() is None
        assert await Admissions(database).inside(42)
    assert "Nobody owns" in (await eyeglass("unpair", folder=tmp_path))[1]


async def test_check_names_what_is_missing(tmp_path: Path) -> None:
    """A line for each thing, and exit code 1."""
    (tmp_path / "data").mkdir(mode=0o755)
    async with playground.serve() as server:
        code, out, _ = await eyeglass(
            "check",
            folder=tmp_path,
            TELEGRAM_BOT_TOKEN=server.token,
            EYEGLASS_TELEGRAM__BASE_URL=server.base_url,
            EYEGLASS_ACCESS__USERS="42",
            EYEGLASS_MODEL__NAME=str(tmp_path / "nothing"),
        )
    lines = dict(line.split(": ", 1) for line in out.splitlines())
    assert code == 1
    assert {name for name, said in lines.items() if not said.startswith(("ok", "note"))} == {
        "permissions",
        "files",
        "model",
    }
    assert "chmod 700" in lines["permissions"]
    drawn = not is_blank(*await open_file(chinese_page(), 0, [1]))
    assert (lines["fonts"].endswith("is drawn"), "fonts-wqy-microhei" in lines["fonts"]) == (drawn, not drawn)
    assert "@eyeglass_play_bot" in lines["token"]
    assert "1 people" in lines["access"] and "pairing code" in lines["access"]


def scripted(engine: ScriptedEngine) -> ModelService:
    """Return the real service with this engine."""
    return local_service(lambda: engine, ModelConfig(drain_seconds=0.2))


async def test_ask_streams_to_the_terminal_or_prints_json(tmp_path: Path) -> None:
    """Text as it comes; or one object with exactly the keys that are promised."""
    file = tmp_path / "page.png"
    file.write_bytes(picture(400, 600))
    out = io.StringIO()
    await ask_model(Settings(), [file], "What?", "384", model=scripted(ScriptedEngine()), out=out)
    assert out.getvalue() == "A grey gradient.\n"
    out = io.StringIO()
    await ask_model(Settings(), [file], "What?", "fine", as_json=True, model=scripted(ScriptedEngine()), out=out)
    answer = json.loads(out.getvalue())
    assert list(answer) == [
        "answer",
        "level",
        "rows",
        "columns",
        "width",
        "height",
        "tokens",
        "seconds_to_first_token",
        "total_seconds",
    ]
    assert (answer["answer"], answer["level"], answer["rows"], answer["columns"]) == (
        "A grey gradient.",
        "fine",
        24,
        16,
    )
    assert (answer["width"], answer["height"], answer["tokens"]) == (448, 672, 384)


async def asked(file: Path, question: str, **options: bool) -> tuple[list[str], ScriptedEngine]:
    """Return the lines that `ask` writes about a file, and the engine that was asked."""
    engine, out = ScriptedEngine(), io.StringIO()
    await ask_model(Settings(), [file], question, None, model=scripted(engine), out=out, **options)
    return out.getvalue().splitlines(), engine


async def test_ask_takes_documents_as_the_bot_does(tmp_path: Path) -> None:
    """The first page, or those that the question names; which one it was is said in the bot's words."""
    file = tmp_path / "report"
    file.write_bytes(pdf(3))
    answer, note = (await asked(file, "What is this?"))[0]
    assert (answer, note.startswith("(page 1 of 3; to read others")) == ("A grey gradient.", True)
    assert (await asked(file, "Page 2: what is this?"))[0][1] == "(page 2 of 3)"
    lines, engine = await asked(file, "Sum up pages 2-3")
    assert lines == ["Page 2:", "A grey gradient.", "Page 3:", "A grey gradient."]
    assert len(engine.requests) == 2
    lines, _ = await asked(file, "Sum up pages 2-3", as_json=True)
    assert [(json.loads(line)["page"], json.loads(line)["pages"]) for line in lines] == [(2, 3), (3, 3)]
    file.write_bytes(pdf(12))
    lines, engine = await asked(file, "Sum up all pages")
    assert (len(engine.requests), lines[-1].startswith("(only the first 10 pages")) == (10, True)


async def test_ask_takes_pages_of_a_tiff_and_heic(tmp_path: Path) -> None:
    """Whatever the files are called."""
    file = tmp_path / "file.jpg"
    file.write_bytes(SCAN)
    assert (await asked(file, "What is on the last page?"))[0] == ["A grey gradient.", "(page 3 of 3)"]
    file.write_bytes(HEIC)
    assert (await asked(file, "What is this?"))[0] == ["A grey gradient."]


@pytest.mark.parametrize(
    ("data", "question", "said"),
    [
        (pdf(3), "Page 4: what is this?", "this document has 3 pages"),
        (LOCKED, "What is this?", "locked with a password"),
        (archive("a.png"), "What is this?", "unpack it"),
        (form(WAIT), "What is this?", "only in Adobe Reader"),
    ],
)
async def test_what_ask_refuses_is_called_what_it_is(tmp_path: Path, data: bytes, question: str, said: str) -> None:
    """In the bot's words, with the file's name, before any model is loaded."""
    file = tmp_path / "report.pdf"
    file.write_bytes(data)
    with pytest.raises(SettingsError, match=r"report\.pdf") as refused:
        await ask_model(Settings(), [file], question, None)
    assert said in str(refused.value)


@pytest.fixture
def signals() -> Iterator[None]:
    """Restore the handlers of signals afterwards."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals")
async def test_sigterm_lets_the_running_answer_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot stops by itself, and the answer is whole."""
    engine = ScriptedEngine()
    engine.hold = 1
    monkeypatch.setattr(cli.run, "open_service", lambda config: local_service(lambda: engine, config))
    async with playground.serve() as server:
        chat = server.person("Ada").private()
        settings = Settings.model_validate(
            {
                "telegram": {"base_url": server.base_url, "base_file_url": server.base_file_url, "poll_seconds": 1},
                "storage": {"path": tmp_path},
                "access": {"mode": "open"},
                "reply": {"private_interval": 0, "footer": "everything"},
            }
        )
        running = asyncio.ensure_future(cli.run.run(settings, SecretStr(server.token)))
        post = await chat.send_photo(picture(), "What is this?")
        await chat.answer(post)
        os.kill(os.getpid(), signal.SIGTERM)
        await server.wait_until(lambda: not server.polling)
        engine.go.set()
        await running
        assert "A grey gradient.\n\nread at" in chat.messages[-1].text
