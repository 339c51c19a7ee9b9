"""Questions about a chart, and the answers exactly as printed."""

import random
from itertools import pairwise
from typing import Literal

from training.charts.data import Chart
from training.lists import read_data
from training.phrasing import WAYS, Asking, Wording, phrase, read_phrases
from training.questions import QA, Asked

PHRASES = read_phrases("charts/phrases")

Sort = Literal["title", "largest", "smallest", "largest value", "smallest value", "value", "trend", "count", "kind"]
WORDS = read_data("charts/words")
WEIGHTS: dict[Sort, float] = WORDS["WEIGHTS"]
MISSING_SHARE = {True: 0.35, False: 0.12}
"""The share of charts asked about a category that they do not have: in training, and in the exam."""


def ask_chart(rng: random.Random, chart: Chart, wording: Wording) -> tuple[QA, ...]:
    """Ask questions in random order: three to five, in training six; only values are asked for more than once.

    Each of these is about another category.
    """
    taught = wording != "test"
    sorts = {sort: weight for sort, weight in WEIGHTS.items() if sort != "trend" or trend(chart) is not None}
    places = rng.sample(range(len(chart.labels)), len(chart.labels))
    chosen = [_missing(rng, chart, wording)] if chart.missing and rng.random() < MISSING_SHARE[taught] else []
    wanted = 6 if taught else rng.randint(3, 5)
    while len(chosen) < wanted:
        sort = rng.choices(list(sorts), list(sorts.values()))[0]
        if sort == "value":
            chosen.append(_value(rng, chart, places.pop(), wording))
        else:
            chosen.append(_ask(rng, chart, sort, wording))
        if sort != "value" or not places:
            del sorts[sort]
    rng.shuffle(chosen)
    return tuple(chosen)


def trend(chart: Chart) -> bool | None:
    """Return True for a line that rises all the way, False for one that falls, None for anything else."""
    if chart.form != "line":
        return None
    rises = {after > before for before, after in pairwise(chart.numbers)}
    return rises.pop() if len(rises) == 1 else None


def _ask(rng: random.Random, chart: Chart, sort: Sort, wording: Wording) -> QA:
    if sort == "title":
        return _qa(phrase(rng, PHRASES.TITLE, wording), chart.title, sort, "title")
    if sort == "trend":
        asking = phrase(rng, PHRASES.TREND, wording)
        answer = asking.say("It rises.", "上升。") if trend(chart) else asking.say("It falls.", "下降。")
        return _qa(asking, answer, sort, "centre", str(len(chart.labels)))
    if sort == "kind":
        return _kind(rng, chart, wording)
    if sort == "count":
        return _qa(phrase(rng, PHRASES.COUNT, wording, *_slots(rng, chart)), str(len(chart.labels)), sort, "centre")
    return _extreme(rng, chart, sort, wording)


def _value(rng: random.Random, chart: Chart, place: int, wording: Wording) -> QA:
    asking = phrase(rng, PHRASES.VALUE, wording, *_slots(rng, chart, chart.labels[place]))
    return _qa(asking, chart.values[place], "value", "value", str(place + 1))


def _extreme(rng: random.Random, chart: Chart, sort: Sort, wording: Wording) -> QA:
    largest = sort in {"largest", "largest value"}
    place = chart.numbers.index((max if largest else min)(chart.numbers))
    rank = "largest" if largest else "smallest"
    slots = _slots(rng, chart, largest=largest)
    if sort in {"largest value", "smallest value"}:
        return _qa(phrase(rng, PHRASES.EXTREME_VALUE, wording, *slots), chart.values[place], sort, "value", rank)
    phrases = PHRASES.PEAK if chart.categories.timed and rng.random() < 0.3 else PHRASES.EXTREME
    return _qa(phrase(rng, phrases, wording, *slots), chart.labels[place], sort, "label", rank)


def _kind(rng: random.Random, chart: Chart, wording: Wording) -> QA:
    asking = phrase(rng, WAYS.KIND if rng.random() < 0.5 else PHRASES.CHART_KIND, wording)
    line = asking.say("A line chart.", "折线图。")
    return QA(Asked.KIND, asking.text, line if chart.form == "line" else asking.say("A bar chart.", "柱状图。"))


def _missing(rng: random.Random, chart: Chart, wording: Wording) -> QA:
    asking = phrase(rng, PHRASES.VALUE, wording, *_slots(rng, chart, chart.missing))
    there = chart.missing
    answer = asking.say(f"There is no {there} in the picture.", f"图中没有{there}。")
    return QA(Asked.ABSENT, asking.text, answer, "category")


def _slots(
    rng: random.Random, chart: Chart, label: str = "", *, largest: bool = True
) -> tuple[dict[str, str], dict[str, str]]:
    """Return English words for the slots of a phrase, and Chinese ones."""
    noun, chinese_noun = rng.choice(((chart.categories.noun, chart.categories.chinese), ("category", "类别")))
    extremes = WORDS["LARGEST" if largest else "SMALLEST"]
    (bar, chinese_bar), (most, chinese_most) = rng.choice(WORDS["BARS"][chart.form]), rng.choice(extremes["any"])
    tall, chinese_tall = rng.choice(extremes[chart.form])
    nouns = noun[:-1] + "ies" if noun.endswith("y") and noun != "day" else noun + "s"
    english = {"noun": noun, "nouns": nouns, "bar": bar, "bars": bar + "s", "most": most, "tall": tall, "label": label}
    return english, {"noun": chinese_noun, "bar": chinese_bar, "most": chinese_most, "tall": chinese_tall}


def _qa(asking: Asking, answer: str, sort: Sort, *marks: str) -> QA:
    return QA(Asked.CHART, asking.text, answer, sort, marks)
