"""Tests of the asker and the question, read from Telegram's updates."""

import re
from typing import Any

import pytest
from telegram import Chat, Message, Update, User

from assistant.access import Asker
from bot.addressing import (
    arguments_of,
    asker_of,
    asks_again,
    command_of,
    is_addressed,
    is_foreign,
    without_address,
    without_mention,
)
from tests.bot.test_access import ADA, BOT, CHANNEL, GROUP, PRIVATE, said

BEN = User(41, "Ben\u202e", False)
HIDDEN = {"id": -200, "type": "channel", "title": "Daily\nNews"}


def arrived(**fields: Any) -> Update:
    """Return an update with these fields, as Telegram sends them."""
    update = Update.de_json({"update_id": 1} | fields, None)
    assert update is not None
    return update


def written(chat: Chat, by: User | None = ADA, **more: Any) -> dict[str, Any]:
    """Return a message as Telegram sends it."""
    sender = {"from": by.to_dict()} if by else {}
    return {"message_id": 1, "date": 1, "chat": chat.to_dict(), "text": "Hi"} | sender | more


def pressed(chat: Chat | None, by: User, **more: Any) -> dict[str, Any]:
    """Return a press of a button under a message of the bot's."""
    message = {"message": written(chat, BOT)} if chat else {}
    return {"id": "1", "from": by.to_dict(), "chat_instance": "1"} | message | more


@pytest.mark.parametrize(
    ("update", "asker"),
    [
        (arrived(message=written(PRIVATE)), Asker(42, "42", None)),
        (arrived(message=written(GROUP, BEN)), Asker(41, "41", "Ben")),
        (arrived(callback_query=pressed(PRIVATE, ADA)), Asker(42, "42", None)),
        (arrived(callback_query=pressed(GROUP, BEN)), Asker(41, "41", "Ben")),
        (arrived(callback_query=pressed(None, BEN, inline_message_id="1")), Asker(41, "41", None)),
        (arrived(message=written(GROUP, BEN, sender_chat=HIDDEN)), Asker(-200, "-200", "Daily News")),
        (arrived(message=written(GROUP, None, sender_chat=HIDDEN | {"title": ""})), Asker(-200, "-200", "?")),
        (arrived(message=written(GROUP, None, sender_chat=GROUP.to_dict() | {"title": "Us"})), Asker(-100, "", "Us")),
        (arrived(message=written(GROUP, None)), Asker(None, "", None)),
        (arrived(channel_post=written(CHANNEL, None)), Asker(None, "", None)),
    ],
)
def test_who_asks(update: Update, asker: Asker) -> None:
    """The person who wrote or pressed, or the channel or group they post as; a name only in company."""
    assert asker_of(update) == asker


def test_only_some_buttons_ask_again() -> None:
    """Their data decides; a message presses none."""
    assert asks_again(arrived(callback_query=pressed(PRIVATE, ADA, data="again:256:1:1::")))
    assert not asks_again(arrived(callback_query=pressed(PRIVATE, ADA, data="cancel:again:")))
    assert not asks_again(arrived(callback_query=pressed(PRIVATE, ADA, game_short_name="again:")))
    assert not asks_again(arrived(message=written(PRIVATE, text="again:256")))


def captioned(caption: str, *entities: dict[str, Any]) -> Message:
    """Return a picture's message with this caption."""
    message = arrived(message=written(GROUP, text=None, caption=caption, caption_entities=list(entities))).message
    assert message is not None
    return message


def marked(text: str) -> list[dict[str, Any]]:
    """Return the entity by which Telegram marks a command."""
    word = re.match(r"/[a-z_]+(?:@\w+)?(?![\w/])", text, re.IGNORECASE | re.ASCII)
    return [{"type": "bot_command", "offset": 0, "length": len(word[0])}] if word else []


def commanded(word: str, rest: str) -> Message:
    """Return a picture's message whose caption begins with a command."""
    return captioned(word + rest, {"type": "bot_command", "offset": 0, "length": len(word)})


