"""Commands, buttons, and a clear answer to anything else."""

import time

import pytest

from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final

pytestmark = pytest.mark.usefixtures("bot")


async def test_start_shows_a_picture_with_questions_to_press(stage: Stage, chat: Chat) -> None:
    """A press sends the question, and it is answered about that picture: nothing has to be read or sent before."""
    await chat.send("/start")
    welcome = await chat.wait_for(lambda post: post.by_bot and "I look at pictures" in post.text)
    assert [post.file_id is not None for post in chat.messages if post.by_bot] == [True, False]
    assert welcome.reply_markup is not None
    keys = [key["text"] for row in welcome.reply_markup["keyboard"] for key in row]
    assert keys[0] == "What is the total?" and len(keys) == 3
    await final(chat, await chat.send(keys[0]))
    assert stage.engine.requests[0].messages[-1].text == "What is the total?"
    assert stage.engine.requests[0].pictures


async def test_start_without_the_sample(server: Server, chat: Chat) -> None:
    """If the picture cannot be sent, a text says it; in a group, how to ask there."""
    server.fail_next("sendPhoto", 400, "Bad Request: not enough rights to send photos to the chat")
    assert "I look at pictures" in (await chat.answer(await chat.send("/start"))).text
    group = server.group("Family", server.person("Ben"))
    assert "Reply to one" in (await group.answer(await group.send("/start"))).text


async def test_help_turns_its_pages(stage: Stage, chat: Chat) -> None:
    """By example; a page for each matter, in the same message, and the example to try."""
    page = await chat.answer(await chat.send("/help"))
    first = page.text
    for button, words in (("Small print?", "as a file"), ("In groups", "/ask What"), ("All commands", "/forget – ")):
        await chat.press(button, page)
        await chat.wait_until(lambda words=words: words in page.text)  # type: ignore[misc]
        await chat.press("‹ Back", page)
        await chat.wait_until(lambda: page.text == first)
    await chat.press("Try an example", page)
    await chat.wait_for(lambda post: post.by_bot and "this receipt" in post.text)
    await final(chat, await chat.send("What is the total?"))
    assert stage.engine.requests[0].pictures


async def test_help_in_a_group(server: Server) -> None:
    """The example is for private chats; what only admins can do is named as well."""
    group = server.group("Family", server.person("Ben"))
    page = await group.answer(await group.send("/help"))
    assert [button.text for button in page.buttons] == ["Albums and PDFs", "Small print?", "In groups", "All commands"]
    await group.press("All commands", page)
    await group.wait_until(lambda: "/watch – " in page.text)


async def test_new_forgets_the_picture(chat: Chat) -> None:
    """After /new a question is about no picture."""
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    await chat.answer(await chat.send("/new"))
    assert "picture first" in (await chat.answer(await chat.send("And now?"))).text


async def test_a_question_without_any_picture(chat: Chat) -> None:
    """The bot asks for a picture."""
    assert "Send me a picture first" in (await chat.answer(await chat.send("What is this?"))).text


async def test_detail_shows_the_levels_and_a_button_chooses(stage: Stage, chat: Chat) -> None:
    """Each level has a button with its tokens; the press is answered, and the mark moves."""
    menu = await chat.answer(await chat.send("/detail"))
    assert [button.data for button in menu.buttons] == [
        "detail:auto",
        "detail:low",
        "detail:standard",
        "detail:fine",
        "detail:high",
        "detail:max",
        "detail:seen",
    ]
    assert menu.buttons[2].text == "✓ standard · 256 tokens"
    press = await chat.press("detail:high")
    assert "high" in await press.answered()
    await chat.wait_until(lambda: menu.buttons[4].text.startswith("✓"))
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    assert stage.engine.requests[0].detail.tokens == 512


@pytest.mark.parametrize(("word", "tokens"), [("high", 512), ("384", 384), ("MAX", 1600), ("100", 100)])
async def test_detail_takes_a_level_or_a_number(stage: Stage, chat: Chat, word: str, tokens: int) -> None:
    """/detail high and /detail 384 hold for the pictures that follow, even when both come at once."""
    await chat.send(f"/detail {word}")
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    assert stage.engine.requests[0].detail.tokens == tokens


