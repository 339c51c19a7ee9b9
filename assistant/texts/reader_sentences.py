"""What is said of a reader beside the model, in English; these are also the keys of the translations."""

from enum import StrEnum


class ReaderSentence(StrEnum):
    """Sentences about what a reader wrote down; words in braces are filled in by `Texts.say`."""

    READ_BY = "read by {reader}, {seconds} s"
    READ_CLOSELY_BY = "read by {reader} at {width}x{height}, {tokens}, {seconds} s"
    WRITTEN_BY = "written down by {readers}"
    STATUS_READER = "Reader: {reader}, for /text, /table and questions for all that is printed"
    STATUS_READER_OF_MORE = (
        "Reader: {reader}, for /text, /table, formulas, fields as JSON and questions for all that is printed"
    )
    STATUS_NO_READER = "The reader was not loaded, so the model reads; the log says why."
    NO_PRINT = "I found no print in this picture."
