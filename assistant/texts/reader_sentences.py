"""What is said of a reader beside the model, in English; these are also the keys of the translations."""

from enum import StrEnum


class ReaderSentence(StrEnum):
    """Sentences about what a reader wrote down; words in braces are filled in by `Texts.say`."""

    READ_BY = "read by {reader}, {seconds} s"
    NO_PRINT = "I found no print in this picture."
