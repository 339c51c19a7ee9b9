"""Every way to show the bot a picture and to ask about it."""

import re

import pytest

from assistant.settings.chat_settings import Footer, Setting
from playground import Chat, Server
from tests.bot.samples import pdf, picture
from tests.conversation.conftest import Stage, final, settled

pytestmark = pytest.mark.usefixtures("bot")


async def test_a_photo_with_a_caption_is_answered(stage: Stage, chat: Chat) -> None:
    """The caption is the question; the answer replies to the photo and says how it was read, in italics."""
    post = await chat.send_photo(picture(), "What is this?")
    reply = await final(chat, post)
    assert reply.text.startswith("A grey gradient.\n\nread at ")
    assert reply.reply_to == post.id
    assert [entity["type"] for entity in reply.entities] == ["italic"]
    assert stage.engine.requests[0].messages[-1].text == "What is this?"
    assert "typing" in chat.actions


async def test_a_picture_then_a_question(stage: Stage, chat: Chat) -> None:
    """A picture without a caption is remembered, and the bot asks what is wanted; the next text is the question."""
    post = await chat.send_photo(picture())
    prompt = await chat.answer(post)
    assert "What do you want to know" in prompt.text
    question = await chat.send("How dark is it?")
    assert (await final(chat, question)).reply_to == question.id
    assert stage.engine.requests[0].pictures


async def test_further_questions_know_what_was_said(stage: Stage, server: Server, chat: Chat) -> None:
    """A follow-up carries the earlier turns and the same picture, which is not downloaded again."""
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    await final(chat, await chat.send("And below?"))
    second = stage.engine.requests[1]
    assert [message.text for message in second.messages] == ["What is this?", "A grey gradient.", "And below?"]
    assert second.pictures[0].data == stage.engine.requests[0].pictures[0].data
    assert len(server.calls("download")) == 1


async def test_a_new_picture_starts_a_new_conversation(stage: Stage, chat: Chat) -> None:
    """The talk about the last picture is not brought up with the next one."""
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    await final(chat, await chat.send_photo(picture(200, 300), "And this?"))
    assert [message.text for message in stage.engine.requests[1].messages] == ["And this?"]


@pytest.mark.parametrize("target", ["picture", "answer"])
async def test_a_reply_goes_back_to_an_older_picture(stage: Stage, chat: Chat, target: str) -> None:
    """A reply to an older picture, or to an answer about it, goes on with that picture's conversation."""
    first = await chat.send_photo(picture(), "What is this?")
    answer = await final(chat, first)
    await final(chat, await chat.send_photo(picture(200, 300), "And this?"))
    question = await chat.send("Once more?", reply_to=first if target == "picture" else answer)
    await final(chat, question)
    assert stage.engine.requests[2].messages[0].text == "What is this?"
    assert stage.engine.requests[2].pictures[0].data == stage.engine.requests[0].pictures[0].data


async def test_a_restart_forgets_no_picture(stage: Stage, chat: Chat) -> None:
    """Neither the one that was talked about, nor the one to which an old answer goes back."""
    answer = await final(chat, await chat.send_photo(picture(), "What is this?"))
    await final(chat, await chat.send_photo(picture(200, 300), "And this?"))
    await stage.stop()
    await stage.start()
    await final(chat, await chat.send("And below?"))
    await final(chat, await chat.send("Once more?", reply_to=answer))
    first, second, below, again = stage.engine.requests
    assert (below.pictures[0].data, again.pictures[0].data) == (second.pictures[0].data, first.pictures[0].data)
    assert [request.messages[0].text for request in (below, again)] == ["And this?", "What is this?"]


KINDS = {
    "page.jpg": picture(kind="JPEG"),
    "page.png": picture(kind="PNG"),
    "page.webp": picture(kind="WEBP"),
    "page.bmp": picture(kind="BMP"),
    "page.tiff": picture(kind="TIFF"),
    "cmyk.jpg": picture(kind="JPEG", mode="CMYK"),
    "palette.png": picture(mode="P"),
    "alpha.png": picture(mode="RGBA"),
}


@pytest.mark.parametrize("name", KINDS)
async def test_an_image_sent_as_a_file_is_answered(stage: Stage, chat: Chat, name: str) -> None:
    """Every kind of image file is looked at in full, not its thumbnail."""
    await final(chat, await chat.send_document(KINDS[name], name, caption="What is this?"))
    plan = stage.engine.plan(stage.engine.requests[0])
    assert plan is not None and plan.width > plan.height


