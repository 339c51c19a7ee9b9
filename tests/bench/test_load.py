"""The load test drives the real bot and reports the results; the page shows the kept ones."""

import json
import math
from dataclasses import asdict
from pathlib import Path

import pytest

from bench.__main__ import RESULTS, report_load
from bench.load import Crowd, growth, measure, spread
from bench.page import PAGE, write_page


async def test_a_small_crowd_is_served() -> None:
    """Three chats for a second: everything is answered once, nothing is left over, everything is measured."""
    load = await measure(Crowd("small", chats=3, seconds=1.0))
    assert load.asked >= 3
    assert (load.lost, load.twice, load.errors, load.unfinished) == (0, 0, 0, 0)
    assert 0 < load.sign.median <= load.words.median <= load.answer.median < math.inf
    assert load.lag.worst >= load.lag.median >= 0
    assert load.database_mib > 0
    kept = json.loads(json.dumps(report_load([load])))
    assert kept["loads"] == [asdict(load)]


def test_a_spread_is_median_95_of_100_and_worst() -> None:
    """Of a hundred, and of none."""
    hundred = spread([number / 100 for number in range(100, 0, -1)])
    assert (hundred.median, hundred.p95, hundred.worst) == (0.505, 0.96, 1.0)
    assert spread([]).worst == math.inf


@pytest.mark.parametrize(
    ("samples", "share"), [([50, 100, 100, 104], 0.04), ([100, 90, 80], -0.1111), ([100], None), ([], None)]
)
def test_memory_is_judged_by_its_second_half(samples: list[float], share: float | None) -> None:
    """Growth at the start is no leak."""
    assert growth(samples) == share


def test_the_page_says_what_was_kept(tmp_path: Path) -> None:
    """docs/performance.md is what `python -m bench page` writes from the results."""
    page = tmp_path / "performance.md"
    page.write_bytes(PAGE.read_bytes())
    write_page(RESULTS, page)
    assert page.read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8")
