"""Each command and each button, in each language: none is left out."""

import re
from collections.abc import Iterator

import pytest
from telegram.ext import CallbackQueryHandler

from assistant.texts import LANGUAGES
from bot.delivery import settings_menu as menu
from bot.handlers import WORK
from bot.handlers.command import Command
from model_service import Ability
from playground import Chat, Post, Server
from playground.people import Person
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, is_growing
from tests.conversation.forgetting import DELETE, KEEP
from tests.conversation.languages import ANSWERS, House, foreign, is_in

COMMANDS: dict[str, tuple[str, ...]] = {
    "start": ("",),
    "help": ("",),
    "ask": ("", "{question}", "high {question}"),
    "text": ("",),
    "table": ("",),
    "describe": ("",),
    "pictures": ("",),
    "settings": ("",),
    "detail": ("", "high", "384", "高", "ultra"),
    "watch": ("", "on", "off"),
    "cancel": ("",),
    "queue": ("",),
    "status": ("",),
    "web": ("",),
    "people": ("",),
    "aside": ("",),
    "allow": ("", "{ben}"),
    "remove": ("nobody", "{ben}"),
    "new": ("",),
    "forget": ("",),
}
"""Each command with what may follow it, in an order in which all of them have something to tell."""


@pytest.fixture(params=ANSWERS)
async def house(request: pytest.FixtureRequest, stage: Stage, server: Server) -> House:
    """The bot of somebody who speaks that language."""
    stage.engine.abilities = set(Ability)
    made = House(stage, server, request.param)
    await made.open()
    return made


async def test_each_command_is_answered_in_the_persons_language(house: House) -> None:
    """In private and in a group, with and without a picture; a command that is new has to be added here."""
    assert house.stage.running is not None
    handlers = house.stage.running.application.handlers[WORK]
    known = {name for handler in handlers if isinstance(handler, Command) for name in handler.names}
    assert known == set(COMMANDS)
    for chat in (house.chat, house.group):
        for said in lines(house):
            await house.told(chat, await chat.send(said))
        mention = "" if chat is house.chat else "@eyeglass_play_bot "
        await house.told(chat, await chat.send_photo(picture(), mention + house.question))
        for said in lines(house):
            await house.told(chat, await chat.send(said))
    await house.told(house.chat, await house.chat.send("/frobnicate"))


async def test_who_is_let_in_is_greeted_in_the_language_of_whoever_let_him_in(house: House) -> None:
    """Of a group, and of a person who never wrote, no other is known."""
    group = house.server.group("Choir", house.ada)
    await group.send("/allow")
    await group.wait_until(lambda: len(group.messages) == 3)
    chat = house.server.person("Ben").private()
    await house.chat.send(f"/allow {chat.id}")
    await chat.wait_until(lambda: chat.messages)
    assert [foreign(house.language, post) for post in (*group.messages[1:], *chat.messages)] == [[], [], []]


def lines(house: House) -> list[str]:
    """Return every command as it is written."""
    more = {"question": house.question, "ben": house.ben.id}
    return [f"/{name} {words}".strip().format(**more) for name, follow in COMMANDS.items() for words in follow]


class Presses:
    """Presses buttons, and knows which ones were drawn and which pressed."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.server = house.server
        self.pressed: set[str] = set()

    async def press(self, chat: Chat, data: str, post: Post, language: str | None = None) -> str:
        """Press a button by its data; return the notice, which must be in the language."""
        self.pressed.add(data)
        notice = await (await chat.press(data, post)).answered()
        assert not notice or is_in(language or self.house.language, notice), (data, notice)
        return notice

    async def turn(self, chat: Chat, data: str, post: Post, language: str | None = None) -> None:
        """Press a button that changes its own message."""
        known = len(self.server.calls("editMessageText"))
        await self.press(chat, data, post, language)
        await self.server.wait_until(
            lambda: [call.get("text") for call in self.server.calls("editMessageText")[known:]] == [post.text]
        )
        assert foreign(language or self.house.language, post) == [], data

    def drawn(self) -> set[str]:
        """Return every button that the bot ever showed."""
        calls = [*self.server.calls("sendMessage"), *self.server.calls("editMessageText")]
        rows = [row for call in calls for row in (call.get("reply_markup") or {}).get("inline_keyboard", [])]
        return {kind(button["callback_data"]) for row in rows for button in row}


def kind(data: str) -> str:
    """Return a button's data without the numbers of messages, pictures and people."""
    head, *rest = data.split(":")
    if head == "again":
        return "again:anew" if rest[1] == "1" else "again:closer"
    return data if head in {"set", "help", "detail"} else re.sub(r"-?[0-9]+", "#", data)


