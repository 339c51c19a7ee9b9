"""The two buttons under the question of /forget."""

from enum import StrEnum

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from assistant.texts import Sentence, Texts

PREFIX = "forget:"


class Choice(StrEnum):
    """What a button decides."""

    DELETE = "delete"
    KEEP = "keep"


PATTERN = rf"^{PREFIX}({'|'.join(Choice)})\Z"


def keyboard(texts: Texts) -> InlineKeyboardMarkup:
    """Return the buttons, in one row."""
    labels = {Choice.DELETE: Sentence.BUTTON_DELETE, Choice.KEEP: Sentence.BUTTON_KEEP}
    row = [InlineKeyboardButton(texts.say(labels[choice]), callback_data=f"{PREFIX}{choice}") for choice in Choice]
    return InlineKeyboardMarkup([row])
