"""The simulation of many chats obeys the laws of queues, and keeps what the scheduler promises."""

from pathlib import Path

import pytest

from bench.queueing import Queueing, Scenario, erlang_c
from bench.scale import Outcome, Plan, Row, measure


@pytest.mark.parametrize("load", [0.5, 0.9, 1.5])
def test_littles_law(load: float) -> None:
    """Those who are there are those who come in a second, times the seconds that they stay."""
    seen = Queueing(Scenario(2, load, chats=500, slots=2, questions=2000)).run()
    assert len(seen.stays) == 2000
    assert seen.present / seen.time == pytest.approx(len(seen.stays) / seen.time * sum(seen.stays) / 2000)


@pytest.mark.parametrize(("load", "flooding"), [(0.5, 0), (0.95, 0), (1.5, 0), (0.5, 20)])
def test_no_slot_is_free_while_somebody_waits(load: float, flooding: int) -> None:
    """The work is conserved, whatever the order of turns."""
    assert Queueing(Scenario(2, load, chats=500, slots=4, questions=2000, flooding=flooding)).run().idle == 0


@pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (2, 0.7), (2, 0.9)])
def test_the_slots_are_in_use_as_planned(servers: int, load: float) -> None:
    """The share of the load, within what chance does to it."""
    seen = Queueing(Scenario(servers, load, questions=5000)).run()
    assert seen.running / seen.time / (servers * 8) == pytest.approx(load, rel=0.08)
    assert seen.refused == 0


def test_waits_are_those_of_theory() -> None:
    """Of M/M/c, as a fair order does not know how long answers will take. One slot at 80 %: four answers."""
    assert erlang_c(1, 0.8) == pytest.approx(0.8)
    assert erlang_c(2, 0.5) == pytest.approx(1 / 3)
    seen = Queueing(Scenario(1, 0.8, slots=1, seconds=1.0, questions=30_000)).run()
    assert sum(seen.waits) / len(seen.waits) == pytest.approx(4.0, rel=0.2)


def test_who_floods_delays_nobody_for_long() -> None:
    """Fifty chats that ask again and again take what others leave: 95 of 100 others wait less than an answer takes."""
    seen = Queueing(Scenario(1, 0.5, flooding=50, questions=4000)).run()
    waits = sorted(seen.waits)
    assert seen.running / seen.time / 8 > 0.95
    assert waits[int(0.95 * len(waits))] < 0.89


def test_beyond_the_load_questions_are_refused() -> None:
    """No line grows longer than it may."""
    seen = Queueing(Scenario(1, 2.0, chats=2000, slots=2, max_waiting=16, questions=2000)).run()
    assert seen.refused > 200


async def test_the_bench_notices_what_is_wrong(tmp_path: Path) -> None:
    """Waits that are not those of theory, and slots left free; else it prints a line for each load."""
    row = Row(1, 0.9, 0, 5.6, 1800.0, 1.1, 0.1, 4.0, 8.0, 0.0, 0.0, 1.13)
    plan = Plan()
    assert Outcome(plan, [row]).wrong() is None
    assert Outcome(plan, [Row(1, 0.9, 0, 5.6, 1800.0, 2.0, 0.1, 4.0, 8.0, 0.0, 0.0, 1.13)]).wrong()
    assert Outcome(plan, [Row(1, 0.9, 0, 5.6, 1800.0, 1.1, 0.1, 4.0, 8.0, 0.0, 2.0, 1.13)]).wrong()
    outcome = await measure(Plan(chats=200, questions=200), tmp_path)
    assert outcome.table().count("\n") == len(outcome.rows) + 1