@pytest.mark.parametrize(
    ("message", "question"),
    [
        (said("/ask what is this?"), "what is this?"),
        (said("/ASK@eyeglass_bot what is this?"), "what is this?"),
        (said("/describe"), ""),
        (said("/ask@other_bot what?"), "/ask@other_bot what?"),
        (said("/detail high"), "/detail high"),
        (said("what does /ask do?"), "what does /ask do?"),
        (said("@eyeglass_bot /ask what?"), "/ask what?"),
        (said("/ask @eyeglass_bot what?"), "what?"),
        (commanded("/ask", " how many?"), "how many?"),
        (captioned(" how many? "), "how many?"),
        (captioned(""), ""),
    ],
)
def test_what_is_asked(message: Message, question: str) -> None:
    """Without the command that brings it, in a text or a caption, and without the bot's name."""
    assert without_address(message, message.text or message.caption or "", BOT) == question


def test_a_command_in_a_caption_means_the_bot_unless_it_is_anothers() -> None:
    """As it does in a text."""
    ours = ["/ask", "/text@eyeglass_bot", "/table", "/describe", "/detail"]
    words = [*ours, "/ask@other_bot"]
    assert [word for word in words if is_addressed(commanded(word, " x"), BOT)] == ours


@pytest.mark.parametrize(
    ("text", "command", "arguments"),
    [
        ("/detail high", "detail", ["high"]),
        ("/detail=high", "detail", ["high"]),
        ("/Detail = ５１２", "detail", ["512"]),
        ("/detail@eyeglass_bot\nhigh", "detail", ["high"]),
        ("／detail　high", "detail", ["high"]),
        ("／ｄｅｔａｉｌ　ｈｉｇｈ", "detail", ["high"]),
        ("／DETAIL＠eyeglass＿bot", "detail", []),
        ("／detail＝高", "detail", ["高"]),
        ("／ask 总额是多少？", "ask", ["总额是多少?"]),
        ("／detail＠other_bot high", None, ["high"]),
        ("/ｄｅｔａｉｌ", "detail", []),
        ("see ／detail", None, ["see", "/detail"]),
        ("／问题", None, ["/问题"]),
        ("／cats／ada", None, ["/cats/ada"]),
        ("/cats/ada", None, ["/cats/ada"]),
        ("1／2", None, ["1/2"]),
    ],
)
def test_commands_and_their_words(text: str, command: str | None, arguments: list[str]) -> None:
    """In plain letters, however wide they were written; in a text as in a caption."""
    for message in (said(text, entities=marked(text)), captioned(text, *marked(text))):
        assert command_of(message, BOT) == command
        assert arguments_of(message) == arguments


def test_what_a_wide_command_asks() -> None:
    """Without the command, and as it was written."""
    assert without_address(said("／ａｓｋ　总额是多少？"), "／ａｓｋ　总额是多少？", BOT) == "总额是多少？"


STRANGER = {"type": "user", "date": 1, "sender_user": BEN.to_dict()}
OWN = {"type": "user", "date": 1, "sender_user": ADA.to_dict()}
HIDING = {"type": "hidden_user", "date": 1, "sender_user_name": "Ada"}
POSTED = {"type": "channel", "date": 1, "chat": HIDDEN, "message_id": 1}


@pytest.mark.parametrize(("origin", "foreign"), [(OWN, False), (STRANGER, True), (HIDING, True), (POSTED, True)])
def test_a_strangers_command_is_none_of_the_person_who_forwards_it(origin: dict[str, Any], foreign: bool) -> None:
    """Their own, forwarded from another chat, is."""
    message = said("/forget", forward_origin=origin)
    assert is_foreign(message) is foreign
    assert command_of(message, BOT) == (None if foreign else "forget")
    assert is_addressed(message, BOT) is not foreign


def test_a_bot_without_a_name_takes_no_command_that_names_one() -> None:
    """Nor is anything taken out of what it is asked."""
    nameless = User(99, "Eyeglass", True)
    assert command_of(said("/detail@eyeglass_bot"), nameless) is None
    assert command_of(said("/detail"), nameless) == "detail"
    assert without_mention(" @eyeglass_bot what? ", nameless) == "@eyeglass_bot what?"
