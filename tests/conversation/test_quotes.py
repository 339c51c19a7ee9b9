"""The quote of a reply: it says which picture is meant, and the model is told its words."""

from collections.abc import Iterator

import pytest

from model_service import EngineStep, FinishReason, GenerationRequest
from playground import Chat, Post, Server
from tests.bot.samples import picture
from tests.conversation.albums import HandWindow, album, answered, looked_at
from tests.conversation.conftest import Stage, final, is_growing

NAME = "@eyeglass_play_bot"
SHOPS = ["**ALPHA** SHOP", "BETA SHOP", "GAMMA SHOP"]

pytestmark = pytest.mark.usefixtures("bot")


@pytest.fixture
def shops(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the engine name a different shop in each picture of an album."""

    def generate(request: GenerationRequest) -> Iterator[EngineStep]:
        stage.engine.requests.append(request)
        yield EngineStep(SHOPS[looked_at(stage)[-1] - 1])
        yield EngineStep("", FinishReason.STOP)

    monkeypatch.setattr(stage.engine, "generate", generate)


async def shown(stage: Stage, chat: Chat, answer: Post, quote: str, text: str = "Why?") -> list[int]:
    """Ask in a reply with a quote; return the numbers of the pictures that the model was shown."""
    stage.engine.requests.clear()
    question = await chat.send(text, reply_to=answer, quote=quote)
    await chat.answer(question, lambda post: post.reply_to == question.id and not is_growing(post))
    return looked_at(stage)


@pytest.mark.usefixtures("shops")
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_it_chooses_among_the_pictures_of_an_album(
    stage: Stage, server: Server, window: HandWindow, language: str
) -> None:
    """By name, or by the words about one; a quote from all chooses none, and a question may name another."""
    chat = server.person("Ada", language_code=language).private()
    posts = await album(chat, window, 3, "What is this?")
    answer = await chat.answer(posts[-1], lambda post: SHOPS[2] in post.text and not is_growing(post))
    second = next(line for line in answer.text.splitlines() if "BETA" in line)
    assert await shown(stage, chat, answer, second) == [2]
    assert stage.engine.requests[0].messages[-1].text == '"BETA SHOP"\nWhy?'
    assert await shown(stage, chat, answer, "BETA") == [2]
    assert await shown(stage, chat, answer, "ALPHA SHOP") == [1]
    assert await shown(stage, chat, answer, answer.text) == [1, 2, 3]
    assert await shown(stage, chat, answer, "BETA", "And the third picture?") == [3]


@pytest.mark.usefixtures("shops")
async def test_a_text_to_copy_names_no_pictures(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """What was answered about each tells where the quote is from."""
    posts = await album(chat, window, 3, "/text")
    answer = await answered(chat, posts[0], 3)
    assert "Picture" not in answer.text.partition("read")[0]
    assert await shown(stage, chat, answer, "BETA") == [2]
    assert await shown(stage, chat, answer, "SHOP") == [1, 2, 3]


async def test_the_words_go_to_the_model_beside_the_question(stage: Stage, server: Server) -> None:
    """In a group too; what is kept is the person's own words, and "Look closer" asks with the quote again."""
    group = server.group("Family", server.person("Ben"))
    stage.engine.pieces = ("Coffee $3.10, rye bread $4.20",)
    answer = await final(group, await group.send_document(picture(1600, 1200), "a.png", caption=f"{NAME} What is it?"))
    question = await group.send("How much is this?", reply_to=answer, quote="rye bread")
    closer = await final(group, question)
    await group.press("Look closer", closer)
    await final(group, closer)
    await final(group, await group.send(f"{NAME} And now?"))
    asked = [request.messages[-1].text for request in stage.engine.requests]
    quoting = '"rye bread"\nHow much is this?'
    assert asked == ["What is it?", quoting, quoting, "And now?"]
    assert "How much is this?" in [message.text for message in stage.engine.requests[-1].messages]


async def test_what_telegram_quotes_by_itself_is_no_wish(stage: Stage, chat: Chat) -> None:
    """It does so in replies across chats."""
    answer = await final(chat, await chat.send_photo(picture(), "What is it?"))
    quote = {"text": "A grey", "position": 0}
    await final(chat, await chat.send_content({"text": "Why?", "quote": quote}, reply_to=answer))
    assert stage.engine.requests[-1].messages[-1].text == "Why?"
