"""Stickers, and what moves: the sticker itself is looked at, of the rest the preview."""

import io

import pytest
from PIL import Image

from assistant.settings.chat_settings import Setting
from model_service import GenerationRequest
from playground import Chat, Server
from playground.moving import Moving
from tests.bot.samples import animation, picture
from tests.conversation.conftest import Stage, final, settled

pytestmark = pytest.mark.usefixtures("bot")

PREVIEW = "I only see its preview picture"
MOVES: tuple[Moving, ...] = ("animation", "video", "video_note")


def shown_in(request: GenerationRequest) -> tuple[int, int]:
    """Return the size of the picture that the engine was shown, in pixels."""
    return Image.open(io.BytesIO(request.pictures[0].data)).size


def shown(stage: Stage) -> tuple[int, int]:
    """Return the size of the last one."""
    return shown_in(stage.engine.requests[-1])


async def test_a_sticker_that_stands_still_is_looked_at(stage: Stage, chat: Chat) -> None:
    """It is a picture like any other, for whoever asks about it in a reply."""
    sticker = await chat.send_sticker(picture(512, 300, kind="WEBP"))
    reply = await final(chat, await chat.send("What is this?", reply_to=sticker))
    assert PREVIEW not in reply.text
    assert shown(stage) == (512, 300)


async def test_of_a_sticker_that_moves_the_preview_is_looked_at(stage: Stage, chat: Chat) -> None:
    """And that is said, whatever else stands there."""
    sticker = await chat.send_sticker(b"film", preview=picture(200, 100), moves=True)
    assert PREVIEW in (await final(chat, await chat.send("What is this?", reply_to=sticker))).text
    assert shown(stage) == (200, 100)


@pytest.mark.parametrize("kind", MOVES)
async def test_of_what_moves_the_preview_is_looked_at(stage: Stage, chat: Chat, kind: Moving) -> None:
    """A caption is answered at once; follow-ups are about the same picture."""
    post = await chat.send_moving(kind, picture(640, 320), "What is this?")
    reply = await final(chat, post)
    assert PREVIEW in reply.text
    assert shown(stage) == (320, 160)
    await final(chat, await chat.send("And below?", reply_to=post))
    assert len(stage.engine.requests[-1].messages) == 3


async def test_of_a_file_that_moves_the_preview_is_looked_at(stage: Stage, chat: Chat) -> None:
    """A GIF that was sent as a file."""
    reply = await final(chat, await chat.send_document(animation(), "film.gif", caption="What is this?"))
    assert PREVIEW in reply.text
    assert shown(stage) == (40, 40)


@pytest.mark.parametrize(("language", "said"), [("en", PREVIEW), ("zh-hans", "我只能看到它的预览图")])
async def test_the_preview_is_told_of_without_small_print(
    stage: Stage, server: Server, language: str, said: str
) -> None:
    """In both languages."""
    assert stage.running is not None
    chat = server.person("Lan", language_code=language).private()
    await stage.running.services.chats.choose(Setting.FOOTER, "0", chat.id)
    post = await chat.send_moving("video", picture(), "What is this?")
    reply = await chat.answer(post, lambda reply: said in reply.text)
    assert "token" not in reply.text


@pytest.mark.parametrize(
    ("language", "sticker", "film"),
    [
        ("en", "This sticker has no preview picture", "I cannot watch this"),
        ("zh-hans", "这个贴纸没有预览图", "我看不了动态内容"),
    ],
)
async def test_without_a_preview_nothing_can_be_looked_at(
    stage: Stage, server: Server, language: str, sticker: str, film: str
) -> None:
    """Its sentence says so."""
    chat = server.person("Lan", language_code=language).private()
    asked = await chat.send("?", reply_to=await chat.send_sticker(b"film", moves=True))
    assert sticker in await settled(chat, asked)
    for kind in MOVES:
        assert film in await settled(chat, await chat.send_moving(kind, None, "What is this?"))
    assert stage.engine.requests == []


async def test_a_forwarded_picture_is_a_picture(stage: Stage, chat: Chat) -> None:
    """No matter who took it; what they wrote under it is not asked."""
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Ben"}
    await settled(chat, await chat.send_photo(picture(), "What is this?", forward_origin=origin))
    assert stage.engine.requests == []
    await final(chat, await chat.send("And what is this?"))
    assert len(stage.engine.requests) == 1


async def test_a_reply_to_a_picture_in_another_chat_is_about_that(stage: Stage, server: Server, chat: Chat) -> None:
    """It comes with the question; follow-ups know it."""
    elsewhere = await server.person("Ben").private().send_photo(picture(200, 300))
    await settled(chat, await chat.send_photo(picture()))
    origin = {"type": "hidden_user", "date": 1, "sender_user_name": "Ben"}
    photo = {"origin": origin, "photo": elsewhere.content["photo"]}
    question = await chat.send("What is this?", external_reply=photo)
    await final(chat, question)
    await final(chat, await chat.send("And below?"))
    assert [shown_in(request) for request in stage.engine.requests] == [(200, 300)] * 2
    await settled(
        chat, await chat.send("And this?", external_reply={"origin": origin, "dice": {"emoji": "🎲", "value": 3}})
    )
    assert shown_in(stage.engine.requests[-1]) == (200, 300)


async def test_a_group_that_is_watched_is_spared_answers_to_stickers(stage: Stage, server: Server) -> None:
    """People answer each other with them; a picture is looked at all the same."""
    ada = server.person("Ada")
    group = server.group("Family", ada)
    group.set_bot_status("administrator", ada)
    await group.answer(await group.send("/watch on"))
    await group.send_sticker(picture(512, 512, kind="WEBP"))
    await group.send_moving("animation", picture())
    post = await group.send_photo(picture(), "Look!")
    await final(group, post)
    assert len([reply for reply in group.messages if reply.by_bot]) == 2