@pytest.mark.parametrize("word", ["ultra", "15", "1601", "-3", "high low"])
async def test_an_unknown_level_lists_the_levels(chat: Chat, word: str) -> None:
    """An unknown level gets the list of levels."""
    text = (await chat.answer(await chat.send(f"/detail {word}"))).text
    assert all(level in text for level in ("low", "standard", "fine", "high", "max", "1600"))


async def test_commands_are_answered_while_an_answer_grows(stage: Stage, chat: Chat) -> None:
    """/detail does not wait for the model."""
    stage.engine.hold = 1
    post = await chat.send_photo(picture(), "What is this?")
    await chat.answer(post)
    assert "From now on" in (await chat.answer(await chat.send("/detail low"))).text
    stage.engine.go.set()
    await final(chat, post)


async def test_unknown_commands(chat: Chat) -> None:
    """The bot says that it does not know the command."""
    assert "/help" in (await chat.answer(await chat.send("/frobnicate"))).text


FILE = {"file_id": "F1", "file_unique_id": "U1"}
OTHERS = {
    "sticker": FILE | {"type": "regular", "width": 512, "height": 512, "is_animated": True, "is_video": False},
    "video": FILE | {"width": 640, "height": 480, "duration": 3},
    "video_note": FILE | {"length": 240, "duration": 3},
    "voice": FILE | {"duration": 3},
    "audio": FILE | {"duration": 3},
    "animation": FILE | {"width": 64, "height": 64, "duration": 1},
    "location": {"latitude": 52.5, "longitude": 13.4},
    "contact": {"phone_number": "+49", "first_name": "Ada"},
    "dice": {"emoji": "🎲", "value": 3},
}
SENTENCES = {
    "video": "I cannot watch this",
    "video_note": "I cannot watch this",
    "voice": "listen",
    "audio": "listen",
}


@pytest.mark.parametrize("kind", sorted(OTHERS.keys() - {"sticker", "animation"}))
async def test_anything_else_gets_a_clear_sentence(server: Server, chat: Chat, kind: str) -> None:
    """A useless message is declined in one sentence that says what the bot can do."""
    content = {kind: OTHERS[kind]}
    if kind == "animation":
        content["document"] = FILE
    message = {
        "message_id": 7000,
        "date": int(time.time()),
        "chat": chat.room.header,
        "from": chat.people[0].user,
        **content,
    }
    server.put_update({"message": message})
    reply = await chat.wait_for(lambda post: post.by_bot)
    assert SENTENCES.get(kind, "only look at pictures") in reply.text


async def test_another_document_is_declined(server: Server, chat: Chat) -> None:
    """One that is neither an image nor a PDF is not even fetched."""
    assert "take a screenshot" in (await chat.answer(await chat.send_document(b"PK", "a.docx"))).text
    assert server.calls("download") == []


async def test_a_button_that_the_bot_no_longer_knows(server: Server, chat: Chat) -> None:
    """Its clock stops, nothing else happens."""
    menu = await chat.answer(await chat.send("/detail"))
    query = {
        "id": "77",
        "from": chat.people[0].user,
        "chat_instance": "1",
        "data": "detail:ultra",
        "message": menu.content,
    }
    server.put_update({"callback_query": query})
    await server.wait_until(lambda: server.calls("answerCallbackQuery"))
    await server.acknowledged()
    assert len([post for post in chat.messages if post.by_bot]) == 1


async def test_a_press_under_a_deleted_menu_counts(stage: Stage, chat: Chat) -> None:
    """The choice holds although there is nothing left to edit."""
    menu = await chat.answer(await chat.send("/detail"))
    await chat.delete(menu)
    assert "high" in await (await chat.press("detail:high", menu)).answered()
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    assert stage.engine.requests[0].detail.tokens == 512
