"""A command that protects somebody works however old it is; one that lets in, or opens up, does not."""

import json
import time

import pytest

from assistant.storage import Standing, open_database
from bot.updates.inbox import Inbox
from playground import Chat, Post, Server
from playground.people import Person
from tests.bot.samples import picture
from tests.conversation import forgetting
from tests.conversation.conftest import Stage, final
from tests.conversation.test_forget import copies, stored

HOUR = 3600.0
NAME = "@eyeglass_play_bot"


async def said_long_ago(stage: Stage, chat: Chat, text: str, by: Person | None = None) -> Post:
    """Said thirteen hours ago, while the bot was off; it runs again, and this update is done."""
    await stage.stop()
    stage.server.world.clock = lambda: time.time() - 13 * HOUR
    post = await chat.send(text, by=by)
    stage.server.world.clock = time.time
    await stage.start()
    await stage.server.acknowledged()
    return post


async def asked(stage: Stage, chat: Chat, mention: str = "") -> None:
    """Start a bot, and have it answer a question about a picture."""
    await stage.start()
    await final(chat, await chat.send_photo(picture(), f"{mention} Adas question?".strip()))


async def test_forget_holds(stage: Stage, chat: Chat) -> None:
    """A person who said it while the bot was off believes that it is done: they are told that it is not, and asked."""
    await asked(stage, chat)
    post = await said_long_ago(stage, chat, "/forget")
    question = await forgetting.asked(chat, post)
    assert "offline" in question.text
    assert "1 picture and 1 answer" in question.text
    assert b"Adas question" in stored(stage)
    await chat.press(forgetting.DELETE, question)
    await chat.wait_until(lambda: "disk: 1 picture and 1 answer" in question.text)
    assert b"Adas question" not in stored(stage)
    assert copies(stage) == 0


async def test_of_a_forget_in_time_nothing_is_said_of_being_offline(stage: Stage, chat: Chat) -> None:
    """The words are for those who waited."""
    await asked(stage, chat)
    assert "offline" not in (await forgetting.asked(chat, await chat.send("/forget"))).text


@pytest.mark.parametrize(
    ("button", "said", "left"), [("Delete", "disk: 1 picture and 1 answer", 0), ("Keep", "Nothing was deleted.", 1)]
)
async def test_a_press_under_the_question_of_forget_holds(
    stage: Stage, server: Server, chat: Chat, *, button: str, said: str, left: int
) -> None:
    """One that a former run heard of thirteen hours ago; what came before it is deleted, or kept."""
    await asked(stage, chat)
    question = await forgetting.asked(chat, await chat.send("/forget"))
    await stage.stop()
    await chat.press(button, question)
    (update,) = server.pending
    async with open_database(stage.folder) as database:
        await Inbox(database).receive(update["update_id"], json.dumps(update).encode(), quick=True)
        sql = "UPDATE inbox SET received_at = ? WHERE state = 'waiting'"
        assert await database.write(sql, time.time() - 13 * HOUR) == 1
    await stage.start()
    await chat.wait_until(lambda: said in question.text)
    assert (question.buttons, copies(stage)) == ([], left)


async def test_forget_holds_in_a_group_that_names_the_bot(stage: Stage, server: Server) -> None:
    """For its admins, as ever; members are told that it is up to those."""
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    await asked(stage, group, NAME)
    refused = await said_long_ago(stage, group, f"/forget{NAME}", by=ben)
    assert "only its admins" in (await replied(group, refused)).text
    assert copies(stage) == 1
    post = await said_long_ago(stage, group, f"/Forget{NAME}", by=ada)
    question = await forgetting.asked(group, post)
    await group.press(forgetting.DELETE, question, by=ada)
    await group.wait_until(lambda: "disk: 1 picture and 1 answer" in question.text)


async def test_what_was_said_to_another_bot_is_not_ours(stage: Stage, server: Server) -> None:
    """Neither is what only begins alike, nor a caption or a question that speaks of it."""
    group = server.group("Family", server.person("Ada"))
    await asked(stage, group, NAME)
    for text in ("/forget@other_bot", f"/forgetful{NAME}", "please /forget"):
        await said_long_ago(stage, group, text)
    assert (copies(stage), len([post for post in group.messages if post.by_bot])) == (1, 1)


