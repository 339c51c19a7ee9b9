"""Edits by people, reactions of the bot, and prompts for a reply."""

import pytest
from telegram import Bot, ForceReply, Message, ReactionTypeCustomEmoji, ReactionTypeEmoji, ReactionTypePaid
from telegram.constants import ReactionEmoji
from telegram.error import BadRequest, Forbidden

from playground import Chat, Event, Happening, Server
from playground.reactions import AS_PICTURE, FREE
from tests.playground.conftest import picture


async def edits(bot: Bot) -> list[Message]:
    """Return the edited messages that the bot was told of."""
    return [update.edited_message for update in await bot.get_updates() if update.edited_message]


async def test_a_caption_comes_and_goes(bot: Bot, chat: Chat) -> None:
    """A bare photo gets one, with its entities; without it, the photo is bare again."""
    post = await chat.send_photo(picture(20, 20))
    await chat.edit(post, "/ask What is this?")
    await chat.edit(post, "")
    with_it, without = await edits(bot)
    assert (with_it.caption, with_it.caption_entities[0].type) == ("/ask What is this?", "bot_command")
    assert (without.caption, without.caption_entities, post.text) == (None, (), "")
    assert with_it.photo == without.photo
    assert with_it.edit_date is not None


async def test_another_photo_takes_the_place(bot: Bot, chat: Chat) -> None:
    """With other file ids; the caption stays, changes or goes; a text may get a photo, too."""
    post, text = await chat.send_photo(picture(20, 20), "one"), await chat.send("three")
    first = post.file_id
    await chat.edit_photo(post, picture(30, 20))
    second = post.file_id
    await chat.edit_photo(post, picture(40, 20), "two")
    await chat.edit_photo(post, picture(40, 20), "")
    await chat.edit_photo(text, picture(50, 20))
    seen = [(edit.caption, edit.photo[-1].width, edit.text) for edit in await edits(bot)]
    assert seen == [("one", 30, None), ("two", 40, None), (None, 40, None), ("three", 50, None)]
    assert len({first, second, post.file_id}) == 3
    assert post.history == ["one", "two"]


async def test_an_edit_that_changes_nothing(bot: Bot, chat: Chat) -> None:
    """It reaches the bot all the same."""
    post = await chat.send("hello")
    before = dict(post.content)
    await chat.touch(post)
    (edit,) = await edits(bot)
    assert edit.text == "hello"
    assert {key: value for key, value in post.content.items() if key != "edit_date"} == before


async def test_privacy_mode_holds_for_edits_and_albums(server: Server, bot: Bot) -> None:
    """The text as it is now counts; of an album only the picture whose caption mentions the bot comes."""
    group = server.group("Friends", server.person("Bo"))
    post = await group.send_photo(picture(20, 20), "Look")
    await group.edit(post, "Look there")
    await group.edit(post, "Look @eyeglass_play_bot")
    album = await group.send_album([picture(20, 20)] * 3, "And these @eyeglass_play_bot?", at=1)
    first, second = await bot.get_updates()
    assert first.edited_message and first.edited_message.caption == "Look @eyeglass_play_bot"
    assert second.message and second.message.message_id == album[1].id
    server.bot["can_read_all_group_messages"] = True
    await group.edit(post, "Look")
    assert len(await bot.get_updates()) == 3


async def test_the_bot_reacts(server: Server, bot: Bot, chat: Chat) -> None:
    """One free emoji replaces the other; none removes it; a watcher is told of each."""
    seen: list[Event] = []
    post = await chat.send("hello")
    server.watch(seen.append)
    for emoji in ("👀", "❤️"):
        await bot.set_message_reaction(chat.id, post.id, ReactionTypeEmoji(emoji))
    assert post.reactions == ["❤"]
    await bot.set_message_reaction(chat.id, post.id)
    assert post.reactions == []
    assert [(event.kind, event.who, event.text, event.post) for event in seen] == [
        (Happening.REACTED, "Eyeglass", emoji, post) for emoji in ("👀", "❤", "")
    ]
    assert server.violations == []


async def test_reactions_that_telegram_refuses(server: Server, bot: Bot, chat: Chat) -> None:
    """What is none of the free emoji, two at once, no such message, and a chat that blocked the bot."""
    post = await chat.send("hello")
    for wrong in (ReactionTypeEmoji("🍕"), ReactionTypeCustomEmoji("5872"), ReactionTypePaid()):
        with pytest.raises(BadRequest, match="Reaction_invalid"):
            await bot.set_message_reaction(chat.id, post.id, wrong)
    with pytest.raises(BadRequest, match="Reactions_too_many"):
        await bot.set_message_reaction(chat.id, post.id, ["👀", "👍"])
    with pytest.raises(BadRequest, match="Message to react not found"):
        await bot.set_message_reaction(chat.id, 99, "👀")
    chat.set_bot_status("kicked", chat.people[0])
    with pytest.raises(Forbidden):
        await bot.set_message_reaction(chat.id, post.id, "👀")
    assert (post.reactions, server.violations) == ([], [])


def test_the_free_reactions_are_telegrams() -> None:
    """Those that PTB knows."""
    assert {emoji.value.replace(AS_PICTURE, "") for emoji in ReactionEmoji} == FREE


async def test_a_prompt_for_a_reply(bot: Bot, chat: Chat) -> None:
    """It opens the reply in the app; it may be edited."""
    sent = await bot.send_message(chat.id, "Which one?", reply_markup=ForceReply(selective=True))
    (post,) = chat.messages
    assert (post.force_reply, post.buttons, sent.reply_markup) == (True, [], None)
    await sent.edit_text("Never mind.")
    assert (post.text, post.force_reply) == ("Never mind.", False)
