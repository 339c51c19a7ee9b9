"""Time to the first word by level of detail and by visual tokens, measured on this machine since the start."""

from bisect import bisect_left
from collections import defaultdict, deque
from statistics import median

from model_service import Detail, GenerationOutput

KEPT = 15
"""The number of measurements kept for a level, and for a number of tokens, the newest ones."""

REACH = 0.25
"""How far from the only number of tokens that was measured another one may be, as a share of it."""

Point = tuple[int, float]
"""A number of visual tokens, and the seconds to the first word."""


class Latency:
    """Seconds from the start of the work on a question to its answer's first word."""

    def __init__(self) -> None:
        self._seconds: defaultdict[Detail, deque[float]] = defaultdict(lambda: deque(maxlen=KEPT))
        self._by_tokens: defaultdict[int, deque[float]] = defaultdict(lambda: deque(maxlen=KEPT))

    def note(self, output: GenerationOutput) -> None:
        """Record a finished answer for which a picture had to be read."""
        if output.plan is not None and output.seconds_to_first_token is not None:
            seconds = output.seconds_to_first_token - output.seconds_waited
            self._seconds[output.plan.detail].append(seconds)
            self._by_tokens[output.plan.tokens].append(seconds)

    def typical(self, detail: Detail) -> float | None:
        """Return the median of the measurements at that level; None before the first one."""
        return median(self._seconds[detail]) if detail in self._seconds else None

    def expected(self, tokens: int) -> float | None:
        """Return the seconds that a picture of so many visual tokens takes; None where nobody can know.

        Between measured numbers of tokens they are interpolated, beyond them a line goes on; more tokens never take
        less. Which share of the seconds the tokens take shows in two numbers that are `REACH` apart: before, only what
        is as near to a measured one is known.
        """
        points = _rising([(count, median(seconds)) for count, seconds in sorted(self._by_tokens.items())])
        if not points:
            return None
        first, last = points[0], points[-1]
        if first[0] <= tokens <= last[0]:
            return _between(points, tokens)
        end = first if tokens < first[0] else last
        if last[0] < (1 + REACH) * first[0]:
            return end[1] if abs(tokens - end[0]) <= REACH * end[0] else None
        slope = (last[1] - first[1]) / (last[0] - first[0])
        return end[1] + min(slope, end[1] / end[0]) * (tokens - end[0])  # So no fewer than 0, however steep it is.


def _rising(points: list[Point]) -> list[Point]:
    """Return points, of ever more tokens, with seconds that never fall: those that do share their mean."""
    runs: list[list[Point]] = []
    for point in points:
        runs.append([point])
        while len(runs) > 1 and _mean(runs[-2]) > _mean(runs[-1]):
            runs[-2:] = [runs[-2] + runs[-1]]
    return [(tokens, _mean(run)) for run in runs for tokens, _ in run]


def _mean(run: list[Point]) -> float:
    return sum(seconds for _, seconds in run) / len(run)


def _between(points: list[Point], tokens: int) -> float:
    """Return the seconds on the line between the two points around a number of tokens."""
    place = max(1, bisect_left(points, tokens, key=lambda point: point[0]))
    if len(points) == 1:
        return points[0][1]
    (before, least), (behind, most) = points[place - 1], points[place]
    return least + (most - least) * (tokens - before) / (behind - before)
