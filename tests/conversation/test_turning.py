"""Pictures turned by hand: "#turn" in a question or alone, and the button under an answer that found nothing."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from assistant.storage import FOLDER
from model_service import GenerationRequest
from playground import Chat, Post, Server
from tests.bot.samples import pdf, picture
from tests.conversation.conftest import Stage, final, is_growing, settled

PAGE = picture(320, 240)
"""Dark above, as it is sent."""

LABEL = Path(__file__).parent.parent.parent / "playground" / "pictures" / "label.jpg"
with Image.open(LABEL) as _image:
    LABEL_SIZE = _image.size

NOTHING = "There is no total in the picture."

pytestmark = pytest.mark.usefixtures("bot")


def dark_at(request: GenerationRequest) -> str:
    """Return the side at which the picture is dark, as the model sees it."""
    with Image.open(io.BytesIO(request.pictures[0].data)) as image:
        grey = np.asarray(image.convert("L"), float)
    sides = {"top": grey[:9], "bottom": grey[-9:], "left": grey[:, :9], "right": grey[:, -9:]}
    return min(sides, key=lambda side: float(sides[side].mean()))


async def without_buttons(chat: Chat, post: Post) -> None:
    """Wait until nothing under a message can be pressed."""
    await chat.wait_until(lambda: not post.buttons)


def seen(stage: Stage) -> list[tuple[str, str]]:
    """Return what was asked so far, and how the picture stood."""
    return [(request.messages[-1].text, dark_at(request)) for request in stage.engine.requests]


@pytest.mark.parametrize(
    ("words", "side"),
    [
        ("#turn", "right"),
        ("turn it", "right"),
        ("转", "right"),
        ("поверни", "right"),
        ("#turn left", "left"),
        ("#turnleft", "left"),
        ("向左转", "left"),
        ("поверни налево", "left"),
        ("#turn 180", "bottom"),
        ("Turn it upside down, please.", "bottom"),
    ],
)
async def test_by_itself_it_asks_the_former_question_again(stage: Stage, chat: Chat, words: str, side: str) -> None:
    """In three languages; the model sees the picture turned, and not the words."""
    await final(chat, await chat.send_photo(PAGE, "What is the total?"))
    await final(chat, await chat.send(words))
    assert seen(stage) == [("What is the total?", "top"), ("What is the total?", side)]


async def test_a_turn_is_for_good_and_the_next_goes_on_from_there(stage: Stage, chat: Chat) -> None:
    """Also where only the copy's picture was fetched again since."""
    await final(chat, await chat.send_photo(PAGE, "Total?"))
    await final(chat, await chat.send("And the date? #turn"))
    await final(chat, await chat.send("And the time?"))
    for copy in (stage.folder / FOLDER).iterdir():
        copy.unlink()
    await final(chat, await chat.send("And the name?"))
    await final(chat, await chat.send("#turn And the place?"))
    sides = [("Total?", "top"), ("And the date?", "right"), ("And the time?", "right"), ("And the name?", "right")]
    assert seen(stage) == [*sides, ("And the place?", "bottom")]
    assert stage.running is not None
    (kept,) = (await stage.running.services.pictures.current(chat.id)).pictures
    assert (kept.turns, kept.width, kept.height) == (2, 320, 240)
    assert [file.name for file in (stage.folder / FOLDER).iterdir()] == [Path(kept.path).name]


async def test_in_a_caption_it_counts_from_the_way_the_picture_was_sent(stage: Stage, chat: Chat) -> None:
    """Nobody was told of another."""
    await final(chat, await chat.send_photo(PAGE, "#turn left Total?"))
    assert seen(stage) == [("Total?", "left")]


async def test_without_any_question_the_bot_asks_for_one(stage: Stage, chat: Chat) -> None:
    """The picture is turned all the same."""
    assert "What do you want to know" in await settled(chat, await chat.send_photo(PAGE, "#turn"))
    await final(chat, await chat.send("Total?"))
    assert seen(stage) == [("Total?", "right")]


async def test_a_message_turns_once_however_often_it_is_edited(stage: Stage, chat: Chat) -> None:
    """A corrected word is no second turn."""
    await final(chat, await chat.send_photo(PAGE, "Total?"))
    question = await chat.send("#turn And teh date?")
    await final(chat, question)
    await chat.edit(question, "#turn And the date?")
    await chat.wait_until(lambda: len(stage.engine.requests) == 3)
    assert seen(stage)[1:] == [("And teh date?", "right"), ("And the date?", "right")]


async def test_all_pages_that_a_question_is_about_are_turned(stage: Stage, chat: Chat) -> None:
    """Of the others none."""
    await chat.send_document(pdf(3), "a.pdf", caption="Pages 1-2: total? #turn")
    await chat.wait_until(lambda: len(stage.engine.requests) == 2)
    await final(chat, await chat.send("Page 3: total?"))
    sizes = [Image.open(io.BytesIO(request.pictures[0].data)).size for request in stage.engine.requests]
    assert [width > height for width, height in sizes] == [True, True, False]


