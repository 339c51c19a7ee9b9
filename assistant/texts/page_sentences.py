"""What the page says that the bot does not, in English; these are also the keys of the translations."""

from enum import StrEnum


class PageSentence(StrEnum):
    """Sentences of the page; words in braces are filled in by `Texts.say`."""

    CLOSED = (
        "This page opens by a link. On the machine itself the terminal prints it when Eyeglass starts; others get one "
        "from the bot: send it /web."
    )
    LINK_USED_UP = "This link is used up or too old. Send /web to the bot for a new one."
    NOT_HERE = "There is no such conversation or picture here any more."
    TOO_MANY = "Too many requests at once. Wait a moment."
    TOO_LARGE = "This file is too big: I take {most} MB at most."
    NOT_UNDERSTOOD = "I did not understand this request. Reload the page."
    STORAGE_FULL = "My disk is full, so I cannot keep this. Try again when there is room."
    STORAGE_AWAY = "My storage cannot be used right now. Try again in a moment."
    INTERRUPTED = "This was interrupted before there was an answer. Press “Retry”."
    MODEL_AWAY = "The model has stopped. Whoever runs Eyeglass has to start it again."

    LINK = "The page shows what I see of a picture. This button opens it for you: once, within ten minutes."
    BUTTON_OPEN = "Open the page"
    NO_PAGE = "There is no page here: my owner can switch it on (web.enabled)."
    IN_PRIVATE_ONLY = "The link is for you alone: write /web to me in a private chat."
    ON_THE_MACHINE_ONLY = (
        "The page has no address that others can reach (web.url). On the machine that I run on, the terminal printed a "
        "link to it."
    )
