"""The inbox: what becomes of an update, who is blamed when the process dies, what is set aside and brought back."""

import json

import pytest

from assistant.storage import Database
from bot.updates.inbox import MOST_ATTEMPTS, Inbox, Received


def payload(chat: int, kind: str = "message") -> bytes:
    """Return an update of a chat, as it is kept."""
    told = {"chat": {"id": chat}}
    return json.dumps({kind: {"message": told} if kind == "callback_query" else told}).encode()


@pytest.fixture
def inbox(database: Database) -> Inbox:
    """An empty inbox."""
    return Inbox(database)


async def state(database: Database, number: int) -> tuple[str, int] | None:
    """Return a row's state and attempts."""
    row = await database.row("SELECT state, attempts FROM inbox WHERE update_id = ?", number)
    return (row["state"], row["attempts"]) if row else None


async def test_a_finished_update_leaves_no_text_behind(inbox: Inbox, database: Database) -> None:
    """Only its number is kept, and that for two days."""
    await inbox.receive(1, b"secret words")
    await inbox.claim(1)
    await inbox.finish(1)
    row = await database.row("SELECT payload FROM inbox WHERE update_id = 1")
    assert row is not None and row["payload"] == b""
    await database.write("UPDATE inbox SET finished_at = 0")
    await inbox.receive(2, b"{}")
    await inbox.claim(2)
    await inbox.finish(2)
    assert await state(database, 1) is None


async def test_the_answers_message_is_remembered(inbox: Inbox) -> None:
    """The next run goes on in it."""
    await inbox.receive(1, b"{}")
    assert await inbox.answer_of(1) is None
    await inbox.note_answer(1, 55)
    assert await inbox.answer_of(1) == 55
    assert await inbox.answer_of(2) is None


async def died_of(inbox: Inbox, number: int) -> None:
    """End the process in the middle of the work on an update, and start it again."""
    assert await inbox.claim(number)
    await inbox.recover([number])


async def test_only_what_the_process_died_of_is_blamed(inbox: Inbox, database: Database) -> None:
    """Not what was worked on at the same time, nor what waited, nor what was done."""
    for number in (1, 2, 3, 4):
        await inbox.receive(number, b"{}")
    for number in (1, 2, 4):
        await inbox.claim(number)
    await inbox.finish(4)
    await inbox.recover([1, 4, 99])
    assert [inbox.attempts(number) for number in (1, 2, 3, 4, 99)] == [1, 0, 0, 0, 0]
    assert await state(database, 1) == ("waiting", 1)
    assert await state(database, 2) == ("waiting", 0)
    assert await state(database, 4) == ("done", 0)


async def test_a_model_that_does_not_load_blames_nobody(inbox: Inbox, database: Database) -> None:
    """However often: nothing was at work."""
    await inbox.receive(1, b"{}")
    for _ in range(MOST_ATTEMPTS + 1):
        assert await inbox.claim(1)
        await inbox.recover()
        assert not inbox.is_deadly(1)
    assert await state(database, 1) == ("waiting", 0)


async def test_what_the_process_dies_of_too_often_is_set_aside(inbox: Inbox, database: Database) -> None:
    """A poison update must not keep the bot from starting: eight deaths are too many."""
    await inbox.receive(1, payload(5))
    for deaths in range(1, 9):
        assert not inbox.is_deadly(1)
        await died_of(inbox, 1)
        assert inbox.attempts(1) == deaths
    assert inbox.is_deadly(1)
    await inbox.claim(1)
    await inbox.give_up(1)
    await inbox.finish(1)
    assert await state(database, 1) == ("set_aside", 8)
    assert await inbox.unreported() == [1]
    assert [(one.update_id, "8 times" in one.error) for one in await inbox.aside()] == [(1, True)]


async def test_what_is_brought_back_begins_as_if_it_had_never_failed(inbox: Inbox, database: Database) -> None:
    """Only those in the range of numbers, and of these only those set aside."""
    for number in (1, 2, 3, 4):
        await inbox.receive(number, payload(number))
    for _ in range(MOST_ATTEMPTS):
        await died_of(inbox, 2)
    for number in (1, 2, 3):
        await inbox.set_aside(number, payload(number), "odd")
    await inbox.note_report([1, 2, 3])
    assert [(row.update_id, row.chat) for row in await inbox.bring_back(2, 9)] == [(2, 2), (3, 3)]
    assert not inbox.is_deadly(2)
    assert await state(database, 2) == ("waiting", 0)
    assert (await inbox.moments(2)).retried is not None and (await inbox.moments(4)).retried is None
    assert [one.update_id for one in await inbox.aside()] == [1]
    await inbox.set_aside(2, payload(2), "odd again")
    assert await inbox.unreported() == [2]


async def test_an_end_in_good_order_leaves_all_to_the_next_run(inbox: Inbox, database: Database) -> None:
    """Updates in progress when the process is stopped wait, and so do postponed ones."""
    for number in (1, 2, 3):
        await inbox.receive(number, b"{}")
        await inbox.claim(number)
    await inbox.postpone(1)
    await inbox.finish(1)
    await inbox.finish(3)
    await inbox.release()
    assert await state(database, 1) == ("waiting", 0)
    assert await state(database, 2) == ("waiting", 0)
    assert await state(database, 3) == ("done", 0)
    assert inbox.postponed == {1}


async def test_what_is_dealt_with_or_set_aside_is_not_claimed(inbox: Inbox) -> None:
    """An update in progress may be claimed again, for a retry."""
    for number in (1, 2):
        await inbox.receive(number, b"{}")
        assert await inbox.claim(number) and await inbox.claim(number)
    await inbox.finish(1)
    await inbox.set_aside(2, b"{}", "odd")
    assert not await inbox.claim(1) and not await inbox.claim(2) and not await inbox.claim(3)


async def test_several_are_written_down_at_once_and_known_ones_passed_over(inbox: Inbox) -> None:
    """The numbers of the new ones come back."""
    await inbox.receive(2, b"{}")
    rows = [Received(1, payload(5)), Received(2, payload(5)), Received(3, payload(5), quick=True)]
    assert await inbox.receive_all(rows) == {1, 3}
    assert [row.update_id for row in await inbox.waiting_of(5, quick=True, most=9, known=())] == [3]


async def test_what_waits_is_found_by_its_chat(inbox: Inbox) -> None:
    """The oldest of each chat, commands apart; all in no chat; and how many there are."""
    kinds = ("message", "callback_query", "my_chat_member")
    for number in range(1, 10):
        await inbox.receive(number, payload(7, kinds[number % 3]), quick=number > 6)
    await inbox.receive(10, payload(8))
    await inbox.receive(11, b"{}")
    await inbox.receive(12, b"no JSON")
    assert [row.update_id for row in await inbox.waiting(2)] == [1, 2, 7, 8, 10, 11, 12]
    assert [row.update_id for row in await inbox.waiting_of(7, quick=False, most=3, known=[1, 3])] == [2, 4, 5]
    assert await inbox.count_waiting() == {(7, False): 6, (7, True): 3, (8, False): 1, (None, False): 2}
