"""An update that met a passing fault is retried in its place."""

import asyncio

import pytest
from telegram import Update

from bot.updates.lanes import Lanes
from tests.bot.updates.test_lanes import Street, finish, others_pass, street

__all__ = ["street"]


async def test_what_is_to_be_tried_again_keeps_its_place(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a pause the handlers run once more; the chat's next update waits until they got through."""
    monkeypatch.setattr("bot.updates.lanes.FIRST_PAUSE", 0.01)
    first, second = await street.enter(1), await street.enter(2)
    await street.began[1].wait()
    street.lanes.try_again(1)
    await finish(street, first, second)
    assert street.log == ["1 begins", "1 ends", "1 again", "2 begins", "2 ends"]
    assert street.repeated == [(1, True)]
    assert street.left == [1, 2]
    row = await street.database.row("SELECT state FROM inbox WHERE update_id = 1")
    assert row is not None and row["state"] == "done"


async def test_what_waits_to_be_tried_again_is_left_to_the_next_run(street: Street) -> None:
    """The process that ends does not wait for the pause."""
    work, other = await street.enter(1), await street.enter(2, chat=2)
    await street.began[1].wait()
    street.lanes.try_again(1)
    await finish(street, other)
    await street.lanes.leave_waiting()
    await asyncio.gather(work)
    assert "1 ends" in street.log and "1 again" not in street.log
    row = await street.database.row("SELECT state FROM inbox WHERE update_id = 1")
    assert row is not None and row["state"] == "working"


async def test_the_pauses_double_up_to_the_longest(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """However often it is tried."""
    pauses: list[float] = []

    async def pause(_: Lanes, task: object, seconds: float) -> None:
        pauses.append(seconds)

    async def again(update: Update) -> None:
        if len(pauses) < 8:
            street.lanes.try_again(update.update_id)

    monkeypatch.setattr(Lanes, "_pause", pause)
    monkeypatch.setattr(street.lanes, "_handle", again)
    work = await street.enter(1)
    street.lanes.try_again(1)
    await finish(street, work)
    assert pauses == [2, 4, 8, 16, 32, 60, 60, 60]


async def test_what_is_tried_again_is_left_to_its_end(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """Once its pause is over it is at work like others."""
    begun, gate = asyncio.Event(), asyncio.Event()

    async def again(_: Update) -> None:
        begun.set()
        await gate.wait()

    monkeypatch.setattr("bot.updates.lanes.FIRST_PAUSE", 0.01)
    monkeypatch.setattr(street.lanes, "_handle", again)
    work = await street.enter(1)
    street.lanes.try_again(1)
    street.gates[1].set()
    await begun.wait()
    await street.lanes.leave_waiting()
    assert not work.done()
    gate.set()
    await work
    assert not await street.inbox.claim(1)


async def test_what_was_forgotten_meanwhile_is_not_tried_again(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its row is gone from the books."""
    monkeypatch.setattr("bot.updates.lanes.FIRST_PAUSE", 0.01)
    work = await street.enter(1)
    await street.began[1].wait()
    street.lanes.try_again(1)
    await street.database.write("UPDATE inbox SET state = 'done'")
    await finish(street, work)
    assert street.log == ["1 begins", "1 ends"]


async def test_what_went_by_is_left_to_its_end(street: Street) -> None:
    """Where an earlier one had let it by, and is itself left to the next run."""
    first, second = await street.enter(1), await street.enter(2)
    await street.began[1].wait()
    street.lanes.let_by(1)
    await street.began[2].wait()
    street.lanes.try_again(1)
    street.gates[1].set()
    await others_pass(street)
    await street.lanes.leave_waiting()
    assert first.done() and not second.done()
    await finish(street, second)
    assert street.log[-1] == "2 ends"
