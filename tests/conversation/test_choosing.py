"""Words that choose a page or a picture choose it, and the model does not get them."""

import pytest

from model_service import Ability
from playground import Chat, Server
from tests.bot.samples import pdf, picture
from tests.conversation.albums import HandWindow, album, answered
from tests.conversation.conftest import Stage, final, settled
from tests.conversation.test_documents import looked_at

NAME = "@eyeglass_play_bot"
TOTAL = "What is the total?"

pytestmark = pytest.mark.usefixtures("bot")


def asked(stage: Stage) -> list[str]:
    """Return what the model was asked last, of each picture."""
    return [request.messages[-1].text for request in stage.engine.requests]


@pytest.mark.parametrize(
    ("caption", "number", "words"),
    [
        ("What is the total on page 2?", 2, TOTAL),
        ("Page 3: what is the total?", 3, TOTAL),
        ("What is on the last page?", 4, "What is on this page?"),
        ("第2页的总额是多少？", 2, "总额是多少？"),
        ("What is the total on page 1?", 1, TOTAL),
        ("#high What is the total (page 2)?", 2, TOTAL),
    ],
)
async def test_the_model_is_asked_without_them(stage: Stage, chat: Chat, caption: str, number: int, words: str) -> None:
    """In a caption, in a further question, and in what it is told of the talk so far."""
    await final(chat, await chat.send_document(pdf(4), "report.pdf", caption=caption))
    assert (asked(stage), looked_at(stage)) == ([words], [number])
    reply = await final(chat, await chat.send(f"And the date on page {number}?"))
    assert [message.text for message in stage.engine.requests[0].messages] == [
        words,
        "A grey gradient.",
        "And the date?",
    ]
    assert looked_at(stage) == [number]
    assert f"page {number} of 4" in reply.text and "to read others" not in reply.text


async def test_each_page_and_each_picture_is_asked_so(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """Several pages of a document, pictures of an album."""
    posts = await album(chat, window, 3)
    await settled(chat, posts[0])
    await answered(chat, await chat.send("What is the total in pictures 1 and 3?"), 2)
    await final(chat, await chat.send("What is in the second photo?"))
    await answered(chat, await chat.send("Compare pictures 1 and 3"), 2)
    assert asked(stage) == [TOTAL, TOTAL, "What is in this photo?", *["Compare these pictures"] * 2]


async def test_of_one_picture_nothing_was_chosen(stage: Stage, chat: Chat) -> None:
    """The opposite mistake: the words are about what it shows."""
    words = "Who painted the first picture on the wall, and what is on page 2 of the book?"
    await final(chat, await chat.send_photo(picture(), words))
    assert asked(stage) == [words]


async def test_look_closer_asks_the_same_about_the_same_page(stage: Stage, chat: Chat) -> None:
    """With the words that the model had."""
    post = await chat.send_document(pdf(3, 900, 1200), "report.pdf", caption="What is the total on page 2? #low")
    reply = await final(chat, post)
    await chat.press("Look closer", reply)
    again = await final(chat, reply)
    assert (asked(stage), looked_at(stage)) == ([TOTAL, TOTAL], [2, 2])
    assert "page 2 of 3" in again.text


@pytest.mark.parametrize("words", ["And page 2?", "page 2", "what about the second page?", "那第2页呢？"])
async def test_only_another_page_is_asked_what_the_former_one_was(stage: Stage, chat: Chat, words: str) -> None:
    """And a further one after it, at the level of that question."""
    await final(chat, await chat.send_document(pdf(3), "report.pdf", caption="What is the total on page 1? #high"))
    await final(chat, await chat.send(words))
    await final(chat, await chat.send("And the last one, page 3?"))
    assert [request.detail.tokens for request in stage.engine.requests] == [512] * 3
    assert asked(stage) == [TOTAL] * 3
    assert looked_at(stage) == [1, 2, 3]


async def test_after_a_restart_too(stage: Stage, chat: Chat) -> None:
    """Also of a task."""
    await chat.answer(await chat.send_document(pdf(3), "report.pdf", caption="/text"), lambda post: "0" in post.text)
    await stage.stop()
    await stage.start()
    post = await chat.send("and page 3?")
    await chat.answer(post, lambda reply: "read at" in reply.text)
    assert len(set(asked(stage))) == 1 and "Read out all text" in asked(stage)[0]
    assert looked_at(stage) == [1, 3]


async def test_somebody_elses_question_is_not_asked_again(stage: Stage, server: Server) -> None:
    """In a group each has their own; without one the bot asks back."""
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    post = await group.send_document(pdf(3), "report.pdf", caption=f"{NAME} {TOTAL}", by=ada)
    await final(group, post)
    said = await settled(group, await group.send("/ask page 2", reply_to=post, by=ben))
    assert said == "I have page 2 of 3. What do you want to know about it?"
    await final(group, await group.send("/ask and page 3?", reply_to=post, by=ada))
    assert (asked(stage), looked_at(stage)) == ([TOTAL, TOTAL], [1, 3])


async def test_a_page_alone_is_a_picture_without_a_question(stage: Stage, chat: Chat) -> None:
    """The next question is about it."""
    post = await chat.send_document(pdf(3), "report.pdf", caption="page 2")
    assert await settled(chat, post) == "I have page 2 of 3. What do you want to know about it?"
    await final(chat, await chat.send(TOTAL))
    assert await settled(chat, await chat.send_document(pdf(5), "b.pdf", caption="pages 2-4")) == (
        "I have these 3 pages. What do you want to know about them?"
    )
    assert looked_at(stage) == [2]
    post = await chat.send(TOTAL)
    await chat.answer(post, lambda reply: "3 pages read" in reply.text)
    assert looked_at(stage) == [2, 3, 4]


async def test_a_page_alone_is_described_where_the_model_can(stage: Stage, chat: Chat) -> None:
    """As any picture without a question."""
    stage.engine.abilities = set(Ability)
    await stage.stop()
    await stage.start()
    await final(chat, await chat.send_document(pdf(3), "report.pdf", caption="the second page"))
    assert "one short sentence" in asked(stage)[0]
    assert looked_at(stage) == [2]


async def test_after_a_page_that_is_not_there_the_document_is_still_meant(stage: Stage, chat: Chat) -> None:
    """Not an older picture, and it was read."""
    await final(chat, await chat.send_photo(picture(), TOTAL))
    post = await chat.send_document(pdf(3), "report.pdf", caption="What is the date on page 7?")
    assert "has 3 pages" in await settled(chat, post)
    await final(chat, await chat.send("page 3, I mean"))
    assert asked(stage) == [TOTAL, "What is the date?"]
    stage.engine.requests.pop(0)
    assert looked_at(stage) == [3]
