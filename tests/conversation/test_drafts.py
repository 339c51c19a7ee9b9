"""Answers that grow as Telegram's own preview, for chats that chose it."""

import pytest

from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final, settled

NAME = "@eyeglass_play_bot"


@pytest.fixture
async def drafting(stage: Stage) -> Stage:
    """A bot whose owner wants previews, and which stops in the middle of an answer."""
    stage.values["chats"] = {"stream": "draft"}
    stage.engine.hold = 1
    await stage.start()
    return stage


async def test_an_answer_grows_as_a_draft_and_ends_as_a_message(drafting: Stage, chat: Chat) -> None:
    """No message of the bot is there before it is whole; then the draft is gone."""
    post = await chat.send_photo(picture(), "What is this?")
    await chat.wait_until(lambda: [draft.text for draft in chat.drafts.values()] == ["A grey"])
    assert not any(reply.by_bot for reply in chat.messages)
    drafting.engine.go.set()
    assert (await final(chat, post)).edits == 0
    assert not chat.drafts


@pytest.mark.parametrize(("language", "said"), [("en", "the answer ends here"), ("zh", "回答到此为止")])
async def test_telegrams_stop_button_cancels(drafting: Stage, server: Server, language: str, said: str) -> None:
    """The text so far stays as a message; another number has no effect."""
    chat = server.person("Ada", language_code=language).private()
    post = await chat.send_photo(picture(), "What is this?")
    await chat.wait_until(lambda: [draft.text for draft in chat.drafts.values()] == ["A grey"])
    (number,) = chat.drafts
    server.put_update({"stopped_message_generation": {"chat": chat.room.header, "draft_id": number + 1}})
    await chat.stop_draft(number)
    assert said in await settled(chat, post)
    drafting.engine.go.set()
    await server.acknowledged()


async def test_where_drafts_are_not_taken_it_is_a_message_that_grows(
    drafting: Stage, server: Server, chat: Chat
) -> None:
    """At once, and for the rest of this answer; nothing is lost or doubled."""
    server.fail_next("sendMessageDraft", 400, "Bad Request: method is not available")
    post = await chat.send_photo(picture(), "What is this?")
    growing = await chat.answer(post, lambda reply: reply.text == "A grey")
    assert [button.text for button in growing.buttons] == ["Cancel"]
    drafting.engine.go.set()
    assert (await final(chat, post)).id == growing.id
    assert len(server.calls("sendMessageDraft")) == 1


async def test_in_a_group_it_is_a_message_that_grows(drafting: Stage, server: Server) -> None:
    """Telegram has drafts in private chats alone."""
    group = server.group("Family", server.person("Ben"))
    post = await group.send_photo(picture(), f"{NAME} What is this?")
    growing = await group.answer(post, lambda reply: reply.text == "A grey")
    drafting.engine.go.set()
    assert (await final(group, post)).id == growing.id
    assert server.calls("sendMessageDraft") == []


async def test_after_a_stop_the_answer_goes_on_in_the_message_that_said_so(drafting: Stage, chat: Chat) -> None:
    """The bot was stopped while the draft grew: it says so in a message, which becomes the answer."""
    post = await chat.send_photo(picture(), "What is this?")
    await chat.wait_until(lambda: [draft.text for draft in chat.drafts.values()] == ["A grey"])
    await drafting.stop()
    told = await chat.answer(post, lambda reply: "restarted" in reply.text)
    drafting.engine.hold = None
    await drafting.start()
    assert (await final(chat, post)).id == told.id