async def test_a_photo_turned_by_its_camera_is_looked_at_upright(stage: Stage, chat: Chat) -> None:
    """The EXIF orientation is applied: what lies in the file on its side stands up for the model."""
    from PIL import Image

    exif = Image.Exif()
    exif[0x0112] = 6
    await final(chat, await chat.send_document(picture(kind="JPEG", exif=exif), "turned.jpg", caption="What is this?"))
    plan = stage.engine.plan(stage.engine.requests[0])
    assert plan is not None and plan.height > plan.width


async def test_a_file_without_a_known_type_is_judged_by_its_bytes(chat: Chat) -> None:
    """A picture whose sender claims nothing about it is answered all the same."""
    post = await chat.send_document(picture(), "scan", "application/octet-stream", "What is this?")
    assert (await final(chat, post)).text.startswith("A grey gradient.")


async def test_a_long_answer_comes_in_parts(stage: Stage, chat: Chat) -> None:
    """An answer over Telegram's limit is split at its paragraphs; nothing of it is lost."""
    words = " ".join(f"word{number}" for number in range(100))  # The same again and again would be broken off.
    paragraphs = [f"Paragraph {number}: {words}" for number in range(20)]
    stage.engine.pieces = tuple(f"{paragraph}\n\n" for paragraph in paragraphs)
    post = await chat.send_photo(picture(), "Read it all.")
    await final(chat, post)
    said = " ".join(" ".join(reply.text.split()) for reply in chat.messages if reply.by_bot)
    assert all(" ".join(paragraph.split()) in said for paragraph in paragraphs)


async def test_markdown_becomes_entities(stage: Stage, chat: Chat) -> None:
    """Bold Markdown of the model is bold at the end."""
    stage.engine.pieces = ("The total is ", "**12.50**.")
    reply = await final(chat, await chat.send_photo(picture(), "What is the total?"))
    assert reply.text.startswith("The total is 12.50.")
    assert [entity["type"] for entity in reply.entities] == ["bold", "italic"]


async def test_the_answer_grows_on_screen(stage: Stage, chat: Chat) -> None:
    """While the model writes, the message shows what is there; in the end it shows all."""
    stage.engine.pieces, stage.engine.hold = ("One, ", "two, ", "three."), 2
    post = await chat.send_photo(picture(), "Count.")
    growing = await chat.answer(post, lambda reply: reply.text == "One, two,")
    stage.engine.go.set()
    assert (await final(chat, post)).id == growing.id


async def test_a_shrunk_photo_at_a_high_level_brings_a_hint(chat: Chat) -> None:
    """If Telegram's compression may be the limit, a note says so."""
    await chat.answer(await chat.send("/detail max"))
    reply = await final(chat, await chat.send_photo(picture(2000, 1500), "Read it."))
    assert "sent as a file" in reply.text


@pytest.mark.parametrize(("code", "said"), [("en", "s"), ("zh", "秒"), ("ru", "с")])
async def test_the_line_under_an_answer_is_plain_unless_more_is_wanted(
    stage: Stage, server: Server, code: str, said: str
) -> None:
    """The seconds alone, for one picture and for several pages; what matters to people is said all the same."""
    assert stage.running is not None
    chat = server.person("Ada", language_code=code).private()
    await stage.running.services.chats.choose(Setting.FOOTER, str(Footer.SECONDS), chat.id)
    line = rf"[0-9]+\.[0-9] {said}"
    answer = await settled(chat, await chat.send_photo(picture(), "What is this?"))
    assert re.fullmatch(rf"A grey gradient\.\n\n{line}", answer)
    pages = await settled(chat, await chat.send_document(pdf(3), "a.pdf", caption="Sum up pages 2-3"))
    assert re.fullmatch(line, pages.splitlines()[-1])
    shrunk = await settled(chat, await chat.send_photo(picture(2000, 1500), "#max Read it."))
    assert re.fullmatch(rf"{line} · .*Telegram.*", shrunk.splitlines()[-1])


async def test_chinese_is_spoken_to_a_chinese_client(server: Server) -> None:
    """The language follows the person's language code."""
    chat = server.person("Lan", language_code="zh-hans").private()
    assert "图片" in (await chat.answer(await chat.send("Hi"))).text
