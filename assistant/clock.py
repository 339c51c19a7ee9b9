"""Whether the wall clock can be believed when it says that something is old."""

import time
from collections.abc import Callable

DAY = 86_400.0
DRIFT = 300.0
"""Seconds by which the wall clock may be set while it proves itself."""


class Clock:
    """The wall clock (seconds since 1970), held against the newest known moment and against a clock that nobody sets.

    `steady` is that of the process, from any beginning.
    """

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        self.now = wall
        self._steady = steady
        self._ahead: float | None = None
        self._trusted = False

    def proves_right(self, newest: float | None) -> bool:
        """Look at the clock, and say whether to believe it; made again after a while, which it must have told right.

        At the first look it is believed if it is at most a day after `newest`, a moment that was certainly reached.
        Afterwards it is as long as it does not jump by a day; while it is not believed, it may not jump at all.
        """
        now = self.now()
        ahead = now - self._steady()
        if self._ahead is None:
            self._trusted = newest is None or now - newest <= DAY
        else:
            self._trusted = abs(ahead - self._ahead) <= (DAY if self._trusted else DRIFT)
        self._ahead = ahead
        return self._trusted
