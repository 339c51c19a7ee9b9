"""What is said of what only some models can, in English; these are also the keys of the translations."""

from enum import StrEnum


class FamilySentence(StrEnum):
    """Sentences about them; words in braces are filled in by `Texts.say`."""

    LOOKING_TOGETHER = "Looking at {pictures} together …"
    FOOTER_TOGETHER = "{several} read together, {tokens} in all, {seconds} s"
    FOOTER_TOGETHER_SECONDS = "{several} read together, {seconds} s"
    NO_ROOM = "there was no room for {pictures}, so I did not look there"
    NTH_PAGE = "page {number}"

    THINKING = "Thinking it over …"
    ONLY_THOUGHTS = "I thought as long as I may, and came to no answer. Please ask for something smaller."
    THOUGHTS = "What I thought before I answered:"
    BUTTON_THINK = "Think it over"

    STATUS_FAMILY = (
        "Family: {family}; a visual token sees {pixels}x{pixels} pixels, a picture gets up to {tokens}, seen at once: "
        "{pictures}"
    )

    READS_ONLY = (
        "The model that answers here only reads: /text gives you the text of a picture, /table its table, “formula” "
        "its formulas, and “date, total as JSON” such fields. It cannot answer questions. "
        "My owner can load a bigger model."
    )
