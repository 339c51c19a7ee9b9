"""Tests of access: pairing, strangers, the owner's buttons, groups; and those who try without."""

import logging
import re
import time
from types import SimpleNamespace

import pytest

from assistant.access import JOINER, STRANGER_PAUSE
from assistant.storage import Standing
from playground import Chat, Post, Server
from playground.people import Person
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final

NAME = "@eyeglass_play_bot"


class House:
    """A closed bot with Ada, its owner."""

    def __init__(self, stage: Stage, server: Server, ada: Person) -> None:
        self.stage = stage
        self.server = server
        self.ada = ada
        self.chat = ada.private()

    async def standing(self, id: int) -> Standing | None:
        """Return somebody's standing."""
        assert self.stage.running is not None
        admission = await self.stage.running.services.admissions.get(id)
        return admission.standing if admission else None

    async def knock(self, person: Person) -> Post:
        """Have a stranger write and be told their place; return the question that the owner is asked."""
        await person.private().answer(await person.private().send("Hello?"))
        return await self.chat.wait_for(lambda post: post.by_bot and str(person.id) in post.text)

    async def forge(self, person: Person, data: str, message: Post) -> None:
        """Press as somebody to whom the message was never shown, or with data that no button had."""
        known = len(self.server.calls("answerCallbackQuery"))
        query = {"id": "77", "from": person.user, "chat_instance": "1", "data": data, "message": message.content}
        self.server.put_update({"callback_query": query})
        await self.server.acknowledged()
        await self.chat.answer(await self.chat.send("/help"))
        assert len(self.server.calls("answerCallbackQuery")) <= known + 1


def said_by_bot(chat: Chat) -> list[str]:
    """Return the bot's texts in a chat."""
    return [post.text for post in chat.messages if post.by_bot]


