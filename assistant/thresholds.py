"""Thresholds of doubt for a model, from answers of which it is known whether they are right."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.doubt import likeliness, together
from model_service import Doubt, Sureness

NEEDLESS = 0.04
"""The share of right answers that may be marked; as much again is left for pages that are not like those tried."""

STEPS = tuple(number / 20 for number in range(6, 20))
"""The thresholds that are tried: 0.3 to 0.95."""

ENOUGH = 20
"""The fewest right answers, and readings, from which anything can be said."""

WELL_READ = 0.05
"""The share of wrong characters up to which a reading is a good one."""

MARGIN = 0.85
"""How much less likely than every good one that was seen an answer is that is no good."""

MOST_READABLE, MOST_BEGUN = 0.7, 0.2
"""Beyond that no answer is refused, however likely those were that were seen: pages may be harder."""


@dataclass(frozen=True, slots=True)
class Tried:
    """An answer with the doubts about it, and the share of it that is wrong; `whole`: all the text of a picture."""

    text: str
    doubts: tuple[Doubt, ...]
    wrong: float
    whole: bool

    @property
    def least(self) -> float:
        """The least probability in it."""
        return min((doubt.probability for doubt in self.doubts), default=1.0)


def thresholds_for(tried: Sequence[Tried]) -> Sureness:
    """Return from where on probabilities can be relied on; what too little was tried for stays as it is by default."""
    right = [each for each in tried if not each.whole and each.wrong == 0 and each.text]
    good = [each for each in tried if each.text and each.wrong <= (WELL_READ if each.whole else 0)]
    sure, readable, begun, answer = Sureness().sure, 0.0, 0.0, 0.0
    if len(right) >= ENOUGH:
        sure = _threshold([each.least for each in right])
        answer = _threshold([together(each.doubts) for each in right])
        begun = min(MOST_BEGUN, MARGIN * min(likeliness(each.doubts, 0, 1) for each in right))
    if len(good) >= ENOUGH:
        readable = min(MOST_READABLE, MARGIN * min(likeliness(each.doubts, 0, len(each.text)) for each in good))
    return Sureness(sure, round(readable, 3), round(begun, 3), answer)


def _threshold(right: Sequence[float]) -> float:
    """Return the highest threshold that few right answers are below."""
    fitting = [step for step in STEPS if sum(each < step for each in right) <= NEEDLESS * len(right)]
    return max(fitting, default=min(STEPS))
