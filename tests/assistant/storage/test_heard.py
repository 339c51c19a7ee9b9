"""What people said last: as it reads now, by person and place, for a day."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from assistant.storage import Database, Deletion, Heard, HeardMessage, Pictures, Subject, open_database
from tests.assistant.storage.test_tables import NEW

NOW = 1_000_000.0
SAID = HeardMessage(5, 10, 0, 42, NOW, "What?", None, Subject.MISSING, '["What?", null, null, null, ""]')


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A new one."""
    async with open_database(tmp_path) as opened:
        yield opened


async def test_a_message_is_as_it_was_heard_last(database: Database) -> None:
    """An edit takes the place of what it changes."""
    heard = Heard(database)
    await heard.note([SAID])
    edited = replace(SAID, words="Where?", file="a", subject=Subject.SENT, question=9, answer=11)
    await heard.note([edited])
    assert await heard.get(5, 10) == edited
    assert await heard.get(5, 11) is None
    assert await heard.get(6, 10) is None


async def test_the_last_of_a_person_at_a_place(database: Database) -> None:
    """Others, other topics and chats, later ones, and what has nothing to do with pictures, do not count."""
    heard = Heard(database)
    rows = [
        replace(SAID, message_id=8),
        SAID,
        replace(SAID, message_id=11, person=43),
        replace(SAID, message_id=12, topic=7),
        replace(SAID, message_id=13, subject=Subject.NONE),
        replace(SAID, message_id=14, chat=6),
        replace(SAID, message_id=20, person=None),
    ]
    await heard.note(rows)
    assert await heard.last(5, 0, 42, 20) == SAID
    assert await heard.last(5, 0, 42, 10) == rows[0]
    assert await heard.last(5, 0, 42, 8) is None
    assert await heard.last(5, 0, None, 21) == rows[-1]


async def test_what_was_asked_with_an_album(database: Database) -> None:
    """By the first of its messages that asked something."""
    heard = Heard(database)
    bare = replace(SAID, message_id=9, asked=None)
    await heard.note([bare, replace(SAID, message_id=12), SAID])
    assert await heard.asked(5, [9, 12, 10]) == SAID
    assert await heard.asked(5, [9]) is None
    assert await heard.asked(6, [10]) is None
    assert await heard.asked(5, []) is None


async def test_nothing_belongs_to_what_was_dropped(database: Database) -> None:
    """Of that person, at that place."""
    heard = Heard(database)
    other = replace(SAID, message_id=11, person=43)
    await heard.note([SAID, other])
    await heard.drop(5, 0, 42)
    assert await heard.last(5, 0, 42, 99) is None
    assert await heard.last(5, 0, 43, 99) == other


async def test_it_is_kept_for_a_day(database: Database) -> None:
    """In every chat; a newer message of any lets go of it, as does the deletion of what is too old, and /forget."""
    heard = Heard(database)
    await heard.note([SAID, replace(SAID, chat=6)])
    await heard.note([replace(SAID, message_id=11, said_at=NOW + 86_000)])
    assert await heard.get(6, 10) is not None
    await heard.note([replace(SAID, message_id=12, said_at=NOW + 86_401)])
    assert (await heard.get(5, 10), await heard.get(6, 10)) == (None, None)
    await Deletion(database).older_than(NOW + 86_100)
    assert (await heard.get(5, 11), (await heard.get(5, 12)) is not None) == (None, True)
    await Deletion(database).chat(5, 1)
    assert await heard.get(5, 12) is None


async def test_what_a_person_asked_about_pictures(database: Database) -> None:
    """The newest first, each once; neither what others asked, nor about others, nor what asked nothing."""
    heard, pictures = Heard(database), Pictures(database)
    one, two, other = [await pictures.add(replace(NEW, message_id=number)) for number in (1, 2, 3)]
    rows = [replace(SAID, message_id=number) for number in range(10, 16)]
    rows[1] = replace(rows[1], person=43)
    rows[2] = replace(rows[2], asked=None)
    await heard.note(rows)
    await pictures.about([one, two], [10, 11, 12, 14, 15])
    await pictures.about([other], [13])
    assert await heard.asked_about([one, two], 42, 15) == [rows[4], rows[0]]
    assert await heard.asked_about([other], 42, 99) == [rows[3]]
    assert await heard.asked_about([one], 43, 99) == [rows[1]]


async def test_whether_something_could_not_be_read(database: Database) -> None:
    """Since a moment, there; whoever sent it."""
    heard = Heard(database)
    await heard.note([replace(SAID, subject=Subject.UNREAD), replace(SAID, message_id=11, said_at=NOW + 9)])
    assert await heard.unread_since(5, 0, NOW)
    assert not await heard.unread_since(5, 0, NOW + 1)
    assert not await heard.unread_since(5, 7, NOW)
    assert not await heard.unread_since(6, 0, NOW)
