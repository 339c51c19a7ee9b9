"""Promises of the scheduler: whose turn it is, what is refused, and what those who wait are told."""

from dataclasses import replace

import pytest

from model_service import Detail, GenerationRequest, Limit, LimitReached, Limits, Message, Place, QueueFull
from model_service.scheduler import Scheduler

HOUR = 3600.0


def request(name: str, chat: str = "chat", person: str = "") -> GenerationRequest:
    """A request named `name`."""
    return GenerationRequest(id=name, chat=chat, person=person, messages=(Message("user", "hello"),))


def in_line(*requests: GenerationRequest, limits: Limits | None = None) -> Scheduler:
    """A scheduler with these requests in line."""
    scheduler = Scheduler(limits or Limits())
    for each in requests:
        scheduler.add(each, 0.0)
    return scheduler


def turn(scheduler: Scheduler, seconds: float = 1.0, *, answered: bool = True) -> str:
    """Give one turn; returns whose it was, or nothing."""
    following = scheduler.next(0.0)
    if following is None:
        return ""
    scheduler.end_turn(seconds, 0.0, answered=answered)
    return following.id


def served(scheduler: Scheduler) -> str:
    """Answer everybody in one turn each; returns in which order."""
    order = ""
    while name := turn(scheduler):
        order += name
    return order


def test_first_come_first_served_within_a_person() -> None:
    """Requests of one person leave in the order in which they came, and then there is none."""
    scheduler = in_line(*(request(name) for name in "abc"))
    assert served(scheduler) == "abc"
    assert len(scheduler) == 0


def test_chats_take_turns() -> None:
    """A chat with many questions does not hold up one with a single question."""
    scheduler = in_line(*(request(name, "busy") for name in "abc"), request("x", "calm"), request("y", "other"))
    assert served(scheduler) == "axybc"


def test_people_within_a_chat_take_turns() -> None:
    """Nor does a person with many questions hold up the others of the chat."""
    scheduler = in_line(*(request(name, person="busy") for name in "abc"), request("x", person="calm"))
    assert served(scheduler) == "axbc"


def test_turns_go_by_seconds_not_by_number() -> None:
    """Who took a long turn waits until the others had as many seconds."""
    scheduler = in_line(request("L", "long"), *(request(name, "short") for name in "abcd"))
    order = turn(scheduler, 3.0, answered=False)
    order += "".join(turn(scheduler, 1.0) for _ in range(3))
    assert order + turn(scheduler, answered=False) == "LabcL"


def test_of_equals_who_waited_longest_is_next() -> None:
    """Where seconds are even, neither the one who came first nor a newcomer is preferred for ever."""
    scheduler = in_line(request("a", "first"), request("b", "second"))
    order = "".join(turn(scheduler, seconds, answered=False) for seconds in (0.5, 1.0, 0.5))
    assert order + turn(scheduler) == "abab"


def test_an_answer_goes_on_where_it_was() -> None:
    """An answer that is not ended keeps its person's turn, before what the person asked later."""
    scheduler = in_line(request("a"), request("b"))
    assert turn(scheduler, answered=False) + turn(scheduler, answered=False) + turn(scheduler) == "aaa"
    assert turn(scheduler) == "b"


def test_waiting_outside_earns_nothing() -> None:
    """A chat that comes late starts even with the others: it cannot take many turns in a row."""
    scheduler = in_line(*(request(name, "early") for name in "abcdef"))
    turn(scheduler, 100.0)
    for name in "xyz":
        scheduler.add(request(name, "late"), 0.0)
    assert served(scheduler) == "bxcydzef"


def test_leaving_and_coming_back_gains_nothing() -> None:
    """What a chat used is held against it when it is back, as long as others waited meanwhile."""
    scheduler = in_line(request("a", "greedy"), request("x", "calm"), request("y", "calm"), request("z", "calm"))
    assert turn(scheduler, 2.5) == "a"
    scheduler.add(request("b", "greedy"), 0.0)
    assert served(scheduler) == "xyzb"


def test_only_so_many_answers_are_begun() -> None:
    """Each begun answer keeps its KV cache, so a further one begins when one of them has ended."""
    chats = [request(name, name) for name in "abc"]
    scheduler = in_line(*chats, limits=Limits(begun=2))
    assert "".join(turn(scheduler, answered=False) for _ in range(4)) == "abab"
    assert turn(scheduler) + turn(scheduler) == "ac"


