"""What is answered at once comes without a word about the work; what takes longer is seen to be worked on."""

import pytest

from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final, is_growing

pytestmark = pytest.mark.usefixtures("bot")


def words(server: Server, chat: Chat) -> list[str]:
    """Return all that a chat was ever shown, as message, edit or draft."""
    methods = {"sendMessage", "editMessageText", "sendMessageDraft"}
    calls = [call.params for call in server.requests if call.method in methods]
    return [str(params["text"]) for params in calls if int(params["chat_id"]) == chat.id]


@pytest.mark.parametrize("stream", ["edit", "draft", "off"])
async def test_a_quick_answer_is_all_that_is_said(
    server: Server, chat: Chat, stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a photo and of a further question, however answers are shown; "typing" is the first sign."""
    monkeypatch.setattr("assistant.progress.NOTICE_SECONDS", 30.0)
    if stream != "edit":
        menu = await chat.answer(await chat.send("/settings"), lambda post: bool(post.buttons))
        await chat.press("set:stream:", menu)
        await chat.wait_until(lambda: f"set:stream:{stream}" in [button.data for button in menu.buttons])
        await chat.press(f"set:stream:{stream}", menu)
        await chat.wait_until(
            lambda: not any((button.data or "").startswith("set:stream:o") for button in menu.buttons)
        )
    known = len(words(server, chat))
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    await final(chat, await chat.send("And now?"))
    assert [text for text in words(server, chat)[known:] if not text.startswith("A grey")] == []
    assert chat.actions


async def test_what_takes_longer_is_seen_to_be_worked_on(stage: Stage, chat: Chat) -> None:
    """By a message that can be cancelled, though nothing new happens, and that becomes the answer."""
    stage.engine.hold = 0
    post = await chat.send_photo(picture(), "What is this?")
    growing = await chat.answer(post, is_growing)
    assert growing.text == "Looking at the picture …"
    stage.engine.go.set()
    assert (await final(chat, post)).id == growing.id


@pytest.mark.parametrize("held", [False, True])
async def test_an_earlier_question_is_named_only_where_it_takes_long(
    stage: Stage, server: Server, chat: Chat, held: bool
) -> None:
    """Two questions at once are two answers, in their order."""
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    stage.engine.hold = 0 if held else None
    first, second = await chat.send("And now?"), await chat.send("And then?")
    if held:
        await chat.answer(second, lambda post: post.text == "Your earlier question first, then this one.")
        stage.engine.go.set()
    await final(chat, first)
    await final(chat, second)
    assert ("Your earlier question first, then this one." in words(server, chat)) is held
