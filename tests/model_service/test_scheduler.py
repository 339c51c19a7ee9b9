"""Promises of the scheduler: whose turn it is, what is refused, and what those who wait are told."""

from dataclasses import replace

import pytest

from model_service import (
    Detail,
    GenerationRequest,
    Limit,
    LimitReached,
    Limits,
    Message,
    PictureRef,
    Place,
    with_pictures,
)
from model_service.scheduler import Scheduler

HOUR = 3600.0


def request(name: str, chat: str = "chat", person: str = "") -> GenerationRequest:
    """A request named `name`."""
    return GenerationRequest(id=name, chat=chat, person=person, messages=(Message("user", "hello"),))


def looking(asked: GenerationRequest, detail: Detail) -> GenerationRequest:
    """The same, about a picture that is looked at in this detail."""
    return replace(asked, messages=with_pictures(asked.messages, PictureRef(b"", detail)))


def in_line(*requests: GenerationRequest, limits: Limits | None = None, slots: int = 1, devices: int = 0) -> Scheduler:
    """A scheduler with these requests in line."""
    scheduler = Scheduler(limits or Limits(), slots=slots, devices=devices or slots)
    for each in requests:
        scheduler.add(each, 0.0)
    return scheduler


def begin(scheduler: Scheduler, now: float = 0.0) -> GenerationRequest:
    """Let the next turn begin; somebody has to be in line."""
    following = scheduler.next(now)
    assert following is not None
    return following


def turn(scheduler: Scheduler, seconds: float = 1.0, *, answered: bool = True) -> str:
    """Give one turn; returns whose it was, or nothing."""
    following = scheduler.next(0.0)
    if following is None:
        return ""
    scheduler.end_turn(following, seconds, 0.0, answered=answered)
    return following.id


def served(scheduler: Scheduler) -> str:
    """Answer everybody in one turn each; returns in which order."""
    order = ""
    while name := turn(scheduler):
        order += name
    return order


def test_a_turn_that_goes_on_counts_where_nobody_else_may_begin() -> None:
    """Of those that are begun, the next is of the chat that will have had less when the turns end."""
    asked = [request("a1", "A", "1"), request("b1", "B", "3"), request("a2", "A", "2")]
    scheduler = in_line(*asked, limits=Limits(begun=3), slots=2)
    for each, seconds in zip(asked, (0.4, 1.0, 0.4), strict=True):
        assert begin(scheduler) is each
        scheduler.end_turn(each, seconds, 0.0, answered=False)
    assert begin(scheduler).chat == "A"
    assert begin(scheduler).chat == "B"


def test_turns_that_go_on_count_with_what_their_kind_takes() -> None:
    """Each of a chat's, and no more: who looks quickly does not pay for how long the answers to closer looks take."""
    quick, fine = Detail(64), Detail(1024)
    scheduler = in_line(
        *(looking(request(f"b{number}", "B", "3"), fine) for number in range(2)),
        *(looking(request(f"a{person}", "A", person), quick) for person in "0124"),
        looking(request("c", "C"), fine),
        slots=3,
    )
    assert turn(scheduler, 2.5) + turn(scheduler, 1.0) + turn(scheduler, 50.0) == "b0a0c"
    assert [begin(scheduler).id for _ in range(3)] == ["a1", "a2", "b1"]


def test_one_turn_at_a_time_is_the_default() -> None:
    """Nobody begins while another is in a turn."""
    scheduler = Scheduler(Limits())
    for name in ("a", "b"):
        scheduler.add(request(name, chat=name), 0.0)
    begin(scheduler)
    assert scheduler.next(0.0) is None


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
    """Where seconds are even, neither the one who came first nor a newcomer is preferred forever."""
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


def test_a_limit_under_one_is_refused() -> None:
    """Where none may begin nobody would be answered."""
    with pytest.raises(ValueError, match="begun is 0"):
        Limits(begun=0)


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
    scheduler.end_turn(begin(scheduler, 30.0), 10.0, 40.0, answered=True)
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
    scheduler = in_line(request("a", "here"), limits=Limits(seconds_per_person=1))
    scheduler.add(request("b", "there"), 0.0)
    assert served(scheduler) == "ab"
    scheduler.add(request("c", "here"), 0.0)
    assert served(scheduler) == "c"


def test_a_place_says_who_goes_first_and_how_long_that_takes() -> None:
    """Once an answer was measured, what is ahead is counted with it, the rest of the present turn included."""
    scheduler = in_line(*(request(name) for name in "abcd"))
    running = begin(scheduler)
    assert scheduler.places(0.0) == {"b": Place(1, None), "c": Place(2, None), "d": Place(3, None)}
    scheduler.end_turn(running, 10.0, 10.0, answered=True)
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
    running = begin(scheduler)
    assert scheduler.remove("a")
    scheduler.add(request("a", "here"), 0.0)
    scheduler.end_turn(running, 5.0, 0.0, answered=False)
    assert served(scheduler) == "xa"


def test_an_id_is_in_line_once() -> None:
    """Two requests of one id could not be told apart."""
    scheduler = in_line(request("a"))
    with pytest.raises(ValueError, match=r"^request 'a' is in line already$"):
        scheduler.add(request("a"), 0.0)
    assert len(scheduler) == 1


