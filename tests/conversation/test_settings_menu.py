"""/settings: one message whose buttons change how a chat is answered."""

import asyncio

import pytest

from playground import Chat, Post, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final, settled

pytestmark = pytest.mark.usefixtures("bot")

NAME = "@eyeglass_play_bot"


async def opened(chat: Chat, **more: object) -> Post:
    """Return the menu that /settings brings."""
    return await chat.answer(await chat.send("/settings", **more), lambda post: "set:done:" in data(post))  # type: ignore[arg-type]


def data(menu: Post) -> list[str | None]:
    """Return the data of the menu's buttons."""
    return [button.data for button in menu.buttons]


async def choose(chat: Chat, menu: Post, setting: str, word: str, **more: object) -> str:
    """Open a page and press a choice, as people do; returns the bot's notice once the menu is back."""
    await chat.press(f"set:{setting}:", menu, **more)  # type: ignore[arg-type]
    await chat.wait_until(lambda: f"set:{setting}:{word}" in data(menu))
    press = await chat.press(f"set:{setting}:{word}", menu, **more)  # type: ignore[arg-type]
    notice = await press.answered()
    await chat.wait_until(lambda: "set:done:" in data(menu))
    return notice


async def test_one_message_shows_what_holds_and_changes_in_place(chat: Chat) -> None:
    """A line for each setting, a page for each, a mark at what holds; at the end the text alone."""
    menu = await opened(chat)
    assert menu.text.splitlines() == [
        "Settings of this chat:",
        "",
        "Detail: standard · 256 tokens",
        "Language: as in Telegram",
        "Line under an answer: everything",
        "Show answers: as they are written",
        "Length of answers: normal",
        "Creativity: none",
        "Pictures without a question: say in a line what it shows",
    ]
    assert [button.text for button in menu.buttons[-2:]] == ["Reset to defaults", "Done"]
    await chat.press("Length of answers", menu)
    await chat.wait_until(lambda: [b.text for b in menu.buttons] == ["short", "✓ normal", "long", "‹ Back"])
    await chat.press("‹ Back", menu)
    await chat.wait_until(lambda: "set:done:" in data(menu))
    assert await choose(chat, menu, "length", "short") == "Length of answers: short"
    assert "Length of answers: short" in menu.text
    await chat.press("Done", menu)
    await chat.wait_until(lambda: not menu.buttons)
    assert "Length of answers: short" in menu.text
    assert len([post for post in chat.messages if post.by_bot]) == 1


async def test_the_next_answer_is_as_was_chosen(stage: Stage, chat: Chat) -> None:
    """Detail, length and temperature reach the model, the line under it goes; then the defaults hold again."""
    menu = await opened(chat)
    for setting, word in (("detail", "high"), ("length", "short"), ("temperature", "0.8"), ("footer", "0")):
        await choose(chat, menu, setting, word)
    assert await settled(chat, await chat.send_photo(picture(), "What is this?")) == "A grey gradient."
    await (await chat.press("Reset to defaults", menu)).answered()
    await final(chat, await chat.send("And now?"))
    chosen, usual = stage.engine.requests
    assert (chosen.detail.tokens, chosen.sampling.max_tokens, chosen.sampling.temperature) == (512, 256, 0.8)
    assert (usual.detail.tokens, usual.sampling.max_tokens, usual.sampling.temperature) == (256, 1024, 0.0)
    assert (chosen.wish, usual.wish) == ("Answer briefly.", "")
    assert [message.text for message in usual.messages] == ["What is this?", "A grey gradient.", "And now?"]


async def test_an_answer_may_come_only_when_it_is_finished(stage: Stage, chat: Chat) -> None:
    """One sees that the picture is looked at, no half sentence, then all of it, in the same message."""
    await choose(chat, await opened(chat), "stream", "off")
    stage.engine.hold = 1
    post = await chat.send_photo(picture(), "What is this?")
    reply = await chat.answer(post, lambda reply: "Looking" in reply.text)
    await asyncio.to_thread(stage.engine.held.wait, 10)
    await chat.answer(await chat.send("/queue"))
    stage.engine.go.set()
    await final(chat, post)
    assert "A grey gradient." in reply.text
    assert not [text for text in reply.history if "grey" in text]


