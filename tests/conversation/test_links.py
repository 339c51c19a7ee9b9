"""Links are not opened, and that is said."""

import pytest

from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final, settled

NAME = "@eyeglass_play_bot"
ABOUT_IT = [
    "https://example.com/receipt.jpg What is the total?",
    "What is the total? https://example.com/receipt",
    "https://example.com",
    "example.com",
    "https://example.com/receipt.jpg 总额是多少？",
    "看看 example.com/a.pdf 里的总额",
    "#high https://example.com/a",
    "/ask https://example.com/receipt.jpg total?",
    "/text https://example.com/a",
    "😀 https://example.com/a",
]

pytestmark = pytest.mark.usefixtures("bot")


@pytest.mark.parametrize("text", ABOUT_IT)
@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_question_about_a_link(stage: Stage, server: Server, text: str, language: str) -> None:
    """Whether or not there is a picture: an older one is not taken for it."""
    chat = server.person("Ada", language_code=language).private()
    words = "do not open links" if language == "en" else "不会打开链接"
    assert words in (await chat.answer(await chat.send(text))).text
    await settled(chat, await chat.send_photo(picture(), "What is this?"))
    assert words in (await chat.answer(await chat.send(text))).text
    assert len(stage.engine.requests) == 1


async def test_a_word_that_is_a_link(stage: Stage, chat: Chat) -> None:
    """Its address is not in the text."""
    link = {"type": "text_link", "offset": 26, "length": 7, "url": "https://example.com/a"}
    post = await chat.send("What is the total on this receipt", entities=[link])
    assert "do not open links" in (await chat.answer(post)).text
    assert stage.engine.requests == []


async def test_in_a_group(stage: Stage, server: Server) -> None:
    """Where the bot's name stands beside it."""
    group = server.group("Family", server.person("Ben"))
    await final(group, await group.send_photo(picture(), f"{NAME} What is this?"))
    post = await group.send(f"{NAME} https://example.com/a what is the total?")
    assert "do not open links" in (await group.answer(post)).text
    assert len(stage.engine.requests) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Does it say www.example.com?",
        "Is the address example.com?",
        "图里写的是 example.com 吗？",
        "Whose is ada@example.com",
    ],
)
async def test_an_address_that_a_picture_may_say(stage: Stage, chat: Chat, text: str) -> None:
    """Is part of the question."""
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    await final(chat, await chat.send(text))
    assert stage.engine.requests[-1].messages[-1].text == text


async def test_a_link_beside_a_picture(stage: Stage, chat: Chat) -> None:
    """In a caption, or in a reply to a picture or an answer, it is part of the question."""
    text = "https://example.com/a Is this it?"
    post = await chat.send_photo(picture(), text)
    answer = await final(chat, post)
    await final(chat, await chat.send(text + "?", reply_to=post))
    await final(chat, await chat.send(text + "??", reply_to=answer))
    assert [request.messages[-1].text for request in stage.engine.requests] == [text, text + "?", text + "??"]


async def test_the_picture_that_follows_a_link_gets_its_question(stage: Stage, chat: Chat) -> None:
    """The person sends what they were asked for; an older picture is not taken meanwhile."""
    await settled(chat, await chat.send_photo(picture(), "What is this?"))
    link = await chat.send("https://example.com/receipt.jpg What is the total?")
    assert "do not open links" in await settled(chat, link)
    assert "could not read" in await settled(chat, await chat.send("And the date?"))
    await chat.send_photo(picture(200, 100))
    await chat.wait_until(lambda: len(stage.engine.requests) == 2 or None)
    assert "What is the total?" in stage.engine.requests[-1].messages[-1].text or "And the date?" in (
        stage.engine.requests[-1].messages[-1].text
    )
    assert "example.com" not in stage.engine.requests[-1].messages[-1].text
