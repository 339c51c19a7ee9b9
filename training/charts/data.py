"""The content of a chart before its layout: categories, values on a scale, and a title."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from training import values
from training.documents import Source
from training.lists import NAMES, read_lists
from training.phrasing import Wording

LISTS = read_lists("charts/data")

Form = Literal["columns", "bars", "line"]
"""Upright bars, lying bars, or points joined by a line."""


@dataclass(frozen=True, slots=True)
class Scale:
    """The format of printed numbers; a number is an int that counts 10 ** -`decimals`."""

    before: str = ""
    after: str = ""
    decimals: int = 0
    comma: bool = False

    def write(self, number: int) -> str:
        """Return a number as printed."""
        pattern = f"{{:{',' if self.comma else ''}.{self.decimals}f}}"
        return self.before + pattern.format(number / 10**self.decimals) + self.after


@dataclass(frozen=True, slots=True)
class Categories:
    """A set of categories: the name of one of them, and `timed` if it is about time.

    `labels` are in their natural order where the set is timed; where it is empty, `make` invents them.
    """

    noun: str
    chinese: str
    labels: tuple[str, ...] = ()
    make: Callable[[Source], str] | None = None
    timed: bool = False

    def choose(self, source: Source, count: int) -> tuple[str, ...]:
        """Choose `count` different labels: neighbours where the set is timed. Fewer if there are no more."""
        if self.make:
            made = {label.casefold(): label for label in (self.make(source) for _ in range(3 * count))}
            return tuple(made.values())[:count]
        count = min(count, len(self.labels))
        if self.timed:
            first = source.rng.randint(0, len(self.labels) - count)
            return self.labels[first : first + count]
        return tuple(source.rng.sample(self.labels, count))


@dataclass(frozen=True, slots=True)
class Chart:
    """Categories with their values, all different; `ticks` run evenly from the axis's start to its end.

    `marked` prints the values at the bars or points, `axis` prints the ticks; at least one of them is so, and
    unmarked values lie on ticks. `missing` is a category that is not there.
    """

    form: Form
    title: str
    categories: Categories
    labels: tuple[str, ...]
    numbers: tuple[int, ...]
    ticks: tuple[int, ...]
    scale: Scale
    marked: bool
    axis: bool
    missing: str

    @property
    def values(self) -> tuple[str, ...]:
        """The values as printed, in the order of the labels."""
        return tuple(self.scale.write(number) for number in self.numbers)

    def share(self, number: int) -> float:
        """Return where along the axis a number is, from 0 to 1."""
        return (number - self.ticks[0]) / (self.ticks[-1] - self.ticks[0])


SUFFIXES = "sssgmkhab"


def _short_word(source: Source) -> str:
    return values.short_word(source.rng, source.words, 8).capitalize()


def _code(source: Source) -> str:
    """Return letters, digits and signs together, or a word and a number."""
    rng = source.rng
    letter, number = values.letters(rng, 1), rng.randint(1, 60)
    word = values.short_word(rng, source.words, 6).capitalize()
    codes = (f"{letter}{number}", f"{number}{letter.lower()}", f"{letter}-{number}", f"{number}/{rng.randint(1, 60)}")
    return rng.choice((*codes, f"{word} {number % 10}", f"{letter}. {word}"))


def _amount(source: Source) -> str:
    """Return a number with a letter right behind it: the eye must tell "1364s" from "13645". No whole tens."""
    rng = source.rng
    digits = rng.randint(1, 4)
    return f"{rng.randrange(10 ** (digits - 1), 10**digits) // 10 * 10 + rng.randint(1, 9)}{rng.choice(SUFFIXES)}"


def _numbered(source: Source) -> str:
    """Return a short word and a number."""
    word = values.short_word(source.rng, source.words, 4).capitalize()
    return f"{word} {source.rng.randint(1, 31)}"


def _short(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name[:3] for name in names)


_month, _day = partial(Categories, "month", "月份", timed=True), partial(Categories, "day", "日子", timed=True)

TRAIN_TIMES = (
    _month(_short(NAMES.MONTHS)),
    _month(_short(NAMES.MONTHS)),
    _month(NAMES.MONTHS),
    _day(_short(NAMES.DAYS)),
    _day(NAMES.DAYS),
    Categories("year", "年份", tuple(map(str, range(1985, 2036))), timed=True),
    Categories("quarter", "季度", ("Q1", "Q2", "Q3", "Q4"), timed=True),
    Categories("week", "周", tuple(f"Week {number}" for number in range(1, 13)), timed=True),
    Categories("round", "轮次", tuple(f"Round {number}" for number in range(1, 16)), timed=True),
    Categories("lap", "圈数", tuple(f"Lap {number}" for number in range(1, 16)), timed=True),
    Categories("age", "年龄", tuple(f"Age {number}" for number in range(3, 20)), timed=True),
    Categories("second", "秒数", tuple(f"{number}s" for number in range(1001, 2999, 7) if number % 10), timed=True),
    Categories("time", "时刻", tuple(f"{hour}:{past}" for hour in range(5, 24) for past in (15, 30, 45)), timed=True),
)
TRAIN_THINGS = (
    Categories("product", "商品", NAMES.GOODS),
    Categories("item", "项目", make=_short_word),
    Categories("item", "项目", make=_short_word),
    Categories("player", "选手", make=lambda source: values.first_name(source.rng)),
    Categories("town", "城市", make=lambda source: values.town(source.rng)),
    Categories("group", "组", tuple("ABCDEFGHJKLMNPRSTUVWXYZ")),
    Categories("model", "型号", make=_code),
    Categories("model", "型号", make=_code),
    Categories("size", "尺寸", make=_amount),
    Categories("size", "尺寸", make=_amount),
    Categories("place", "位置", make=_numbered),
    Categories("team", "队", tuple(f"Team {name}" for name in "ABCDEFGH123456789")),
)
TEST_TIMES = (
    Categories("hour", "时间", tuple(f"{hour}:00" for hour in range(6, 23)), timed=True),
    Categories("decade", "年代", tuple(f"{year}s" for year in range(1890, 2030, 10)), timed=True),
    _day(tuple(f"Day {number}" for number in range(1, 13))),
)
TEST_THINGS = (
    Categories("planet", "行星", LISTS.PLANETS),
    Categories("instrument", "乐器", LISTS.INSTRUMENTS),
    Categories("animal", "动物", LISTS.ANIMALS),
)

SCALES = (
    *(Scale() for _ in range(8)),
    *(Scale(comma=True), Scale(after="%"), Scale(after="%"), Scale(after=" kg"), Scale(after="k")),
    *(Scale("$"), Scale("£"), Scale("€"), Scale(decimals=1), Scale(decimals=1), Scale(decimals=1, after="%")),
)
STEPS = (2, 5, 5, 10, 10, 10, 20, 20, 25, 50, 100, 200, 250, 500)
LEAST_GAP = 0.06
"""Between any two values, as a share of the axis's end."""


