"""Say a question as people type it, in English or in Chinese."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import Any, Literal

from training.lists import Named, read_data, read_lists

Wording = Literal["plain", "train", "test"]
"""The questions to use: the plain ones of training, all of training, or those kept out of it."""

CHINESE_SHARE = 0.3
MORE_SHARE = 0.6
OPENINGS = ("Hi, ", "Hello, ", "Hey, ", "Please, ", "Sorry, ", "OK, ", "And ", "So ", "Now ", "Hi! ", "Hello! ", "pls ")
CHINESE_OPENINGS = ("请问", "请问，", "你好，", "那么", "麻烦问下，", "帮我看看，", "想问一下，")
THANKS = (" Thanks", " Thank you!", " Thanks!", " thx", " please", ", please")
NO_SLOTS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Phrases:
    """Ways to ask one thing. The `test` ones and the last Chinese one are never trained on.

    `more` and `more_chinese` are long lists, which together get about half of the training's questions.
    """

    train: tuple[str, ...]
    test: tuple[str, ...]
    chinese: tuple[str, ...]
    more: tuple[str, ...] = ()
    more_chinese: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Asking:
    """A question as typed, and whether it is in Chinese: the answer's own words follow it."""

    text: str
    chinese: bool

    def say(self, english: str, chinese: str) -> str:
        """Return the one of two sentences in the question's language."""
        return chinese if self.chinese else english


def crossed(pattern: str, *parts: tuple[str, ...]) -> tuple[str, ...]:
    """Fill the pattern with one of each of the parts, in every way."""
    return tuple(pattern.format(*chosen) for chosen in product(*parts))


@cache
def read_phrases(file: str) -> Named[Phrases]:
    """Return the phrases of a data file: its tables, their crossings worked out."""
    lists = vars(read_lists(file))
    return Named({name: _phrases(table, lists) for name, table in read_data(file).items() if isinstance(table, dict)})


def _phrases(table: Mapping[str, Any], lists: Mapping[str, tuple[str, ...]]) -> Phrases:
    phrases = Phrases(**{key: _ways(ways, lists) for key, ways in table.items() if key != "once"})
    if not table.get("once"):
        return phrases
    more, more_chinese = _once(phrases.more, phrases.test), _once(phrases.more_chinese, phrases.chinese[-1:])
    return replace(phrases, more=more, more_chinese=more_chinese)


def _once(ways: tuple[str, ...], held_out: tuple[str, ...]) -> tuple[str, ...]:
    """Return each way once, but for those held out, in capitals or not."""
    kept_out = {way.lower() for way in held_out}
    return tuple(way for way in dict.fromkeys(ways) if way.lower() not in kept_out)


def _ways(written: list[Any], lists: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """Return ways as written, and those of each crossing: a pattern, then parts, each a list or the name of one."""
    found: list[str] = []
    for way in written:
        if isinstance(way, str):
            found.append(way)
        else:
            pattern, *parts = way
            found += crossed(pattern, *(lists[part] if isinstance(part, str) else tuple(part) for part in parts))
    return tuple(found)


WAYS = read_phrases("paraphrases")
"""The many ways to ask one thing."""


def phrase(
    rng: random.Random,
    phrases: Phrases,
    wording: Wording,
    slots: Mapping[str, str] = NO_SLOTS,
    chinese: Mapping[str, str] = NO_SLOTS,
) -> Asking:
    """Phrase a question with its {slots} filled; those of `chinese` go before `slots` in a Chinese question."""
    more = wording == "train" and rng.random() < MORE_SHARE
    if rng.random() < CHINESE_SHARE:
        trained = (more and phrases.more_chinese) or phrases.chinese[:-1]
        chosen = rng.choice(phrases.chinese[-1:] if wording == "test" else trained)
        return Asking(marked(rng, chosen.format_map({**slots, **chinese})), chinese=True)
    trained = (more and phrases.more) or phrases.train
    chosen = rng.choice(phrases.test if wording == "test" else trained)
    return Asking(typed(rng, chosen.format_map(dict(slots))), chinese=False)


def marked(rng: random.Random, asked: str) -> str:
    """End a Chinese question with a full-width mark, an ASCII one, or none; sometimes begin politely."""
    if rng.random() < 0.08:
        asked = rng.choice(CHINESE_OPENINGS) + asked
    return asked.replace("?", rng.choice(("？", "？", "？", "?", "")))


def typed(rng: random.Random, asked: str) -> str:
    """Sometimes add a greeting, or drop a capital or the final mark, as on a telephone."""
    if rng.random() < 0.06:
        asked = rng.choice(OPENINGS) + asked[0].lower() + asked[1:]
    if rng.random() < 0.12:
        asked = asked[0].lower() + asked[1:]
    if rng.random() < 0.12:
        asked = asked.rstrip("?.")
    return asked + rng.choice(THANKS) if rng.random() < 0.03 else asked