async def test_each_button_is_answered_in_the_persons_language(house: House) -> None:
    """Whatever was drawn on the way was pressed, and nothing that the table of handlers knows was left out."""
    assert house.stage.running is not None
    presses = Presses(house)
    await turn_the_pages_of_help(presses)
    await choose_all_settings(presses)
    await choose_levels(presses)
    await ask_and_ask_again(presses)
    await decide_about_people(presses)
    await try_again(presses)
    await keep_and_forget(presses)
    assert presses.drawn() == {kind(data) for data in presses.pressed}
    assert {f"set:{setting}:{word}" for setting in menu.WORDS for word in menu.WORDS[setting]} <= presses.pressed
    handlers = house.stage.running.application.handlers[WORK]
    patterns = [handler.pattern for handler in handlers if isinstance(handler, CallbackQueryHandler)]
    met = [isinstance(each, re.Pattern) and any(map(each.match, presses.pressed)) for each in patterns]
    assert met == [True] * (len(patterns) - 1) + [False]  # The last is there for what no button has.
    assert is_in(house.language, await forged(house))


async def forged(house: House) -> str:
    """Return the answer to a press of a button that the bot never drew."""
    query = {"id": "77", "from": house.ada.user, "chat_instance": "1", "data": "door:open:1"}
    house.server.put_update({"callback_query": query | {"message": house.chat.messages[-1].content}})
    answers = await house.server.wait_until(
        lambda: [
            call["text"] for call in house.server.calls("answerCallbackQuery") if call.get("callback_query_id") == "77"
        ]
    )
    return str(answers[0])


async def turn_the_pages_of_help(presses: Presses) -> None:
    """Turn all pages, and show the example with its questions."""
    house = presses.house
    page = await house.told(house.chat, await house.chat.send("/help"))
    for name in ("forms", "print", "groups", "commands"):
        await presses.turn(house.chat, f"help:{name}", page)
        await presses.turn(house.chat, "help:back", page)
    await presses.press(house.chat, "help:try", page)
    shown = await house.chat.wait_for(lambda post: post.by_bot and "keyboard" in (post.reply_markup or {}))
    assert foreign(house.language, shown) == []
    for row in (shown.reply_markup or {})["keyboard"]:
        assert is_in(house.language, row[0]["text"])
        await house.told(house.chat, await house.chat.send(row[0]["text"]))


async def choose_all_settings(presses: Presses) -> None:
    """Choose all settings in the group, which has them all; the language last, which changes the texts."""
    house, group = presses.house, presses.house.group
    shown = await house.told(group, await group.send("/settings"))
    pages = [button.data or "" for button in shown.buttons if button.data not in {"set:reset:", "set:done:"}]
    for page in sorted(pages, key=lambda page: page == "set:language:"):
        await presses.turn(group, page, shown)
        choices = [button.data or "" for button in shown.buttons if button.data != "set:back:"]
        await presses.turn(group, "set:back:", shown)
        for choice in sorted(choices, key=lambda choice: choice == "set:language:auto"):
            now = next((code for code in LANGUAGES if choice == f"set:language:{code}"), house.language)
            await group.press(page, shown)
            await group.wait_until(lambda choice=choice: choice in [b.data for b in shown.buttons])  # type: ignore[misc]
            await presses.turn(group, choice, shown, now)
    await presses.turn(group, "set:reset:", shown)
    await presses.turn(group, "set:done:", shown)


