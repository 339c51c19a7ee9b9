"""Tests of deletion by age or by chat, to the row; `test_retention` shows that nothing of it is left on the disk."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from assistant.storage import FIRST_CHAT, Admissions, Database, Deletion, Heard, HeardMessage, Pictures, Standing, Turns
from assistant.storage.conversations import Conversations
from bot.updates.inbox import Inbox
from tests.assistant.storage.test_heard import SAID
from tests.assistant.storage.test_tables import NEW, TURN

MOMENT = 1_000_000.0
PAYLOAD = json.dumps({"message": {"message_id": 1, "chat": {"id": 5}}}).encode()


async def ages(database: Database, table: str, column: str, **by_id: float) -> None:
    """Say when rows were written, by the number after an underscore."""
    key = "update_id" if table == "inbox" else "id"
    for name, moment in by_id.items():
        sql = f"UPDATE {table} SET {column} = ? WHERE {key} = ?"  # noqa: S608
        assert await database.write(sql, moment, int(name[1:])) == 1


async def test_of_pictures_and_turns_only_older_ones_go(database: Database) -> None:
    """Rows from that very moment stay, and a picture about which somebody asked since."""
    pictures, turns = Pictures(database), Turns(database)
    added = [await pictures.add(replace(NEW, message_id=number, path=f"{number}.jpg")) for number in (1, 2, 3)]
    for number, picture in zip((11, 12), added, strict=False):
        await turns.add([(picture, replace(TURN, question_message=number))])
    await ages(database, "pictures", "created_at", _1=MOMENT - 1, _2=MOMENT - 1, _3=MOMENT)
    await ages(database, "turns", "created_at", _1=MOMENT - 1, _2=MOMENT - 1, _3=MOMENT - 1, _4=MOMENT)
    assert await Deletion(database).older_than(MOMENT) == 1
    assert await Deletion(database).files() == {"2.jpg", "3.jpg"}
    assert [message.text for message in await turns.history(added[1], None)] == ["A cat."]
    assert not await turns.answered(5, 11)


async def test_what_the_page_was_sent_is_needed_beside_its_pictures(database: Database) -> None:
    """Of a chat in Telegram the file lies with Telegram: its name there names no file here."""
    pictures = Pictures(database)
    for chat, page in ((5, "1.jpg"), (FIRST_CHAT, "2.jpg"), (FIRST_CHAT + 1, "3.jpg")):
        await pictures.add(replace(NEW, chat=chat, path=page, file_id=f"of {chat - FIRST_CHAT}"))
    assert await Deletion(database).files() == {"1.jpg", "2.jpg", "3.jpg", "of 0", "of 1"}


async def test_of_what_could_not_be_read_older_notes_go(database: Database) -> None:
    """And with a chat those of this chat alone."""
    pictures = Pictures(database)
    for chat, number in ((5, 1), (5, 2), (6, 3)):
        await pictures.note_unread(chat, [number])
    for number, moment in ((1, MOMENT - 1), (2, MOMENT), (3, MOMENT)):
        await database.write("UPDATE unread SET created_at = ? WHERE message_id = ?", moment, number)
    await Deletion(database).older_than(MOMENT)
    assert [await pictures.is_unread(5, number) for number in (1, 2)] == [False, True]
    await Deletion(database).chat(5, 9)
    assert not await pictures.is_unread(5, 2) and await pictures.is_unread(6, 3)


async def test_of_conversations_only_older_ones_go(database: Database) -> None:
    """What was said in them goes by its own age; one that is being deleted stays until that is done."""
    conversations = Conversations(database)
    made = [await conversations.begin(0) for _ in range(3)]
    for each in made:
        await conversations.send(each.id, "{}", "A title")
    await ages(database, "conversations", "changed_at", _1=MOMENT - 1, _2=MOMENT, _3=MOMENT - 1)
    await conversations.delete(made[2].id)
    older = await conversations.send(made[1].id, "{}")
    for number, moment in ((2, MOMENT), (older, MOMENT - 1)):
        await database.write("UPDATE entries SET created_at = ? WHERE number = ?", moment, number)
    await ages(database, "conversations", "changed_at", _2=MOMENT)
    await Deletion(database).older_than(MOMENT)
    assert [each.id for each in await conversations.of(0)] == [2]
    assert [entry.number for entry in await conversations.entries(2)] == [2]
    assert [each.id for each in await conversations.half_deleted()] == [3]


async def test_of_updates_only_those_set_aside_go(database: Database) -> None:
    """However long another one waits."""
    inbox = Inbox(database)
    for number in (1, 2):
        await inbox.set_aside(number, PAYLOAD, "odd")
    await inbox.receive(3, PAYLOAD)
    await ages(database, "inbox", "received_at", _1=MOMENT - 1, _2=MOMENT, _3=MOMENT - 1)
    await Deletion(database).older_than(MOMENT)
    assert [row.update_id for row in await inbox.aside()] == [2]
    assert [row.update_id for row in await inbox.waiting(9)] == [3]


async def test_of_people_only_those_go_who_still_ask(database: Database) -> None:
    """People who were let in, or turned away, keep their standing, however long ago they asked."""
    admissions = Admissions(database)
    for number, moment in ((1, MOMENT - 1), (2, MOMENT), (3, MOMENT - 1), (4, MOMENT - 1)):
        await admissions.ask(number, "Somebody", "en", moment, 3600)
    for number, standing in ((3, Standing.GUEST), (4, Standing.REFUSED)):
        asking = await admissions.get(number)
        assert asking is not None and await admissions.change(asking, standing, by=9)
    await Deletion(database).older_than(MOMENT)
    found = [await admissions.get(number) for number in (1, 2, 3, 4)]
    standings = [one and one.standing for one in found]
    assert standings == [None, Standing.ASKING, Standing.GUEST, Standing.REFUSED]


async def heard_of(database: Database, said: Sequence[HeardMessage]) -> list[HeardMessage]:
    """Return those of some messages that are kept."""
    heard = Heard(database)
    return [kept for one in said if (kept := await heard.get(one.chat, one.message_id)) is not None]


async def test_of_what_was_heard_only_older_goes(database: Database) -> None:
    """What was said at that very moment stays."""
    said = [replace(SAID, message_id=number, said_at=moment) for number, moment in ((1, MOMENT - 1), (2, MOMENT))]
    await Heard(database).note(said)
    await Deletion(database).older_than(MOMENT)
    assert await heard_of(database, said) == said[1:]


async def test_what_was_heard_in_a_chat_is_forgotten_with_it(database: Database) -> None:
    """Not what was heard in another one."""
    said = [replace(SAID, chat=chat) for chat in (5, 6)]
    await Heard(database).note(said)
    await Deletion(database).chat(5, 2)
    assert await heard_of(database, said) == said[1:]


async def test_a_chat_is_forgotten_and_no_other(database: Database) -> None:
    """Rows of the update that asks for it, or of later ones, stay, as does its own message."""
    pictures, turns, inbox = Pictures(database), Turns(database), Inbox(database)
    for chat in (5, 6):
        await turns.add([(await pictures.add(replace(NEW, chat=chat, path=f"{chat}.jpg")), TURN)])
    for number in (1, 2, 3):
        await inbox.receive(number, PAYLOAD)
        await inbox.note_answer(number, 70 + number)
    await inbox.receive(4, PAYLOAD.replace(b"5", b"6"))
    assert (await inbox.begun(5, 2), await inbox.begun(5, 4)) == ([71], [71, 72, 73])
    forgotten = await Deletion(database).chat(5, 2)
    assert (forgotten.pictures, forgotten.questions, forgotten.files) == (1, 1, ("5.jpg",))
    assert forgotten.erased
    assert (await inbox.begun(5, 2), await inbox.begun(5, 4)) == ([], [72, 73])
    assert [row.update_id for row in await inbox.waiting(9)] == [2, 3, 4]
    assert [await turns.answered(chat, 11) for chat in (5, 6)] == [False, True]
    assert await Deletion(database).copies(6) == ["6.jpg"]


async def test_what_is_deleted_is_what_was_counted(database: Database) -> None:
    """A question about two pictures is one answer; one without a message of its own counts; others' chats do not."""
    pictures, turns = Pictures(database), Turns(database)
    assert await Deletion(database).count(5) == (0, 0)
    added = [await pictures.add(replace(NEW, message_id=number, path=f"{number}.jpg")) for number in (1, 2, 3)]
    await turns.add([(picture, replace(TURN, question_message=11)) for picture in added[:2]])
    await turns.add([(added[2], replace(TURN, question_message=12))])
    await database.write("UPDATE turns SET message_id = NULL WHERE message_id = 12")
    await turns.add([(await pictures.add(replace(NEW, chat=6)), TURN)])
    assert await Deletion(database).count(5) == (3, 2)
    deleted = await Deletion(database).chat(5, 9)
    assert (deleted.pictures, deleted.questions) == (3, 2)
    assert await Deletion(database).count(5) == (0, 0)
    assert await Deletion(database).count(6) == (1, 1)


