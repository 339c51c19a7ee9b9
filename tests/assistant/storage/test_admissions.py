"""Tests of admissions: people who were let in, who ask, and who were turned away."""

import asyncio
import time
from dataclasses import replace

import pytest

from assistant.settings.chat_settings import ChatSettings
from assistant.storage import Admission, Admissions, Chats, Database, Standing

ADA, BEN, FAMILY = 1, 2, -100


@pytest.fixture
def admissions(database: Database) -> Admissions:
    """An empty table."""
    return Admissions(database)


async def standings(admissions: Admissions) -> dict[int, Standing]:
    """Return everybody's standing, in the order of the list."""
    return {admission.id: admission.standing for admission in await admissions.all()}


async def test_the_first_to_pair_is_the_owner_and_nobody_after(admissions: Admissions) -> None:
    """Also when two come at once; one who asked before may become the owner too."""
    assert await admissions.owner() is None
    await admissions.ask(BEN, "Ben", "zh", 0.0, 3600)
    assert await admissions.owner() is None
    paired = await asyncio.gather(*(admissions.pair(person, f"Person {person}", "en") for person in (BEN, ADA)))
    assert sorted(paired) == [False, True]
    owner = BEN if paired[0] else ADA
    assert await admissions.owner() == Admission(owner, f"Person {owner}", "en", Standing.OWNER)
    assert not await admissions.pair(3, "Eve", "en")
    assert await admissions.owner() == await admissions.get(owner)


async def test_who_asked_before_may_become_the_owner(admissions: Admissions) -> None:
    """Anyone may, with their current name and language."""
    await admissions.ask(BEN, "Benny", "zh", 0.0, 3600)
    assert await admissions.pair(BEN, "Ben", "en")
    assert await admissions.owner() == Admission(BEN, "Ben", "en", Standing.OWNER)


async def test_the_list_is_in_order(admissions: Admissions) -> None:
    """The owner, admins, those who ask, guests; of equals by name, then by number."""
    names = {1: "Zoe", 2: "Yan", 3: "Xia", 4: "Ada", 5: "Bo", 6: "Bo"}
    for number in (6, 5, 4, 2):
        assert await admissions.let_in(number, names[number], by=1)
    await admissions.ask(3, names[3], "en", 0.0, 3600)
    await admissions.pair(1, names[1], "en")
    admin = await admissions.get(2)
    assert admin is not None and await admissions.change(admin, Standing.ADMIN, by=1)
    listed = [(one.id, one.name) for one in await admissions.all()]
    assert listed == [(number, names[number]) for number in (1, 2, 3, 4, 5, 6)]


async def test_who_decided_and_when_is_kept(admissions: Admissions, database: Database) -> None:
    """The last decision is kept: of an owner, of people let in, of every change."""
    before = time.time()
    await admissions.pair(ADA, "Ada", "en")
    await admissions.let_in(FAMILY, "Family", by=ADA)
    await admissions.ask(BEN, "Ben", "en", 0.0, 3600)
    ben = await admissions.get(BEN)
    assert ben is not None and await admissions.change(ben, Standing.REFUSED, by=ADA)
    sql = "SELECT decided_by, decided_at FROM admissions"
    for row in await database.rows(sql):
        assert row["decided_by"] == ADA
        assert before <= row["decided_at"] <= time.time()
    assert await admissions.let_in(BEN, "Benny", by=FAMILY, language="zh")
    assert await admissions.get(BEN) == replace(ben, standing=Standing.GUEST)
    decided = await database.row(f"{sql} WHERE id = ?", BEN)
    assert decided is not None and decided["decided_by"] == FAMILY


async def test_strangers_are_counted_from_a_moment_on(admissions: Admissions) -> None:
    """People who asked after it count, and nobody about whom something was decided."""
    assert await admissions.asked_since(0.0) == 0
    for stranger, asked in ((BEN, 1000.0), (3, 2000.0), (4, 3000.0)):
        await admissions.ask(stranger, "Somebody", "en", asked, 3600)
    await admissions.let_in(5, "Guest", by=ADA)
    assert [await admissions.asked_since(moment) for moment in (999.0, 1000.0, 2999.0, 3000.0)] == [3, 2, 1, 0]
    assert await admissions.let_in(4, "Somebody", by=ADA)
    assert await admissions.asked_since(0.0) == 2


