"""How probable the tokens of an answer were, as OpenAI's protocol tells it (`logprobs`)."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from model_service import Doubt, GenerationOutput

IMPOSSIBLE = -9999.0
"""OpenAI's logarithm of what is next to impossible: JSON knows no infinity."""


@dataclass(slots=True)
class Ratings:
    """Tells of each token once, as an answer grows.

    Tokens that make a character together are told as one, with what the least likely of them was. The last one, if the
    model ended the answer by itself, has no text: how likely that end was. `others`: of how many tokens the probability
    is told beside, the token itself among them. Of the runner-up no text is known.
    """

    others: int
    _told: int = 0

    def of(self, output: GenerationOutput, shown: str, *, ended: bool) -> list[dict[str, Any]] | None:
        """Return what is new: of what is shown of the answer so far; `ended`: and of its end.

        None where the engine told nothing of this answer.
        """
        return list(self._new(output, shown, ended=ended)) if output.rated else None

    def _new(self, output: GenerationOutput, shown: str, *, ended: bool) -> Iterator[dict[str, Any]]:
        begin = len(output.text) - len(output.text.lstrip())
        for doubt in output.doubts[self._told :]:
            start, end = max(0, doubt.start - begin), doubt.end - begin
            if end > len(shown) or (doubt.start == doubt.end and not ended):
                return
            self._told += 1
            if end > start or doubt.start == doubt.end:
                yield _entry(shown[start:end], doubt, self.others)


def _entry(text: str, doubt: Doubt, others: int) -> dict[str, Any]:
    own: dict[str, Any] = {"token": text, "logprob": _logarithm(doubt.probability), "bytes": list(text.encode())}
    other: dict[str, Any] = {"token": "", "logprob": _logarithm(doubt.runner_up), "bytes": None}
    ranked = sorted((own, other), key=lambda each: -each["logprob"])  # What was chosen first, if both are alike.
    return own | {"top_logprobs": ranked[:others]}


def _logarithm(probability: float) -> float:
    return math.log(probability) if probability > 0 else IMPOSSIBLE
