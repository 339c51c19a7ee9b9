"""The GPU seconds that were measured: what each spent in the last hour, and what an answer takes. Pure data."""

from collections import OrderedDict, deque

from model_service.detail import Detail

HOUR = 3600.0
BUCKET = 60.0
"""Seconds that are counted together: spending is forgotten an hour after its minute, at the latest."""

WEIGHT = 0.2
"""Weight of the newest measurement in a running mean."""


class Usage:
    """GPU seconds of the last hour, by name; a name that spent nothing lately takes no memory."""

    def __init__(self) -> None:
        # In the order in which they last spent, so that those to be forgotten stand in front.
        self._spent: OrderedDict[str, deque[tuple[float, float]]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many names are remembered."""
        return len(self._spent)

    def spend(self, name: str, seconds: float, now: float) -> None:
        """Note seconds that ended `now`, and forget all that is older than an hour."""
        minute = now // BUCKET * BUCKET
        buckets = self._spent.setdefault(name, deque())
        self._spent.move_to_end(name)
        if buckets and buckets[-1][0] == minute:
            seconds += buckets.pop()[1]
        buckets.append((minute, seconds))
        self.of(name, now)
        while _is_over(self._spent[oldest := next(iter(self._spent))], now):
            del self._spent[oldest]

    def of(self, name: str, now: float) -> float:
        """Seconds spent within the last hour."""
        buckets = self._spent.get(name, deque())
        while buckets and buckets[0][0] <= now - HOUR:
            buckets.popleft()
        if not buckets:
            self._spent.pop(name, None)
        return sum(seconds for _, seconds in buckets)

    def until_below(self, name: str, limit: float, now: float) -> float:
        """Seconds until less than `limit` was spent within the hour; 0 if that is so already."""
        if self.of(name, now) < limit:
            return 0.0
        buckets = list(self._spent.get(name, ()))
        for index, (minute, _) in enumerate(buckets):
            if sum(seconds for _, seconds in buckets[index + 1 :]) < limit:
                return minute + HOUR - now
        return HOUR


def _is_over(buckets: deque[tuple[float, float]], now: float) -> bool:
    """Whether an hour has passed since the last of some seconds."""
    return buckets[-1][0] <= now - HOUR


class Pace:
    """Running means of measured GPU seconds: of an answer, and of a turn that did not end its answer."""

    def __init__(self) -> None:
        self.turn: float | None = None
        """Seconds of a turn that was cut off at its slice's end; None before the first."""
        self._any: float | None = None
        self._answers: dict[Detail, float] = {}

    def answered(self, detail: Detail, seconds: float) -> None:
        """An answer that looked so closely took so long."""
        self._any = _mean(self._any, seconds)
        self._answers[detail] = _mean(self._answers.get(detail), seconds)

    def cut_off(self, seconds: float) -> None:
        """A turn of a whole slice took so long."""
        self.turn = _mean(self.turn, seconds)

    def answer(self, detail: Detail) -> float | None:
        """Seconds that an answer is expected to take; None before the first measurement."""
        return self._answers.get(detail, self._any)


def _mean(before: float | None, seconds: float) -> float:
    return seconds if before is None else before + WEIGHT * (seconds - before)
