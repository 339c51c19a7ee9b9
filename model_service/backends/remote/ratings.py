"""How probable a server's tokens were (OpenAI's `logprobs`), as doubts about the text they make. Pure data."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from model_service.types import Doubt
from model_service.visible import BOXES

DIGITS = 6
"""Decimals of a probability: engines count in millionths."""

HALF = "\ufffd".encode()
"""Sign of a token that has no text of its own, from servers that do not tell its bytes."""

AHEAD = 64
"""Bytes of a text within which a token is looked for where those before it are not in the text."""


@dataclass(frozen=True, slots=True)
class Rating:
    """A token's bytes, its probability, and that of the likeliest other; 0 where that is not told."""

    token: bytes
    probability: float
    runner_up: float = 0.0


def read_ratings(told: Any) -> tuple[Rating, ...]:
    """Return what a choice's `logprobs` say of its tokens; nothing where a server has another form for it."""
    try:
        return tuple(map(_rating, told["content"]))
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return ()


def _rating(entry: Mapping[str, Any]) -> Rating:
    """Read an entry.

    Raises:
        KeyError, TypeError, ValueError: it is not like OpenAI's.
    """
    logprob = float(entry["logprob"])
    own, others = (entry["token"], logprob), list[float]()
    for other in entry.get("top_logprobs") or ():
        if (other["token"], float(other["logprob"])) == own:
            own = None, 0.0  # It is told once; one of the same text may be another token.
        else:
            others.append(float(other["logprob"]))
    return Rating(_token(entry), _probability(logprob), _probability(max(others, default=-math.inf)))


def _token(entry: Mapping[str, Any]) -> bytes:
    """Return a token's bytes: half a character has no text of its own."""
    if isinstance(entry.get("bytes"), list):
        return bytes(entry["bytes"])
    return str(entry["token"]).encode("utf-8", "replace")


def _probability(logprob: float) -> float:
    if math.isnan(logprob):
        raise ValueError("a probability that is no number")
    return round(min(1.0, math.exp(min(0.0, logprob))), DIGITS)


def doubts_about(text: str, ratings: Sequence[Rating], certain: float, *, ended: bool) -> tuple[Doubt, ...] | None:
    """Return the doubts about a text by what is told of its tokens; None where they do not make it.

    A character is as likely as the least likely token of its bytes. `ended`: the model ended it by itself, and what is
    told of that token counts.
    """
    data = text.encode("utf-8", "replace")
    spans = list(_spans(data, ratings))
    if _untold(data, spans):
        return None
    doubts: list[Doubt] = []
    begins = _begins(text)
    for begin, end, rating in spans:
        start, stop = begins[begin], begins[end - 1] + 1 if end > begin else begins[begin]
        if stop == start and not (ended and start == len(text)):
            continue
        doubt = Doubt(start, stop, rating.probability, rating.runner_up)
        if doubts and start < doubts[-1].end:  # Both have a part of a character.
            least = min(doubts.pop(), doubt, key=lambda each: each.probability)
            doubt = Doubt(min(start, least.start), stop, least.probability, least.runner_up)
        doubts.append(doubt)
    return tuple(doubt for doubt in doubts if doubt.probability < certain)


def _spans(data: bytes, ratings: Sequence[Rating]) -> Iterator[tuple[int, int, Rating]]:
    """Yield where the bytes of each token stand. A token that is not in the text (a mark) has a place without bytes."""
    at, half = 0, list[Rating]()
    for rating in ratings:
        token = rating.token if data.startswith(rating.token, at) else rating.token.lstrip()
        if rating.token and not token:  # Blanks that the server cut off.
            continue
        found = data.find(token, at, at + AHEAD + len(token)) if token else at
        if found < 0 and HALF in token:
            half.append(rating)
        elif found < 0:
            yield at, at, rating
        else:
            yield from _halves(at, found, half)
            yield found, found + len(token), rating
            at, half = found + len(token), []
    yield from _halves(at, len(data), half)


def _halves(begin: int, end: int, half: Sequence[Rating]) -> Iterator[tuple[int, int, Rating]]:
    """Yield the place of tokens that were told as signs of what has no text: characters of several tokens."""
    if half and begin < end:
        yield begin, end, min(half, key=lambda rating: rating.probability)


def _untold(data: bytes, spans: Sequence[tuple[int, int, Rating]]) -> bool:
    """Return whether nothing is told of a part of a text that is more than blanks."""
    at = 0
    for begin, end, _ in spans:
        if data[at:begin].strip():
            return True
        at = max(at, end)
    return bool(data[at:].strip())


def _begins(text: str) -> list[int]:
    """Return for each byte of a text, and its end, the place of its character."""
    begins = [place for place, character in enumerate(text) for _ in character.encode("utf-8", "replace")]
    return [*begins, len(text)]


def moved(doubts: Sequence[Doubt], said: str, shown: str) -> tuple[Doubt, ...] | None:
    """Return the doubts about what a model said, in their places in what is shown of it: a part, marks left out.

    None where they are not found.
    """
    places = _places(said, shown)
    if places is None:
        return None
    found: list[Doubt] = []
    for doubt in doubts:
        inside = [at for at, place in enumerate(places) if doubt.start <= place < doubt.end]
        if inside:
            found.append(Doubt(inside[0], inside[-1] + 1, doubt.probability, doubt.runner_up))
        elif doubt.start == doubt.end == len(said):
            found.append(Doubt(len(shown), len(shown), doubt.probability, doubt.runner_up))
    return tuple(found)


def _places(said: str, shown: str) -> list[int] | None:
    """Return the places in what was said of the characters that are shown: of several that fit, the last ones."""
    places = list(range(len(said)))
    for mark in BOXES:
        for found in re.finditer(re.escape(mark), said):
            places[found.start() : found.end()] = [-1] * len(mark)
    places = [place for place in places if place >= 0]
    at = "".join(said[place] for place in places).rfind(shown)
    return places[at : at + len(shown)] if at >= 0 else None
