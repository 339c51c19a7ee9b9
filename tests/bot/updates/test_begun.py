"""What the inbox knows of answers that a former run began."""

import json

import pytest

from assistant.storage import Database
from bot.updates.inbox import Inbox


def payload(chat: int, message: int) -> bytes:
    """A message of a chat, as it is kept."""
    return json.dumps({"message": {"message_id": message, "chat": {"id": chat}}}).encode()


@pytest.fixture
async def inbox(database: Database) -> Inbox:
    """Four updates of chat 5 and one of chat 6, each message numbered as a hundred more than its update."""
    inbox = Inbox(database)
    for number, chat in ((1, 5), (2, 5), (3, 5), (4, 6), (9, 5)):
        await inbox.receive(number, payload(chat, 100 + number))
    return inbox


async def test_growing_answers_are_those_of_what_is_not_done(inbox: Inbox) -> None:
    """In that chat, to updates before that one."""
    for number in (1, 2, 4, 9):
        await inbox.claim(number)
        await inbox.note_answer(number, 70 + number)
    assert await inbox.begun(5, 9) == [71, 72]
    assert await inbox.begun(5, 10) == [71, 72, 79]
    await inbox.finish(1)
    assert await inbox.begun(5, 9) == [72]
    assert await inbox.begun(6, 9) == [74]


async def test_of_what_was_at_work_an_answer_may_be_there(inbox: Inbox, database: Database) -> None:
    """Where its number was not noted; not of what waited, nor of what went on since and was dealt with."""
    assert await inbox.unrecorded() == []
    for number in (1, 2, 4, 9):
        await inbox.claim(number)
    await inbox.note_answer(2, 72)
    await inbox.recover()
    numbers = (1, 2, 3, 4, 9)
    assert await inbox.unrecorded() == [(1, 5, 101), (4, 6, 104), (9, 5, 109)]
    assert [inbox.attempts(number) for number in numbers] == [0] * 5
    assert (await inbox.maybe_begun(5, 9), await inbox.maybe_begun(5, 10)) == ([101], [101, 109])
    assert await inbox.maybe_begun(6, 9) == [104]
    again = Inbox(database)
    await again.recover()
    assert await again.unrecorded() == [(1, 5, 101), (4, 6, 104), (9, 5, 109)]
    await again.note_answer(4, 74)
    await again.claim(1)
    await again.finish(1)
    assert await again.unrecorded() == [(9, 5, 109)]
    assert await again.maybe_begun(5, 9) == []


async def test_a_press_that_asks_again_is_answered_under_its_message(inbox: Inbox) -> None:
    """There a message may have been left."""
    press = {"callback_query": {"message": {"message_id": 70, "chat": {"id": 5}}}}
    await inbox.receive(5, json.dumps(press).encode())
    await inbox.claim(5)
    await inbox.recover()
    assert await inbox.unrecorded() == [(5, 5, 70)]
    assert await inbox.maybe_begun(5, 9) == [70]


async def test_what_begins_once_more_is_known(inbox: Inbox) -> None:
    """That alone."""
    assert not inbox.is_repeated(1)
    inbox.repeat(1)
    assert inbox.is_repeated(1) and not inbox.is_repeated(2)
    await inbox.finish(1)
    assert not inbox.is_repeated(1)
