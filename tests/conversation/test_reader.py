"""A reader beside the model writes down print; all else the model answers; the line under an answer says who read."""

import pytest

from model_service import ReaderInfo, Sureness
from playground import Chat, Post, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, is_growing

NAME = "@eyeglass_play_bot"
PAGE = picture(1600, 1200)

pytestmark = pytest.mark.usefixtures("bot")


@pytest.fixture(autouse=True)
def reads(stage: Stage) -> None:
    """The reader is sure of one line, and not of the other."""
    stage.engine.reader = ReaderInfo("RapidOCR", 2000, Sureness(sure=0.8))
    stage.engine.transcript = (("Green Grocer\n", 0.99), ("Tota1 12.25", 0.6))


async def answer_to(chat: Chat, post: Post) -> Post:
    """Return the bot's finished answer to a message."""
    return await chat.answer(post, lambda reply: reply.reply_to == post.id and not is_growing(reply))


@pytest.mark.parametrize(
    "question",
    ["/text", "What does it say?", "Read it out, please", "\u56fe\u7247\u4e0a\u5199\u4e86\u4ec0\u4e48\uff1f"],
)
async def test_all_that_is_printed_is_the_readers(stage: Stage, server: Server, question: str) -> None:
    """The footer names it, and its doubts are told."""
    chat = server.person("Ada").private()
    await answer_to(chat, await chat.send_document(PAGE, "a.png", caption="What is the total?"))
    answer = await answer_to(chat, await chat.send(question))
    assert "Green Grocer\nTota1 12.25" in answer.text
    assert "I am not sure of" in answer.text and "read by RapidOCR" in answer.text and not answer.buttons
    assert len(stage.engine.requests[-1].messages) == 1


async def test_in_a_group_too(stage: Stage, server: Server) -> None:
    """Whoever asks."""
    ada = server.person("Ada")
    group = server.group("Family", ada)
    answer = await answer_to(
        group, await group.send_document(PAGE, "a.png", caption=f"{NAME} What does it say?", by=ada)
    )
    assert "Green Grocer" in answer.text and "RapidOCR" in answer.text


async def test_other_questions_are_the_models(stage: Stage, server: Server) -> None:
    """Also about what the reader wrote; the model is told of that as of any answer."""
    chat = server.person("Ada").private()
    await answer_to(chat, await chat.send_document(PAGE, "a.png", caption="/text"))
    answer = await answer_to(chat, await chat.send("What does it say about the total?"))
    assert answer.text.startswith("A grey gradient.") and "RapidOCR" not in answer.text
    assert stage.engine.requests[-1].transcription is None
    assert "Green Grocer" in stage.engine.requests[-1].messages[1].text


async def test_without_a_word_it_says_so(stage: Stage, server: Server) -> None:
    """Nothing is no answer."""
    stage.engine.transcript = ()
    chat = server.person("Ada").private()
    answer = await answer_to(chat, await chat.send_document(PAGE, "a.png", caption="What does it say?"))
    assert answer.text.startswith("I found no print in this picture.")


async def test_without_a_reader_the_model_reads(stage: Stage, server: Server) -> None:
    """As before."""
    stage.engine.reader = None
    chat = server.person("Ada").private()
    answer = await answer_to(chat, await chat.send_document(PAGE, "a.png", caption="What does it say?"))
    assert answer.text.startswith("A grey gradient.")


async def test_what_is_printed_again_and_again_is_no_loop_of_a_library(stage: Stage, server: Server) -> None:
    """RapidOCR reads each line by itself."""
    stage.engine.transcript = (("the same line\n", 0.99),) * 12
    chat = server.person("Ada").private()
    answer = await answer_to(chat, await chat.send_document(PAGE, "a.png", caption="/text"))
    assert answer.text.count("the same line") == 12


async def test_a_library_writes_no_formulas(stage: Stage, server: Server) -> None:
    """The model is asked."""
    chat = server.person("Ada").private()
    answer = await answer_to(chat, await chat.send_document(PAGE, "a.png", caption="What is the formula?"))
    assert answer.text.startswith("A grey gradient.")