def test_the_line_is_bounded() -> None:
    """One more than may wait is QueueFull, until somebody's turn has come."""
    scheduler = in_line(request("a"), request("b"), limits=Limits(waiting=2))
    with pytest.raises(QueueFull, match=r"^2 requests wait already$"):
        scheduler.add(request("c"), 0.0)
    scheduler.next(0.0)
    scheduler.add(request("c"), 0.0)
    scheduler.end_turn(1.0, 0.0, answered=True)
    assert served(scheduler) == "bc"


@pytest.mark.parametrize("name", ["waiting", "waiting_per_person", "waiting_per_chat", "begun"])
def test_a_limit_under_one_is_refused(name: str) -> None:
    """A line in which nobody can stand would answer nobody."""
    with pytest.raises(ValueError, match=f"{name} is 0"):
        Limits(**{name: 0})


@pytest.mark.parametrize(
    ("limits", "refused", "welcome", "limit"),
    [
        (Limits(waiting_per_person=2), request("c", "there", "me"), request("c", "here", "you"), Limit.PERSON_WAITING),
        (Limits(waiting_per_chat=2), request("c", "here", "you"), request("c", "there", "me"), Limit.CHAT_WAITING),
    ],
    ids=["person", "chat"],
)
def test_one_may_not_fill_the_line(
    limits: Limits, refused: GenerationRequest, welcome: GenerationRequest, limit: Limit
) -> None:
    """A person, in whatever chats, and a chat, by whomever, have so many questions waiting and no more."""
    scheduler = in_line(request("a", "here", "me"), request("b", "here", "me"), limits=limits)
    with pytest.raises(LimitReached) as reached:
        scheduler.add(refused, 0.0)
    assert (reached.value.limit, reached.value.most, reached.value.retry_after) == (limit, 2, None)
    scheduler.add(welcome, 0.0)
    assert len(scheduler) == 3


@pytest.mark.parametrize(
    ("limits", "refused", "limit"),
    [
        (Limits(seconds_per_person=10), request("b", "there", "me"), Limit.PERSON_SECONDS),
        (Limits(seconds_per_chat=10), request("b", "here", "you"), Limit.CHAT_SECONDS),
    ],
    ids=["person", "chat"],
)
def test_an_hour_has_so_many_seconds(limits: Limits, refused: GenerationRequest, limit: Limit) -> None:
    """Who spent the hour's seconds is told when to come back, and is welcome then."""
    scheduler = in_line(request("a", "here", "me"), limits=limits)
    scheduler.next(30.0)
    scheduler.end_turn(10.0, 40.0, answered=True)
    with pytest.raises(LimitReached) as reached:
        scheduler.add(refused, 100.0)
    wait = reached.value.retry_after
    assert (reached.value.limit, reached.value.most) == (limit, 10)
    assert wait is not None
    assert HOUR - 120 <= wait <= HOUR
    with pytest.raises(LimitReached):
        scheduler.add(refused, 100.0 + wait - 1)
    scheduler.add(refused, 100.0 + wait)
    assert len(scheduler) == 1


def test_an_unknown_person_is_counted_as_the_chat() -> None:
    """Those whom nobody knows do not share one person's limit across chats."""
    scheduler = in_line(request("a", "here"), limits=Limits(waiting_per_person=1, seconds_per_person=1))
    scheduler.add(request("b", "there"), 0.0)
    assert served(scheduler) == "ab"
    scheduler.add(request("c", "here"), 0.0)
    assert served(scheduler) == "c"


def test_a_place_says_who_goes_first_and_how_long_that_takes() -> None:
    """Once an answer was measured, what is ahead is counted with it, the rest of the present turn included."""
    scheduler = in_line(*(request(name) for name in "abcd"))
    scheduler.next(0.0)
    assert scheduler.places(0.0) == {"b": Place(1, None), "c": Place(2, None), "d": Place(3, None)}
    scheduler.end_turn(10.0, 10.0, answered=True)
    assert scheduler.places(10.0) == {"b": Place(0, 0.0), "c": Place(1, 10.0), "d": Place(2, 20.0)}
    scheduler.next(10.0)
    assert scheduler.places(14.0) == {"c": Place(1, 6.0), "d": Place(2, 16.0)}
    assert scheduler.remove("c")
    assert scheduler.places(30.0) == {"d": Place(1, 0.0)}


def test_a_place_counts_turns_not_whole_answers() -> None:
    """A short question behind other chats' long answers waits for their turns only."""
    scheduler = in_line(request("a", "one"), request("b", "two"))
    turn(scheduler, 2.0, answered=False), turn(scheduler, 2.0, answered=False)
    turn(scheduler, 18.0), turn(scheduler, 18.0)
    scheduler.add(request("c", "one"), 0.0)
    scheduler.add(request("d", "two"), 0.0)
    scheduler.next(0.0)
    assert scheduler.places(0.5) == {"d": Place(1, 1.5)}


