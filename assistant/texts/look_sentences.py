"""What is said of looks: how closely was looked, and how often; in English, the keys of the translations."""

from enum import StrEnum


class LookSentence(StrEnum):
    """Sentences about looks; words in braces are filled in by `Texts.say`."""

    LEVEL_AUTO = "auto"
    PURPOSE_AUTO = "I choose by picture and question, and look again where I am not sure"
    AUTO_LINE = "{level}: {purpose}"
    AUTO_CHOSEN = (
        "From now on I choose how closely to look, by picture and question, and look again where I am not sure."
    )

    LOOKING_CLOSER = "I am not sure yet; looking once more, more closely …"
    LOOKED_TWICE = "looked twice: {first}, then {second}"
    LOOKS_DIFFER = "At the first look I read {first}, at the closer one {closer}"
    PARTS_DIFFER = "Where two parts overlap, I read {first} in one and {closer} in the other"
