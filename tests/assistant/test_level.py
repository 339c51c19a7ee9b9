"""The level for a picture and a question: the lowest that shows enough of what is asked for."""

import io
import time

import pytest
from PIL import Image, ImageDraw, ImageFont

from assistant.level import Sight, Wish, level_for, level_of, sight_in, wish_of
from assistant.texts import texts_in
from assistant.wording.question import parse
from model_service import GLM4V_DIAL, Detail, EngineInfo
from tests.bot.samples import picture

LOW, STANDARD, FINE, HIGH = map(Detail, (128, 256, 384, 512))


@pytest.mark.parametrize(
    ("sight", "wish", "level"),
    [
        (Sight(1280, 960, line=60), Wish.FIND, LOW),
        (Sight(1280, 960, line=30), Wish.FIND, STANDARD),
        (Sight(1280, 960, line=40), Wish.READ, FINE),
        (Sight(1280, 960, line=25), Wish.FIND, FINE),
        (Sight(1280, 960, line=33), Wish.READ, HIGH),
        (Sight(1280, 960, line=12), Wish.FIND, HIGH),
        (Sight(1280, 960, line=12), Wish.LOOK, STANDARD),
        (Sight(1280, 960, line=90), Wish.LOOK, STANDARD),
        (Sight(4000, 3000, line=35), Wish.FIND, HIGH),
    ],
)
def test_the_height_of_print_and_the_question_choose(sight: Sight, wish: Wish, level: Detail) -> None:
    """Small print wants more, and so does reading all of it; what a picture is, shows at `standard`."""
    assert level_for(sight, wish, GLM4V_DIAL) == level


@pytest.mark.parametrize("wish", list(Wish))
@pytest.mark.parametrize("size", [(320, 240), (120, 400), (350, 240)])
def test_what_telegram_left_of_it_limits(size: tuple[int, int], wish: Wish) -> None:
    """Where `low` gives the model every pixel, more tokens show nothing more, however small the print is."""
    assert level_for(Sight(*size, line=6), wish, GLM4V_DIAL) == LOW


def test_larger_print_never_wants_more() -> None:
    """Nor does a question want less than all of the text."""
    for width, height in ((1280, 960), (960, 1280), (700, 500), (3000, 1000)):
        for wish in Wish:
            levels = [level_for(Sight(width, height, line), wish, GLM4V_DIAL).tokens for line in range(4, 120)]
            assert levels == sorted(levels, reverse=True)
        for line in range(4, 120):
            sight = Sight(width, height, line)
            assert level_for(sight, Wish.FIND, GLM4V_DIAL).tokens <= level_for(sight, Wish.READ, GLM4V_DIAL).tokens


@pytest.mark.parametrize(
    ("stroke", "level"), [(None, STANDARD), (20.0, STANDARD), (4.0, STANDARD), (2.0, FINE), (0.5, FINE)]
)
def test_without_lines_its_strokes_choose(stroke: float | None, level: Detail) -> None:
    """Between `standard` and `fine`: what they belong to, nobody knows."""
    assert level_for(Sight(1280, 960, stroke=stroke), Wish.FIND, GLM4V_DIAL) == level
    assert level_for(Sight(1280, 960, stroke=stroke), Wish.LOOK, GLM4V_DIAL) == STANDARD


def test_memory_is_the_limit() -> None:
    """No level is chosen that shows no more than the one below it."""
    assert level_for(Sight(1280, 960, line=8), Wish.READ, GLM4V_DIAL, most=250) == STANDARD


@pytest.mark.parametrize(
    ("text", "command", "wish"),
    [
        ("What is this?", None, Wish.LOOK),
        ("这是什么？", None, Wish.LOOK),
        ("", "describe", Wish.LOOK),
        ("What is the total?", None, Wish.FIND),
        ("合计是多少？", None, Wish.FIND),
        ("", "text", Wish.READ),
        ("", "table", Wish.READ),
    ],
)
def test_what_a_question_wants(text: str, command: str | None, wish: Wish) -> None:
    """Of print, of something in it, or of all of it."""
    assert wish_of(parse(text, command, texts_in("en"))) is wish


def test_print_is_found_in_a_picture_in_milliseconds() -> None:
    """By a look at its pixels; measured for docs/detail.md, and here only known not to take seconds."""
    page = Image.new("RGB", (1280, 960), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(24)
    for line in range(30):
        draw.text((40, 30 + 30 * line), "Total of the month 12.25 EUR and more to come", "black", font)
    out = io.BytesIO()
    page.save(out, "PNG")
    begun = time.process_time()
    sight = sight_in(out.getvalue())
    assert time.process_time() - begun < 5
    assert sight.line is not None and 15 <= sight.line <= 32
    info = EngineInfo("m", "cpu", "float32", 1600, GLM4V_DIAL)
    assert level_of(info, out.getvalue()).tokens >= STANDARD.tokens
    assert level_of(info, picture(1600, 1200)) == STANDARD
    assert level_of(info, b"no picture") == STANDARD
