"""`eyeglass ask` about several pictures: seen together where the model can, else one after the other."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from assistant.settings.errors import SettingsError
from assistant.settings.settings import Settings
from cli.ask import ask_model
from model_service import GenerationFailed
from tests.bot.engines import ScriptedEngine
from tests.bot.samples import pdf, picture
from tests.cli.test_commands import scripted

SAID = "A grey gradient."
COMPARES = "Which is cheaper?"


@pytest.fixture
def album(tmp_path: Path) -> list[Path]:
    """Three pictures."""
    files = [tmp_path / f"{name}.png" for name in ("a", "b", "c")]
    for number, file in enumerate(files):
        file.write_bytes(picture(400 + 40 * number, 300))
    return files


async def asked(files: list[Path], question: str, engine: ScriptedEngine, **options: Any) -> list[str]:
    """Return the lines that `ask` writes."""
    out = io.StringIO()
    detail = options.pop("detail", None)
    await ask_model(Settings(), files, question, detail, model=scripted(engine), out=out, **options)
    return out.getvalue().splitlines()


def able(*pieces: str) -> ScriptedEngine:
    """A model that sees up to four pictures together."""
    engine = ScriptedEngine(*pieces)
    engine.together = 4
    return engine


async def test_they_are_seen_together_where_the_model_can(album: list[Path]) -> None:
    """In one request, in the order in which they were named, each at the level that is set; there is one answer."""
    engine = able()
    assert await asked(album, COMPARES, engine, detail="fine") == [SAID]
    (request,) = engine.requests
    assert request.messages[-1].text == COMPARES
    assert [each.detail.tokens for each in request.pictures] == [384] * 3
    assert len({each.data for each in request.pictures}) == 3


async def test_of_one_that_sees_but_one_each_has_an_answer(album: list[Path]) -> None:
    """Under its number."""
    engine = ScriptedEngine()
    assert await asked(album[:2], COMPARES, engine) == ["Picture 1:", SAID, "Picture 2:", SAID]
    assert [len(request.pictures) for request in engine.requests] == [1, 1]
    told = [json.loads(line) for line in await asked(album[:2], COMPARES, ScriptedEngine(), as_json=True)]
    assert [(one["answer"], one["pictures"]) for one in told] == [(SAID, [1]), (SAID, [2])]


async def test_what_is_asked_of_each_has_an_answer_of_each(album: list[Path]) -> None:
    """As in the bot."""
    engine = able()
    lines = await asked(album[:2], "Describe each picture", engine)
    assert lines == ["Picture 1:", SAID, "Picture 2:", SAID]
    assert [len(request.pictures) for request in engine.requests] == [1, 1]


@pytest.mark.parametrize("together", [1, 4])
async def test_those_that_the_question_names(album: list[Path], together: int) -> None:
    """And no others; the model is told which they are."""
    engine = ScriptedEngine()
    engine.together = together
    await asked(album, "Compare pictures 2 and 3", engine)
    seen = [each for request in engine.requests for each in request.pictures]
    assert [each.data for each in seen] != []
    assert len(seen) == 2
    assert [len(request.pictures) for request in engine.requests] == ([2] if together > 1 else [1, 1])
    if together > 1:
        assert engine.requests[0].wish == "You see picture 2, picture 3, in this order."
    engine = ScriptedEngine()
    engine.together = together
    assert await asked(album, "What is in picture 2?", engine) == [SAID]
    assert [len(request.pictures) for request in engine.requests] == [1]
    with pytest.raises(SettingsError, match="3 pictures"):
        await asked(album, "What is in picture 4?", engine)


async def test_json_is_one_object_for_one_answer(album: list[Path]) -> None:
    """With the tokens of all, and which pictures it is about."""
    engine = able()
    (line,) = await asked(album, COMPARES, engine, detail="256", as_json=True)
    told = json.loads(line)
    assert (told["answer"], told["pictures"]) == (SAID, [1, 2, 3])
    assert told["tokens"] > 2 * 200


async def test_the_oldest_is_left_out_where_there_is_no_room(album: list[Path]) -> None:
    """A line says so."""
    engine = able()
    engine.holds = 2
    lines = await asked(album, COMPARES, engine)
    assert lines == [SAID, "(there was no room for picture 1, so I did not look there)"]
    (line,) = await asked(album, COMPARES, engine, as_json=True)
    assert (json.loads(line)["pictures"], json.loads(line)["left_out"]) == ([2, 3], [1])


async def test_pages_are_seen_together(tmp_path: Path) -> None:
    """Of a document, those that the question names; and those of two documents."""
    file = tmp_path / "report.pdf"
    file.write_bytes(pdf(3))
    engine = able()
    assert await asked([file], "Compare pages 2-3", engine) == [SAID]
    assert engine.requests[0].wish == "You see page 2, page 3, in this order."
    engine = able()
    assert await asked([file, file], COMPARES, engine) == [SAID]
    assert [len(request.pictures) for request in engine.requests] == [2]


async def test_one_picture_is_asked_about_as_ever(album: list[Path]) -> None:
    """Whatever the model can."""
    engine = able()
    assert await asked(album[:1], "What is it?", engine) == [SAID]
    assert list(json.loads((await asked(album[:1], "What is it?", engine, as_json=True))[0]))[-1] == "total_seconds"


async def test_a_model_that_fails_is_a_failure(album: list[Path]) -> None:
    """For whoever calls, as with one picture."""
    engine = able()
    engine.failure = GenerationFailed("broken")
    with pytest.raises(GenerationFailed):
        await asked(album, COMPARES, engine)
