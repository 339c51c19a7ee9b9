"""Promises of what was measured of the GPU's time."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from model_service import STANDARD, Detail
from model_service.usage import BUCKET, HOUR, Pace, Usage

Events = list[tuple[float, float]]


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 500), st.floats(0, 30)), max_size=60))
def test_an_hour_is_remembered_and_no_more(events: Events) -> None:
    """What is counted is all that was spent within an hour, to the minute, and nothing older."""
    spending, now = Usage(), 0.0
    spent: Events = []
    for pause, seconds in events:
        now += pause
        spending.spend("a", seconds, now)
        spent.append((now, seconds))
    least = sum(seconds for at, seconds in spent if at > now - HOUR + BUCKET)
    most = sum(seconds for at, seconds in spent if at > now - HOUR)
    assert least - 1e-6 <= spending.of("a", now) <= most + 1e-6


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 500), st.floats(0, 30)), min_size=1, max_size=60), st.floats(0.1, 100))
@example([(0.0, 1e-188), (60.0, 1.0)], 1.0)
def test_it_says_when_there_is_room_again(events: Events, limit: float) -> None:
    """After the seconds that it says, less than the limit was spent within the hour; and 0 means now."""
    spending, now = Usage(), 0.0
    for pause, seconds in events:
        now += pause
        spending.spend("a", seconds, now)
    over = spending.of("a", now) >= limit
    wait = spending.until_below("a", limit, now)
    assert (wait > 0) == over
    assert 0 <= wait <= HOUR
    assert spending.of("a", now + wait + 1e-6) < limit


def test_who_spent_nothing_lately_is_forgotten() -> None:
    """A year of visitors takes no memory."""
    spending = Usage()
    for number in range(1000):
        spending.spend(str(number), 1.0, number * 100.0)
        assert len(spending) <= HOUR / 100 + 1


def test_who_spends_all_the_time_takes_no_more_memory() -> None:
    """Of each name an hour is kept, whether anybody asks for it or not."""
    spending = Usage()
    for number in range(1000):
        spending.spend("a", 1.0, number * BUCKET)
    assert len(spending._spent["a"]) <= HOUR / BUCKET


def test_what_is_spent_costs_the_same_however_many_there_are() -> None:
    """The end of a turn looks at no other name, unless it is to be forgotten."""
    looked_at = 0

    class Counted(Usage):
        def of(self, name: str, now: float) -> float:
            nonlocal looked_at
            looked_at += 1
            return super().of(name, now)

    spending = Counted()
    for number in range(1000):
        spending.spend(str(number), 1.0, 60.0)
    assert looked_at <= 1000


def test_an_answer_is_expected_to_take_what_such_answers_took() -> None:
    """The mean goes by how closely it looks; for a level never seen it is that of all, and before that unknown."""
    pace = Pace()
    assert pace.answer(STANDARD) is None
    pace.answered(STANDARD, 4.0)
    pace.answered(Detail(1600), 14.0)
    assert (pace.answer(STANDARD), pace.answer(Detail(1600)), pace.answer(Detail(128))) == (4.0, 14.0, 6.0)
    for _ in range(50):
        pace.answered(STANDARD, 8.0)
    assert 7.9 < (pace.answer(STANDARD) or 0) < 8.1