async def choose_levels(presses: Presses) -> None:
    """Press the buttons of /detail; a member of the group is told why they may not."""
    house = presses.house
    shown = await house.told(house.chat, await house.chat.send("/detail"))
    *levels, seen = shown.buttons
    for button in levels:
        await presses.turn(house.chat, button.data or "", shown)
    await house.told(house.chat, await house.chat.send_photo(picture(), house.question))
    await presses.press(house.chat, seen.data or "", shown)
    photo = await house.chat.wait_for(lambda post: post.by_bot and post.reply_to == shown.id)
    assert foreign(house.language, photo) == []
    shown = await house.told(house.group, await house.group.send("/detail"))
    refused = await house.group.press("detail:high", shown, by=house.ben)
    assert is_in(house.language, await refused.answered())


async def ask_and_ask_again(presses: Presses) -> None:
    """Cancel, Look closer, Retry, and the numbers of /pictures."""
    house, chat, engine = presses.house, presses.house.chat, presses.house.stage.engine
    await house.told(chat, await chat.send("/detail low"))
    engine.hold = 0
    post = await chat.send_document(picture(900, 900), "scan.png", caption=house.question)
    growing = await chat.answer(post, is_growing)
    assert foreign(house.language, growing) == []
    await presses.press(chat, f"cancel:{post.id}", growing)
    await house.told(chat, post)
    engine.hold = None
    answer = await house.told(chat, await chat.send(house.question))
    for _ in range(2):
        button = answer.buttons[0]
        await presses.press(chat, button.data or "", answer)
        answer = await house.told(chat, answer)
    await presses.press(chat, answer.buttons[-1].data or "", answer)
    await house.told(chat, answer)
    listed = await house.told(chat, await chat.send("/pictures"))
    await presses.press(chat, listed.buttons[0].data or "", listed)
    await house.told(chat, listed)


async def decide_about_people(presses: Presses) -> None:
    """Press under the question about a stranger, and under the list of all; each of them is told in their language."""
    house, chat = presses.house, presses.house.chat
    names = iter(["Cid", "Dan", "Eve", "Fay"])
    for action in ("admit", "refuse"):
        person, question = await knock(house, names)
        await presses.turn(chat, f"door:{action}:{person.id}", question)
    for actions in (("refuse",), ("admit", "promote", "demote", "remove")):
        person, _ = await knock(house, names)
        listed = await house.told(chat, await chat.send("/people"))
        for action in actions:
            await presses.turn(chat, f"people:{action}:{person.id}", listed)
        if "admit" in actions:
            await person.private().wait_until(lambda person=person: len(person.private().messages) == 3)  # type: ignore[misc]
            assert foreign(house.language, person.private().messages[-1]) == []


async def try_again(presses: Presses) -> None:
    """Retry one of two updates set aside, then all that are left; neither can be read, and both come back."""
    house, chat = presses.house, presses.house.chat
    for _ in range(2):
        house.server.put_update({"message": {"message_id": "odd", "chat": 5}})
    assert house.stage.running is not None
    await house.server.wait_until(lambda: len(house.server.calls("getUpdates")) > 2)
    await house.server.acknowledged()
    listed = await house.told(chat, await chat.send("/aside"))
    await presses.turn(chat, listed.buttons[0].data or "", listed)
    await presses.turn(chat, listed.buttons[-1].data or "", listed)


async def keep_and_forget(presses: Presses) -> None:
    """Press both buttons of /forget; a member of the group is told why they may not."""
    house = presses.house
    for data in (KEEP, DELETE):
        await presses.turn(house.chat, data, await house.told(house.chat, await house.chat.send("/forget")))
    await house.told(house.group, await house.group.send_photo(picture(), f"@eyeglass_play_bot {house.question}"))
    shown = await house.told(house.group, await house.group.send("/forget"))
    assert is_in(house.language, await (await house.group.press(DELETE, shown, by=house.ben)).answered())
    assert shown.buttons


async def knock(house: House, names: Iterator[str]) -> tuple[Person, Post]:
    """Have a stranger write and be told that the bot is private; return them and the question to the owner."""
    person = house.server.person(next(names), language_code=house.language)
    await house.told(person.private(), await person.private().send(house.question))
    question = await house.chat.wait_for(lambda post: post.by_bot and str(person.id) in post.text)
    assert foreign(house.language, question) == []
    return person, question