async def test_of_two_deletions_at_once_neither_ends_the_other(database: Database) -> None:
    """The first one waits for a reader of the database; killed now, the next run confirms both."""
    inbox = Inbox(database)
    for number in (1, 2, 3):
        await inbox.receive(number, PAYLOAD)
    for number in (2, 3):
        assert await inbox.claim(number)
        await Deletion(database).chat(5, number)
    await inbox.recover()
    assert [row.update_id for row in await inbox.waiting(9)] == [2, 3]


@pytest.mark.parametrize("newest", ["inbox", "pictures", "turns"])
async def test_the_newest_of_all_is_known(database: Database, newest: str) -> None:
    """An update, a picture or a turn, whichever came last; nothing where there is none."""
    assert await Deletion(database).newest() is None
    pictures, inbox = Pictures(database), Inbox(database)
    first, _ = [await pictures.add(replace(NEW, message_id=number)) for number in (1, 2)]
    await Turns(database).add([(first, TURN)])
    for number in (1, 2):
        await inbox.receive(number, PAYLOAD)
    for table, column in (("inbox", "received_at"), ("pictures", "created_at"), ("turns", "created_at")):
        await ages(database, table, column, _1=MOMENT - 2, _2=MOMENT + (table == newest))
    assert await Deletion(database).newest() == MOMENT + 1


