"""A stranger gets one sentence, and nothing of the bot's time, memory or disk."""

import sqlite3
from typing import Any

import pytest

from bot.updates.utterances import Window
from playground import Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final
from tests.security.conftest import House, rows, said_by_bot, settled

NAME = "@eyeglass_play_bot"


async def test_a_stranger_costs_one_row_and_one_sentence(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """For any message no file is fetched, no model asked, nothing typed; of their updates only the numbers stay."""
    monkeypatch.setattr("bot.updates.lanes.WINDOW", Window(quiet=0.0))
    eve = house.eve.private()
    for word in ("Hello?", "/start", "/help", "/detail max", "/people", "/forget", f"/allow {eve.id}", "/status"):
        await eve.send(word)
    await eve.send_album([picture()] * 4, "What are these?")
    await eve.send_document(picture(), "a.png", caption="And this?")
    await settled(house.stage)
    await house.calm()
    assert len(said_by_bot(eve)) == 1
    assert house.stage.engine.requests == []
    assert {call.method for call in house.server.requests}.isdisjoint({"getFile", "download", "sendChatAction"})
    kept = rows(house.stage.folder)
    assert [row[0] for row in kept["admissions"] if row[0] == eve.id] == [eve.id]
    assert [row[0] for row in kept["chats"]] == [eve.id]
    assert kept["pictures"] == kept["turns"] == kept["topics"] == []
    assert {row[1] for row in kept["inbox"]} == {b""}


async def test_a_stranger_who_cannot_be_answered_does_not_slip_in(house: House) -> None:
    """They may block the bot while it answers: a gate that fails is shut."""
    eve = house.eve.private()
    house.server.fail_next("sendMessage", 403, "Forbidden: bot was blocked by the user", chat=eve.id)
    await eve.send_photo(picture(), "What is this?")
    await house.calm()
    assert house.server.calls("getFile") == []
    assert house.stage.engine.requests == []


async def test_while_the_database_fails_nobody_gets_in(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Admissions cannot be read, so nobody is in."""

    async def broken(*ids: int) -> bool:
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(house.services.admissions, "inside", broken)
    await house.eve.private().send_photo(picture(), "What is this?")
    await house.calm()
    assert house.server.calls("getFile") == []


async def test_strangers_in_groups_are_met_with_silence(house: House) -> None:
    """In a group that was not let in only the guest is answered, not the others there, and not anonymous admins."""
    group = house.server.group("Others", house.eve, house.ben)
    anonymous = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
    hidden: dict[str, Any] = {"from": anonymous, "sender_chat": group.room.header}
    await group.send_photo(picture(), f"{NAME} what is this?")
    await group.send("/ask What is this?", **hidden)
    await group.send("/allow")
    await final(group, await group.send_photo(picture(), f"{NAME} what is this?", by=house.ben))
    await house.calm()
    assert len(said_by_bot(group)) == 1
    assert len(house.stage.engine.requests) == 1


async def test_bots_are_never_answered(stage: Stage, server: Server) -> None:
    """Even if everybody may speak: two bots would talk without end. Nor if one writes in the name of a chat."""
    await stage.start()
    ada = server.person("Ada")
    group = server.group("Family", ada)
    robot = {"id": 42, "is_bot": True, "first_name": "Robot", "username": "robot_bot"}
    channel = {"id": -100_500, "type": "channel", "title": "News"}
    answer = await final(group, await group.send_photo(picture(), f"{NAME} what is this?"))
    authors: list[dict[str, Any]] = [{"from": robot}, {"from": robot, "sender_chat": channel}]
    for author in authors:
        await group.send(f"{NAME} And you?", reply_to=answer, **author)
        await group.send("/help", **author)
        await group.send_photo(picture(), f"{NAME} what is this?", **author)
    await server.acknowledged()
    await stage.stop()
    assert len(said_by_bot(group)) == 1


async def test_what_a_person_sends_by_way_of_an_inline_bot_is_his_own(stage: Stage, server: Server) -> None:
    """The person wrote it, and is judged as always."""
    await stage.start()
    ada = server.person("Ada")
    robot = {"id": 42, "is_bot": True, "first_name": "Robot", "username": "robot_bot"}
    await final(ada.private(), await ada.private().send_photo(picture(), "What is this?", via_bot=robot))


async def test_only_new_messages_count(stage: Stage, server: Server) -> None:
    """Channels and business chats are passed over, though nobody asked Telegram for them; edits that change nothing."""
    await stage.start()
    ada = server.person("Ada").private()
    await final(ada, asked := await ada.send_photo(picture(), "What is this?"))
    server.put_update({"edited_message": asked.content | {"edit_date": 1, "message_id": asked.id}})
    for kind in ("channel_post", "edited_channel_post", "business_message"):
        server.put_update({kind: asked.content | {"edit_date": 1, "message_id": asked.id}})
        server.put_update({kind: asked.content | {"message_id": asked.id + 50, "text": "/help"}})
    await server.acknowledged()
    await stage.stop()
    assert len(said_by_bot(ada)) == 1