async def test_the_language_is_the_chats_if_it_chose_one(server: Server) -> None:
    """The menu itself changes at once, and everything after; "as in Telegram" goes back to the person's."""
    chat = server.person("Ada", language_code="en").private()
    menu = await opened(chat)
    assert await choose(chat, menu, "language", "zh") == "语言：中文"
    assert menu.text.splitlines()[:4] == ["本聊天的设置：", "", "精细度：标准 · 256 个 token", "语言：中文"]
    assert "图片" in (await chat.answer(await chat.send("/help"))).text
    assert await choose(chat, menu, "language", "auto") == "Language: as in Telegram"
    assert "picture" in (await chat.answer(await chat.send("/help"))).text


async def test_chinese_is_complete(server: Server) -> None:
    """No page of the menu shows an English word that Chinese has another for."""
    chat = server.person("Chen", language_code="zh-hans").private()
    menu = await opened(chat)
    for setting in ("detail", "language", "footer", "stream", "length", "temperature"):
        before = menu.text
        await chat.press(f"set:{setting}:", menu)
        await chat.wait_until(lambda before=before: menu.text != before)  # type: ignore[misc]
        shown = menu.text + " ".join(button.text for button in menu.buttons)
        assert not {"Back", "hidden", "seconds", "standard", "normal", "none", "answer", "as in"} & set(
            shown.replace("‹ ", "").split()
        )
        assert any("\u4e00" <= sign <= "\u9fff" for sign in menu.text)
        await chat.press("‹ 返回", menu)
        await chat.wait_until(lambda: "set:done:" in data(menu))


@pytest.mark.parametrize(
    "forged",
    ["set:length:endless", "set:temperature:2", "set:picture:1", "set:detail:high;--", "set:watch:1", "set:changed_by:",
     "set::", "set:back", "detail:ultra"],
)  # fmt: skip
async def test_forged_and_outdated_buttons_change_nothing(server: Server, chat: Chat, forged: str) -> None:
    """Values that are not offered, columns that are no setting, a group's settings in private: a notice, no change."""
    menu = await opened(chat)
    before = menu.text
    query = {"id": "77", "from": chat.people[0].user, "chat_instance": "1", "data": forged, "message": menu.content}
    server.put_update({"callback_query": query})
    await server.wait_until(lambda: server.calls("answerCallbackQuery"))
    assert "no longer works" in server.calls("answerCallbackQuery")[0]["text"]
    assert (await opened(chat)).text == before == menu.text


async def test_a_menu_that_is_gone_chooses_nothing(chat: Chat) -> None:
    """Telegram no longer tells what it said: the person is asked for the command."""
    menu = await opened(chat)
    await chat.delete(menu)
    assert "send the command again" in await (await chat.press("set:reset:", menu)).answered()


async def test_a_topic_has_settings_of_its_own(stage: Stage, server: Server) -> None:
    """The chat's settings hold if it chose nothing, and again after its reset."""
    forum = server.group("Forum", server.person("Ada"), forum=True)
    await choose(forum, await opened(forum), "footer", "0")
    menu = await opened(forum, topic=12)
    assert menu.text.startswith("Settings of this topic:") and "Line under an answer: hidden" in menu.text
    await choose(forum, menu, "footer", "2")
    await choose(forum, menu, "language", "zh")
    await final_in_chinese(forum, await forum.send_photo(picture(), f"{NAME} What is this?", topic=12))
    assert await settled(forum, await forum.send_photo(picture(), f"{NAME} What is this?")) == "A grey gradient."
    assert await (await forum.press("set:reset:", menu)).answered() == "Back to the defaults."
    await forum.wait_until(lambda: "Line under an answer: hidden" in menu.text)


async def final_in_chinese(chat: Chat, after: Post) -> None:
    """Wait for the answer with its last line in Chinese."""
    await chat.answer(after, lambda post: post.reply_to == after.id and "个 token" in post.text)
