"""A few slots in all, and of these a chat has its share."""

import asyncio
from collections.abc import Iterable

from assistant.pictures.fair_slots import FairSlots
from assistant.tasks import spawn


class Work:
    """Users with a slot, in the order in which they got it; each releases it when its chat's name is in `over`."""

    def __init__(self, slots: FairSlots) -> None:
        self.slots = slots
        self.inside: list[str] = []
        self.began: list[str] = []
        self._ends: dict[str, asyncio.Event] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def want(self, names: Iterable[str]) -> None:
        """Let these ask for a slot; the first letter is the chat."""
        for name in names:
            self._ends[name] = asyncio.Event()
            self._tasks[name] = spawn(self._work(name), name)
            await settle()

    async def _work(self, name: str) -> None:
        async with self.slots.of(ord(name[0])):
            self.began.append(name)
            self.inside.append(name)
            try:
                await self._ends[name].wait()
            finally:
                self.inside.remove(name)

    async def end(self, name: str) -> None:
        """End one."""
        self._ends[name].set()
        await settle()

    async def cancel(self, name: str) -> None:
        """Cancel one."""
        self._tasks[name].cancel()
        await settle()


async def settle() -> None:
    """Let everybody go as far as they can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_chat_has_its_share_and_no_more() -> None:
    """Though there is room."""
    work = Work(FairSlots(5, per_chat=2))
    await work.want(["a1", "a2", "a3", "b1"])
    assert work.inside == ["a1", "a2", "b1"]
    await work.end("a1")
    assert work.inside == ["a2", "b1", "a3"]


async def test_nobody_waits_behind_more_than_a_share_of_others() -> None:
    """Two chats want twenty each; who comes last has the next slot but one."""
    work = Work(FairSlots(2))
    await work.want([f"{chat}{number}" for number in range(20) for chat in "ab"] + ["c0"])
    assert work.inside == ["a0", "b0"]
    await work.end("a0")
    await work.end("b0")
    assert work.inside == ["c0", "a1"]


async def test_a_chats_own_are_in_order() -> None:
    """First come, first served."""
    work = Work(FairSlots(3))
    await work.want(["a1", "a2", "a3"])
    for name in ("a1", "a2", "a3"):
        await work.end(name)
    assert work.began == ["a1", "a2", "a3"]


async def test_who_gives_up_leaves_no_slot_taken() -> None:
    """Neither while it waits, in either line, nor while it works."""
    slots = FairSlots(1)
    work = Work(slots)
    await work.want(["a1", "a2", "b1", "b2", "c1"])
    for name in ("a2", "b1", "a1"):
        await work.cancel(name)
    assert work.inside == ["c1"]
    await work.end("c1")
    assert work.inside == ["b2"]
    await work.end("b2")
    assert slots.chats == 0


def test_it_serves_one_event_loop_after_another() -> None:
    """Waits in the first loop have no effect in the next."""
    slots = FairSlots(1)

    async def three() -> list[str]:
        work = Work(slots)
        await work.want(["a1", "b1", "c1"])
        for name in ("a1", "b1", "c1"):
            await work.end(name)
        return work.began

    assert asyncio.run(three()) == asyncio.run(three()) == ["a1", "b1", "c1"]
    assert slots.chats == 0
