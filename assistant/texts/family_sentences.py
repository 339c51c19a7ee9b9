"""What is said of models that were made for one thing, in English; these are also the keys of the translations."""

from enum import StrEnum


class FamilySentence(StrEnum):
    """Sentences about such models; words in braces are filled in by `Texts.say`."""

    READS_ONLY = (
        "The model that answers here only reads: /text gives you the text of a picture, /table its table. It cannot "
        "answer questions. My owner can load a bigger model."
    )
