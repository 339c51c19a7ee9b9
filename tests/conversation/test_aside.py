"""Updates set aside can be retried, with one press, by the owner and admins."""

import pytest

from assistant.storage import Standing, open_database
from bot.updates.inbox import MOST_ATTEMPTS
from playground import Chat, Post, Server
from playground.people import Person
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final


@pytest.fixture
def owner(server: Server) -> Person:
    """Zoe, who owns the bot."""
    return server.person("Zoe")


@pytest.fixture
def zoe(owner: Person) -> Chat:
    """Her private chat."""
    return owner.private()


@pytest.fixture
async def deadly(stage: Stage, chat: Chat, zoe: Chat) -> Post:
    """Ada's question of long ago, of which the process died too often; the bot is not started yet."""
    stage.engine.hold = 0
    running = await stage.start()
    await running.services.admissions.pair(zoe.id, "Zoe", "en")
    question = await chat.send_photo(picture(), "What is this?")
    await chat.answer(question, lambda post: "Looking" in post.text)
    await stage.stop()
    async with open_database(stage.folder) as database:
        await database.write(
            "UPDATE inbox SET state = 'working', attempts = ?, payload = "
            "CAST(json_set(CAST(payload AS TEXT), '$.message.date', 1000000000) AS BLOB) WHERE state <> 'done'",
            MOST_ATTEMPTS,
        )
    stage.engine.hold = None
    return question


async def test_it_is_said_and_one_press_has_it_answered(
    stage: Stage, server: Server, chat: Chat, owner: Person, deadly: Post
) -> None:
    """In the message that was begun, whatever its age; a second press says that it is settled."""
    await stage.start()
    said = await chat.answer(deadly, lambda post: "put it aside" in post.text)
    assert f"{MOST_ATTEMPTS} times" in said.text and "try it again" in said.text
    zoe = owner.private()
    report = await zoe.wait_for(lambda post: "could not handle" in post.text)
    press = await zoe.press("Try it again", report)
    assert "again now" in await press.answered()
    assert (await final(chat, deadly)).id == said.id
    assert "Nothing is put aside" in (await zoe.answer(await zoe.send("/aside"))).text
    _press(server, owner, report)
    await server.wait_until(lambda: any("settled" in str(call) for call in server.calls("answerCallbackQuery")))


def _press(server: Server, person: Person, report: Post) -> None:
    """Press the button under the report, whether or not it is still there."""
    calls = [call for call in server.calls("sendMessage") if "could not handle" in str(call.get("text"))]
    data = calls[0]["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    query = {"id": "9", "from": person.user, "chat_instance": "1", "data": data, "message": report.content}
    server.put_update({"callback_query": query})


async def test_a_guest_and_a_stranger_press_in_vain(
    stage: Stage, server: Server, chat: Chat, owner: Person, deadly: Post
) -> None:
    """Only who owns or runs the bot now; the list is for them alone, and in private."""
    running = await stage.start()
    report = await owner.private().wait_for(lambda post: "could not handle" in post.text)
    _press(server, server.person("Eve"), report)
    assert "Only the owner" in (await chat.answer(await chat.send("/aside"))).text
    assert len(await running.services.inbox.aside()) == 1
    group = server.group("Family", owner)
    assert "private" in (await group.answer(await group.send("/aside", by=owner))).text


async def test_an_admin_has_it_tried_again(stage: Stage, server: Server, chat: Chat, zoe: Chat, deadly: Post) -> None:
    """By /aside, which names each case; one that fails again is set aside again."""
    running = await stage.start()
    await chat.answer(deadly, lambda post: "put it aside" in post.text)
    admissions, ben = running.services.admissions, server.person("Ben").private()
    await admissions.let_in(ben.id, "Ben", zoe.id)
    guest = await admissions.get(ben.id)
    assert guest is not None and await admissions.change(guest, Standing.ADMIN, zoe.id)
    server.put_update({"message": {"message_id": "odd", "chat": 5}})
    await server.acknowledged()
    listed = await ben.answer(await ben.send("/aside"))
    assert len(listed.buttons) == 3
    await ben.press("Try all of them again", listed)
    await final(chat, deadly)
    await server.wait_until(lambda: "I try 2 messages again" in listed.text)
    assert len(await running.services.inbox.aside()) == 1