async def test_cancel_holds(stage: Stage, chat: Chat) -> None:
    """The question that was asked before it is not answered."""
    await stage.start()
    assert "No question of yours" in (await replied(chat, await said_long_ago(stage, chat, "/cancel"))).text


@pytest.mark.parametrize(("said", "holds"), [("/watch off", True), ("/watch on", False), ("/watch", False)])
async def test_of_watching_only_the_end_holds(stage: Stage, server: Server, said: str, holds: bool) -> None:
    """A person who wanted their pictures left alone is heard."""
    group = server.group("Family", server.person("Ada"), bot_is_admin=True)
    await stage.start()
    await replied(group, await group.send(f"/watch {'on' if holds else 'off'}"))
    old = await said_long_ago(stage, group, said)
    await replied(group, await group.send("/help"))
    picture_now = await group.send_photo(picture(), "What is this?")
    await replied(group, await group.send("/ask And now?"))
    replies = [post.reply_to for post in group.messages if post.by_bot]
    assert picture_now.id not in replies
    assert (old.id in replies) is holds


async def replied(chat: Chat, post: Post) -> Post:
    """Return the bot's reply to this very message."""
    return await chat.answer(post, lambda reply: reply.reply_to == post.id)


class House:
    """A closed bot that Ada owns, with Ben in it."""

    def __init__(self, stage: Stage, server: Server) -> None:
        stage.values["access"] = {"mode": "closed"}
        self.stage = stage
        self.ada, self.ben = server.person("Ada"), server.person("Ben")
        self.ada.private()

    async def let_in(self, standing: Standing) -> None:
        """Start the bot, with this standing for Ben."""
        admissions = (await self.stage.start()).services.admissions
        await admissions.pair(self.ada.id, "Ada", "en")
        await admissions.ask(self.ben.id, "Ben", "en", time.time(), 0.0)
        ben = await admissions.get(self.ben.id)
        assert ben is not None
        await admissions.change(ben, standing, self.ada.id)

    async def bens(self) -> Standing:
        """Return Ben's standing now."""
        assert self.stage.running is not None
        ben = await self.stage.running.services.admissions.get(self.ben.id)
        assert ben is not None
        return ben.standing


@pytest.fixture
def house(stage: Stage, server: Server) -> House:
    """It is not started yet."""
    return House(stage, server)


@pytest.mark.parametrize(
    ("before", "said", "after"),
    [
        (Standing.GUEST, "/remove {}", Standing.REFUSED),
        (Standing.ADMIN, "/remove {}", Standing.REFUSED),
        (Standing.ASKING, "/allow {}", Standing.ASKING),
        (Standing.REFUSED, "/allow {}", Standing.REFUSED),
    ],
)
async def test_who_was_removed_is_out(house: House, before: Standing, said: str, after: Standing) -> None:
    """A command that lets somebody in is passed over: the owner may have thought better of it since."""
    await house.let_in(before)
    await said_long_ago(house.stage, house.ada.private(), said.format(house.ben.id))
    await replied(house.ada.private(), await house.ada.private().send("/help"))
    assert await house.bens() is after


@pytest.mark.parametrize(
    ("before", "data", "after"),
    [
        (Standing.ASKING, "door:refuse:{}", Standing.REFUSED),
        (Standing.GUEST, "people:remove:{}", Standing.REFUSED),
        (Standing.ADMIN, "people:demote:{}", Standing.GUEST),
        (Standing.ASKING, "door:admit:{}", Standing.ASKING),
        (Standing.GUEST, "people:promote:{}", Standing.GUEST),
    ],
)
async def test_a_press_that_shuts_out_holds(house: House, before: Standing, data: str, after: Standing) -> None:
    """One that a former run heard of and did not come to."""
    await house.let_in(before)
    await house.stage.stop()
    press = {"id": "7", "from": house.ada.user, "chat_instance": "1", "data": data.format(house.ben.id)}
    message = {"message_id": 5, "date": 1, "chat": house.ada.private().room.header}
    async with open_database(house.stage.folder) as database:
        await Inbox(database).receive(
            1, json.dumps({"update_id": 1, "callback_query": press | {"message": message}}).encode()
        )
        await database.write("UPDATE inbox SET received_at = 1 WHERE update_id = 1")
    await house.stage.start()
    await replied(house.ada.private(), await house.ada.private().send("/help"))
    assert await house.bens() is after