@pytest.fixture
async def code(stage: Stage, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> str:
    """A closed bot was started; the code that its terminal shows."""
    caplog.set_level(logging.INFO)
    stage.values["access"] = {"mode": "closed"}
    await stage.start()
    found = re.search(r"^ +(\w{4}-\w{4})$", capsys.readouterr().out, re.MULTILINE)
    assert found is not None
    return found[1]


@pytest.fixture
async def house(stage: Stage, server: Server, code: str) -> House:
    """A closed bot that has its owner."""
    ada = server.person("Ada", username="ada")
    assert "You own this bot now" in (await ada.private().answer(await ada.private().send(code))).text
    return House(stage, server, ada)


async def test_the_code_of_the_terminal_makes_the_owner(
    stage: Stage, server: Server, code: str, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """Through the link too; it works once, is in no log, and the next start shows none."""
    ada, eve = server.person("Ada"), server.person("Eve")
    await ada.private().answer(await ada.private().send(f"/start {code}"))
    await final(ada.private(), await ada.private().send_photo(picture(), "What is this?"))
    assert "private" in (await eve.private().answer(await eve.private().send(code))).text
    await stage.stop()
    await stage.start()
    assert capsys.readouterr().out == ""
    assert code not in caplog.text


async def test_strangers_get_one_sentence_and_no_time_of_the_models(house: House) -> None:
    """However much they send, until an hour is over; the owner is asked once, too."""
    eve = house.server.person("Eve").private()
    await eve.answer(await eve.send_photo(picture(), "What is this?"))
    for _ in range(3):
        await eve.send("/help")
        await eve.send_photo(picture(), "What is this?")
    await house.server.acknowledged()
    await house.stage.stop()
    assert len(said_by_bot(eve)) == 1
    assert len([text for text in said_by_bot(house.chat) if str(eve.id) in text]) == 1
    assert house.stage.engine.requests == []
    assert house.server.calls("getFile") == []


async def test_after_an_hour_a_stranger_may_ask_again(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both sentences come once more."""
    eve = house.server.person("Eve")
    await house.knock(eve)
    later = time.time() + STRANGER_PAUSE + 1
    monkeypatch.setattr("bot.handlers.strangers.time", SimpleNamespace(time=lambda: later))
    await eve.private().answer(await eve.private().send("Please?"))
    assert len([text for text in said_by_bot(house.chat) if str(eve.id) in text]) == 2


async def test_the_owner_lets_a_stranger_in_by_a_button(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """The question turns into the decision, the newcomer is told in their language, and the log keeps it."""
    chen = house.server.person("Chen", language_code="zh", username="chen")
    question = await house.knock(chen)
    assert f"Chen (@{JOINER}chen)" in question.text
    assert "Chen" in await (await house.chat.press("Let in", question)).answered()
    await house.chat.wait_until(lambda: "may use this bot now" in question.text and not question.buttons)
    await chen.private().wait_for(lambda post: "可以使用" in post.text)
    await chen.private().answer(
        await chen.private().send_photo(picture(), "What is this?"), lambda post: "token" in post.text
    )
    assert f"user {house.ada.id}: admit {chen.id} (was asking)" in caplog.text


async def test_who_was_turned_away_asks_no_more(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The owner is left in peace, though the stranger still gets their polite sentence every hour."""
    eve = house.server.person("Eve")
    question = await house.knock(eve)
    await (await house.chat.press("Turn away", question)).answered()
    await house.chat.wait_until(lambda: "turned away" in question.text)
    assert "Eve" not in (await house.chat.answer(await house.chat.send("/people"))).text
    assert await house.standing(eve.id) is Standing.REFUSED
    monkeypatch.setattr("bot.handlers.strangers.time", SimpleNamespace(time=lambda: time.time() + STRANGER_PAUSE))
    assert "private" in (await eve.private().answer(await eve.private().send("Please!"))).text
    await house.stage.stop()
    assert len([text for text in said_by_bot(house.chat) if str(eve.id) in text]) == 0


async def test_forged_presses_do_nothing_but_log(house: House, caplog: pytest.LogCaptureFixture) -> None:
    """A stranger's, a guest's, and the owner's about somebody who never asked."""
    eve, ben = house.server.person("Eve"), house.server.person("Ben")
    question = await house.knock(ben)
    await (await house.chat.press("Let in", question)).answered()
    await house.knock(eve)
    await house.forge(eve, f"door:admit:{eve.id}", question)
    assert f"user {eve.id} pressed a button without being let in" in caplog.text
    for data in (f"people:admit:{eve.id}", f"people:promote:{ben.id}", f"people:remove:{house.ada.id}"):
        await house.forge(ben, data, question)
    assert caplog.text.count(f"user {ben.id} may not ") == 3
    for data in ("door:admit:12345", f"people:remove:{house.ada.id}", f"people:own:{ben.id}", "door:admit:" + "9" * 40):
        await house.forge(house.ada, data, question)
    assert await house.standing(eve.id) is Standing.ASKING
    assert await house.standing(ben.id) is Standing.GUEST
    assert await house.standing(house.ada.id) is Standing.OWNER
    assert await house.standing(12345) is None


async def test_the_owner_makes_an_admin_and_the_admin_decides(house: House) -> None:
    """An admin sees who asks and lets them in, but decides about no admin; a guest sees nothing."""
    ben, eve = house.server.person("Ben"), house.server.person("Eve")
    await (await house.chat.press("Let in", await house.knock(ben))).answered()
    assert "Only the owner" in (await ben.private().answer(await ben.private().send("/people"))).text
    listed = await house.chat.answer(await house.chat.send("/people"))
    assert f"Ben ({ben.id}): may use it" in listed.text
    await (await house.chat.press("Make admin: Ben", listed)).answered()
    await house.chat.wait_until(lambda: f"Ben ({ben.id}): admin" in listed.text)
    await house.knock(eve)
    bens = await ben.private().answer(await ben.private().send("/people"))
    assert [button.text for button in bens.buttons] == ["Let in Eve", "Turn away Eve"]
    await (await ben.private().press("Let in Eve", bens)).answered()
    assert await house.standing(eve.id) is Standing.GUEST
    await (await house.chat.press("No longer admin: Ben", listed)).answered()
    assert await house.standing(ben.id) is Standing.GUEST


async def test_a_long_list_fits_into_a_message(house: House) -> None:
    """However long the names are; the rest is counted, and the settings' people too."""
    await house.stage.stop()
    house.stage.values["access"] = {"mode": "closed", "users": [1, 2], "chats": [-1]}
    running = await house.stage.start()
    for number in range(100, 130):
        await running.services.admissions.let_in(number, "W" * 99, by=house.ada.id)
    listed = await house.chat.answer(await house.chat.send("/people"))
    assert "and 7 more" in listed.text
    assert "2 people and 1 group" in listed.text
    assert len(listed.buttons) == 2 * 23


async def test_who_is_removed_is_a_stranger_again(house: House) -> None:
    """By the button in the list, or by /remove."""
    ben = house.server.person("Ben")
    await (await house.chat.press("Let in", await house.knock(ben))).answered()
    await final(ben.private(), await ben.private().send_photo(picture(), "What is this?"))
    listed = await house.chat.answer(await house.chat.send("/people"))
    await (await house.chat.press("Remove Ben", listed)).answered()
    await ben.private().send("And now?")
    await house.server.acknowledged()
    assert "may use this bot now" in (await house.chat.answer(await house.chat.send(f"/allow {ben.id}"))).text
    assert "no longer" in (await house.chat.answer(await house.chat.send(f"/remove {ben.id}"))).text
    assert "settled" in (await house.chat.answer(await house.chat.send(f"/remove {ben.id}"))).text
    assert "12345" in (await house.chat.answer(await house.chat.send("/remove Ben"))).text
    assert await house.standing(ben.id) is Standing.REFUSED
    assert len(house.stage.engine.requests) == 1


async def test_the_owner_is_asked_about_a_group(house: House) -> None:
    """Anyone may add the bot; once let in, everybody there is answered, and nobody elsewhere."""
    eve, ben = house.server.person("Eve"), house.server.person("Ben")
    group, other = house.server.group("Family", eve, ben), house.server.group("Others", ben)
    await group.send_photo(picture(), f"{NAME} what is this?", by=ben)
    group.set_bot_status("left", eve)
    group.set_bot_status("member", eve)
    question = await house.chat.wait_for(lambda post: "Family" in post.text)
    assert "Eve" in question.text
    assert said_by_bot(group) == []
    await (await house.chat.press("Let in", question)).answered()
    await group.wait_for(lambda post: "Everybody here" in post.text)
    await final(group, await group.send_photo(picture(), f"{NAME} what is this?", by=ben))
    await other.send_photo(picture(), f"{NAME} what is this?")
    await house.server.acknowledged()
    await house.stage.stop()
    assert said_by_bot(other) == []
    assert len(house.stage.engine.requests) == 1


async def test_the_owner_lets_a_group_in_where_he_stands(house: House) -> None:
    """/allow in the group; others who say it are met with silence, and the list is not shown there."""
    ben = house.server.person("Ben")
    group = house.server.group("Family", house.ada, ben)
    await group.send("/allow", by=ben)
    assert "private chat" in (await group.answer(await group.send("/people"))).text
    assert "Family may use" in (await group.answer(await group.send("/allow"), lambda post: "Family" in post.text)).text
    await final(group, await group.send_photo(picture(), f"{NAME} what is this?", by=ben))
    await group.send("/remove", by=ben)
    await group.answer(await group.send("/remove"), lambda post: "no longer" in post.text)
    assert await house.standing(group.id) is Standing.REFUSED


async def test_a_group_that_becomes_a_supergroup_stays_in(house: House) -> None:
    """Its id changes; Telegram says so in the old group."""
    group = house.server.group("Family", house.ada)
    await group.answer(await group.send("/allow"), lambda post: "Family may use" in post.text)
    moved = {"message_id": 900, "date": 1, "chat": group.room.header, "from": house.ada.user}
    house.server.put_update({"message": moved | {"migrate_to_chat_id": -1009999}})
    await group.answer(await group.send(f"{NAME} what is this?"))
    await house.chat.answer(await house.chat.send("/people"))
    assert "Family (-1009999): everybody in the group" in said_by_bot(house.chat)[-1]


async def test_an_owner_who_cannot_be_asked_holds_nobody_up(house: House) -> None:
    """Telegram lets the bot write to Ada in five minutes, or never: the stranger is told at once, and /people knows."""
    eve, ben = house.server.person("Eve"), house.server.person("Ben")
    house.server.fail_next("sendMessage", 403, "Forbidden: bot was blocked by the user")
    assert "private" in (await eve.private().answer(await eve.private().send("Hello?"))).text
    assert "Eve" in (await house.chat.answer(await house.chat.send("/people"))).text
    house.server.fail_next("sendMessage", 429, "Too Many Requests: retry after 300", retry_after=300)
    assert "private" in (await ben.private().answer(await ben.private().send("Hello?"))).text
    assert await house.standing(ben.id) is Standing.ASKING


async def test_presses_on_old_questions_change_nothing(house: House) -> None:
    """Decisions stay, though the buttons were kept on a screen."""
    eve = house.server.person("Eve")
    question = await house.knock(eve)
    kept = Post(dict(question.content), by_bot=True)
    await (await house.chat.press("Turn away", question)).answered()
    await house.forge(house.ada, f"door:refuse:{eve.id}", kept)
    assert await house.standing(eve.id) is Standing.REFUSED
    await house.forge(house.ada, f"door:promote:{eve.id}", kept)
    assert await house.standing(eve.id) is Standing.REFUSED
