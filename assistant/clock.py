"""Decide whether the wall clock can be trusted with the age of things."""

import time
from collections.abc import Callable

DAY = 86_400.0
DRIFT = 300.0
"""The seconds by which the wall clock may be set while it proves itself."""


class Clock:
    """The wall clock (seconds since 1970), checked against the newest known moment and a monotonic clock.

    `steady` is the monotonic clock of the process, from any beginning.
    """

    def __init__(self, wall: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        self.now = wall
        self._steady = steady
        self._ahead: float | None = None
        self._trusted = False

    def proves_right(self, newest: float | None) -> bool:
        """Check the clock and return whether to trust it; call it again after a while, in which it must have kept time.

        At the first check it is trusted if it is at most a day after `newest`, a moment that was certainly reached.
        Afterwards it is as long as it does not jump by a day; while it is not trusted, it may not jump at all.
        """
        now = self.now()
        ahead = now - self._steady()
        if self._ahead is None:
            self._trusted = newest is None or now - newest <= DAY
        else:
            self._trusted = abs(ahead - self._ahead) <= (DAY if self._trusted else DRIFT)
        self._ahead = ahead
        return self._trusted
