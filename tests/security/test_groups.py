"""Messages that only Telegram may send, and facts that groups may not learn."""

from typing import Any

from assistant.settings.chat_settings import ChatSettings, Footer, Setting
from bot.delivery.drafts import STOPPED
from model_service import STANDARD, Detail
from playground import Chat, Server
from playground.wire import JSON
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final
from tests.security.conftest import House, rows, said_by_bot

NAME = "@eyeglass_play_bot"
ANONYMOUS = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}


async def test_a_private_chat_is_moved_nowhere(house: House) -> None:
    """Only groups become supergroups; a message that says so of a person's chat moves nothing."""
    ada, ben = house.ada.private(), house.ben.private()
    await house.services.chats.choose(Setting.DETAIL, "max", ada.id)
    group: JSON = {"id": -100_777, "type": "supergroup", "title": "Eve's"}
    said: JSON = {"message_id": 900, "date": 4_000_000_000, "from": house.eve.user}
    house.server.put_update({"message": said | {"chat": group, "migrate_from_chat_id": ada.id}})
    house.server.put_update({"message": said | {"chat": ada.room.header, "migrate_to_chat_id": ben.id}})
    house.server.put_update({"message": said | {"chat": ada.room.header, "migrate_to_chat_id": group["id"]}})
    await house.server.acknowledged()
    await ben.answer(await ben.send("/help"))
    await house.calm()
    assert {row[0] for row in rows(house.stage.folder)["admissions"]} == {ada.id, ben.id}
    assert [row[0] for row in rows(house.stage.folder)["chats"]] == [ada.id]


async def test_a_stop_in_another_chat_stops_nothing(stage: Stage, server: Server, chat: Chat) -> None:
    """Telegram says in whose chat its Stop was pressed: the question's number alone does not do, nor does nonsense."""
    stage.engine.hold = 1
    running = await stage.start()
    asked = await chat.send_photo(picture(), "What is this?")
    await chat.answer(asked)
    (question,) = running.services.questions.of(chat.id, chat.id)
    eve = server.person("Eve").private()
    stops: list[Any] = [{"chat": eve.room.header, "draft_id": question.update_id}, {"chat": [], "draft_id": {}}, []]
    for told in stops:
        server.put_update({STOPPED: told})
    await eve.answer(await eve.send("/help"))
    await chat.answer(await chat.send("/queue"), lambda post: "What is this?" in post.text)
    stage.engine.go.set()
    await final(chat, asked)


async def test_who_writes_as_another_chat_is_no_admin(stage: Stage, server: Server) -> None:
    """An anonymous admin writes in the group's own name; a channel's name, or another group's, is not that."""
    running = await stage.start()
    group, other = server.group("Family", server.person("Ada")), server.group("Others", server.person("Eve"))
    channel = {"id": -100_500, "type": "channel", "title": "News"}
    strange: list[dict[str, Any]] = [{"from": ANONYMOUS, "sender_chat": chat} for chat in (channel, other.room.header)]
    for words in strange:
        await group.answer(await group.send("/detail max", **words))
    assert await running.services.chats.settings(group.id) == ChatSettings(detail=STANDARD, footer=Footer.EVERYTHING)
    own: dict[str, Any] = {"from": ANONYMOUS, "sender_chat": group.room.header}
    await group.answer(await group.send("/detail max", **own))
    assert (await running.services.chats.settings(group.id)).detail == Detail(1600)


async def test_while_telegram_does_not_say_who_is_an_admin_nobody_is(stage: Stage, server: Server) -> None:
    """The question fails, and with it the change."""
    await stage.start()
    group = server.group("Family", server.person("Ada"))
    server.fail_next("getChatMember", 400, "Bad Request: not enough rights")
    await group.send("/detail max")
    await server.acknowledged()
    await stage.stop()
    assert len(server.calls("getChatMember")) == 1
    assert rows(stage.folder)["chats"] == []


async def test_nothing_private_is_told_in_a_group(stage: Stage, server: Server) -> None:
    """Neither the asker's last picture, nor the talk about it, nor its place in /pictures or /queue."""
    await stage.start()
    ada = server.person("Ada")
    group = server.group("Family", ada)
    await final(ada.private(), await ada.private().send_photo(picture(), "Private question?"))
    for words in (f"{NAME} what did I ask?", "/ask And now?", "/pictures", "/queue", "/settings"):
        await group.answer(await group.send(words))
    assert len(stage.engine.requests) == 1
    assert [text for text in said_by_bot(group) if "Private" in text or "grey" in text] == []


async def test_a_groups_admin_is_not_the_bots(house: House) -> None:
    """The owner of a group decides about its settings, not about who may use the bot."""
    await house.services.admissions.let_in(house.eve.id, "Eve", by=house.ada.id)
    group = house.server.group("Eve's", house.eve)
    for words in ("/people", "/allow", "/remove", "/allow 12345"):
        await group.send(words)
    await house.calm()
    assert said_by_bot(group) == []
    assert len(rows(house.stage.folder)["admissions"]) == 3
