"""Tests of the inbox's rows, to the column, and of what it reads from them later."""

import time

import pytest

from assistant.storage import Database
from bot.updates.inbox import Inbox, Received, SetAside
from tests.bot.updates.test_inbox import died_of, payload, state

DAY = 86_400.0


@pytest.fixture
def inbox(database: Database) -> Inbox:
    """An empty inbox."""
    return Inbox(database)


async def finish(inbox: Inbox, number: int) -> None:
    """Receive an update, and finish it."""
    await inbox.receive(number, payload(5))
    assert await inbox.claim(number)
    await inbox.finish(number)


async def test_a_number_is_kept_for_two_days(inbox: Inbox, database: Database) -> None:
    """Telegram may repeat it until then; afterwards it goes, however many others are done or wait."""
    await inbox.receive(9, payload(5))
    for number in (1, 2):
        await finish(inbox, number)
    now = time.time()
    for number, age in ((1, 2 * DAY - 20), (2, 2 * DAY + 20)):
        await database.write("UPDATE inbox SET finished_at = ? WHERE update_id = ?", now - age, number)
    await database.write("UPDATE inbox SET finished_at = 0 WHERE update_id = 9")
    await finish(inbox, 3)
    assert [await state(database, number) for number in (1, 2, 3)] == [("done", 0), None, ("done", 0)]
    assert await state(database, 9) == ("waiting", 0)


async def test_of_what_is_done_nothing_but_the_number_and_the_time_is_kept(inbox: Inbox, database: Database) -> None:
    """Not even the chat."""
    before = time.time()
    await finish(inbox, 1)
    row = await database.row("SELECT payload, chat, deleted, finished_at FROM inbox")
    assert row is not None and tuple(row)[:3] == (b"", None, None)
    assert before <= row["finished_at"] <= time.time()


async def test_when_it_was_written_down_is_known(inbox: Inbox) -> None:
    """For received updates, and for those set aside at once."""
    before = time.time()
    await inbox.receive_all([Received(1, payload(5))])
    await inbox.set_aside(2, b"odd", "cannot be read")
    for number in (1, 2):
        assert before <= ((await inbox.moments(number)).received or 0.0) <= time.time()
    assert (await inbox.moments(3)).received is None


async def test_what_is_set_aside_says_why(inbox: Inbox, database: Database) -> None:
    """The latest reason, its bytes, its chat; what is done is not set aside any more."""
    await finish(inbox, 3)
    await inbox.receive(2, payload(6))
    await inbox.set_aside(2, payload(6), "odd")
    await inbox.set_aside(1, payload(5), "very odd")
    await inbox.set_aside(1, payload(5), "very odd indeed")
    await inbox.set_aside(3, payload(5), "too late")
    received = {number: (await inbox.moments(number)).received or 0.0 for number in (1, 2)}
    aside = [SetAside(1, "very odd indeed", received[1]), SetAside(2, "odd", received[2])]
    assert await inbox.aside() == aside
    rows = await database.rows("SELECT payload, chat FROM inbox WHERE state = 'set_aside' ORDER BY update_id")
    assert [tuple(row) for row in rows] == [(payload(5), 5), (payload(6), 6)]
    assert await state(database, 3) == ("done", 0)


async def test_what_went_wrong_is_kept_when_it_is_given_up(inbox: Inbox) -> None:
    """Its own error, or else that the process died of it."""
    for number in (1, 2, 3):
        await inbox.receive(number, payload(5))
    await died_of(inbox, 2)
    await inbox.fail(1, "it failed")
    for number in (1, 2):
        await inbox.give_up(number)
    assert [(one.update_id, one.error) for one in await inbox.aside()] == [
        (1, "it failed"),
        (2, "the process died 1 times of it"),
    ]
    assert [row.update_id for row in await inbox.waiting(9)] == [3]


async def test_who_reports_is_told_that_there_is_news(inbox: Inbox) -> None:
    """Set aside, given up, found at the start."""
    assert not inbox.news.is_set()
    await inbox.receive(1, payload(5))
    assert not inbox.news.is_set()
    for happens in (inbox.set_aside(1, b"", "odd"), inbox.give_up(1), inbox.recover()):
        inbox.news.clear()
        await happens
        assert inbox.news.is_set()


