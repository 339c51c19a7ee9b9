"""python -m bench scale: how long 10,000 chats wait before a few servers, by load; all in simulated time."""

from dataclasses import dataclass
from pathlib import Path

from bench.queueing import Queueing, Scenario, erlang_c

SERVERS = (1, 2, 3, 4)
LOADS = (0.5, 0.7, 0.8, 0.9, 0.95, 1.2)
FLOODING = 50
FLOODED = (0.5, 0.7, 0.8)

ROOM = 0.25
"""By what share the mean wait may differ from Erlang's formula below full load: it is a random number."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Each number of servers gets each load; `slots` and `seconds` are as measured on one card (docs/performance.md).

    An answer's place in a server of eight is taken for 0.89 s: eight people together had their answers in that time.
    """

    chats: int = 10_000
    slots: int = 8
    seconds: float = 0.89
    questions: int = 20_000
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """What a load came to: questions a second in all, seconds from a chat's answer to its next question, waits.

    `expected` is the mean wait by Erlang's formula, which holds below full load where nobody floods.
    """

    servers: int
    load: float
    flooding: int
    per_second: float
    pause: float
    mean: float
    median: float
    p95: float
    p99: float
    refused: float
    idle: float
    expected: float | None

    def off(self) -> bool:
        """Whether the mean wait is not that of theory, by more than chance and a twentieth of a second."""
        if self.expected is None:
            return False
        return abs(self.mean - self.expected) > max(ROOM * self.expected, 0.05)


@dataclass(frozen=True, slots=True)
class Outcome:
    """All rows."""

    plan: Plan
    rows: list[Row]

    def wrong(self) -> str | None:
        """Whether a slot was ever left free while somebody waited, or the waits are not those of theory."""
        idle, off = [row for row in self.rows if row.idle], [row for row in self.rows if row.off()]
        return f"idle: {idle}, off: {off}" if idle or off else None

    def table(self) -> str:
        """Return the rows for docs/scale.md."""
        lines = [
            "| cards | load | chats that flood | answers a second | a chat asks every "
            "| wait: median | 95 % | 99 % | refused |",
            "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
        ]
        for row in self.rows:
            share, flooding = f"{100 * row.load:.0f} %", row.flooding or ""
            waits = " | ".join(f"{seconds:.2f} s" for seconds in (row.median, row.p95, row.p99))
            asked = f"{row.per_second:.1f} | {row.pause / 60:.0f} min"
            lines.append(f"| {row.servers} | {share} | {flooding} | {asked} | {waits} | {100 * row.refused:.1f} % |")
        return "\n".join(lines)


async def measure(plan: Plan, folder: Path) -> Outcome:
    """Run all scenarios; nothing is written into the folder."""
    loads = [(servers, load, 0) for servers in SERVERS for load in LOADS]
    loads += [(servers, load, FLOODING) for servers in SERVERS[:2] for load in FLOODED]
    return Outcome(plan, [_row(plan, *each) for each in loads])


def _row(plan: Plan, servers: int, load: float, flooding: int) -> Row:
    scenario = Scenario(
        servers, load, plan.chats, plan.slots, plan.seconds, flooding, questions=plan.questions, seed=plan.seed
    )
    seen = Queueing(scenario).run()
    waits, slots = sorted(seen.waits), servers * plan.slots
    theory = None if flooding or load >= 1 else erlang_c(slots, load) * plan.seconds / (slots * (1 - load))
    return Row(
        servers,
        load,
        flooding,
        len(seen.stays) / seen.time,
        scenario.pause,
        sum(waits) / len(waits),
        waits[len(waits) // 2],
        waits[int(len(waits) * 0.95)],
        waits[int(len(waits) * 0.99)],
        seen.refused / (seen.refused + len(seen.stays)),
        seen.idle,
        theory,
    )
