"""Promises of ModelService when several ask at once: turns on the real thread, by a clock that the engine moves."""

import asyncio

import pytest

from model_service import FinishReason, Limit, LimitReached, Limits, Place, Stage
from tests.model_service.scripted_engine import follow
from tests.model_service.turns_engine import TOKEN, Held, ask, begin


async def test_a_long_answer_is_cut_into_slices() -> None:
    """A short question of another chat is answered after one slice; the long answer then goes on where it was."""
    held = Held()
    async with held.service() as service, asyncio.TaskGroup() as group:
        await service.ready()
        long, short = await begin(group, service, ask("long", words=6), ask("short"))
        held.gate.open(100)
        assert (await short)[-1].text == "word "
        assert (await long)[-1].text == "word " * 6
        last = (await long)[-1]
    assert held.work.tokens == ["long"] * 2 + ["short"] * 2 + ["long"] * 5
    assert (last.tokens, last.finish_reason, last.seconds) == (7, FinishReason.STOP, 9 * TOKEN)


async def test_one_persons_questions_keep_their_order() -> None:
    """Slices do not let a person's second question overtake the first."""
    held = Held()
    async with held.service() as service, asyncio.TaskGroup() as group:
        await service.ready()
        await begin(group, service, ask("first", 6, "chat", "me"), ask("second", 1, "chat", "me"))
        held.gate.open(100)
    assert held.work.tokens == ["first"] * 7 + ["second"] * 2


async def test_fifty_long_questions_beside_nine_short_ones() -> None:
    """On the real thread: each short one begins within two slices per chat in line."""
    held = Held()
    async with held.service() as service, asyncio.TaskGroup() as group:
        await service.ready()
        await begin(group, service, *(ask(f"long {number}", 5, "hog") for number in range(50)))
        await begin(group, service, *(ask(f"short {number}") for number in range(9)))
        held.gate.open(1000)
    slice_seconds = 2 * TOKEN
    assert all(held.work.began[f"short {number}"] <= 2 * slice_seconds * 10 for number in range(9))
    assert len(held.work.closed) == 59


async def test_busy_chats_get_equal_shares() -> None:
    """Three chats that always ask, with answers of different length, have GPU seconds within 10 %."""
    held = Held()
    words = {"short": 1, "middle": 7, "long": 30}
    held.gate.open(100_000)

    async def keep_asking(chat: str, line: str) -> None:
        number = 0
        while sum(held.work.seconds.values()) < 600:
            number += 1
            await follow(service, ask(f"{chat} {line} {number}", words[chat], chat))

    async with held.service() as service, asyncio.TaskGroup() as group:
        await service.ready()
        for chat in words:
            group.create_task(keep_asking(chat, "a"))
            group.create_task(keep_asking(chat, "b"))
    assert max(held.work.seconds.values()) < 1.1 * min(held.work.seconds.values())


async def test_busy_people_of_a_chat_get_equal_shares() -> None:
    """Within a chat likewise; beside them another chat has as many seconds as all of theirs together."""
    held = Held()
    words = {"short": 1, "middle": 7, "long": 30, "alone": 12}
    held.gate.open(100_000)

    async def keep_asking(person: str, line: str) -> None:
        number, chat = 0, "own" if person == "alone" else "group"
        while sum(held.work.seconds.values()) < 600:
            number += 1
            await follow(service, ask(f"{person} {line} {number}", words[person], chat, person))

    async with held.service() as service, asyncio.TaskGroup() as group:
        await service.ready()
        for person in words:
            group.create_task(keep_asking(person, "a"))
            group.create_task(keep_asking(person, "b"))
    of_group = [held.work.seconds_by[person] for person in ("short", "middle", "long")]
    assert max(of_group) < 1.1 * min(of_group)
    assert max(held.work.seconds.values()) < 1.1 * min(held.work.seconds.values())


async def test_a_place_in_line_with_an_estimate() -> None:
    """Once an answer was measured, who waits is told how many go first, and about how long that takes."""
    held = Held()
    async with held.service(slice_tokens=100) as service, asyncio.TaskGroup() as group:
        await service.ready()
        held.gate.open(4)
        assert service.place("a") is None
        await follow(service, ask("a", 3, "chat"))
        running, waiting = await begin(group, service, ask("b", 3, "chat"), ask("c", 3, "chat"))
        assert (service.waiting, service.under_way) == (1, 1)
        assert service.place("b") is None
        assert service.place("c") == Place(1, 4 * TOKEN)
        held.gate.open(2)
        await asyncio.to_thread(held.work.wait_for, 6)
        assert service.place("c") == Place(1, 2 * TOKEN)
        held.gate.open(100)
        first = (await waiting)[0]
        assert (first.stage, first.waiting, first.wait_seconds) == (Stage.WAITING, 1, 4 * TOKEN)
        await running
        assert service.place("c") is None


async def test_limits_reach_the_caller() -> None:
    """Who asks too much is told which limit it was, and nobody else suffers."""
    held = Held()
    held.gate.open(100)
    async with held.service(Limits(seconds_per_person=2 * TOKEN)) as service:
        await follow(service, ask("a", 1, "chat", "me"))
        with pytest.raises(LimitReached) as reached:
            await follow(service, ask("c", 1, "other", "me"))
        assert reached.value.limit is Limit.PERSON_SECONDS
        await follow(service, ask("b", 1, "chat", "you"))
    assert held.work.tokens == ["a", "a", "b", "b"]
