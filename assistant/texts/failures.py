"""The messages about questions that were not answered."""

import math

from assistant.texts import FAULTS, LIMITS, Sentence, Texts
from model_service import LimitReached, OutOfMemory, PictureRejected, PromptTooLong, QueueFull


def excuse(texts: Texts, error: Exception | None, number: int) -> str:
    """Return the message for an error; the log has more under `number`."""
    if isinstance(error, PictureRejected):
        return texts.say(FAULTS[error.fault])
    if isinstance(error, LimitReached):
        return texts.say(LIMITS[error.limit], most=int(error.most), minutes=math.ceil((error.retry_after or 0) / 60))
    if isinstance(error, PromptTooLong):
        return texts.say(Sentence.TOO_LONG, characters=_rounded(error.characters))
    if isinstance(error, OutOfMemory):
        return texts.say(Sentence.OUT_OF_MEMORY)
    if isinstance(error, QueueFull):
        return texts.say(Sentence.QUEUE_FULL)
    return texts.say(Sentence.FAILED, number=number)


def _rounded(number: int) -> int:
    """Return a number that is easy to read, and no larger: 1437 is 1400."""
    unit: int = 10 ** max(0, len(str(number)) - 2)
    return number // unit * unit
