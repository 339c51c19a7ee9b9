"""The words for a level of detail, in every language, and the numbers of tokens, as people type them."""

import functools
import re
from collections.abc import Mapping

from assistant.settings.detail_setting import Auto, DetailSetting
from assistant.texts import LANGUAGES, LEVELS, LookSentence, texts_in
from model_service import LEVEL_TOKENS, MAX_TOKENS, MIN_TOKENS, Detail

_WORD = re.compile(r"\d[\d.,]*\d|[^\W_]+")


def level_of(word: str) -> DetailSetting | None:
    """Return the level of that name, or auto, in any language; None if there is none."""
    return _levels().get(word.casefold())


def tokens_of(word: str) -> Detail | None:
    """Return the level for a number of tokens, in any script's digits; None if it is no such number."""
    number = int(word[:9]) if word.isdecimal() else 0
    return Detail(number) if MIN_TOKENS <= number <= MAX_TOKENS else None


def wanted_in(words: str) -> DetailSetting | None:
    """Return the one level, or auto, that is meant by what follows /detail: "high", "=高", "512 tokens please".

    None if there is none, or if several are named.
    """
    found = {detail for word in _WORD.findall(words) if (detail := level_of(word) or tokens_of(word)) is not None}
    return found.pop() if len(found) == 1 else None


@functools.cache
def _levels() -> Mapping[str, DetailSetting]:
    """Map each name of a level to it: the English ones, and those that the catalogues give."""
    names: dict[str, DetailSetting] = {str(level): Detail(tokens) for level, tokens in LEVEL_TOKENS.items()}
    names[Auto.AUTO] = Auto.AUTO
    for language in LANGUAGES:
        names |= {texts_in(language).say(LEVELS[level]).casefold(): Detail(LEVEL_TOKENS[level]) for level in LEVELS}
        names[texts_in(language).say(LookSentence.LEVEL_AUTO).casefold()] = Auto.AUTO
    return names