@pytest.mark.parametrize("slots", [1, 2, 3])
def test_only_as_many_turns_overlap_as_there_are_slots(slots: int) -> None:
    """Of four who ask; a further turn begins when one has ended, and none ends that did not begin."""
    chats = [request(name, name) for name in "abcd"]
    scheduler = in_line(*chats, slots=slots)
    for each in chats:
        with pytest.raises(ValueError, match=rf"^it is not the turn of request '{each.id}'$"):
            scheduler.end_turn(each, 1.0, 0.0, answered=True)
    running = [begin(scheduler).id for _ in range(slots)]
    assert running == list("abcd"[:slots])
    assert scheduler.next(0.0) is None
    scheduler.end_turn(chats[0], 1.0, 0.0, answered=True)
    assert begin(scheduler).id == "abcd"[slots]
    assert scheduler.next(0.0) is None
    with pytest.raises(ValueError, match=r"^it is not the turn of request 'a'$"):
        scheduler.end_turn(chats[0], 1.0, 0.0, answered=True)


def test_two_slots_serve_two_chats_and_keep_a_persons_order() -> None:
    """A person's second question waits for the first, with a slot free even; other people of the chat do not."""
    first, second = (request(name, "here", "me") for name in "ab")
    third, other = request("c", "here", "you"), request("x", "there")
    scheduler = in_line(first, second, third, other, slots=2)
    assert begin(scheduler) is first
    assert begin(scheduler) is other
    assert scheduler.next(0.0) is None
    scheduler.end_turn(other, 1.0, 0.0, answered=True)
    assert begin(scheduler) is third
    scheduler.end_turn(third, 1.0, 0.0, answered=True)
    assert scheduler.next(0.0) is None
    scheduler.end_turn(first, 1.0, 0.0, answered=False)
    assert begin(scheduler) is first
    scheduler.end_turn(first, 1.0, 0.0, answered=True)
    assert begin(scheduler) is second


def test_a_parked_answer_waits_while_all_that_may_be_begun_are_in_their_turn() -> None:
    """A free slot is left empty where a further answer may not begin."""
    chats = [request(name, name) for name in "abc"]
    scheduler = in_line(*chats, limits=Limits(begun=2), slots=3)
    assert begin(scheduler).id + begin(scheduler).id == "ab"
    assert scheduler.next(0.0) is None
    scheduler.end_turn(chats[0], 1.0, 0.0, answered=False)
    assert begin(scheduler).id == "a"


def test_who_could_not_use_a_slot_has_no_claim_to_it_later() -> None:
    """A chat of one person had one slot of three while another's had two: from then on both have equal shares."""
    crowd = [request(f"crowd {number}", "crowd", str(number)) for number in range(6)]
    scheduler = in_line(*crowd, limits=Limits(begun=100), slots=3)
    scheduler.add(request("single", "single", "x"), 0.0)
    running = [begin(scheduler) for _ in range(3)]

    def turns(count: int) -> list[str]:
        """Let as many turns end and others begin; returns the chats of these."""
        chats = []
        for _ in range(count):
            scheduler.end_turn(running.pop(0), 1.0, 0.0, answered=False)
            running.append(begin(scheduler))
            chats.append(running[-1].chat)
        return chats

    assert turns(60).count("single") == 20
    for person in "yz":
        scheduler.add(request(f"late {person}", "single", person), 0.0)
    assert turns(12).count("crowd") in {5, 6, 7}


def test_places_with_two_slots() -> None:
    """Two answers end before the third begins, so that it waits half as long as behind both in one slot."""
    scheduler = in_line(*(request(name, name) for name in "abcde"), slots=2)
    turn(scheduler, 10.0)
    for _ in range(2):
        begin(scheduler)
    assert scheduler.places(4.0) == {"d": Place(2, 6.0), "e": Place(3, 6.0)}


def test_places_where_two_slots_share_a_device() -> None:
    """Side by side each turn takes twice as long: nothing is gained over one slot, and nothing lost."""
    scheduler = in_line(*(request(name, name) for name in "abcde"), slots=2, devices=1)
    turn(scheduler, 10.0)
    for _ in range(2):
        begin(scheduler)
    assert scheduler.places(4.0) == {"d": Place(2, 16.0), "e": Place(3, 16.0)}


def test_as_many_are_begun_as_there_are_slots() -> None:
    """Whatever the limit on answers in turns says: a slot is never left empty for it."""
    scheduler = in_line(*(request(name, name) for name in "abcd"), limits=Limits(begun=1))
    assert begin(scheduler).id == "a"
    scheduler.resize(3, 1)
    assert begin(scheduler).id + begin(scheduler).id == "bc"
    assert scheduler.next(0.0) is None


def test_an_estimate_goes_by_how_closely_it_is_looked() -> None:
    """By what such answers took; by what all took where none such was measured."""
    quick, fine, other = (Detail(tokens) for tokens in (64, 1024, 256))
    scheduler = in_line(looking(request("a"), quick), looking(request("b"), fine))
    turn(scheduler, 2.0), turn(scheduler, 20.0)
    for name, detail in (("c", fine), ("d", quick), ("e", other), ("f", other)):
        scheduler.add(looking(request(name), detail), 0.0)
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
    begin(scheduler)
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
