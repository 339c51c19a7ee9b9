"""A press is a stranger's word: data that no button had, other chats' numbers, other people's buttons."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram.constants import InlineKeyboardButtonLimit
from telegram.ext import Application, CallbackQueryHandler

from assistant.settings.chat_settings import ChatSettings, Footer
from assistant.storage import Standing
from bot import handlers
from model_service import STANDARD
from playground import Chat, Server
from playground.people import Person
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final
from tests.security.conftest import House, press, rows

NAME = "@eyeglass_play_bot"
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def patterns() -> list[str]:
    """Return the pattern of each kind of button's data, from the table of handlers."""
    application: Any = Application.builder().token("1:none").updater(None).build()
    handlers.register(application)
    found = [handler.pattern for handler in application.handlers[handlers.WORK] if is_button(handler)]
    return [pattern.pattern for pattern in found if pattern is not None]


def is_button(handler: object) -> bool:
    """Whether a handler is one of presses."""
    return isinstance(handler, CallbackQueryHandler)


FORGED = (
    *("", ":", "::", "\0", "x" * 64, "set", "set:", "set::", "set:detail", "set:detail:", "set:detail:max:1"),
    *(
        "set:length:short\n",
        "set:language:en\n",
        "set:temperature:9e9",
        "set:watch:2",
        "set:picture:1",
        "set:detail:17",
    ),
    *("set:detail:17", "detail:high\n", "detail:1600", "detail:", "detail:MAX", "help:try\n", "help:../../etc/passwd"),
    *("cancel:", "cancel:-1", "cancel:1e3", "cancel:٣", "cancel:999999999999999", "cancel:9999999999999999999999"),
    *("picture:0", "picture:-1", "picture:999999999999999", "picture:1\n", "picture:1 OR 1=1", "picture:٣"),
    *("people:own:1", "people:admit:-0", "door:admit:999999999999999", "door:promote:1\n", "door:admit:1;DROP TABLE x"),
    *("forget:", "forget", "forget:all", "forget:delete:1", "forget:delete\n", "forget:DELETE", "forget:-1"),
    *("again:1600:1:999::", "again:0000:1:1::", "again:9999:1:999999999999999::", "again:16:1:1:::"),
)
"""Data that no button of this chat has."""


@pytest.mark.parametrize("pattern", patterns())
@given(data=st.data())
def test_a_pattern_takes_what_a_button_holds_and_no_more(pattern: str, data: st.DataObject) -> None:
    """No line feed behind it, no digits of other scripts, nothing before it, and it fits into a button."""
    held = data.draw(st.from_regex(pattern, fullmatch=True))
    assert held.isascii()
    assert len(held) <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA
    longer = [held + "\n", held + "\0", " " + held, "\n" + held, "x" + held]
    foreign = [held.translate(ARABIC)] if re.search("[0-9]", held) else []
    assert [other for other in longer + foreign if re.match(pattern, other)] == []


async def test_forged_data_changes_nothing_and_breaks_nothing(
    stage: Stage, server: Server, chat: Chat, log: pytest.LogCaptureFixture
) -> None:
    """Pressed by somebody who may decide everything here; afterwards the chat is as it was and goes on."""
    running = await stage.start()
    answered = await final(chat, await chat.send_photo(picture(), "What is this?"))
    for data in FORGED:
        server.put_update({"callback_query": press(person_of(chat), data) | {"message": answered.content}})
    await final(chat, await chat.send("And now?"))
    assert await running.services.chats.settings(chat.id) == ChatSettings(detail=STANDARD, footer=Footer.EVERYTHING)
    assert "Settings of this chat" in (await chat.answer(await chat.send("/settings"))).text
    await stage.stop()
    assert len(stage.engine.requests) == 2
    assert [record.message for record in log.records if record.exc_info] == []


async def test_strangers_press_in_vain(house: House, log: pytest.LogCaptureFixture) -> None:
    """Under a message of the owner's, with the data of real buttons: not even the spinner is stopped."""
    shown = (await house.ada.private().answer(await house.ada.private().send("/people"))).content
    for data in ("set:detail:max", "detail:max", f"people:promote:{house.ben.id}", "help:try", "picture:1", "cancel:1"):
        house.forge(house.eve, data, shown)
    house.forge(house.eve, "forget:delete", shown)
    await house.calm()
    assert house.server.calls("answerCallbackQuery") == []
    assert log.text.count(f"user {house.eve.id} pressed a button without being let in") == 7


async def test_guests_do_not_decide_who_gets_in(house: House, log: pytest.LogCaptureFixture) -> None:
    """Neither about themselves nor about the owner, whatever message they press under."""
    shown = (await house.ada.private().answer(await house.ada.private().send("/people"))).content
    for data in (f"people:promote:{house.ben.id}", f"people:remove:{house.ada.id}", f"people:demote:{house.ada.id}"):
        house.forge(house.ben, data, shown)
    await house.calm()
    standings = {row[0]: row[3] for row in rows(house.stage.folder)["admissions"]}
    assert standings == {house.ada.id: Standing.OWNER, house.ben.id: Standing.GUEST}
    assert log.text.count(f"user {house.ben.id} may not") == 3


async def test_the_number_of_somebody_elses_picture_opens_nothing(
    stage: Stage, server: Server, log: pytest.LogCaptureFixture
) -> None:
    """Pictures are numbered over all chats, so the number alone must not do."""
    running = await stage.start()
    ada, ben = server.person("Ada").private(), server.person("Ben").private()
    await final(ada, await ada.send_photo(picture(), "What is this?"))
    (private,) = await running.services.pictures.recent(ada.id, 10)
    help_page = await ben.answer(await ben.send("/help"))
    server.put_update(
        {"callback_query": press(person_of(ben), f"picture:{private.id}") | {"message": help_page.content}}
    )
    assert "picture first" in (await ben.answer(await ben.send("What is this?"))).text
    assert f"user {ben.id} goes back to a picture that is not there" in log.text


