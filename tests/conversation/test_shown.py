"""/pictures, and its buttons."""

import pytest

from playground import Chat, Server
from tests.bot.samples import pdf, picture
from tests.conversation.conftest import Stage, final, settled

pytestmark = pytest.mark.usefixtures("bot")


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("en", ["1. photo, 320x240 – What is this?", "2. image file, 200x300", "3. page 2 of 4 – Read this page"]),
        (
            "zh-hans",
            ["1. 照片，320x240 – What is this?", "2. 图片文件，200x300", "3. 第 2 页，共 4 页 – Read this page"],
        ),
    ],
)
async def test_the_last_pictures_are_listed(
    server: Server, language: str, lines: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With what was asked about them, in both languages."""
    monkeypatch.setattr("bot.incoming.subject.CLOSE", -1.0)
    chat = server.person("Lan", language_code=language).private()
    await chat.answer(await chat.send_photo(picture(), "What is this?"), lambda post: "token" in post.text)
    await chat.answer(await chat.send_document(picture(200, 300), "page.png"))
    document = await chat.send_document(pdf(4), "report.pdf", caption="Read page 2")
    await chat.answer(document, lambda post: "token" in post.text)
    listed = await chat.answer(await chat.send("/pictures"))
    assert listed.text.split("\n")[1:] == lines


async def test_a_button_goes_back_to_a_picture(stage: Stage, chat: Chat) -> None:
    """The reply shows which one; what is asked then is about it."""
    first = await chat.send_photo(picture(), "What is this?")
    await final(chat, first)
    await final(chat, await chat.send_photo(picture(200, 300), "And this?"))
    listed = await chat.answer(await chat.send("/pictures"))
    await chat.press("1", listed)
    prompt = await chat.answer(listed)
    assert prompt.reply_to == first.id
    await final(chat, await chat.send("Once more?"))
    assert stage.engine.requests[-1].messages[0].text == "What is this?"


async def test_only_ten_are_shown_and_none_are_asked_for(chat: Chat) -> None:
    """The newest."""
    assert "Send me a picture first" in await settled(chat, await chat.send("/pictures"))
    for width in range(100, 112):
        await chat.answer(await chat.send_photo(picture(width, 50)))
    listed = await chat.answer(await chat.send("/pictures"))
    assert listed.text.count("photo, ") == 10
    assert "1. photo, 102x50" in listed.text and "10. photo, 111x50" in listed.text


async def test_nobody_goes_to_another_chats_pictures(stage: Stage, server: Server, chat: Chat) -> None:
    """Button data can be forged."""
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    listed = await chat.answer(await chat.send("/pictures"))
    eve = server.person("Eve").private()
    own = await eve.answer(await eve.send_photo(picture(100, 50)))
    shown = await eve.answer(await eve.send("/pictures"))
    assert own and shown.reply_markup is not None and listed.reply_markup is not None
    shown.reply_markup["inline_keyboard"] = listed.reply_markup["inline_keyboard"]
    press = await eve.press("1", shown)
    assert "no longer have" in (await press.answered() or "")