async def test_a_bot_can_be_given_away(admissions: Admissions) -> None:
    """The former owner is a guest, and the next one to pair is the owner."""
    assert not await admissions.unpair()
    await admissions.pair(ADA, "Ada", "en")
    await admissions.ask(3, "Eve", "en", 0.0, 3600)
    assert await admissions.unpair()
    assert await standings(admissions) == {ADA: Standing.GUEST, 3: Standing.ASKING}
    assert await admissions.pair(BEN, "Ben", "en")


async def test_a_stranger_asks_once_an_hour_until_it_is_decided(admissions: Admissions) -> None:
    """Once turned away, or let in, there is nothing more to ask."""
    asked = [await admissions.ask(BEN, "Ben", "en", now, 3600) for now in (1000.0, 1001.0, 4599.0, 4600.0)]
    assert asked == [True, False, False, True]
    ben = await admissions.get(BEN)
    assert ben is not None and not await admissions.inside(BEN)
    assert await admissions.change(ben, Standing.REFUSED, by=ADA)
    assert not await admissions.ask(BEN, "Ben", "en", 99_999.0, 3600)
    assert await admissions.all() == []


async def test_of_whom_nothing_is_known_there_is_no_admission(admissions: Admissions) -> None:
    """Others being known changes nothing."""
    await admissions.pair(ADA, "Ada", "en")
    assert await admissions.get(BEN) is None
    assert not await admissions.inside(BEN)


async def test_a_stranger_of_this_very_moment_counts(admissions: Admissions, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clocks have ticks: asking and counting may fall into the same one."""
    monkeypatch.setattr(time, "time", lambda: 5000.0)
    await admissions.ask(BEN, "Ben", "en", time.time(), 3600)
    assert await admissions.asked_since(4000.0) == 1


@pytest.mark.parametrize(("ahead", "again"), [(3600.0, False), (3601.0, True)])
async def test_who_asked_up_to_an_hour_ahead_asked_lately(admissions: Admissions, ahead: float, again: bool) -> None:
    """A clock that was a little ahead lets nobody ask twice."""
    assert await admissions.ask(BEN, "Ben", "en", 10_000.0 + ahead, 3600)
    assert await admissions.ask(BEN, "Ben", "en", 10_000.0, 3600) is again


async def test_a_clock_that_was_ahead_silences_no_stranger(admissions: Admissions, database: Database) -> None:
    """They ask, are told, and the owner is asked about them, as soon as it goes right."""
    chats, now, year = Chats(database, ChatSettings()), time.time(), 365 * 86_400.0
    assert await admissions.ask(BEN, "Ben", "en", now + year, 3600)
    assert await chats.may_tell_stranger(BEN, now + year, 3600)
    assert await admissions.asked_since(now - 3600) == 0
    assert [await admissions.ask(BEN, "Ben", "en", now, 3600) for _ in range(2)] == [True, False]
    assert [await chats.may_tell_stranger(BEN, now, 3600) for _ in range(2)] == [True, False]
    assert await admissions.asked_since(now - 3600) == 1


async def test_a_decision_counts_once(admissions: Admissions) -> None:
    """A decision on an outdated standing has no effect."""
    await admissions.ask(BEN, "Ben", "en", 0.0, 3600)
    ben = Admission(BEN, "Ben", "en", Standing.ASKING)
    assert await admissions.get(BEN) == ben
    assert await admissions.change(ben, Standing.GUEST, by=ADA)
    assert not await admissions.change(ben, Standing.REFUSED, by=ADA)
    assert await admissions.get(BEN) == replace(ben, standing=Standing.GUEST)
    assert await admissions.inside(BEN, FAMILY)


async def test_somebody_can_be_let_in_by_id(admissions: Admissions) -> None:
    """Whether or not they asked, or were turned away; nobody's standing is lowered by it."""
    await admissions.pair(ADA, "Ada", "en")
    assert await admissions.let_in(FAMILY, "Family", by=ADA)
    assert not await admissions.let_in(FAMILY, "Family", by=ADA)
    assert not await admissions.let_in(ADA, "Ada", by=ADA)
    assert await standings(admissions) == {ADA: Standing.OWNER, FAMILY: Standing.GUEST}
    assert await admissions.inside(3, FAMILY)
    assert await admissions.let_in(4, "Mia", by=ADA, language="zh")
    assert await admissions.get(4) == Admission(4, "Mia", "zh", Standing.GUEST)