async def test_a_question_is_cancelled_in_its_own_chat_only(stage: Stage, server: Server) -> None:
    """Each chat numbers its own messages: the same number elsewhere is another question."""
    stage.engine.hold = 1
    await stage.start()
    ada, eve = server.person("Ada").private(), server.person("Eve").private()
    asked = await ada.send_photo(picture(), "What is this?")
    begun = await ada.answer(asked)
    (cancel,) = begun.buttons
    assert cancel.data is not None
    help_page = await eve.answer(await eve.send("/help"))
    server.put_update({"callback_query": press(person_of(eve), cancel.data) | {"message": help_page.content}})
    await eve.answer(await eve.send("/help"))
    stage.engine.go.set()
    await final(ada, asked)


async def test_presses_without_a_message_or_from_a_channel_are_passed_over(stage: Stage, server: Server) -> None:
    """Presses under an inline bot's messages, and under a channel's posts."""
    await stage.start()
    ada = server.person("Ada")
    channel = {"message_id": 1, "date": 1, "chat": {"id": -100500, "type": "channel", "title": "News"}}
    server.put_update({"callback_query": press(ada, "set:detail:max") | {"inline_message_id": "abc"}})
    server.put_update({"callback_query": press(ada, "set:detail:max") | {"message": channel}})
    await ada.private().answer(await ada.private().send("/help"))
    await stage.stop()
    assert server.calls("answerCallbackQuery") == []


async def test_a_press_in_a_group_that_the_bot_left_changes_nothing(
    stage: Stage, server: Server, log: pytest.LogCaptureFixture
) -> None:
    """Nobody can say who is an admin there any more."""
    await stage.start()
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    menu = await group.answer(await group.send("/settings"))
    group.set_bot_status("kicked", ada)
    server.fail_next("getChatMember", 403, "Forbidden: bot was kicked from the supergroup chat", times=2)
    for person in (ada, ben):
        server.put_update({"callback_query": press(person, "set:watch:1") | {"message": menu.content}})
    await server.acknowledged()
    await stage.stop()
    assert len(server.calls("getChatMember")) == 2
    assert rows(stage.folder)["chats"] == []
    assert [record.message for record in log.records if record.exc_info] == []


MEMBERS_TRY = (
    "set:detail:max",
    "set:watch:1",
    "set:changed_by:everybody",
    "set:reset:",
    "detail:max",
    "set:language:zh",
    "forget:delete",
    "forget:keep",
)


async def test_members_do_not_change_a_groups_settings_by_words(stage: Stage, server: Server) -> None:
    """Only its admins may."""
    running = await stage.start()
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    for words in ("/detail max", "/watch on", "/forget"):
        assert "only its admins" in (await group.answer(await group.send(words, by=ben))).text
    assert await running.services.chats.settings(group.id) == ChatSettings(detail=STANDARD, footer=Footer.EVERYTHING)


async def test_members_do_not_change_a_groups_settings_by_buttons(stage: Stage, server: Server) -> None:
    """Neither by those of an admin's menu nor by forged ones; what an admin then chooses, holds."""
    running = await stage.start()
    ada, ben = server.person("Ada"), server.person("Ben")
    group = server.group("Family", ada, ben)
    menu = await group.answer(await group.send("/settings", by=ada))
    for data in MEMBERS_TRY:
        server.put_update({"callback_query": press(ben, data) | {"message": menu.content}})
    await server.wait_until(lambda: len(server.calls("answerCallbackQuery")) == len(MEMBERS_TRY))
    assert await running.services.chats.settings(group.id) == ChatSettings(detail=STANDARD, footer=Footer.EVERYTHING)
    assert {call["text"] for call in server.calls("answerCallbackQuery")} == {
        "In a group only its admins can do that: ask one of them."
    }


def person_of(chat: Chat) -> Person:
    """Return the person of a private chat."""
    (person,) = chat.people
    assert isinstance(person, Person)
    return person


async def test_who_is_no_admin_any_more_presses_in_vain(house: House) -> None:
    """The current standing counts, not that of when the buttons were drawn."""
    admissions = house.services.admissions
    ben = await admissions.get(house.ben.id)
    assert ben is not None
    await admissions.change(ben, Standing.ADMIN, house.ada.id)
    listed = await house.ben.private().answer(await house.ben.private().send("/people"))
    await house.eve.private().answer(await house.eve.private().send("Hello?"))
    admin = await admissions.get(house.ben.id)
    assert admin is not None
    await admissions.change(admin, Standing.GUEST, house.ada.id)
    house.forge(house.ben, f"door:admit:{house.eve.id}", listed.content)
    await house.calm()
    assert said(house.server) == [""]


def said(server: Server) -> list[str]:
    """Return the answers to presses."""
    return [call.get("text", "") for call in server.calls("answerCallbackQuery")]


@pytest.fixture
def twice(server: Server, chat: Chat) -> Iterator[Chat]:
    """A question that Telegram hands out twice under one number, before the bot starts."""
    header = {"date": 4_000_000_000, "chat": chat.room.header, "from": person_of(chat).user}
    update = {"update_id": 900_000_000, "message": header | {"message_id": 77, "text": "/help"}}
    server.put_update(update)
    server.put_update(update)
    yield chat


async def test_an_update_that_comes_twice_is_taken_in_once(stage: Stage, server: Server, twice: Chat) -> None:
    """Its number is known."""
    await stage.start()
    await server.acknowledged()
    await stage.stop()
    assert len([post for post in twice.messages if post.by_bot]) == 1
