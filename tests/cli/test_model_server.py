"""The command line with a model on a server: an answer, or one sentence."""

import json
from pathlib import Path

import pytest

from tests.bot.samples import picture
from tests.cli.test_commands import eyeglass
from tests.model_service.remote.fake_server import KEY, FakeServer, chunk, free_port, saying, sse

RESIZES = saying(sse(chunk("W", "length", usage={"prompt_tokens": 260})))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a picture."""
    (tmp_path / "picture.png").write_bytes(picture())
    return tmp_path


async def ask(folder: Path, **environment: str) -> tuple[int, str, str]:
    """Ask about the picture."""
    return await eyeglass("ask", "picture.png", "What is it?", "--json", folder=folder, **environment)


async def test_ask_has_a_server_answer(folder: Path) -> None:
    """With the key of the environment, or of a file."""
    (folder / "key").write_text(f"{KEY}\n")
    ways = {"MODEL_API_KEY": KEY}, {"EYEGLASS_MODEL__KEY_FILE": "key"}
    async with FakeServer(key=KEY).open() as server:
        for way in ways:
            code, said, error = await ask(folder, EYEGLASS_MODEL__NAME=server.address, **way)
            assert code == 0, error
            assert json.loads(said)["answer"] == "A grey gradient."


async def test_a_wrong_key_is_one_sentence(folder: Path) -> None:
    """That names the variable and not the key."""
    async with FakeServer(key=KEY).open() as server:
        code, _, error = await ask(folder, EYEGLASS_MODEL__NAME=server.address, MODEL_API_KEY="sk-wrong")
    assert (code, error.count("\n")) == (1, 1)
    assert "MODEL_API_KEY" in error and "sk-wrong" not in error


async def test_a_server_that_is_away_is_one_sentence(folder: Path) -> None:
    """Nobody on a terminal waits for it."""
    code, _, error = await ask(folder, EYEGLASS_MODEL__NAME=f"http://127.0.0.1:{free_port()}/v1")
    assert (code, error.count("\n")) == (1, 1)
    assert "does not answer" in error


async def test_check_tells_of_the_server(folder: Path) -> None:
    """Its model, and whether it resizes."""
    async with FakeServer(comparing=RESIZES).open() as server:
        _, said, _ = await eyeglass("check", folder=folder, EYEGLASS_MODEL__NAME=server.address)
    (line,) = [line for line in said.splitlines() if line.startswith("model:")]
    assert line.startswith("model: ok, zai-org/GLM-4.6V-Flash on 127.0.0.1:") and "resizes" in line


async def test_an_address_with_a_password_stops_the_start(folder: Path) -> None:
    """Unseen."""
    code, _, error = await ask(folder, EYEGLASS_MODEL__NAME=f"https://ada:{KEY}@models.example.org/v1")
    assert (code, error.count("\n")) == (2, 1)
    assert "MODEL_API_KEY" in error and KEY not in error
