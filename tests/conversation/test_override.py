"""Words in a question that choose for this once how closely to look, and where."""

import pytest

from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final

NAME = "@eyeglass_play_bot"

pytestmark = pytest.mark.usefixtures("bot")


@pytest.mark.parametrize(
    ("caption", "question", "tokens"),
    [
        ("#high What is this?", "What is this?", 512),
        ("What is this? #300", "What is this?", 300),
        ("/ask max What is this?", "What is this?", 1600),
        ("/ask 384 what is this", "what is this", 384),
        ("Who is player #23?", "Who is player #23?", 256),
        ("/ask 2024 was when?", "2024 was when?", 256),
        ("high score?", "high score?", 256),
        ("/ask high", "high", 256),
    ],
)
async def test_a_level_in_a_question_holds_for_that_question(
    stage: Stage, chat: Chat, caption: str, question: str, tokens: int
) -> None:
    """The model is not told the tag, and the next question is as the chat chose."""
    await final(chat, await chat.send_photo(picture(), caption))
    await final(chat, await chat.send("And now?"))
    one, other = stage.engine.requests
    assert (one.messages[-1].text, one.detail.tokens) == (question, tokens)
    assert other.detail.tokens == 256


async def test_in_a_group_with_the_bots_name(stage: Stage, server: Server) -> None:
    """A mention goes as well as the tag."""
    group = server.group("Family", server.person("Ben"))
    await final(group, await group.send_photo(picture(), f"{NAME} #max What is this?"))
    assert stage.engine.requests[0].messages[-1].text == "What is this?"
    assert str(stage.engine.requests[0].detail) == "max"


@pytest.mark.parametrize(
    ("question", "asked", "said"),
    [
        ("What is in the top left corner?", "What is in this picture?", "the top left quarter only · read at"),
        ("右上角写了什么？", "图中写了什么？", "只看了右上角"),
        ("What is it? #middle", "What is it?", "the middle only · read at"),
    ],
)
async def test_a_part_of_the_picture_gets_all_tokens(
    stage: Stage, server: Server, question: str, asked: str, said: str
) -> None:
    """The footer tells of it; a follow-up is about the whole picture, and knows what was really asked."""
    chat = server.person("Ada", language_code="en" if "only" in said else "zh").private()
    post = await chat.send_document(picture(2000, 1000), "a.png", caption=question)
    answer = await chat.answer(post, lambda reply: reply.reply_to == post.id and said in reply.text)
    request = stage.engine.requests[0]
    assert request.pictures[0].region is not None
    assert request.messages[-1].text == asked
    plan = stage.engine.plan(request)
    assert plan is not None and plan.tokens > 200 and f"{plan.width}x{plan.height}" in answer.text
    follow_up = await chat.send("Why?")
    await chat.answer(follow_up, lambda reply: reply.reply_to == follow_up.id and "token" in reply.text)
    later = stage.engine.requests[1]
    assert later.pictures[0].region is None
    assert later.messages[0].text == question.replace(" #middle", "")


async def test_the_part_is_told_without_small_print_too(stage: Stage, chat: Chat) -> None:
    """Nobody should believe that the rest was seen."""
    stage.values.setdefault("reply", {})["footer"] = False
    await stage.stop()
    await stage.start()
    post = await chat.send_photo(picture(), "What is in the bottom half?")
    await chat.answer(post, lambda reply: reply.text == "A grey gradient.\n\nthe lower half only")