def test_removing_who_is_not_in_line_changes_nothing() -> None:
    """A request that was answered or never came can be removed without harm."""
    scheduler = in_line(request("a"), request("b"))
    turn(scheduler)
    assert not scheduler.remove("a")
    assert not scheduler.remove("x")
    assert served(scheduler) == "b"


def test_who_leaves_in_its_turn_is_charged_and_frees_its_name() -> None:
    """The turn counts for the chat though the request has left; the same id may come again at once."""
    scheduler = in_line(request("a", "here"), request("x", "there"))
    scheduler.next(0.0)
    assert scheduler.remove("a")
    scheduler.add(request("a", "here"), 0.0)
    scheduler.end_turn(5.0, 0.0, answered=False)
    assert served(scheduler) == "xa"


def test_an_id_is_in_line_once() -> None:
    """Two requests of one id could not be told apart."""
    scheduler = in_line(request("a"))
    with pytest.raises(ValueError, match=r"^request 'a' is in line already$"):
        scheduler.add(request("a"), 0.0)
    assert len(scheduler) == 1


def test_turns_do_not_overlap() -> None:
    """There is one GPU: the next turn begins when the present one has ended, and none ends that did not begin."""
    scheduler = in_line(request("a"), request("b"))
    with pytest.raises(ValueError, match=r"^it is nobody's turn$"):
        scheduler.end_turn(1.0, 0.0, answered=True)
    assert scheduler.next(0.0) is not None
    assert scheduler.next(0.0) is None


def test_an_estimate_goes_by_how_closely_it_is_looked() -> None:
    """By what such answers took; by what all took where none such was measured."""
    quick, fine, other = (Detail(tokens) for tokens in (64, 1024, 256))
    scheduler = in_line(replace(request("a"), detail=quick), replace(request("b"), detail=fine))
    turn(scheduler, 2.0), turn(scheduler, 20.0)
    for name, detail in (("c", fine), ("d", quick), ("e", other), ("f", other)):
        scheduler.add(replace(request(name), detail=detail), 0.0)
    mean = 2.0 + 0.2 * (20.0 - 2.0)
    assert scheduler.places(0.0) == {
        "c": Place(0, 0.0),
        "d": Place(1, 20.0),
        "e": Place(2, 22.0),
        "f": Place(3, 22.0 + mean),
    }


def test_an_estimate_knows_what_is_left_of_an_answer() -> None:
    """Less what its turns took; one turn more where it takes longer than others did, and nothing where it was left."""
    scheduler = in_line(request("a", "one"), request("b", "one"))
    turn(scheduler, 10.0)
    assert [turn(scheduler, 4.0, answered=False) for _ in range(2)] == ["b", "b"]
    scheduler.add(request("c", "one"), 0.0)
    assert scheduler.places(0.0) == {"c": Place(1, 2.0)}
    turn(scheduler, 4.0, answered=False)
    assert scheduler.places(0.0) == {"c": Place(1, 4.0)}
    scheduler.next(0.0)
    assert scheduler.places(1.0) == {"c": Place(1, 3.0)}
    assert scheduler.remove("b")
    assert scheduler.places(0.5) == {"c": Place(1, 0.0)}


@pytest.mark.parametrize(("last", "left"), [(1.5, 4.5), (2.0, 3.6)])
def test_an_estimate_counts_the_last_second_of_an_answer(last: float, left: float) -> None:
    """And one turn where it took just as long as others did already."""
    scheduler = in_line(*(request(name) for name in "abc"))
    turn(scheduler, 10.0 if last < 2 else 6.0)
    turn(scheduler, 4.0, answered=False), turn(scheduler, last, answered=False)
    assert scheduler.places(0.0) == {"c": Place(1, left)}


def test_an_estimate_counts_few_turns_however_short_they_are() -> None:
    """An answer in thirty-two at most."""
    scheduler = in_line(request("a", "one"))
    turn(scheduler, 0.5, answered=False)
    turn(scheduler, 63.5)
    for name in "bcd":
        scheduler.add(request(name, name), 0.0)
    assert scheduler.places(0.0) == {"b": Place(0, 0.0), "c": Place(1, 2.0), "d": Place(2, 4.0)}


def test_before_anything_was_measured_the_order_is_known() -> None:
    """Of turns among chats that had different shares already."""
    scheduler = in_line(request("a", "one"), request("x", "two"), request("b", "one"), request("y", "two"))
    turn(scheduler, 3.0, answered=False)
    assert scheduler.places(0.0) == {"x": Place(0, None), "y": Place(1, None), "b": Place(3, None)}
