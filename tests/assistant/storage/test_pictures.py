"""The tables of pictures: which are found where, and in which order."""

import time
from dataclasses import replace
from inspect import Parameter, signature
from typing import Any

import pytest

from assistant.storage import Database, Deletion, Picture, Pictures
from tests.assistant.storage.test_tables import NEW


@pytest.fixture
def pictures(database: Database) -> Pictures:
    """No pictures yet."""
    return Pictures(database)


def numbers(found: list[Picture]) -> list[int]:
    """Return the messages that show them."""
    return [picture.message_id for picture in found]


def test_a_picture_is_no_page_unless_it_says_so() -> None:
    """Nor has it a digest; nothing was found out about it."""
    assert (NEW.page, NEW.pages, NEW.digest) == (0, 0, None)
    assert (NEW.print_height, NEW.characters, NEW.stroke, NEW.turns, NEW.flaws) == (None, 0, None, 0, "")


async def test_when_it_was_remembered_is_kept(pictures: Pictures, database: Database) -> None:
    """In seconds since 1970."""
    before = time.time()
    await pictures.add(NEW)
    row = await database.row("SELECT created_at FROM pictures")
    assert row is not None and before <= row["created_at"] <= time.time()


async def test_a_copy_that_is_written_again_is_known_by_its_digest(pictures: Pictures) -> None:
    """Only that picture's digest changes; a new file of the same message has its own."""
    first, second = [await pictures.add(replace(NEW, message_id=number, digest="d")) for number in (1, 2)]
    await pictures.note_copy(first.id, "e")
    assert await pictures.get(first.id) == replace(first, digest="e")
    assert await pictures.get(second.id) == second
    other: dict[str, Any] = {
        "file_id": "G",
        "path": "b.jpg",
        "digest": "f",
        "print_height": 9.5,
        "characters": 40,
        "flaws": "cut",
    }
    again = await pictures.add(replace(NEW, message_id=1, **other))
    assert again == replace(first, **other)
    assert await pictures.get(99) is None


async def test_a_turned_picture_is_known_as_it_stands_now(pictures: Pictures) -> None:
    """Only that one; the same file sent again stands as its new copy does."""
    first, second = [await pictures.add(replace(NEW, message_id=number, digest="d")) for number in (1, 2)]
    turned = replace(first, path="c.jpg", digest="e", turns=3, stroke=2.5, width=first.height, height=first.width)
    await pictures.note_turn(turned)
    assert await pictures.get(first.id) == turned
    assert await pictures.get(second.id) == second
    again = await pictures.add(replace(NEW, message_id=1, digest="f", turns=1))
    assert again == replace(first, digest="f", turns=1)


async def test_where_nothing_was_looked_at_nobody_looked(pictures: Pictures) -> None:
    """Nor was it ever."""
    current = await pictures.current(5)
    assert (current.pictures, current.person, current.looked_on) == ([], None, 0.0)


async def test_who_looked_and_when_is_known(pictures: Pictures) -> None:
    """The pictures come in the order of their messages and pages, whichever was taken in first."""
    added = [
        await pictures.add(replace(NEW, message_id=number, page=page)) for number, page in ((9, 0), (8, 2), (8, 1))
    ]
    before = time.time()
    await pictures.look_at(added, 5, person=42)
    current = await pictures.current(5)
    assert current.pictures == added[::-1]
    assert current.person == 42
    assert before <= current.looked_on <= time.time()


async def test_pictures_become_an_album(pictures: Pictures) -> None:
    """Those alone that belong together."""
    added = [await pictures.add(replace(NEW, message_id=number)) for number in (1, 2, 3)]
    await pictures.join(added[:2], "B")
    assert numbers(await pictures.of_album(5, "B")) == [1, 2]
    assert await pictures.get(added[2].id) == added[2]


async def test_what_a_message_showed_is_removed(pictures: Pictures) -> None:
    """Not what another one shows, nor one of another chat."""
    shown = [
        await pictures.add(replace(NEW, chat=chat, message_id=number)) for chat, number in ((5, 1), (5, 2), (6, 1))
    ]
    await pictures.remove(5, 1)
    assert [await pictures.get(picture.id) for picture in shown] == [None, *shown[1:]]


async def test_each_chat_has_its_own(pictures: Pictures) -> None:
    """Nothing is found of another chat, nor of another message or album."""
    for chat in (5, 6):
        for number, album in ((1, "A"), (2, "B"), (3, "A")):
            await pictures.add(replace(NEW, chat=chat, message_id=number, album=album))
    here = await pictures.recent(5, 9)
    assert {picture.chat for picture in here} == {5}
    assert numbers(here) == [1, 2, 3]
    assert numbers(await pictures.recent(5, 2)) == [2, 3]
    assert await pictures.of_album(5, "A") == [here[0], here[2]]
    assert await pictures.of_message(5, 2) == await pictures.shown_by(5, 2) == [here[1]]
    assert await pictures.shown_by(5, 4) == await pictures.shown_by(7, 2) == []
    assert await pictures.of_album(5, "C") == await pictures.of_message(5, 4) == await pictures.recent(7, 9) == []


