"""What is said of a server that the model runs on, in English; these are also the keys of the translations."""

from enum import StrEnum


class ServerSentence(StrEnum):
    """Sentences about the model's server; words in braces are filled in by `Texts.say`."""

    AWAY = "The server that does my looking does not answer right now. I keep trying; your question is kept."
    NOT_NOW = "The server that does my looking does not answer right now."

    BROKE_OFF = "The server that does my looking broke off twice in the middle of this answer. Please ask again later."
    SILENT = "The server that does my looking fell silent twice over this question. Please ask again later."
    GARBLED = "The server that does my looking says something that I do not understand. Please tell my owner: {number}."
    REFUSED = "The server that does my looking does not take this question. Please tell my owner this number: {number}."
    KEY = "The server that does my looking does not let me in. Please tell my owner; until then I can answer none."
    MODEL = (
        "The server that does my looking does not have my model. Please tell my owner; until then I can answer none."
    )

    STATUS_MODEL = "{model}, on the server {host}."
    STATUS_KEY = "The server does not let me in: my owner has to renew the key."
    STATUS_NO_MODEL = "The server does not have this model: my owner has to choose another one."
    STATUS_RESIZES = "The server resizes pictures on its own, so my levels of detail count for little there."