async def test_what_is_deleted_in_parts_is_counted_as_a_whole(database: Database) -> None:
    """The same update deletes once more, as after the process was killed in between."""
    pictures, turns, inbox = Pictures(database), Turns(database), Inbox(database)
    await inbox.receive(9, PAYLOAD)
    for number in (1, 2, 3):
        picture = await pictures.add(replace(NEW, message_id=number))
        if number == 1:
            await turns.add([(picture, TURN)])
        if number > 1:
            forgotten = await Deletion(database).chat(5, 9)
    assert (forgotten.pictures, forgotten.questions) == (3, 1)


async def test_the_file_is_written_again_only_where_something_was_deleted(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or was before, by this run or by one that was killed, and not scrubbed since."""
    scrubbed, ends = list[bool](), iter([False, True, True])

    async def scrub() -> bool:
        scrubbed.append(next(ends))
        return scrubbed[-1]

    monkeypatch.setattr(database, "scrub", scrub)
    deletion = Deletion(database)
    await deletion.older_than(MOMENT)
    await deletion.older_than(MOMENT)
    await deletion.older_than(MOMENT)
    assert scrubbed == [False, True]
    await Inbox(database).set_aside(1, PAYLOAD, "odd")
    await ages(database, "inbox", "received_at", _1=MOMENT - 1)
    await deletion.older_than(MOMENT)
    assert scrubbed == [False, True, True]
    await deletion.older_than(MOMENT)
    assert scrubbed == [False, True, True]
