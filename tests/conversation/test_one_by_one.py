"""Pictures that people send one by one: they belong together, and to one question."""

import pytest

from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.albums import WIDTHS, HandWindow, answered, looked_at, pictures
from tests.conversation.conftest import Stage, final
from tests.conversation.test_said_at_once import NAME, TOTAL, asked, said_by_bot


@pytest.mark.usefixtures("bot")
async def test_pictures_one_by_one_are_answered_together(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """The question behind them ends the wait; each is looked at in turn, and can be named afterwards."""
    for data in pictures(3):
        await chat.send_photo(data)
    await window.arriving(3)
    question = await chat.send(TOTAL)
    reply = await answered(chat, question, 3)
    assert [f"Picture {number}:" in reply.text for number in (1, 2, 3)] == [True] * 3
    assert len(said_by_bot(chat)) == 1
    await final(chat, await chat.send("What is the date on picture 2?"))
    assert looked_at(stage) == [1, 2, 3, 2]


@pytest.mark.usefixtures("bot")
async def test_pictures_one_by_one_get_one_notice(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """And the question that comes later is about them all."""
    for data in pictures(3):
        await chat.send_photo(data)
    await window.arriving(3)
    window.turn(1.0)
    notice = await chat.wait_for(lambda post: post.by_bot)
    assert "3 pictures" in notice.text
    await answered(chat, await chat.send(TOTAL), 3)
    assert looked_at(stage) == [1, 2, 3]
    assert len(said_by_bot(chat)) == 2


@pytest.mark.usefixtures("bot")
async def test_a_caption_under_the_last_is_about_all(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """What comes one by one ends with the question, at once."""
    for data in pictures(2):
        await chat.send_photo(data)
    await window.arriving(2)
    last = await chat.send_photo(pictures(3)[2], TOTAL)
    await answered(chat, last, 3)
    assert looked_at(stage) == [1, 2, 3]


@pytest.mark.usefixtures("bot")
async def test_what_follows_a_captioned_picture_shares_its_question(
    stage: Stage, chat: Chat, window: HandWindow
) -> None:
    """That one is answered at once; the others together, with no notice, and the next question is about all."""
    first = await chat.send_photo(pictures(1)[0], TOTAL)
    await final(chat, first)
    others = [await chat.send_photo(data) for data in pictures(3)[1:]]
    await window.arriving(2)
    window.turn(1.0)
    await answered(chat, others[0], 2)
    assert (asked(stage), looked_at(stage)) == ([TOTAL] * 3, [1, 2, 3])
    await answered(chat, await chat.send("And the dates?"), 3)
    assert len(said_by_bot(chat)) == 3


@pytest.mark.usefixtures("bot")
async def test_two_albums_that_people_sent_as_one(stage: Stage, chat: Chat, window: HandWindow) -> None:
    """Twelve pictures come as albums of ten and two: one answer about them all."""
    caption, *_ = await chat.send_album(pictures(5), TOTAL)
    await chat.send_album([picture(width, 100) for width in WIDTHS[5:7]])
    await window.arriving(7)
    window.turn(1.0)
    await answered(chat, caption, 7)
    assert looked_at(stage) == list(range(1, 8))
    assert len(said_by_bot(chat)) == 1


@pytest.mark.usefixtures("bot", "window")
async def test_pictures_with_questions_of_their_own_are_answered_at_once_each(stage: Stage, chat: Chat) -> None:
    """Nobody waits for more of what is complete."""
    for data, words in zip(pictures(3), ("One?", "Two?", "Three?"), strict=True):
        await final(chat, await chat.send_photo(data, words))
    assert (asked(stage), looked_at(stage)) == (["One?", "Two?", "Three?"], [1, 2, 3])


@pytest.mark.usefixtures("bot", "window")
async def test_others_do_not_wait_for_what_somebody_goes_on_sending(stage: Stage, server: Server) -> None:
    """In a group one person's pictures without a question hold up nobody."""
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben, bot_is_admin=True)
    await group.send_photo(pictures(1)[0], by=ada)
    await final(group, await group.send_photo(pictures(2)[1], f"{NAME} {TOTAL}", by=ben))
    assert looked_at(stage) == [2]


@pytest.mark.usefixtures("bot")
async def test_a_picture_and_then_the_bots_name_belong_together(
    stage: Stage, server: Server, window: HandWindow
) -> None:
    """In a group: a photo without a word to the bot, then the question with its name."""
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben, bot_is_admin=True)
    await group.send_photo(pictures(1)[0], by=ben)
    await group.send_photo(pictures(2)[1], by=ada)
    await window.arriving(2)
    await final(group, await group.send(f"{NAME} {TOTAL}", by=ada))
    assert looked_at(stage) == [2]
