"""Where somebody's share begins: at the least of those in line, and with nothing held against them once all left."""

from model_service import Limits
from tests.model_service.test_scheduler import in_line, request, turn


def test_who_comes_begins_at_the_least_that_one_in_line_used() -> None:
    """Not above it."""
    scheduler = in_line(request("a", "one"))
    assert turn(scheduler, 0.5, answered=False) == "a"
    scheduler.add(request("b", "two"), 0.0)
    assert turn(scheduler, 0.4, answered=False) == "a"
    assert turn(scheduler, 1.0, answered=False) == "b"
    assert turn(scheduler) == "a"


def test_once_nobody_is_in_line_all_are_equal_again() -> None:
    """However much somebody used before."""
    scheduler = in_line(request("a", "one"))
    assert turn(scheduler, 10.0) == "a"
    for name, chat in (("x", "two"), ("y", "two"), ("b", "one")):
        scheduler.add(request(name, chat), 0.0)
    assert "".join(turn(scheduler) for _ in range(3)) == "xby"


def test_where_no_more_may_begin_the_one_that_has_goes_on() -> None:
    """Though another person of its chat used less."""
    scheduler = in_line(request("a", person="p"), request("b", person="q"), limits=Limits(begun=1))
    assert turn(scheduler, 5.0, answered=False) + turn(scheduler) + turn(scheduler) == "aab"