@pytest.mark.parametrize("answer", [NOTHING, "图中没有总额。", "$", "I'm sorry, the text is upside down."])
async def test_a_button_turns_what_could_not_be_read(stage: Stage, chat: Chat, answer: str) -> None:
    """By a quarter, again and again; each answer comes under the one before, whose buttons go."""
    stage.engine.pieces = (answer,)
    post = await final(chat, await chat.send_photo(PAGE, "What is the total?"))
    for _ in range(4):
        assert "Turn" in [button.text for button in post.buttons]
        before = post
        await chat.press("Turn", before)
        post = await final(chat, before)
        await without_buttons(chat, before)
    assert [side for _, side in seen(stage)] == ["top", "right", "bottom", "left", "top"]
    stage.engine.pieces = ("9.35",)
    await chat.press("Turn", post)
    assert "Turn" not in [button.text for button in (await final(chat, post)).buttons]


async def test_a_text_that_is_hardly_one_can_be_turned(stage: Stage, chat: Chat) -> None:
    """Even if not a word was read."""
    stage.engine.pieces = ("",)
    question = await chat.send_photo(PAGE, "/text")
    post = await chat.answer(question, lambda reply: reply.reply_to == question.id and not is_growing(reply))
    stage.engine.pieces = ("Yes.",)
    await chat.press("Turn", post)
    second = await chat.answer(post, lambda reply: reply.reply_to == post.id and not is_growing(reply))
    assert [button.text for button in second.buttons] == ["Turn"]
    stage.engine.pieces = ("Yes, we are open again.",)
    await chat.press("Turn", second)
    third = await chat.answer(second, lambda reply: reply.reply_to == second.id and not is_growing(reply))
    assert third.buttons == []
    assert [side for _, side in seen(stage)] == ["top", "right", "bottom"]


@pytest.mark.parametrize("answer", ["9.35", "A receipt. There is no tip on it."])
async def test_what_was_read_needs_no_turn(stage: Stage, chat: Chat, answer: str) -> None:
    """No button stands there for nothing."""
    stage.engine.pieces = (answer,)
    post = await final(chat, await chat.send_photo(PAGE, "What is the total?"))
    assert "Turn" not in [button.text for button in post.buttons]


async def test_nobody_else_turns_a_persons_picture(stage: Stage, server: Server) -> None:
    """In a group a press of somebody else's is refused, as for the other buttons."""
    stage.engine.pieces = (NOTHING,)
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    post: Post = await final(group, await group.send_photo(PAGE, "/ask What is the total?"))
    await group.press("Turn", post, by=ben)
    await final(group, await group.send("/ask And now?"))
    assert [side for _, side in seen(stage)] == ["top", "top"]


@pytest.mark.parametrize("turns", [1, 2, 3])
async def test_a_page_on_its_side_is_turned_as_it_comes(stage: Stage, chat: Chat, turns: int) -> None:
    """The first answer says so, and how to turn it further; the next ones need not."""
    first = await final(chat, await chat.send_document(lying(turns), "a.jpg", caption="What is the total?"))
    second = await final(chat, await chat.send("And the date?"))
    assert [("I turned the picture upright" in post.text) for post in (first, second)] == [True, False]
    sizes = [Image.open(io.BytesIO(request.pictures[0].data)).size for request in stage.engine.requests]
    assert sizes == [LABEL_SIZE] * 2
    await final(chat, await chat.send("#turn"))
    assert stage.running is not None
    (kept,) = (await stage.running.services.pictures.current(chat.id)).pictures
    assert kept.turns == (4 - turns + 1) % 4


async def test_what_was_turned_by_itself_is_not_turned_again_on_request(stage: Stage, chat: Chat) -> None:
    """Who writes "#turn" under a page on its side wants it upright, and has not seen that it is."""
    post = await final(chat, await chat.send_document(lying(1), "a.jpg", caption="#turn What is the total?"))
    assert "I turned" not in post.text
    (request,) = stage.engine.requests
    assert Image.open(io.BytesIO(request.pictures[0].data)).size == LABEL_SIZE


async def test_a_copy_that_is_fetched_again_is_turned_as_before(stage: Stage, chat: Chat) -> None:
    """By hand, whatever its print tells."""
    await final(chat, await chat.send_document(lying(3), "a.jpg", caption="What is the total?"))
    await final(chat, await chat.send("#turn left"))
    for copy in (stage.folder / FOLDER).iterdir():
        copy.unlink()
    await final(chat, await chat.send("And the date?"))
    before, again = (Image.open(io.BytesIO(request.pictures[0].data)) for request in stage.engine.requests[1:])
    assert again.size == before.size != LABEL_SIZE
    difference = np.abs(np.asarray(again.convert("L"), float) - np.asarray(before.convert("L"), float))
    assert difference.mean() < 8


def lying(turns: int) -> bytes:
    """Return the label as it comes if it was scanned turned by so many quarters clockwise."""
    with Image.open(LABEL) as image:
        buffer = io.BytesIO()
        turned = (Image.Transpose.ROTATE_270, Image.Transpose.ROTATE_180, Image.Transpose.ROTATE_90)[turns - 1]
        image.transpose(turned).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()
