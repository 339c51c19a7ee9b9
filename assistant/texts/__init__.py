"""User-facing messages, translated with gettext."""

import functools
from collections.abc import Iterable
from gettext import NullTranslations
from importlib import resources
from importlib.resources.abc import Traversable

from assistant.texts.catalogue import read_catalogue
from assistant.texts.counts import Count, Counted
from assistant.texts.family_sentences import FamilySentence
from assistant.texts.labels import Label
from assistant.texts.look_sentences import LookSentence
from assistant.texts.messages import Sentence
from assistant.texts.page import PageLabel
from assistant.texts.page_sentences import PageSentence
from assistant.texts.reader_sentences import ReaderSentence
from assistant.texts.server_sentences import ServerSentence
from model_service import Detail, Level, Limit, PictureFault, PictureRejected

__all__ = [
    "FAULTS",
    "LANGUAGES",
    "LEVELS",
    "LIMITS",
    "PURPOSES",
    "Count",
    "FamilySentence",
    "Label",
    "LookSentence",
    "PageLabel",
    "PageSentence",
    "ReaderSentence",
    "Sentence",
    "ServerSentence",
    "Texts",
    "language_of",
    "own_names",
    "texts_in",
]

Said = Sentence | Label | PageLabel | PageSentence | ServerSentence | FamilySentence | LookSentence | ReaderSentence
"""All that can be said."""

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
    PictureFault.HEIC: Sentence.HEIC,
    PictureFault.RAW: Sentence.RAW,
    PictureFault.FOREIGN: Sentence.FOREIGN,
    PictureFault.UNUSUAL: Sentence.UNUSUAL,
    PictureFault.TRUNCATED: Sentence.TRUNCATED,
    PictureFault.TOO_MANY_BYTES: Sentence.TOO_MANY_BYTES,
    PictureFault.TOO_MANY_PIXELS: Sentence.TOO_MANY_PIXELS,
    PictureFault.TOO_MUCH: Sentence.TOO_MUCH,
    PictureFault.CRASHED: Sentence.CRASHED,
    PictureFault.TOO_SMALL: Sentence.TOO_SMALL,
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


LEVELS = {
    Level.LOW: Label.LEVEL_LOW,
    Level.STANDARD: Label.LEVEL_STANDARD,
    Level.FINE: Label.LEVEL_FINE,
    Level.HIGH: Label.LEVEL_HIGH,
    Level.MAX: Label.LEVEL_MAX,
}
"""The name of each level."""


class Texts:
    """The sentences in one language."""

    def __init__(self, translations: NullTranslations) -> None:
        self._translations = translations

    def say(self, sentence: Said, **values: object) -> str:
        """Translate the sentence and fill it in, `Count.PAGES.of(3)` as "3 pages"."""
        text = self._translations.gettext(sentence.value)
        said = {name: self._said(value) for name, value in values.items()}
        return text.format(**said) if said else text

    def count(self, things: Count, number: int) -> str:
        """Return a number of things, in the form that the language has for that number."""
        one, several = things.value
        return self._translations.ngettext(one, several, number).format(count=number)

    def level(self, detail: Detail) -> str:
        """Return the name of a level, or the number of tokens that is none."""
        return str(detail) if detail.level is None else self.say(LEVELS[detail.level])

    def fault(self, error: PictureRejected) -> str:
        """Say why a picture cannot be looked at, and what to do."""
        return self.say(FAULTS[error.fault], **error.facts)

    def _said(self, value: object) -> object:
        return self.count(value.count, value.number) if isinstance(value, Counted) else value


def language_of(code: str | None) -> str:
    """Return the language for an IETF language code as Telegram sends it ("zh-hans"); English if there is none."""
    language = (code or "").casefold().split("-")[0]
    return language if language in LANGUAGES else "en"


@functools.cache
def texts_in(language: str) -> Texts:
    """Return the sentences in one of LANGUAGES."""
    if language == "en":
        return Texts(NullTranslations())
    return Texts(read_catalogue(LOCALE.joinpath(language, CATALOGUE).read_bytes()))


def own_names(codes: Iterable[str]) -> str:
    """Return languages by their own names, "English, 中文"; by its code one that the bot does not speak."""
    return ", ".join(texts_in(code).say(Label.OWN_NAME) if code in LANGUAGES else code for code in codes)
