"""A group that became a supergroup: its rows under the new id."""

import json
from dataclasses import replace

from assistant.settings.chat_settings import Setting
from assistant.storage import Admissions, Chats, Database, Deletion, Pictures, Standing, Turns
from assistant.storage.heard import Heard
from bot.updates.group_migration import GroupMigration
from bot.updates.inbox import Inbox
from model_service import Detail
from tests.assistant.storage.test_heard import SAID
from tests.assistant.storage.test_tables import NEW, TURN

BEFORE, AFTER, OTHER, ADA = 5, -1001, -7, 42


async def test_everything_moves_once(database: Database) -> None:
    """Again, as the second chat's notice has it, changes nothing; nor does a notice that was renumbered itself."""
    admissions, pictures, turns = Admissions(database), Pictures(database), Turns(database)
    picture = await pictures.add(NEW)
    await turns.add([(picture, TURN)])
    await pictures.look_at([picture], BEFORE)
    await admissions.let_in(BEFORE, "Family", by=ADA)
    for before in (BEFORE, BEFORE, AFTER):
        await GroupMigration(database).group(before, AFTER)
    assert [(one.id, one.standing) for one in await admissions.all()] == [(AFTER, Standing.GUEST)]
    assert [each.id for each in (await pictures.current(AFTER)).pictures] == [picture.id]
    assert (await pictures.current(BEFORE)).pictures == []
    assert [len(await turns.history(picture, ADA)), await turns.answered(AFTER, -11)] == [2, True]
    assert (await Deletion(database).chat(AFTER, 0)).questions == 1


async def test_a_number_of_the_former_chat_names_no_message_of_the_new_one(database: Database) -> None:
    """A picture and a question that are numbered as former ones were are new."""
    pictures, turns = Pictures(database), Turns(database)
    former = await pictures.add(NEW)
    await turns.add([(former, TURN)])
    await GroupMigration(database).group(BEFORE, AFTER)
    assert not await turns.answered(AFTER, 11)
    assert [await pictures.of_message(AFTER, number) for number in (10, 11, 12)] == [[]] * 3
    assert await pictures.of_message(AFTER, -10) == [await pictures.get(former.id)]


async def rows_of(database: Database, chat: int) -> dict[str, list[tuple[object, ...]]]:
    """Return everything of a chat, table by table."""
    tables = {"admissions": "id", "chats": "id"} | dict.fromkeys(
        ("pictures", "looked_at", "turns", "message_pictures", "unread"), "chat"
    )
    return {
        table: [tuple(row) for row in await database.rows(f"SELECT * FROM {table} WHERE {column} = ?", chat)]  # noqa: S608
        for table, column in tables.items()
    }


async def furnish(database: Database, chat: int) -> None:
    """Insert a row of a chat into every table."""
    picture = await Pictures(database).add(replace(NEW, chat=chat))
    await Turns(database).add([(picture, TURN)])
    await Pictures(database).look_at([picture], chat)
    await Pictures(database).note_unread(chat, [13], "A")
    await Admissions(database).let_in(chat, "Family", by=ADA)
    await Chats(database).choose(Setting.DETAIL, "384", chat)


async def test_everything_of_the_group_moves_and_nothing_of_others(database: Database) -> None:
    """Rows that the new chat has already, such as a new admission, are replaced."""
    for chat in (BEFORE, OTHER):
        await furnish(database, chat)
    await Admissions(database).ask(AFTER, "Stranger", "en", 0.0, 3600)
    await Chats(database).choose(Setting.DETAIL, "100", AFTER)
    former, other = await rows_of(database, BEFORE), await rows_of(database, OTHER)
    await GroupMigration(database).group(BEFORE, AFTER)
    assert await rows_of(database, OTHER) == other
    assert [table for table, rows in (await rows_of(database, BEFORE)).items() if rows] == []
    moved = await rows_of(database, AFTER)
    assert {table: len(rows) for table, rows in moved.items()} == {table: len(rows) for table, rows in former.items()}
    assert all(former.values())
    assert (await Chats(database).settings(AFTER)).detail == Detail(384)
    assert await Admissions(database).inside(AFTER)


async def test_what_was_heard_in_the_group_is_let_go(database: Database) -> None:
    """Its numbers name nothing any more; what others said stays."""
    heard, said = Heard(database), replace(SAID, chat=BEFORE)
    await heard.note([said, replace(SAID, chat=OTHER)])
    await GroupMigration(database).group(BEFORE, AFTER)
    found = [await heard.get(chat, said.message_id) for chat in (BEFORE, AFTER, OTHER)]
    assert found == [None, None, replace(SAID, chat=OTHER)]


async def test_what_waits_is_answered_in_the_new_chat(database: Database) -> None:
    """Begun or not. Other chats' updates, finished ones, and what cannot be read stay as they are."""
    inbox = Inbox(database)
    message = {"message_id": 7, "chat": {"id": BEFORE}, "reply_to_message": {"message_id": 6, "chat": {"id": BEFORE}}}
    other = {"message": {"message_id": 7, "chat": {"id": 9}}}
    for number, payload in ((1, {"message": message}), (2, other), *((n, {"message": message}) for n in (3, 5))):
        await inbox.receive(number, json.dumps(payload).encode())
    await inbox.note_answer(1, 8)
    await inbox.claim(3)
    await inbox.finish(3)
    await inbox.claim(5)
    await inbox.set_aside(4, b"{", "unreadable")
    await GroupMigration(database).group(BEFORE, AFTER)
    await inbox.recover()
    moved, kept, begun = [json.loads(row.payload) for row in await inbox.waiting(9)]
    assert begun == moved
    assert (moved["message"]["message_id"], moved["message"]["chat"]["id"]) == (-7, AFTER)
    earlier = moved["message"]["reply_to_message"]
    assert (earlier["message_id"], earlier["chat"]["id"]) == (-6, AFTER)
    assert (kept, await inbox.answer_of(1)) == (other, None)


async def test_a_press_moves_too(database: Database) -> None:
    """It was made under a message of the former chat, which no message of the new one may be taken for."""
    inbox = Inbox(database)
    press = {"id": "7", "data": "forget:delete", "message": {"message_id": 7, "chat": {"id": BEFORE}, "date": 0}}
    await inbox.receive(1, json.dumps({"callback_query": press}).encode(), quick=True)
    await GroupMigration(database).group(BEFORE, AFTER)
    ((moved, chat),) = [(json.loads(row.payload)["callback_query"], row.chat) for row in await inbox.waiting(9)]
    assert (moved["message"]["message_id"], moved["message"]["chat"]["id"], chat) == (-7, AFTER, AFTER)
    assert (moved["id"], moved["data"]) == ("7", "forget:delete")
