"""How long a measurement takes, foretold from a few answers and corrected as it goes on."""

import time
from collections.abc import Callable, Mapping

from model_service import Detail


class Effort:
    """The work of asking about `pages` pages at each level, by the seconds that a page is expected to take there."""

    def __init__(
        self, seconds_a_page: Mapping[Detail, float], pages: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._seconds = seconds_a_page
        self._pages = pages
        self._left = dict.fromkeys(seconds_a_page, pages)
        self._clock = clock
        self._began = clock()

    @property
    def total(self) -> float:
        """The seconds that all of it was expected to take."""
        return sum(seconds * self._pages for seconds in self._seconds.values())

    @property
    def left(self) -> float:
        """The seconds that are left, at the pace so far."""
        expected = sum(self._seconds[level] * pages for level, pages in self._left.items())
        done = self.total - expected
        return expected * ((self._clock() - self._began) / done if done > 0 else 1.0)

    def page_done(self, level: Detail) -> None:
        """Count a page."""
        self._left[level] = max(0, self._left[level] - 1)

    def level_done(self, level: Detail) -> None:
        """Count all pages of a level, asked about or not."""
        self._left[level] = 0


def between(known: Mapping[int, float], tokens: int) -> float:
    """Return the seconds at a number of visual tokens, on the straight line between those that are known."""
    if not known:
        return 0.0
    (low, fewest), (high, most) = min(known.items()), max(known.items())
    if low == high:
        return fewest
    return max(0.0, fewest + (most - fewest) * (tokens - low) / (high - low))


def in_words(seconds: float) -> str:
    """Return a time as people say it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
