"""A question about print is asked of the part of the picture where that is: blank paper and the table get no tokens."""

import io

import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from model_service import Ability, Region, Sureness, plan_detail
from playground import Chat
from tests.conversation.conftest import Stage, final

BOX = (100, 128, 508, 318)
"""A rectangle that all print of the note is in."""


def note(*, table: bool = False) -> bytes:
    """Return a sheet with some lines at the top; with a `table`, on one with creases."""
    image = Image.new("RGB", (1200, 1200), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(30)
    if table:
        draw.rectangle((0, 1000, 1199, 1199), fill=(190, 160, 120))
        for place in range(0, 1200, 150):
            draw.line([(place, 1000), (place + 100, 1199)], fill=(110, 80, 50), width=3)
        draw.line([(1100, 0), (1199, 1199)], fill=(110, 80, 50), width=3)
        draw.line([(10, 0), (0, 1199)], fill=(110, 80, 50), width=3)
        image.paste(image.filter(ImageFilter.GaussianBlur(3)))
    for number in range(5):
        draw.text((100, 120 + 42 * number), f"Position {number} of the bill 12.2{number} EUR", "black", font)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def regions(stage: Stage) -> list[Region | None]:
    """Return which part the engine was shown, look by look."""
    return [request.pictures[0].region for request in stage.engine.requests]


def is_close_around(region: Region | None) -> bool:
    """Whether a region holds the print, and little besides."""
    assert region is not None
    left, top, right, bottom = region.box(1200, 1200)
    holds = left <= BOX[0] and top <= BOX[1] and right >= BOX[2] and bottom >= BOX[3]
    return holds and (right - left) * (bottom - top) < 0.25 * 1200 * 1200


@pytest.fixture(autouse=True)
def auto(stage: Stage) -> None:
    """A chat that chose no level."""
    stage.values["model"]["detail"] = "auto"


@pytest.mark.usefixtures("bot")
async def test_margins_get_no_tokens(stage: Stage, chat: Chat) -> None:
    """The print is shown larger than all of the page would be; a level that a person chose shows all of it."""
    await final(chat, await chat.send_document(note(), "a.png", caption="What is the total?"))
    await final(chat, await chat.send("What is the sum? #high"))
    found, chosen = regions(stage)
    assert is_close_around(found) and chosen is None
    assert [request.detail.tokens for request in stage.engine.requests] == [128, 512]


@pytest.mark.parametrize("asked", ["What is this?", "/describe"])
async def test_what_a_picture_is_is_asked_of_all_of_it(stage: Stage, chat: Chat, asked: str) -> None:
    """Margins belong to it."""
    stage.engine.abilities |= {Ability.DESCRIBE}
    await stage.start()
    await final(chat, await chat.send_document(note(), "a.png", caption=asked))
    assert regions(stage) == [None]


@pytest.mark.usefixtures("bot")
async def test_a_part_that_a_person_named_stays_that_part(stage: Stage, chat: Chat) -> None:
    """However much blank paper it has."""
    await final(chat, await chat.send_document(note(), "a.png", caption="What is the total? #bottomleft"))
    (region,) = regions(stage)
    assert region is not None and region.left == 0 and region.bottom == 1


@pytest.mark.parametrize("describes", [False, True])
async def test_the_table_around_is_asked_of_a_model_that_describes(
    stage: Stage, chat: Chat, *, describes: bool
) -> None:
    """One that reads print is shown the print alone; and so is any where all text is read out."""
    stage.engine.abilities |= {Ability.DESCRIBE} if describes else set()
    await stage.start()
    await final(chat, await chat.send_document(note(table=True), "a.png", caption="What is the total?"))
    await final(chat, await chat.send("/text"))
    found, text = regions(stage)
    assert is_close_around(text)
    assert found is None if describes else is_close_around(found)


async def test_the_closer_look_is_at_the_same_part(stage: Stage, chat: Chat) -> None:
    """At a level that shows more of that."""
    stage.engine.sureness = Sureness(sure=0.7, readable=0.6, begun=0.2)
    stage.engine.pieces, stage.engine.doubts = ("12.2", "5"), {0: (0.999, 0.0), 1: (0.5, 0.4)}
    await stage.start()
    answer = await final(chat, await chat.send_document(note(), "a.png", caption="What is the total?"))
    first, second = regions(stage)
    assert first == second and is_close_around(first)
    assert "looked twice: low, then standard" in answer.text


@pytest.mark.usefixtures("bot")
async def test_what_you_see_is_that_part(stage: Stage, chat: Chat) -> None:
    """With the tokens that it takes."""
    await final(chat, await chat.send_document(note(), "a.png", caption="What is the total?"))
    menu = await chat.answer(await chat.send("/detail"))
    await chat.press("detail:seen", menu)

    def photos() -> list[str]:
        return [
            post.text for post in chat.messages if post.by_bot and post.reply_to == menu.id and "photo" in post.content
        ]

    (said,) = await chat.wait_until(photos)
    request = stage.engine.requests[0]
    assert request.pictures[0].region is not None
    plan = plan_detail(stage.engine.dial, request.detail, *request.pictures[0].region.size(1200, 1200))
    assert f"{plan.rows} x {plan.columns} = {plan.tokens} tokens" in said
