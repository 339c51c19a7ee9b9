"""How long an answer takes at each level of detail, and how far the event loop lags behind while the model works."""

import asyncio
import contextlib
import statistics
import time
from dataclasses import dataclass

from bot.tasks import beside
from model_service import Detail, GenerationRequest, Message, ModelService, SamplingParams

QUESTION = "What does it say?"
CHARACTERS = 40
"""The length of a short answer; the rest of a longer one is not waited for."""

BEAT = 0.005
"""Seconds between two looks at the event loop."""


@dataclass(frozen=True, slots=True)
class Timing:
    """One level's times in seconds since the request: medians over the rounds. The lag is the worst of all rounds.

    `short_answer` is None where the answer had fewer than CHARACTERS characters.
    """

    level: str
    tokens: int
    rounds: int
    first_token: float
    short_answer: float | None
    worst_lag: float


@dataclass(frozen=True, slots=True)
class _Round:
    tokens: int
    first_token: float
    short_answer: float | None


async def time_level(service: ModelService, picture: bytes, level: str, rounds: int) -> Timing:
    """Ask `rounds` times about a picture (encoded bytes); each round looks at it anew."""
    lags = [0.0]
    async with beside(_watch(lags), "watch the event loop"):
        timed = [await _time_once(service, picture, level, number) for number in range(rounds)]
    short = [each.short_answer for each in timed if each.short_answer is not None]
    return Timing(
        level=level,
        tokens=timed[0].tokens,
        rounds=rounds,
        first_token=round(statistics.median(each.first_token for each in timed), 3),
        short_answer=round(statistics.median(short), 3) if short else None,
        worst_lag=round(max(lags), 4),
    )


async def _time_once(service: ModelService, picture: bytes, level: str, number: int) -> _Round:
    request = GenerationRequest(
        id=f"bench-{level}-{number}",
        chat="bench",
        messages=(Message("user", QUESTION),),
        picture=picture,
        detail=Detail.parse(level),
        sampling=SamplingParams(),
    )
    first: float | None = None
    short: float | None = None
    tokens = 0
    async with contextlib.aclosing(service.generate(request)) as outputs:
        async for output in outputs:
            tokens = output.plan.tokens if output.plan else 0
            first = output.seconds_to_first_token
            if len(output.text) >= CHARACTERS:
                short = output.seconds
                break
    return _Round(tokens, first or 0.0, short)


async def _watch(lags: list[float]) -> None:
    """Note how much later than asked each sleep ends."""
    while True:
        begin = time.monotonic()
        await asyncio.sleep(BEAT)
        lags.append(time.monotonic() - begin - BEAT)
