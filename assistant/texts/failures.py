"""The messages about questions that were not answered."""

import math
from collections.abc import Mapping, Sequence

from assistant.texts import LIMITS, Count, FamilySentence, Sentence, ServerSentence, Texts, own_names
from model_service import (
    Ability,
    LimitReached,
    OutOfMemory,
    PictureRejected,
    PromptTooLong,
    QueueFull,
    ServerFailed,
    ServerFault,
)

UNABLE: Mapping[Ability, Sentence] = {
    Ability.TABLE: Sentence.CANNOT_TABLE,
    Ability.DESCRIBE: Sentence.CANNOT_DESCRIBE,
}
"""The message for an ability that the loaded model lacks, where a question needs it."""


PLAIN: Mapping[type[Exception], Sentence] = {
    OutOfMemory: Sentence.OUT_OF_MEMORY,
    QueueFull: Sentence.QUEUE_FULL,
}
"""The message for each error that is always the same."""


SERVER: Mapping[ServerFault, Sentence | ServerSentence] = {
    ServerFault.BROKE_OFF: ServerSentence.BROKE_OFF,
    ServerFault.SILENT: ServerSentence.SILENT,
    ServerFault.GARBLED: ServerSentence.GARBLED,
    ServerFault.FAILED: Sentence.FAILED,
    ServerFault.KEY: ServerSentence.KEY,
    ServerFault.MODEL: ServerSentence.MODEL,
    ServerFault.REFUSED: ServerSentence.REFUSED,
}
"""The message for each fault of a server that the model runs on."""


class Unable(Exception):
    """Raised for a question that the loaded model was not made for: it lacks that ability, or (None) the language.

    `languages` are the codes of those that it takes questions in. With `reads_only`, it reads, and takes no questions.
    """

    def __init__(self, lacks: Ability | None, languages: Sequence[str] = (), *, reads_only: bool = False) -> None:
        what = "to answer questions" if reads_only else lacks or "the language of the question"
        super().__init__(f"the model has not learned {what}")
        self.lacks = lacks
        self.languages = languages
        self.reads_only = reads_only


class NoSuchPart(Exception):
    """Raised for a question about a part that a picture does not have; `parts` is how many it has."""

    def __init__(self, parts: int) -> None:
        super().__init__(f"the picture has {parts} parts")
        self.parts = parts


def excuse(texts: Texts, error: Exception | None, number: int) -> str:
    """Return the message for an error; the log has more under `number`."""
    if isinstance(error, PictureRejected):
        return texts.fault(error)
    if isinstance(error, LimitReached):
        minutes = math.ceil((error.retry_after or 0) / 60)
        questions = Count.QUESTIONS.of(int(error.most))
        return texts.say(LIMITS[error.limit], questions=questions, minutes=Count.MINUTES.of(minutes))
    if isinstance(error, Unable):
        return unable(texts, error)
    if isinstance(error, NoSuchPart):
        return texts.say(Sentence.NO_SUCH_PART, parts=Count.PARTS.of(error.parts))
    if isinstance(error, PromptTooLong):
        return texts.say(Sentence.TOO_LONG, characters=_rounded(error.characters))
    if isinstance(error, ServerFailed):
        plain: Sentence | ServerSentence = SERVER[error.fault]
    else:
        plain = next((sentence for kind, sentence in PLAIN.items() if isinstance(error, kind)), Sentence.FAILED)
    return texts.say(plain, number=number)


def unable(texts: Texts, error: Unable) -> str:
    """Say what the loaded model cannot do, and what it can."""
    if error.reads_only:
        return texts.say(FamilySentence.READS_ONLY)
    if error.lacks is not None:
        return texts.say(UNABLE[error.lacks])
    return texts.say(Sentence.CANNOT_LANGUAGE, languages=own_names(error.languages))


def _rounded(number: int) -> int:
    """Return a number that is easy to read, and no larger: 1437 is 1400."""
    unit: int = 10 ** max(0, len(str(number)) - 2)
    return number // unit * unit
