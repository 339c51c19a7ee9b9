"""Slots that cannot serve everybody: who is held up lets others go first; how many devices they share."""

from model_service import Limits, Place
from model_service.scheduler import Scheduler
from tests.model_service.test_scheduler import begin, in_line, request, turn


def test_slots_share_one_device_where_no_more_are_named() -> None:
    """So that no wait is said to be shorter than it is."""
    scheduler = Scheduler(Limits(), slots=2)
    for name in "abcd":
        scheduler.add(request(name, name), 0.0)
    turn(scheduler, 10.0)
    for _ in range(2):
        begin(scheduler)
    assert scheduler.places(0.0) == {"d": Place(2, 20.0)}


def test_who_is_held_up_lets_others_go_first() -> None:
    """Though it had less; it is next as soon as it is not, and its person's later requests wait for it."""
    first, later, other = request("a", "here", "me"), request("c", "here", "me"), request("b", "there")
    scheduler = in_line(first, later, other, slots=2)
    assert turn(scheduler, 1.0, answered=False) + turn(scheduler, 4.0, answered=False) == "ab"
    assert scheduler.next(0.0, {"a"}) is other
    assert scheduler.next(0.0, {"a"}) is None
    assert scheduler.next(0.0, {"c"}) is first


def test_a_chat_does_not_pay_for_a_turn_that_is_held_up() -> None:
    """Another person of it goes before a chat that had more, by however little."""
    scheduler = in_line(request("a", "here", "me"), request("b", "there"))
    assert turn(scheduler, 9.0, answered=False) + turn(scheduler, 9.5, answered=False) == "ab"
    asked = request("c", "here", "you")
    scheduler.add(asked, 0.0)
    assert scheduler.next(0.0, {"a"}) is asked
