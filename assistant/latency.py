"""Time to the first word by level of detail, measured on this machine since the start."""

from collections import defaultdict, deque
from statistics import median

from model_service import Detail, GenerationOutput

KEPT = 15
"""The number of measurements kept for a level, the newest ones."""


class Latency:
    """Seconds from the start of the work on a question to its answer's first word."""

    def __init__(self) -> None:
        self._seconds: defaultdict[Detail, deque[float]] = defaultdict(lambda: deque(maxlen=KEPT))

    def note(self, output: GenerationOutput) -> None:
        """Record a finished answer for which a picture had to be read."""
        if output.plan is not None and output.seconds_to_first_token is not None:
            self._seconds[output.plan.detail].append(output.seconds_to_first_token - output.seconds_waited)

    def typical(self, detail: Detail) -> float | None:
        """Return the median of the measurements at that level; None before the first one."""
        return median(self._seconds[detail]) if detail in self._seconds else None
