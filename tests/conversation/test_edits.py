"""Messages that people edit: what they read like now counts, unless it is too late or changes nothing."""

import asyncio

import pytest

from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.albums import HandWindow, looked_at, pictures
from tests.conversation.conftest import Stage, final, settled
from tests.conversation.test_said_at_once import NAME, TOTAL, asked, said_by_bot


async def test_a_question_that_waits_is_asked_as_it_reads_now(stage: Stage, chat: Chat) -> None:
    """A caption behind an earlier question: one answer, in one message."""
    stage.engine.hold = 0
    await stage.start()
    first = await chat.send_photo(pictures(1)[0], "One?")
    await asyncio.to_thread(stage.engine.held.wait, 10)
    waiting = await chat.send_photo(pictures(2)[1], "What is the date?")
    await chat.answer(waiting)
    await chat.edit(waiting, TOTAL)
    await stage.server.acknowledged()
    stage.engine.go.set()
    await final(chat, first)
    await final(chat, waiting)
    assert asked(stage) == ["One?", TOTAL]
    assert len(said_by_bot(chat)) == 2


async def test_a_question_at_work_is_asked_again(stage: Stage, chat: Chat) -> None:
    """What was written so far gives way, in the same message; a run in between changes nothing."""
    stage.engine.hold = 1
    await stage.start()
    question = await chat.send_photo(picture(), "What is the dote?")
    grows = await chat.answer(question, lambda post: "A grey" in post.text)
    await chat.edit(question, "What is the date?")
    await chat.wait_until(lambda: len(stage.engine.requests) == 2 or None)
    await stage.stop()
    stage.engine.go.set()
    await stage.start()
    await chat.wait_until(lambda: "read at" in grows.text or None)
    assert asked(stage)[-1] == "What is the date?"
    assert len(said_by_bot(chat)) == 1
    await final(chat, await chat.send("And?"))
    history = [message.text for message in stage.engine.requests[-1].messages]
    assert history == ["What is the date?", "A grey gradient.", "And?"]


@pytest.mark.usefixtures("bot")
async def test_an_answered_question_that_is_corrected_at_once_is_answered_in_place(stage: Stage, chat: Chat) -> None:
    """By a caption or a text; only the corrected one is remembered."""
    question = await chat.send_photo(picture(), "What is the dote?")
    shown = await final(chat, question)
    stage.engine.pieces = ("14/03/2025",)
    await chat.edit(question, "What is the date?")
    await chat.wait_until(lambda: "14/03/2025" in shown.text or None)
    text = await chat.send("And the totl?")
    shown = await final(chat, text)
    stage.engine.pieces = ("12.25",)
    await chat.edit(text, "And the total?")
    await chat.wait_until(lambda: "12.25" in shown.text or None)
    history = [message.text for message in stage.engine.requests[-1].messages]
    assert history == ["What is the date?", "14/03/2025", "And the total?"]
    assert len(said_by_bot(chat)) == 2


