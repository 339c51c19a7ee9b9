"""The looks at growing answers share the edits of their chat."""

from bot.delivery.edit_throttle import PATIENCE, EditThrottle
from tests.bot.clocks import Clock

GROUP, PRIVATE = -100, 5
FIRST, SECOND, THIRD = "first", "second", "third"


def test_a_chat_has_one_look_an_interval() -> None:
    """A longer one in groups; chats do not count for each other."""
    clock = Clock()
    looks = EditThrottle(1.5, 3.0, clock)
    assert looks.try_acquire(GROUP, FIRST)
    assert looks.try_acquire(PRIVATE, FIRST)
    assert not looks.try_acquire(GROUP, FIRST)
    clock.now = 1.5
    assert looks.try_acquire(PRIVATE, FIRST)
    assert not looks.try_acquire(GROUP, FIRST)
    clock.now = 3.0
    assert looks.try_acquire(GROUP, FIRST)


def test_those_who_want_a_look_take_turns() -> None:
    """However often one of them asks."""
    clock, seen = Clock(), list[str]()
    looks = EditThrottle(1.5, 3.0, clock)
    for second in range(28):
        clock.now = float(second)
        for who in (FIRST, FIRST, SECOND, FIRST, THIRD):
            if looks.try_acquire(GROUP, who):
                seen.append(who)
    assert len(seen) == 10
    assert {seen.count(who) for who in (FIRST, SECOND, THIRD)} <= {3, 4}


def test_who_no_longer_asks_holds_up_nobody() -> None:
    """After a short while the next one has its look."""
    clock = Clock()
    looks = EditThrottle(1.5, 3.0, clock)
    assert looks.try_acquire(GROUP, FIRST)
    assert not looks.try_acquire(GROUP, SECOND)
    clock.now = 3.0 + PATIENCE
    assert not looks.try_acquire(GROUP, THIRD)
    clock.now += 1.0
    assert looks.try_acquire(GROUP, THIRD)


def test_a_message_that_was_sent_counts() -> None:
    """The first one of an answer does not ask, and the edits after it wait the longer."""
    clock = Clock()
    looks = EditThrottle(1.5, 3.0, clock)
    looks.record(GROUP, FIRST)
    assert not looks.try_acquire(GROUP, SECOND)


def test_nothing_is_remembered_of_chats_at_rest() -> None:
    """However many there were."""
    clock = Clock()
    looks = EditThrottle(1.5, 3.0, clock)
    for chat in range(1, 1000):
        clock.now += 1.0
        assert looks.try_acquire(chat, FIRST)
        assert not looks.try_acquire(chat, SECOND)
    assert looks.chats < 10