async def test_each_is_reported_once(inbox: Inbox, database: Database) -> None:
    """In the order in which they came; the time of the last report is known."""
    assert await inbox.last_report() == 0.0
    for number in (3, 2, 1):
        await inbox.set_aside(number, payload(5), "odd")
        await database.write("UPDATE inbox SET received_at = ? WHERE update_id = ?", -number, number)
    await inbox.receive(4, payload(5))
    assert await inbox.unreported() == [3, 2, 1]
    before = time.time()
    await inbox.note_report([3, 1])
    assert await inbox.unreported() == [2]
    assert before <= await inbox.last_report() <= time.time()
    await database.write("UPDATE inbox SET reported_at = 1 WHERE update_id = 3")
    assert await inbox.last_report() >= before


async def test_what_is_brought_back_forgets_what_was(inbox: Inbox, database: Database) -> None:
    """The ends of the span included; the time at which it was is kept."""
    for number in (1, 2, 3, 4):
        await inbox.set_aside(number, payload(number), "odd")
    before = time.time()
    back = await inbox.bring_back(2, 3)
    assert [(row.update_id, row.payload, row.chat, row.quick) for row in back] == [
        (number, payload(number), number, False) for number in (2, 3)
    ]
    assert [one.update_id for one in await inbox.aside()] == [1, 4]
    for number in (2, 3):
        assert before <= ((await inbox.moments(number)).retried or 0.0) <= time.time()
        assert await inbox.claim(number)
    assert (await inbox.moments(9)).retried is None
    await inbox.give_up(2)
    assert "died 0 times" in (await inbox.aside())[1].error


async def test_only_its_own_message_shows_an_answer(inbox: Inbox) -> None:
    """Not another update's."""
    for number in (1, 2):
        await inbox.receive(number, payload(5))
    await inbox.note_answer(1, 55)
    assert [await inbox.answer_of(number) for number in (1, 2, 3)] == [55, None, None]


async def test_what_was_said_to_commands_is_no_unfinished_answer(inbox: Inbox) -> None:
    """A /forget that takes away unfinished answers leaves it alone; it is known, also when the command is done."""
    for number, quick in ((1, False), (2, True), (3, True)):
        await inbox.receive(number, payload(5), quick=quick)
        await inbox.note_answer(number, 70 + number)
    assert await inbox.claim(2)
    await inbox.finish(2)
    assert await inbox.begun(5, 9) == [71]
    assert [await inbox.said_to_commands(5, after) for after in (70, 72, 73)] == [{72, 73}, {73}, set()]


async def test_what_is_postponed_is_that_alone(inbox: Inbox, database: Database) -> None:
    """Others that are done, set aside or in progress keep their state."""
    await finish(inbox, 1)
    await inbox.set_aside(2, payload(5), "odd")
    for number in (3, 4):
        await inbox.receive(number, payload(5))
        await inbox.claim(number)
    for number in (1, 2, 3):
        await inbox.postpone(number)
    states = [await state(database, number) for number in (1, 2, 3, 4)]
    assert [found and found[0] for found in states] == ["done", "set_aside", "waiting", "working"]
    await inbox.release()
    assert await state(database, 2) == ("set_aside", 0)


async def test_deaths_add_up_from_start_to_start(inbox: Inbox, database: Database) -> None:
    """Also those of an update that was not worked on this time; a mark that came twice counts once."""
    for number in (1, 2):
        await inbox.receive(number, payload(5))
    await inbox.recover([1, 1])
    await inbox.recover([2])
    assert [inbox.attempts(number) for number in (1, 2)] == [1, 1]
    again = Inbox(database)
    await again.recover()
    assert [again.attempts(number) for number in (1, 2, 3)] == [1, 1, 0]


async def test_of_what_waits_all_is_told(inbox: Inbox) -> None:
    """Bytes, chat, whether it is quick; what is worked on or set aside does not wait."""
    for number in (1, 2, 3):
        await inbox.receive(number, payload(7), quick=number == 2)
    await inbox.receive(4, payload(8))
    await inbox.claim(3)
    await inbox.set_aside(9, payload(7), "odd")
    waiting = [(row.update_id, row.payload, row.chat, row.quick) for row in await inbox.waiting(9)]
    assert waiting == [(1, payload(7), 7, False), (2, payload(7), 7, True), (4, payload(8), 8, False)]
    assert [row.update_id for row in await inbox.waiting_of(7, quick=False, most=9, known=[2])] == [1]
    assert await inbox.count_waiting() == {(7, False): 1, (7, True): 1, (8, False): 1}