@pytest.mark.usefixtures("bot")
async def test_an_edit_that_changes_nothing_is_passed_over(
    stage: Stage, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Telegram sends one when a link's preview was loaded, say. Neither questions nor commands are done twice."""
    monkeypatch.setattr("bot.incoming.subject.CLOSE", -1.0)
    photo = await chat.send_photo(picture(), TOTAL)
    await final(chat, photo)
    bare = await chat.send_photo(picture())
    await settled(chat, bare)
    text, command = await chat.send("And?"), await chat.send("/help")
    await final(chat, text)
    await chat.answer(command)
    before = len(said_by_bot(chat))
    for post in (photo, bare, text, command):
        await chat.touch(post)
    await chat.edit(photo, TOTAL)
    await final(chat, await chat.send("Last?"))
    assert asked(stage) == [TOTAL, "And?", "Last?"]
    assert len(said_by_bot(chat)) == before + 1


@pytest.mark.usefixtures("bot")
async def test_an_old_edit_changes_nothing(stage: Stage, chat: Chat, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was answered long ago stays answered so."""
    question = await chat.send_photo(picture(), TOTAL)
    shown = await final(chat, question)
    await chat.answer(await chat.send("/help"))  # By then it is remembered, too.
    monkeypatch.setattr("bot.incoming.subject.FRESH", -1.0)
    await chat.edit(question, "What is the date?")
    await final(chat, await chat.send("Last?"))
    assert asked(stage) == [TOTAL, "Last?"]
    assert "A grey gradient." in shown.text


@pytest.mark.usefixtures("bot")
async def test_a_command_that_is_corrected_is_done(chat: Chat) -> None:
    """/detial was none."""
    wrong = await chat.send("/detial high")
    assert "/help" in (await chat.answer(wrong)).text
    await chat.edit(wrong, "/detail high")
    await chat.answer(wrong, lambda post: "high" in post.text and "look at pictures" in post.text)


@pytest.mark.usefixtures("bot")
async def test_a_question_that_is_added_to_a_bare_picture_is_answered(stage: Stage, chat: Chat) -> None:
    """After it was asked for, or before."""
    photo = await chat.send_photo(picture())
    assert "What do you want to know" in await settled(chat, photo)
    await chat.edit(photo, TOTAL)
    await final(chat, photo)
    assert asked(stage) == [TOTAL]


@pytest.mark.usefixtures("bot")
async def test_a_question_that_is_added_while_more_pictures_are_awaited(
    stage: Stage, chat: Chat, window: HandWindow
) -> None:
    """Nobody is asked for what they say just now."""
    photo = await chat.send_photo(picture())
    await window.arriving(1)
    await chat.edit(photo, TOTAL)
    await final(chat, photo)
    assert asked(stage) == [TOTAL]
    assert len(said_by_bot(chat)) == 1


@pytest.mark.usefixtures("bot")
async def test_a_mention_that_is_added_counts(stage: Stage, server: Server) -> None:
    """In a group, where the bot was not meant before; an edit that still does not mean it is none of its business."""
    ada = server.person("Ada")
    group = server.group("Family", ada, bot_is_admin=True)
    photo, other = await group.send_photo(picture(), TOTAL), await group.send_photo(picture(), "My cat")
    await group.edit(other, "My cat!")
    await group.edit(photo, f"{NAME} {TOTAL}")
    await final(group, photo)
    assert asked(stage) == [TOTAL]
    assert len(said_by_bot(group)) == 1


@pytest.mark.usefixtures("bot")
async def test_a_picture_that_took_anothers_place_is_looked_at(stage: Stage, chat: Chat) -> None:
    """With its caption at once, and by a reply to it; nothing of what was said about the other one remains."""
    photo = await chat.send_photo(pictures(1)[0], TOTAL)
    shown = await final(chat, photo)
    stage.engine.pieces = ("The new one.",)
    await chat.edit_photo(photo, pictures(2)[1])
    await chat.wait_until(lambda: "The new one." in shown.text or None)
    await final(chat, await chat.send("And?", reply_to=photo))
    assert looked_at(stage) == [1, 2, 2]
    assert [message.text for message in stage.engine.requests[-1].messages] == [TOTAL, "The new one.", "And?"]


async def test_a_picture_that_was_replaced_while_the_bot_was_off_is_looked_at(stage: Stage, chat: Chat) -> None:
    """A reply to it shows what it is now, whether the edit was seen or not."""
    await stage.start()
    photo = await chat.send_photo(pictures(1)[0])
    await settled(chat, photo)
    stage.server.world.updates.allowed = ["message"]
    await chat.edit_photo(photo, pictures(2)[1])
    await final(chat, await chat.send(TOTAL, reply_to=photo))
    assert looked_at(stage) == [2]


@pytest.mark.usefixtures("bot")
async def test_a_picture_of_an_album_that_was_replaced_is_looked_at(stage: Stage, chat: Chat) -> None:
    """It stays in its album."""
    posts = await chat.send_album(pictures(2), TOTAL)
    shown = await chat.answer(posts[0], lambda post: "pictures read" in post.text)
    await chat.edit_photo(posts[1], pictures(3)[2])
    await chat.wait_until(lambda: len(looked_at(stage)) > 2 or None)
    await final(chat, await chat.send("And picture 2?", reply_to=shown))
    assert looked_at(stage)[-1] == 3


async def test_a_caption_that_is_taken_away_asks_nothing(stage: Stage, chat: Chat) -> None:
    """The answer goes on, or stays: once."""
    stage.engine.hold = 1
    await stage.start()
    photo = await chat.send_photo(picture(), TOTAL)
    await chat.answer(photo, lambda post: "A grey" in post.text)
    await chat.edit(photo, "")
    await stage.server.acknowledged()
    stage.engine.go.set()
    await final(chat, photo)
    await chat.edit(photo, "")
    await final(chat, await chat.send("Last?"))
    assert asked(stage) == [TOTAL, "Last?"]
    assert len(said_by_bot(chat)) == 2


async def test_a_picture_is_replaced_while_the_question_before_it_is_answered(stage: Stage, chat: Chat) -> None:
    """One answer, in its message, about the picture as it is now."""
    stage.engine.hold = 1
    await stage.start()
    question = await chat.send(TOTAL)
    photo = await chat.send_photo(pictures(1)[0])
    grows = await chat.answer(question, lambda post: "A grey" in post.text)
    await chat.edit_photo(photo, pictures(2)[1])
    await chat.wait_until(lambda: len(stage.engine.requests) == 2 or None)
    stage.engine.go.set()
    await chat.wait_until(lambda: "read at" in grows.text or None)
    assert looked_at(stage) == [1, 2]
    assert len(said_by_bot(chat)) == 1


@pytest.mark.usefixtures("bot")
async def test_a_question_that_waits_for_its_picture_is_edited(stage: Stage, chat: Chat) -> None:
    """The person was told to send one, and is not told again; the picture is asked what it reads like now."""
    question = await chat.send("What is the totl?")
    assert "picture first" in await settled(chat, question)
    await chat.edit(question, TOTAL)
    await stage.server.acknowledged()
    await chat.send_photo(picture())
    await final(chat, question)
    assert asked(stage) == [TOTAL]
    assert len(said_by_bot(chat)) == 2


@pytest.mark.usefixtures("bot")
async def test_the_caption_of_an_album_is_edited(stage: Stage, chat: Chat) -> None:
    """The former words are not asked with the new ones."""
    caption, *_ = await chat.send_album(pictures(2), "What is the totl?")
    shown = await chat.answer(caption, lambda post: "pictures read" in post.text)
    stage.engine.pieces = ("12.25",)
    await chat.edit(caption, TOTAL)
    await chat.wait_until(lambda: shown.text.count("12.25") == 2 or None)
    assert asked(stage)[2:] == [TOTAL] * 2
    assert len(said_by_bot(chat)) == 1
