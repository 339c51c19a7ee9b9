"""The looks of auto at a picture, by an engine alone: the part, the level, once more where doubts are left."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from assistant.doubt import Verdict, judge
from assistant.level import Wish, level_for, resized, sight_in
from assistant.looking import RANKS
from assistant.next_looks import leaves_doubts, much_closer
from assistant.shown_part import shown_part
from bench.watched import stopped
from model_service import Detail, Doubt, EngineInfo, GenerationOutput, Region, plan_detail


class Told(Protocol):
    """What an engine said, and the doubts about it."""

    @property
    def said(self) -> str:
        """The answer."""

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """What is not certain in it."""


T = TypeVar("T", bound=Told)


@dataclass(frozen=True, slots=True)
class Looks(Generic[T]):
    """All answers about a picture of `size`, in order, with their `levels` and tokens, and the `better` one."""

    better: T
    answers: tuple[T, ...]
    levels: tuple[Detail, ...]
    tokens: int
    size: tuple[int, int]


def look(picture: bytes, info: EngineInfo, ask: Callable[[Detail, Region | None], T], *, whole: bool) -> Looks[T]:
    """Look as auto does; `whole`: all the text is asked for. What is too small for that is not read in parts here."""
    sight, wish = sight_in(picture), Wish.READ if whole else Wish.FIND
    sent, region = (sight.width, sight.height), shown_part(sight, wish, info)
    sight = sight if region is None else resized(sight, region)
    size = sight.width, sight.height
    level = level_for(sight, wish, info.dial, info.max_visual_tokens)
    plan = plan_detail(info.dial, level, *size, info.max_visual_tokens)
    first = ask(level, region)
    told, worth, broken_off = _judged(first, info, whole=whole)
    again = broken_off or leaves_doubts(told.text, told.doubts, worth, whole=whole)
    second = much_closer(size, plan, info, printed=sight.line is not None) if again else None
    if second is None:
        return Looks(first, (first,), (level,), plan.tokens, sent)
    closer, seen = ask(second, region), plan_detail(info.dial, second, *size, info.max_visual_tokens)
    better = closer if RANKS.index(_judged(closer, info, whole=whole)[1]) >= RANKS.index(worth) else first
    return Looks(better, (first, closer), (level, second), plan.tokens + seen.tokens, sent)


def _judged(answer: Told, info: EngineInfo, *, whole: bool) -> tuple[GenerationOutput, Verdict, bool]:
    """Return what is told of an answer, what that is worth, and whether it was broken off there."""
    told, broken_off = stopped(answer.said, answer.doubts, info.sureness)
    if info.sureness is None:
        return told, Verdict.SURE, broken_off
    verdict = judge(told.text, told.doubts, info.sureness, whole=whole).verdict
    return told, Verdict.UNSURE if broken_off and verdict is Verdict.SURE else verdict, broken_off
