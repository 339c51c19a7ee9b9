"""Every sentence a person reads, in his language, by gettext."""

import functools
from gettext import NullTranslations
from importlib import resources
from importlib.resources.abc import Traversable

from assistant.texts.messages import Label, Sentence
from assistant.texts.po import read_catalogue
from model_service import Level, Limit, PictureFault

__all__ = ["FAULTS", "LANGUAGES", "LIMITS", "PURPOSES", "Label", "Sentence", "Texts", "language_of", "texts_in"]

CATALOGUE = "LC_MESSAGES/eyeglass.po"
"""Where a language's folder under locale/ holds its sentences."""


def languages_in(folder: Traversable) -> tuple[str, ...]:
    """English, which is the source, and each language that has a catalogue there, by its code ("zh")."""
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
"""What is said about a picture that cannot be looked at."""

LIMITS = {
    Limit.PERSON_WAITING: Sentence.PERSON_WAITING,
    Limit.CHAT_WAITING: Sentence.CHAT_WAITING,
    Limit.PERSON_SECONDS: Sentence.PERSON_SECONDS,
    Limit.CHAT_SECONDS: Sentence.CHAT_SECONDS,
}
"""What is said to those who asked for too much."""

PURPOSES = {
    Level.LOW: Sentence.PURPOSE_LOW,
    Level.STANDARD: Sentence.PURPOSE_STANDARD,
    Level.FINE: Sentence.PURPOSE_FINE,
    Level.HIGH: Sentence.PURPOSE_HIGH,
    Level.MAX: Sentence.PURPOSE_MAX,
}
"""What each level is for."""


class Texts:
    """The sentences in one language."""

    def __init__(self, translations: NullTranslations) -> None:
        self._translations = translations

    def say(self, sentence: Sentence | Label, **values: object) -> str:
        """The sentence, translated and filled in."""
        text = self._translations.gettext(sentence.value)
        return text.format(**values) if values else text


def language_of(code: str | None) -> str:
    """The language for a person's IETF language code, as Telegram tells it ("zh-hans"); English where there is none."""
    language = (code or "").casefold().split("-")[0]
    return language if language in LANGUAGES else "en"


@functools.cache
def texts_in(language: str) -> Texts:
    """The sentences in one of LANGUAGES."""
    if language == "en":
        return Texts(NullTranslations())
    file = LOCALE.joinpath(language, CATALOGUE)
    return Texts(read_catalogue(file.read_text(encoding="utf-8")))
