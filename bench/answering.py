"""Time an answer at each level of detail, and the event loop's lag while the model works."""

import secrets
import statistics
from dataclasses import dataclass, replace

from assistant.tasks import background
from bench.lag import watch_lag
from model_service import Detail, GenerationRequest, Message, ModelService, PictureRef, SamplingParams

QUESTION = "What does it say?"
FOLLOW_UP = "What is the date?"
CHARACTERS = 40
"""The length of a short answer."""

SAMPLING = SamplingParams(max_tokens=2 * CHARACTERS)
"""A longer answer is cut here."""


@dataclass(frozen=True, slots=True)
class Timing:
    """One level's times in seconds since the request: medians over the rounds. The lag is the worst of all rounds.

    `follow_up` is the time to the first token of a further question about the picture. `short_answer` is None where the
    answer had fewer than CHARACTERS characters.
    """

    level: str
    tokens: int
    rounds: int
    first_token: float
    follow_up: float
    short_answer: float | None
    worst_lag: float


@dataclass(frozen=True, slots=True)
class _Round:
    tokens: int
    first_token: float
    follow_up: float
    short_answer: float | None


async def time_level(service: ModelService, picture: bytes, level: str, rounds: int) -> Timing:
    """Ask `rounds` times about a picture (encoded bytes); each round looks at it afresh, then asks a follow-up."""
    lags = [0.0]
    async with background(watch_lag(lags), "watch the event loop"):
        timed = [await _time_once(service, _unseen(picture), level, number) for number in range(rounds)]
    short = [each.short_answer for each in timed if each.short_answer is not None]
    return Timing(
        level=level,
        tokens=timed[0].tokens,
        rounds=rounds,
        first_token=round(statistics.median(each.first_token for each in timed), 3),
        follow_up=round(statistics.median(each.follow_up for each in timed), 3),
        short_answer=round(statistics.median(short), 3) if short else None,
        worst_lag=round(max(lags), 4),
    )


def _unseen(picture: bytes) -> bytes:
    """Return the same picture to a decoder but a new one to a cache: decoders skip bytes after the end."""
    return picture + secrets.token_bytes(8)


async def _time_once(service: ModelService, picture: bytes, level: str, number: int) -> _Round:
    question = Message("user", QUESTION, (PictureRef(picture, Detail.parse(level)),))
    request = GenerationRequest(
        id=f"bench-{level}-{number}",
        chat="bench",
        messages=(question,),
        sampling=SAMPLING,
    )
    outputs = [output async for output in service.generate(request)]
    last = outputs[-1]
    messages = (question, Message("assistant", last.text), Message("user", FOLLOW_UP))
    follow_up = replace(request, id=f"{request.id}-follow-up", messages=messages)
    *_, further = [output async for output in service.generate(follow_up)]
    short = (output.seconds for output in outputs if len(output.text) >= CHARACTERS)
    return _Round(
        tokens=last.plan.tokens if last.plan else 0,
        first_token=last.seconds_to_first_token or 0.0,
        follow_up=further.seconds_to_first_token or 0.0,
        short_answer=next(short, None),
    )
