"""The soak asks, forgets, plants faults, rests, and fails when the process has grown from rest to rest."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench import soak
from bench.soak import Outcome, Plan, Sample, change, measure
from bench.verdict import Verdict

SAMPLE = Sample(0.0, 100.0, 20, 10, 0.1, 0.01, 0.0, 6, 0)
RIGHT = Verdict(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, {}, [])


def outcome(rests: list[Sample], *earlier: Verdict) -> Outcome:
    """A soak with these rests in which nothing else was wrong."""
    return Outcome(Plan(), 100, 10, rests, [], change(rests), list(earlier), RIGHT)


@pytest.mark.parametrize(
    ("figure", "other"),
    [
        ("memory", replace(SAMPLE, memory=102.1)),
        ("descriptors", replace(SAMPLE, descriptors=21)),
        ("threads", replace(SAMPLE, threads=11)),
        ("database", replace(SAMPLE, database=0.1039)),
        ("log", replace(SAMPLE, log=0.02)),
        ("pictures", replace(SAMPLE, pictures=0.1)),
        ("files", replace(SAMPLE, files=7)),
    ],
)
def test_what_grows_in_the_second_half_is_wrong(figure: str, other: Sample) -> None:
    """Whatever it is, also from nothing; what grew before is no leak."""
    assert outcome([SAMPLE] * 8).wrong() == {}
    assert list(outcome([SAMPLE] * 6 + [other] * 2).wrong()) == [figure]
    assert outcome([SAMPLE] * 4 + [other] * 4).wrong() == {}


def test_what_sways_is_flat() -> None:
    """Memory is never the same twice; what was held once need not be held."""
    little, much = replace(SAMPLE, memory=101.9), replace(SAMPLE, memory=130.0)
    assert outcome([SAMPLE] * 6 + [little] * 2).wrong() == {}
    assert outcome([SAMPLE] * 6 + [much, SAMPLE]).wrong() == {}
    assert list(outcome([SAMPLE] * 6 + [much] * 2).wrong()) == ["memory"]


def test_what_nobody_can_tell_is_wrong() -> None:
    """Too few rests show nothing."""
    assert outcome([SAMPLE] * 3).wrong() == {"rests": 3}


def test_what_was_lost_in_an_early_round_is_wrong() -> None:
    """Its chat is forgotten afterwards."""
    assert outcome([SAMPLE] * 8, replace(RIGHT, lost=1), replace(RIGHT, lost=2)).wrong() == {"lost": 3}


async def test_a_short_soak_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some seconds of all kinds of questions, with faults and forgotten chats; at rest it is always the same."""
    monkeypatch.setattr(soak, "KEPT_SECONDS", 0.3)
    monkeypatch.setitem(soak.PATCHES, "bot.updates.inbox.KEPT_SECONDS", 0.3)
    done = await measure(Plan(rounds=2, load=0.5, chats=4, pause=0.05, every=0.2), tmp_path / "data")
    assert done.verdict.wrong() == {}
    assert done.earlier == []
    assert done.asked > 5
    assert len(done.rests) == 2
    assert len(done.samples) >= 2
    assert len({(one.database, one.pictures, one.files) for one in done.rests}) == 1
    assert all(one.memory > 0 and one.threads > 0 for one in done.samples)
