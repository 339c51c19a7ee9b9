"""The messages about questions that were not answered."""

import math

from assistant.texts import FAULTS, LIMITS, Count, Sentence, Texts
from model_service import LimitReached, OutOfMemory, PictureRejected, QueueFull


def excuse(texts: Texts, error: Exception | None, number: int) -> str:
    """Return the message for an error; the log has more under `number`."""
    if isinstance(error, PictureRejected):
        return texts.say(FAULTS[error.fault])
    if isinstance(error, LimitReached):
        minutes = math.ceil((error.retry_after or 0) / 60)
        questions = Count.QUESTIONS.of(int(error.most))
        return texts.say(LIMITS[error.limit], questions=questions, minutes=Count.MINUTES.of(minutes))
    if isinstance(error, OutOfMemory):
        return texts.say(Sentence.OUT_OF_MEMORY)
    if isinstance(error, QueueFull):
        return texts.say(Sentence.QUEUE_FULL)
    return texts.say(Sentence.FAILED, number=number)
