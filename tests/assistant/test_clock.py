"""A clock that jumps is not believed before it went right for a while."""

import pytest

from assistant.clock import DAY, DRIFT, Clock

HOUR = 3600.0
YEAR = 365 * DAY
NOW = 20_000 * DAY


class Hands:
    """A wall clock that can be set, and a steady one."""

    def __init__(self) -> None:
        self.wall = NOW
        self.steady = 5.0
        self.clock = Clock(lambda: self.wall, lambda: self.steady)

    def pass_by(self, seconds: float) -> None:
        """Time goes by."""
        self.wall += seconds
        self.steady += seconds


@pytest.fixture
def hands() -> Hands:
    """Both clocks."""
    return Hands()


@pytest.mark.parametrize("newest", [None, NOW, NOW - DAY, NOW + YEAR])
def test_it_is_believed_where_nothing_speaks_against_it(hands: Hands, newest: float | None) -> None:
    """Nothing is known yet, or the newest is of the last day; a clock that is behind makes nothing old."""
    assert hands.clock.proves_right(newest)


def test_after_a_long_silence_an_hour_without_a_jump_proves_it(hands: Hands) -> None:
    """The bot was off for a month, or the clock is wrong: nobody knows at first."""
    assert not hands.clock.proves_right(NOW - 30 * DAY)
    hands.pass_by(HOUR)
    hands.wall += DRIFT
    assert hands.clock.proves_right(NOW - 30 * DAY)


@pytest.mark.parametrize("correction", [-YEAR, -2 * HOUR, 2 * HOUR])
def test_a_jump_begins_the_hour_again(hands: Hands, correction: float) -> None:
    """The clock was set right, or wrong, meanwhile."""
    assert not hands.clock.proves_right(NOW - YEAR)
    hands.pass_by(HOUR)
    hands.wall += correction
    assert not hands.clock.proves_right(NOW - YEAR)
    hands.pass_by(HOUR)
    assert hands.clock.proves_right(NOW - YEAR)


@pytest.mark.parametrize("jump", [YEAR, -YEAR, DAY + HOUR])
def test_a_jump_while_it_runs_ends_the_belief(hands: Hands, jump: float) -> None:
    """Whatever is new in the database by then."""
    assert hands.clock.proves_right(NOW)
    hands.pass_by(HOUR)
    hands.wall += jump
    assert not hands.clock.proves_right(hands.wall)
    hands.pass_by(HOUR)
    assert hands.clock.proves_right(hands.wall)


def test_setting_it_by_hours_does_not(hands: Hands) -> None:
    """Summer time, by a clock that knows no zones; a long silence while it runs does not either."""
    assert hands.clock.proves_right(NOW)
    for _ in range(48):
        hands.pass_by(HOUR)
        hands.wall += HOUR
        assert hands.clock.proves_right(NOW)
