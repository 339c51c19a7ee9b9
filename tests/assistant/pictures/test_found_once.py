"""What is looked for in a picture is looked for once, when it comes in, and kept."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont

from assistant.answering import End
from assistant.level import Wish, level_for, sight_in, sight_of
from assistant.pictures.library import Library, Origin
from assistant.storage import Picture, Pictures, open_database
from model_service import GLM4V_DIAL, EngineStep, GenerationRequest
from tests.assistant.desk import CHAT, desk_with
from tests.assistant.pictures.test_bands import PAPER, lines_of
from tests.model_service.scripted_engine import echo


def tilted(size: int = 16) -> bytes:
    """Return a page of small print in no straight lines."""
    page = Image.new("RGB", (1600, 1200), PAPER)
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(size)
    for number, line in enumerate(lines_of(60, 14)):
        draw.text((20, 10 + number * size * 1.25), line, "black", font)
    out = io.BytesIO()
    page.rotate(35, fillcolor=PAPER).save(out, "PNG")
    return out.getvalue()


async def kept(library: Library, data: bytes) -> Picture:
    """Return a picture that was sent."""
    (picture,) = await library.take_in(data, Origin("file", CHAT, 99, None, "f", "u"), [1])
    return picture


async def lost(_: Picture) -> bytes:
    """Fetch nothing again."""
    raise AssertionError


async def test_strokes_are_kept_with_the_picture(tmp_path: Path) -> None:
    """In its own pixels, the same as are found in the picture alone; once it is turned, too."""
    async with open_database(tmp_path) as database:
        library = Library(tmp_path, Pictures(database), lost)
        picture = await kept(library, tilted())
        assert picture.print_height is None and picture.stroke is not None
        assert sight_of(picture) == sight_in(tilted())
        turned = await library.turn(picture, 2)
        assert await Pictures(database).get(picture.id) == turned
    assert turned.stroke == pytest.approx(picture.stroke, rel=0.2)


async def test_a_question_searches_no_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With auto its level comes from what is kept."""
    asked: list[GenerationRequest] = []

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        asked.append(request)
        yield from echo(request)

    sight = sight_in(tilted())
    async with desk_with(script, tmp_path) as desk:
        question = await desk.question("What is the total?", detail="auto")
        question = replace(question, pictures=(await kept(desk.library, tilted()),))
        monkeypatch.setattr("assistant.pictures.bands._ink", lost)
        assert (await desk.ask(question)).end is End.ANSWERED
    assert asked[0].pictures[0].detail == level_for(sight, Wish.FIND, GLM4V_DIAL, once=True)
