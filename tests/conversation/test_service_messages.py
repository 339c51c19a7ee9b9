"""Telegram's own messages are met with silence; so are kinds of updates that nobody knows yet."""

from typing import Any

import pytest

from playground import Chat, Server
from playground.contents import CONTACT, DICE, LOCATION, POLL
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final
from tests.security.conftest import said_by_bot

PAYMENT = {
    "currency": "XTR",
    "total_amount": 5,
    "invoice_payload": "a",
    "telegram_payment_charge_id": "b",
    "provider_payment_charge_id": "c",
}
GIVEAWAY = {"chats": [], "winners_selection_date": 1, "winner_count": 1}
NOTICES: dict[str, Any] = {
    "successful_payment": PAYMENT,
    "giveaway": GIVEAWAY,
    "giveaway_created": {},
    "community_chat_added": {"name": "Community"},
    "something_of_next_year": {"what": ["nobody", "knows"]},
    "new_chat_title": "Talk",
    "pinned_message": None,
}


def arrive(server: Server, chat: Chat, number: int, content: dict[str, Any]) -> None:
    """Have an update come with this content of a message."""
    header = {"message_id": 900 + number, "date": 4_000_000_000, "chat": chat.room.header, "from": chat.people[0].user}
    server.put_update({"message": header | {key: value for key, value in content.items() if value is not None}})


@pytest.mark.parametrize("where", ["private", "group"])
@pytest.mark.filterwarnings("error")
async def test_service_messages_want_no_answer(stage: Stage, server: Server, where: str) -> None:
    """In private, and in a group in reply to the bot's message, which would be for it."""
    await stage.start()
    ada = server.person("Ada")
    chat = ada.private() if where == "private" else server.group("Family", ada)
    said = await chat.answer(await chat.send("/help"))
    for number, (name, value) in enumerate(NOTICES.items()):
        arrive(server, chat, number, {name: value, "reply_to_message": said.content})
    await final(chat, await chat.send_photo(picture(), "/ask What is this?"))
    await stage.stop()
    assert len(said_by_bot(chat)) == 2


@pytest.mark.parametrize("content", [LOCATION, CONTACT, DICE, POLL], ids=["place", "contact", "dice", "poll"])
async def test_what_somebody_sent_to_be_seen_is_answered(stage: Stage, chat: Chat, content: dict[str, Any]) -> None:
    """In one sentence."""
    await stage.start()
    assert "I can only look at pictures" in (await chat.answer(await chat.send_content(content))).text


async def test_unknown_kinds_of_updates_are_harmless(stage: Stage, server: Server, chat: Chat) -> None:
    """Whatever they hold: they are done with, and the next question is answered."""
    await stage.start()
    for kind in ("something_of_next_year", "managed_bot", "purchased_paid_media", "chat_boost"):
        contents: list[Any] = [{}, {"chat": chat.room.header, "from": chat.people[0].user}, [], "words"]
        for content in contents:
            server.put_update({kind: content})
    server.put_update({})
    await final(chat, await chat.send_photo(picture(), "What is this?"))
    await server.acknowledged()
    await stage.stop()
    assert len(said_by_bot(chat)) == 1
