"""User-facing messages, translated with gettext."""

import functools
from collections.abc import Iterable
from gettext import NullTranslations
from importlib import resources
from importlib.resources.abc import Traversable

from assistant.texts.messages import Label, Sentence
from assistant.texts.po import read_catalogue
from model_service import Level, Limit, PictureFault

__all__ = [
    "FAULTS",
    "LANGUAGES",
    "LIMITS",
    "PURPOSES",
    "Label",
    "Sentence",
    "Texts",
    "language_of",
    "own_names",
    "texts_in",
]

CATALOGUE = "LC_MESSAGES/eyeglass.po"
"""The catalogue's path within a language's folder of locale/."""


def languages_in(folder: Traversable) -> tuple[str, ...]:
    """List the language codes: "en", the source, and each folder with a catalogue ("zh")."""
    return ("en", *sorted(entry.name for entry in folder.iterdir() if entry.joinpath(CATALOGUE).is_file()))


LOCALE = resources.files("assistant.texts") / "locale"
LANGUAGES = languages_in(LOCALE)
"""The languages that the bot speaks."""

FAULTS = {
    PictureFault.NOT_A_PICTURE: Sentence.NOT_A_PICTURE,
    PictureFault.TRUNCATED: Sentence.TRUNCATED,
    PictureFault.TOO_MANY_BYTES: Sentence.TOO_MANY_BYTES,
    PictureFault.TOO_MANY_PIXELS: Sentence.TOO_MANY_PIXELS,
    PictureFault.TOO_NARROW: Sentence.TOO_NARROW,
    PictureFault.ANIMATED: Sentence.ANIMATED,
}
"""The message for each fault of a picture."""

LIMITS = {
    Limit.PERSON_WAITING: Sentence.PERSON_WAITING,
    Limit.CHAT_WAITING: Sentence.CHAT_WAITING,
    Limit.PERSON_SECONDS: Sentence.PERSON_SECONDS,
    Limit.CHAT_SECONDS: Sentence.CHAT_SECONDS,
}
"""The message for each limit that was reached."""

PURPOSES = {
    Level.LOW: Sentence.PURPOSE_LOW,
    Level.STANDARD: Sentence.PURPOSE_STANDARD,
    Level.FINE: Sentence.PURPOSE_FINE,
    Level.HIGH: Sentence.PURPOSE_HIGH,
    Level.MAX: Sentence.PURPOSE_MAX,
}
"""The purpose of each level."""


class Texts:
    """The sentences in one language."""

    def __init__(self, translations: NullTranslations) -> None:
        self._translations = translations

    def say(self, sentence: Sentence | Label, **values: object) -> str:
        """Translate the sentence and fill it in."""
        text = self._translations.gettext(sentence.value)
        return text.format(**values) if values else text


def language_of(code: str | None) -> str:
    """Return the language for an IETF language code as Telegram sends it ("zh-hans"); English if there is none."""
    language = (code or "").casefold().split("-")[0]
    return language if language in LANGUAGES else "en"


@functools.cache
def texts_in(language: str) -> Texts:
    """Return the sentences in one of LANGUAGES."""
    if language == "en":
        return Texts(NullTranslations())
    file = LOCALE.joinpath(language, CATALOGUE)
    return Texts(read_catalogue(file.read_text(encoding="utf-8")))


def own_names(codes: Iterable[str]) -> str:
    """Return languages by their own names, "English, 中文"; by its code one that the bot does not speak."""
    return ", ".join(texts_in(code).say(Label.OWN_NAME) if code in LANGUAGES else code for code in codes)
