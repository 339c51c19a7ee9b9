"""Draw the tables and the plot of docs/detail.md from results of `python -m training.evaluate --out`."""

import json
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib import colormaps, rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from model_service import GLM4V_DIAL, Detail, plan_detail
from training.exam import HEIGHTS_CANVAS
from training.scores import Score, exam_table, read_score, table

SHOWS = "Accuracy by level for each size of type, and seconds by level"


@dataclass(frozen=True, slots=True)
class Result:
    """One kept examination, and its scores."""

    kept: Mapping[str, Any]
    scores: tuple[Score, ...]

    @property
    def levels(self) -> list[Score]:
        """The scores of whole levels."""
        return self.at(None)

    @property
    def heights(self) -> list[float]:
        """The heights of type in the study."""
        return sorted({mark.height for mark in self.scores if mark.height is not None and mark.answers})

    def at(self, height: float | None) -> list[Score]:
        """Return the scores of one height, by level."""
        return [mark for mark in self.scores if mark.height == height]

    @property
    def timed(self) -> bool:
        """Whether its seconds mean something: several processes get in each other's way."""
        return bool(self.kept["processes"] == 1)

    @property
    def most(self) -> int:
        """The most visual tokens that the model spent, whatever the level."""
        return int(self.kept["engine"]["max_visual_tokens"])

    @property
    def origin(self) -> str:
        """A line on how it came about."""
        engine = self.kept["engine"]
        what = f"{self.kept['sheets']} pictures, model `{engine['model']}` on {engine['device']}"
        return f"*{what}, {self.kept['date'][:10]}.*"


def read_result(file: Path) -> Result:
    """Read the results kept in a file."""
    kept = json.loads(file.read_text(encoding="utf-8"))
    return Result(kept, tuple(map(read_score, kept["scores"])))


def draw_figures(files: Sequence[Path], document: Path, picture: Path) -> None:
    """Fill the tables of the document, and draw the picture, from whatever the files hold.

    Raises:
        ValueError: the document has no place for a table.
    """
    results = [read_result(file) for file in files]
    exams = [result for result in results if result.kept["study"] == "exam"]
    largest = max(exams, key=lambda result: result.kept["sheets"], default=None)
    timed = next((result for result in exams if result.timed), None)
    studied = next((result for result in results if result.kept["study"] == "heights"), None)
    text = document.read_text(encoding="utf-8")
    if largest:
        text = fill(text, "exam", f"{exam_table(largest.levels)}\n\n{largest.origin}")
    if timed:
        text = fill(text, "seconds", f"{timing_table(timed.levels)}\n\n{timed.origin}")
    if studied:
        shown = f"![{SHOWS}]({os.path.relpath(picture, document.parent)})"
        text = fill(text, "heights", f"{shown}\n\n{heights_table(studied)}\n\n{studied.origin}")
        picture.parent.mkdir(parents=True, exist_ok=True)
        plot(studied, timed, picture)
    document.write_text(text, encoding="utf-8")


def fill(text: str, name: str, content: str) -> str:
    """Put `content` between `<!-- NAME -->` and `<!-- end -->` of the text.

    Raises:
        ValueError: there is no such place.
    """
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    filled, count = pattern.subn(lambda place: f"{place[1]}\n{content}\n\n{place[2]}", text)
    if count != 1:
        raise ValueError(f"the document has {count} places for the table {name!r}, not one")
    return filled


def timing_table(scores: Sequence[Score]) -> str:
    """Return medians of seconds as a table, a column a level."""
    answers = max(mark.answers for mark in scores)
    first = ("first token", answers, *(f"{mark.seconds_to_first_token:.2f} s" for mark in scores))
    whole = ("whole answer", answers, *(f"{mark.seconds:.2f} s" for mark in scores))
    return table(("", "answers", *(mark.level for mark in scores)), (first, whole))


def heights_table(result: Result) -> str:
    """Return characters read right and fields right as a table, a row a height and a column a level."""
    levels = [mark.level for mark in result.levels]
    rows = [("*a token sees*", *(_square(level, result.most) for level in levels))]
    for height in result.heights:
        read = [f"{read_right(mark):.0%} / {mark['fields_right']:.0%}" for mark in result.at(height)]
        rows.append((f"{height:g} px", *read))
    return table(("type", *levels), rows)


def read_right(mark: Score) -> float:
    """Return the share of characters read right: 1 less the error rate, and never under 0."""
    return max(0.0, 1 - (mark["characters_wrong"].value or 0.0))


def plot(studied: Result, timed: Result | None, file: Path) -> None:
    """Plot accuracy by level, a line a height of type, and with `timed` the seconds by level."""
    with rc_context({"svg.hashsalt": "eyeglass", "axes.spines.top": False, "axes.spines.right": False}):
        figure = Figure(figsize=(13 if timed else 9, 4), layout="constrained")
        panels = figure.subplots(1, 3 if timed else 2)
        _accuracy(panels[0], studied, "text read right", read_right)
        _accuracy(panels[1], studied, "fields right", lambda mark: mark["fields_right"].value or 0.0)
        lines, names = panels[1].get_legend_handles_labels()
        panels[1].legend(lines[::-1], names[::-1], title="type", loc="center left", bbox_to_anchor=(1, 0.5))
        if timed:
            _seconds(panels[2], timed)
        figure.savefig(file, metadata={"Date": None} if file.suffix == ".svg" else None)


def _accuracy(axes: Axes, studied: Result, what: str, choose: Callable[[Score], float]) -> None:
    shades = colormaps["viridis_r"].resampled(len(studied.heights) + 1)
    for place, height in enumerate(studied.heights):
        shares = [100 * choose(mark) for mark in studied.at(height)]
        axes.plot(shares, "o-", color=shades(place + 1), label=f"{height:g} px", markersize=4)
    axes.set(title=what, ylabel="%", ylim=(-3, 103))
    _levels(axes, studied)


def _seconds(axes: Axes, timed: Result) -> None:
    axes.plot([mark.seconds_to_first_token for mark in timed.levels], "o-", label="first token")
    axes.plot([mark.seconds for mark in timed.levels], "o-", label="whole answer")
    axes.set(title=f"seconds ({timed.kept['engine']['device']})", ylabel="s", ylim=(0, None))
    axes.legend()
    _levels(axes, timed)


def _levels(axes: Axes, result: Result) -> None:
    names = [f"{mark.level}\n{min(Detail.parse(mark.level).tokens, result.most)}" for mark in result.levels]
    axes.set_xticks(range(len(names)), names)
    axes.set_xlabel("level, and its visual tokens at most")
    axes.grid(alpha=0.3)


def _square(level: str, most: int) -> str:
    """Return the square of the study's picture, in its own pixels, that one of at most `most` visual tokens sees."""
    plan = plan_detail(GLM4V_DIAL, Detail.parse(level), *HEIGHTS_CANVAS, most)
    return f"{HEIGHTS_CANVAS[0] / plan.columns:.0f}x{HEIGHTS_CANVAS[1] / plan.rows:.0f} px"
