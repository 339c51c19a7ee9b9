"""A question of long ago gets an apology; an old press or command does nothing any more."""

import json
import time

import pytest

from assistant.storage import open_database
from bot.updates.inbox import Inbox
from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final, settled

HOUR = 3600.0
APOLOGY = "ask me again"


DAY = 24 * HOUR


@pytest.fixture
def yesterday(server: Server) -> Server:
    """Date new messages thirteen hours ago."""
    server.world.clock = lambda: time.time() - 13 * HOUR
    return server


async def test_an_old_question_gets_an_apology_and_a_new_one_its_answer(
    stage: Stage, yesterday: Server, chat: Chat
) -> None:
    """The model never hears of the old one."""
    old = await chat.send_photo(picture(), "What was this?")
    yesterday.world.clock = time.time
    new = await chat.send_photo(picture(), "What is this?")
    await stage.start()
    assert APOLOGY in await settled(chat, old)
    await final(chat, new)
    assert [request.messages[-1].text for request in stage.engine.requests] == ["What is this?"]


async def test_for_a_question_that_was_edited_there_is_one_apology(stage: Stage, yesterday: Server, chat: Chat) -> None:
    """Both came while the bot was off."""
    old = await chat.send_photo(picture(), "What was this?")
    await stage.start()
    await settled(chat, old)
    await stage.stop()
    await chat.edit(old, "What was that?")
    await stage.start()
    yesterday.world.clock = time.time
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    assert sum(APOLOGY in post.text for post in chat.messages) == 1


async def test_it_is_said_in_the_persons_language(stage: Stage, yesterday: Server) -> None:
    """Chinese, for instance."""
    chat = yesterday.person("Chen", language_code="zh").private()
    post = await chat.send("这是什么？")
    await stage.start()
    assert "再问我一次" in await settled(chat, post)


async def test_an_answer_that_was_begun_becomes_the_apology(stage: Stage, server: Server, chat: Chat) -> None:
    """The bot was stopped in the middle of it, and started a day later."""
    stage.engine.hold = 1
    await stage.start()
    post = await chat.send_photo(picture(), "What is this?")
    begun = await chat.answer(post, lambda reply: reply.text == "A grey")
    await stage.stop()
    async with open_database(stage.folder) as database:
        sql = "UPDATE inbox SET payload = CAST(json_set(CAST(payload AS TEXT), '$.message.date', ?) AS BLOB) "
        await database.write(sql + "WHERE state = 'waiting'", int(time.time() - 13 * HOUR))
    await stage.start()
    await chat.wait_until(lambda: APOLOGY in begun.text)
    assert not begun.buttons
    assert len([reply for reply in chat.messages if reply.by_bot]) == 1


async def test_old_commands_presses_and_all_of_an_album_but_its_caption_are_passed_over(
    stage: Stage, server: Server, chat: Chat
) -> None:
    """/detail max of yesterday changes nothing today, nor does a press."""
    await stage.start()
    menu = await chat.answer(await chat.send("/detail"))
    await stage.stop()
    press = {"id": "7", "from": chat.people[0].user, "chat_instance": "1", "data": "detail:max"}
    update = {"update_id": 1, "callback_query": press | {"message": menu.content}}
    async with open_database(stage.folder) as database:
        await Inbox(database).receive(1, json.dumps(update).encode())
        await database.write("UPDATE inbox SET received_at = 1")
    server.world.clock = lambda: time.time() - 13 * HOUR
    await chat.send("/detail high")
    album = await chat.send_album([picture(), picture(), picture()], "What are these?")
    server.world.clock = time.time
    await stage.start()
    assert APOLOGY in await settled(chat, album[0])
    assert "standard" in (await chat.answer(await chat.send("/detail"))).text
    assert [post.reply_to for post in chat.messages if APOLOGY in post.text] == [album[0].id]


async def test_a_clock_that_is_ahead_makes_no_question_old(stage: Stage, server: Server, chat: Chat) -> None:
    """Telegram keeps nothing for a year: by the bot's clock each question seems a year old."""
    server.world.clock = lambda: time.time() - 365 * DAY
    await stage.start()
    post = await chat.send_photo(picture(), "What is this?")
    await final(chat, post)
    await final(chat, await chat.send("And this?"))
    assert [reply for reply in chat.messages if APOLOGY in reply.text] == []


@pytest.mark.parametrize(
    ("said", "received", "old"),
    [
        (-20 * HOUR, 0.0, True),
        (-26 * HOUR, 0.0, False),
        (-365 * DAY, 0.0, False),
        (-365 * DAY, -13 * HOUR, True),
        (-3 * DAY, -3 * DAY, True),
        (-13 * HOUR, 365 * DAY, True),
        (-HOUR, 365 * DAY, False),
        (HOUR, 0.0, False),
        (365 * DAY, 0.0, False),
    ],
)
async def test_how_old_it_can_be_depends_on_when_it_was_received(
    stage: Stage, chat: Chat, said: float, received: float, old: bool
) -> None:
    """At most a day older than that, or the clock was wrong then; a former run may have received it days ago."""
    text = {"message_id": 900, "date": int(time.time() + said), "chat": chat.room.header, "from": chat.people[0].user}
    update = {"update_id": 1, "message": text | {"text": "What is this?"}}
    async with open_database(stage.folder) as database:
        await Inbox(database).receive(1, json.dumps(update).encode())
        await database.write("UPDATE inbox SET received_at = ?", time.time() + received)
    await stage.start()
    reply = await chat.wait_for(lambda post: post.by_bot)
    assert (APOLOGY in reply.text) is old