def choose_chart(source: Source, form: Form, count: int, split: Wording) -> Chart:
    """Draw up a chart of at most `count` categories; `split` "test" takes those and topics kept out of training."""
    rng = source.rng
    times, things = (TEST_TIMES, TEST_THINGS) if split == "test" else (TRAIN_TIMES, TRAIN_THINGS)
    categories = rng.choice(times if form == "line" or rng.random() < 0.45 else things)
    labels = categories.choose(source, count)
    title = _title(source, categories, LISTS.TEST_TOPICS if split == "test" else LISTS.TRAIN_TOPICS)
    marked = rng.random() < 0.78
    step = rng.choice(STEPS) if marked else rng.choice((1, 1, *STEPS))
    ticks = range(0, step * rng.randint(max(4, len(labels)), 7) + 1, step)
    numbers = list(_apart(rng, ticks, len(labels)) if marked else rng.sample(ticks[1:], len(labels)))
    if form == "line" and rng.random() < 0.5:
        numbers.sort(reverse=rng.random() < 0.5)
    first = (min(numbers) - 1) // step if form == "line" and rng.random() < 0.4 else 0
    return Chart(
        form=form,
        title=title,
        categories=categories,
        labels=labels,
        numbers=tuple(numbers),
        ticks=tuple(ticks[first:]),
        scale=rng.choice(SCALES),
        marked=marked,
        axis=not marked or rng.random() < 0.4,
        missing=_missing(source, categories, labels, title),
    )


def _apart(rng: random.Random, ticks: range, count: int) -> list[int]:
    """Return `count` numbers in random order, far enough apart for the eye to tell."""
    end = ticks[-1]
    gap, low = math.ceil(LEAST_GAP * end), math.ceil(0.08 * end)
    packed = sorted(rng.sample(range(low, end - (count - 1) * (gap - 1) + 1), count))
    numbers = [number + place * (gap - 1) for place, number in enumerate(packed)]
    rng.shuffle(numbers)
    return numbers


def _title(source: Source, categories: Categories, topics: tuple[str, ...]) -> str:
    """Return one to three words."""
    rng = source.rng
    topic, word = rng.choice(topics), values.short_word(rng, source.words, 9)
    shapes = (
        topic,
        word.capitalize(),
        f"{topic} per {categories.noun}",
        f"{topic} {rng.randint(1990, 2031)}",
        f"{word.capitalize()} {topic.lower()}",
        f"{word.capitalize()} {values.short_word(rng, source.words, 9)}",
        f"{topic} of {word}",
        f"{values.town(rng)} {topic.lower()}",
    )
    return rng.choice(shapes)


def _missing(source: Source, categories: Categories, labels: tuple[str, ...], title: str) -> str:
    """Return a label that could be there, but stands nowhere in the chart; empty if none was found."""
    shown = " ".join((title, *labels)).casefold()
    others = categories.labels or categories.choose(source, 4)
    free = [label for label in others if label.casefold() not in shown]
    return source.rng.choice(free) if free else ""
