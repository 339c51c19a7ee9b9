"""Small talk: messages that ask nothing new of a picture, in English, Chinese and Russian.

Only a whole message counts: "thanks, and the date?" is a question. The phrases stand in small_talk.toml.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from enum import StrEnum
from importlib import resources
from itertools import product


class SmallTalk(StrEnum):
    """What somebody says who asks nothing new; the first of them counts where there are several."""

    DOUBT = "doubt"
    THANKS = "thanks"
    GREETING = "greeting"
    AGREEMENT = "agreement"


LONGEST = 80
"""The characters of the longest message that may be small talk."""

_PHRASES = tomllib.loads((resources.files("assistant.wording") / "small_talk.toml").read_text(encoding="utf-8"))
_LETTER = "[a-zа-я]"


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    """Return the pattern of one phrase, which no letter follows, with the blanks after it."""
    return re.compile(rf"(?:{'|'.join(phrases)})(?!(?<={_LETTER}){_LETTER})\s*")


_KINDS = {kind: _pattern(_PHRASES[kind]["phrases"]) for kind in SmallTalk}
_BETWEEN = _pattern(_PHRASES["between"])
_ASKED = _pattern(_PHRASES[SmallTalk.DOUBT]["asked"])
_SMILEY = re.compile(r"(?<!\w)(?:[:;=][-'^o]?[)(\]dp*3|]+|xd+|\^_*\^)(?!\w)")
_CHINESE_RUN = re.compile(r"([\u3400-\u9fff])\1+")
_STRETCHED = re.compile(r"([a-zа-я])\1{2,}")
_TRADITIONAL = str.maketrans(
    "謝確嗎錯對這個們沒麼會實說讀認檢細點應該還結數準請來囉寫總問題當嚴厲強愛幫幹瞭",
    "谢确吗错对这个们没么会实说读认检细点应该还结数准请来啰写总问题当严厉强爱帮干了",
)
_MOST_STRETCHED = 3


def small_talk(text: str, names: Iterable[str] = ()) -> SmallTalk | None:
    """Return what kind of small talk a whole message is, whatever it calls the bot; None if it may ask something."""
    if len(text) > LONGEST:
        return None
    text = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е").translate(_TRADITIONAL)
    for name in names:
        text = re.sub(rf"(?<!\w){re.escape(name.casefold())}(?!\w)", " ", text)
    asks = "?" in text
    words = _words(text)
    found = next((kind for variant in _unstretched(words) if (kind := _kind(variant)) is not None), None)
    if asks and found in {SmallTalk.THANKS, SmallTalk.AGREEMENT, None}:
        return SmallTalk.DOUBT if _ASKED.fullmatch(words) else None
    return found


def _words(text: str) -> str:
    """Return the words of a text, of Chinese signs in a row only one; or its emoji, if there are no words."""
    text = re.sub(r"['’`´]", "", _SMILEY.sub("🙂", text.replace("<3", "❤")))
    emoji = "" if any(map(str.isalpha, text)) else "".join(sign for sign in text if unicodedata.category(sign) == "So")
    return emoji or _CHINESE_RUN.sub(r"\1", " ".join(re.findall(r"[\w%]+", text)))


def _unstretched(text: str) -> Iterator[str]:
    """Yield the text with letters that were held down, as in "thaaanks", once or twice: "good" has two."""
    *parts, rest = _STRETCHED.split(text, maxsplit=_MOST_STRETCHED)
    pieces, letters = parts[::2], parts[1::2]
    for lengths in product((1, 2), repeat=len(letters)):
        yield "".join(piece + letter * n for piece, letter, n in zip(pieces, letters, lengths, strict=True)) + rest


def _kind(text: str) -> SmallTalk | None:
    """Return the first of the kinds of which a text is made up, phrase by phrase; None if there is anything else."""
    found: set[SmallTalk] = set()
    position = 0
    while position < len(text):
        matches = [(match.end(), kind) for kind in SmallTalk if (match := _KINDS[kind].match(text, position))]
        if matches:
            position, kind = max(matches, key=lambda match: match[0])
            found.add(kind)
        elif between := _BETWEEN.match(text, position):
            position = between.end()
        else:
            return None
    return next((kind for kind in SmallTalk if kind in found), None)
