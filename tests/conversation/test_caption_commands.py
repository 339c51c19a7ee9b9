"""Commands in the caption of a picture, and those that Telegram does not mark: done, and not told to the model."""

import pytest

from playground import Chat, Post, Server
from playground.origins import origin_of_channel, origin_of_hidden
from tests.bot.samples import picture
from tests.conversation.albums import HandWindow, album, answered
from tests.conversation.conftest import Stage, final, settled

NAME = "@eyeglass_play_bot"

pytestmark = pytest.mark.usefixtures("bot")


async def told(chat: Chat, after: Post, words: str) -> Post:
    """Return what the bot said to a message, which must hold these words."""
    return await chat.answer(after, lambda post: words in post.text)


async def taken_in(stage: Stage, chat: Chat, data: bytes) -> bool:
    """Whether the next question is about this picture."""
    await final(chat, await chat.send("What is this?"))
    return stage.engine.requests[-1].pictures[0].data == data


@pytest.mark.parametrize(
    ("caption", "words"),
    [
        ("/detail high", "From now on"),
        ("/detail=high", "From now on"),
        ("／detail　high", "From now on"),
        ("/help", "Send a picture with a question"),
        ("/settings", "Settings of this chat"),
        ("/start", "I look at pictures"),
        ("/status", "scripted"),
        ("/cancel", "No question of yours"),
        ("/frobnicate", "do not know this command"),
        ("/new@other_bot", "do not know this command"),
    ],
)
async def test_the_command_is_done_and_the_picture_taken_in(stage: Stage, chat: Chat, caption: str, words: str) -> None:
    """The next question is about it, and nothing more was said."""
    data = picture(300, 200)
    await told(chat, await chat.send_document(data, "a.png", caption=caption), words)
    assert await taken_in(stage, chat, data)
    assert len(stage.engine.requests) == 1
    assert not any("What do you want to know" in post.text for post in chat.messages)
    assert stage.engine.requests[0].detail.tokens == (512 if "detail" in caption else 256)


@pytest.mark.parametrize("caption", ["/new", "／new", "/forget"])
async def test_what_ends_the_talk_takes_nothing_in(stage: Stage, chat: Chat, caption: str) -> None:
    """Neither the picture that it came with, nor an earlier one."""
    await final(chat, await chat.send_document(picture(300, 200), "a.png", caption="What is this?"))
    await chat.answer(await chat.send_document(picture(200, 300), "b.png", caption=caption))
    if caption != "/forget":
        assert "picture first" in (await chat.answer(await chat.send("And now?"))).text
    assert len(stage.engine.requests) == 1


@pytest.mark.parametrize("caption", ["/ask What is this?", "／ask What is this?", "/text"])
async def test_commands_that_ask_stay_questions(stage: Stage, chat: Chat, caption: str) -> None:
    """They are about the picture."""
    await final(chat, await chat.send_photo(picture(), caption))
    assert "/" not in stage.engine.requests[0].messages[-1].text
    assert "／" not in stage.engine.requests[0].messages[-1].text


async def test_in_the_caption_of_an_album(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """All of it is taken in."""
    posts = await album(chat, window, 3, "/detail low", at=1)
    await told(chat, posts[-1], "From now on")
    await answered(chat, await chat.send("What is this?"), 3)
    assert {request.detail.tokens for request in stage.engine.requests} == {128}


async def test_a_question_that_waits_for_the_picture(stage: Stage, chat: Chat) -> None:
    """It is answered, as the command says."""
    question = await chat.send("What is this?")
    assert "picture first" in await settled(chat, question)
    await told(chat, await chat.send_photo(picture(), "/detail high"), "From now on")
    await final(chat, question)
    (request,) = stage.engine.requests
    assert (request.messages[-1].text, request.detail.tokens) == ("What is this?", 512)


async def test_a_file_that_cannot_be_read(stage: Stage, chat: Chat) -> None:
    """The command is done all the same, and the person told of the file."""
    post = await chat.send_document(b"PK", "a.docx", caption="/detail high")
    await told(chat, post, "From now on")
    await told(chat, post, "take a screenshot")


async def test_in_a_group(stage: Stage, server: Server) -> None:
    """Its admin's setting is done; another bot's command, or one that may be another's, is passed over."""
    ada = server.person("Ada")
    group = server.group("Family", ada)
    group.set_bot_status("administrator", ada)
    first, second = picture(300, 200), picture(200, 300)
    await told(group, await group.send_document(first, "a.png", caption=f"/detail{NAME} low"), "From now on")
    for caption in ("/frobnicate", "/detail@other_bot high"):
        await group.send_document(second, "b.png", caption=caption)
    await final(group, await group.send("/ask What is this?"))
    (request,) = stage.engine.requests
    assert request.pictures[0].data == first and request.detail.tokens == 128
    assert len([post for post in group.messages if post.by_bot]) == 2


async def test_in_a_group_a_member_may_not_change_its_settings(stage: Stage, server: Server) -> None:
    """As in a text."""
    ben = server.person("Ben")
    group = server.group("Family", server.person("Ada"), ben)
    await told(group, await group.send_photo(picture(), "/detail low", by=ben), "only its admins")


@pytest.mark.parametrize("origin", [origin_of_channel("News"), origin_of_hidden("Eve")])
async def test_a_strangers_command_that_is_forwarded_is_not_done(
    stage: Stage, server: Server, chat: Chat, origin: dict[str, object]
) -> None:
    """Neither in a text nor in a caption; one's own is."""
    post = await server.person("Eve").private().send("/detail low")
    photo = await server.person("Eve").private().send_photo(picture(), "/detail low")
    for each in (post, photo):
        await settled(chat, await chat.forward(each, origin=origin))
    await final(chat, await chat.send_photo(picture(), "And now?"))
    assert stage.engine.requests[-1].detail.tokens == 256
    await told(chat, await chat.forward(await chat.send("/detail low")), "From now on")


async def test_wide_signs_are_done_at_once(stage: Stage, chat: Chat) -> None:
    """Like any command, while an answer grows."""
    stage.engine.hold = 1
    post = await chat.send_photo(picture(), "What is this?")
    await chat.answer(post)
    await told(chat, await chat.send("／detail　ｌｏｗ"), "From now on")
    stage.engine.go.set()
    await final(chat, post)
