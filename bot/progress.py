"""What a person sees of his question before the answer is whole: its place in line, that it is looked at, the text."""

import math

from bot.texts import Sentence, Texts
from model_service import GenerationOutput, ModelService, Stage

STEP_SECONDS = 5
"""What is shown of a wait is rounded up to this, so that a guess does not look like a clock."""

MINUTE = 60


class Progress:
    """How far one request is. `output` is the newest that came of it; None before it is in line."""

    def __init__(self, texts: Texts, model: ModelService, request: str) -> None:
        self.output: GenerationOutput | None = None
        self._texts = texts
        self._model = model
        self._request = request

    @property
    def written(self) -> str:
        """The answer so far; empty before its first word."""
        return "" if self.output is None else self.output.text.strip()

    def text(self) -> str:
        """What is to be shown now; empty where there is nothing to say yet."""
        if self.output is None or self.written:
            return self.written
        if self.output.stage is not Stage.WAITING:
            return self._texts.say(Sentence.LOOKING)
        place = self._model.place(self._request)
        if place is None:
            return in_line(self._texts, self.output.waiting, self.output.wait_seconds)
        return in_line(self._texts, place.ahead, place.seconds)


def in_line(texts: Texts, ahead: int, seconds: float | None) -> str:
    """The place of a question that `ahead` others go before, and in about how many seconds it begins, if known."""
    place = ahead + 1
    if seconds is None:
        return texts.say(Sentence.IN_LINE, place=place)
    rounded = STEP_SECONDS * max(1, math.ceil(seconds / STEP_SECONDS))
    if rounded <= MINUTE:
        return texts.say(Sentence.IN_LINE_SECONDS, place=place, seconds=rounded)
    return texts.say(Sentence.IN_LINE_MINUTES, place=place, minutes=math.ceil(seconds / MINUTE))