async def test_an_album_is_what_was_sent(pictures: Pictures, database: Database) -> None:
    """With a place for each file that could not be read, until another one takes that place; /forget leaves nothing."""
    first = await pictures.add(replace(NEW, message_id=1, album="A"))
    third = await pictures.add(replace(NEW, message_id=3, album="A"))
    await pictures.note_unread(5, [2, 4], "A")
    await pictures.note_unread(5, [6])
    await pictures.note_unread(6, [5], "A")
    await pictures.note_unread(5, [7], "B")
    assert await pictures.sent(5, "A") == [first, None, third, None]
    fourth = await pictures.add(replace(NEW, message_id=4, album="A"))
    assert await pictures.sent(5, "A") == [first, None, third, fourth]
    assert [await pictures.is_unread(5, number) for number in (1, 2, 5, 6)] == [False, True, False, True]
    await Deletion(database).chat(5, 1)
    assert await pictures.sent(5, "A") == await pictures.sent(5, "B") == []
    assert not await pictures.is_unread(5, 6)
    assert await pictures.sent(6, "A") == [None]
    await Deletion(database).older_than(time.time() + 1)
    assert await pictures.sent(6, "A") == []


async def test_what_could_not_be_read_keeps_its_place_beside_other_albums(pictures: Pictures) -> None:
    """Of the same message's number in another album, or in another chat, nothing counts."""
    first = await pictures.add(replace(NEW, message_id=1, album="A"))
    await pictures.add(replace(NEW, message_id=2, album="B"))
    await pictures.add(replace(NEW, chat=6, message_id=2, album="A"))
    await pictures.note_unread(5, [2], "A")
    assert await pictures.sent(5, "A") == [first, None]


async def test_messages_from_before_a_move_come_first(pictures: Pictures) -> None:
    """They have negative numbers, the oldest the least below 0."""
    made = {number: await pictures.add(replace(NEW, message_id=number, album="A")) for number in (1, -2, -1)}
    assert await pictures.sent(5, "A") == [made[-1], made[-2], made[1]]


def test_when_a_picture_came_has_to_be_said() -> None:
    """There is no moment that would do for all."""
    assert signature(Picture).parameters["created_at"].default is Parameter.empty


async def test_pages_are_those_of_one_document(pictures: Pictures) -> None:
    """In order, and not the picture that another message shows."""
    for chat, message, page in ((5, 1, 2), (5, 1, 1), (5, 2, 1), (6, 1, 1), (5, 3, 0)):
        await pictures.add(replace(NEW, chat=chat, message_id=message, page=page, path=f"{chat}{message}{page}"))
    assert [picture.path for picture in await pictures.pages(5, 1)] == ["511", "512"]
    assert await pictures.pages(5, 3) == []


async def test_they_are_in_the_order_in_which_they_were_sent(pictures: Pictures) -> None:
    """The order is by the number of the message, which is negative for a former chat, and by page."""
    for number, page in ((3, 0), (-1, 2), (-1, 1), (-2, 0)):
        await pictures.add(replace(NEW, message_id=number, page=page, album="A"))
    found = await pictures.of_album(5, "A")
    assert [(picture.message_id, picture.page) for picture in found] == [(-1, 1), (-1, 2), (-2, 0), (3, 0)]


async def test_what_is_looked_at_elsewhere_stays(pictures: Pictures) -> None:
    """In another chat, in another topic; without a topic it is the chat itself."""
    first, second = [await pictures.add(replace(NEW, message_id=number)) for number in (1, 2)]
    for chat, topic in ((5, None), (5, 7), (6, None), (6, 7)):
        await pictures.look_at([first], chat, topic)
    await pictures.look_at([second], 5)
    await pictures.look_at([], 6, 7)
    assert [numbers((await pictures.current(*place)).pictures) for place in ((5,), (5, 0), (5, 7), (6,), (6, 7))] == [
        [2],
        [2],
        [1],
        [1],
        [],
    ]


async def test_what_other_messages_are_about_stays(pictures: Pictures) -> None:
    """A message is about what was said last, in its own chat."""
    first, second = [await pictures.add(replace(NEW, message_id=number)) for number in (1, 2)]
    other = await pictures.add(replace(NEW, chat=6))
    await pictures.about([first], [20, 21])
    await pictures.about([other], [20])
    await pictures.about([second], [20])
    await pictures.about([second], [20])
    assert [await pictures.of_message(*place) for place in ((5, 20), (5, 21), (6, 20))] == [[second], [first], [other]]


async def test_only_messages_between_two_others_of_the_same_chat_are_named(pictures: Pictures) -> None:
    """Each once, whatever the number of its pictures; neither of the two."""
    first, second = [await pictures.add(replace(NEW, message_id=number)) for number in (1, 2)]
    other = await pictures.add(replace(NEW, chat=6))
    await pictures.about([first, second], [20, 21, 22, 23])
    await pictures.about([other], [21, 24])
    assert await pictures.messages_about(5, 20, 23) == {21, 22}
    assert await pictures.messages_about(6, 20, 25) == {21, 24}
