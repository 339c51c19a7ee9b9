"""Judge an answer about a real picture: right, near, an honest or a needless refusal, or misleading."""

import re
import unicodedata
from enum import StrEnum

from training.metrics import character_errors, says_absent
from training.real.manifest import Aim, RealQuestion


class Outcome(StrEnum):
    """What an answer is worth to a stranger."""

    RIGHT = "right"
    NEAR = "near"
    REFUSED = "refused"
    NEEDLESS = "needless"
    MISLEADING = "misleading"


USEFUL = frozenset({Outcome.RIGHT, Outcome.NEAR})

NEAR_ERRORS = 0.2
"""The share of characters that may be wrong in a near answer without figures; one of them at least in a word."""

TEXT_RIGHT, TEXT_NEAR = 0.05, 0.2
"""The shares of characters that may be wrong where all the text is read out."""

AROUND = 30
"""The characters that may stand around a right answer, as in "The total is 6.00."."""

BEFORE_AND_BEHIND = 100
"""The characters that may stand around an answer that is then near: it has to be looked for."""

SHORTEST = 4
"""A word of fewer characters is near only if it is right."""

_REFUSALS = re.compile(
    r"\W*(?:this is a kind of picture i have not learned|i (?:can(?:not|'t)|could(?: not|n't)|am (?:not able|unable))\b"
    r"|(?:i'?m |i am )?sorry\b|unfortunately\b|(?:too (?:dense|small)|this (?:is|page is) too (?:dense|small))\b"
    r"|(?:the |this )?(?:print|text|type|writing)(?: here)? is too (?:small|dense)\b"
    r"|i (?:have not learned|do(?: not|n't) know|only read|can only read)\b"
    r"|这种图片我没有学过|(?:这里)?我(?:无法|不能|看不清|读不|认不|没有学过|只能|不会)|(?:这个|这)?我答不了|(?:这里的?)?字太(?:密|小)|看不清|无法|抱歉|对不起|很遗憾|太(?:密|小))",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_INNER = re.compile(r"(?<=\d)[.,:/-](?=\d)")
_KEPT = str.maketrans({mark: chr(0xE000 + place) for place, mark in enumerate(".,:/-")})


def outcome(said: str, question: RealQuestion) -> Outcome:
    """Judge what a person is shown by what the question wants; deterministic, in either language."""
    aims = question.aims
    if refuses(said):
        return Outcome.REFUSED if aims - {Aim.READ, Aim.TEXT} else Outcome.NEEDLESS
    if Aim.ABSENT in aims and says_absent(said):
        return Outcome.RIGHT
    return _of_reading(said, question) if aims & {Aim.TEXT, Aim.LONG} else _of_answer(said, question)


def refuses(said: str) -> bool:
    """Whether an answer says that it cannot read or does not know such a picture; a denial is no refusal."""
    return not said.strip() or _REFUSALS.match(said.replace("’", "'")) is not None


def normalised(text: str) -> str:
    """Return a text in small letters, without signs but those inside numbers, its words apart by one blank."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = _INNER.sub(lambda found: found[0].translate(_KEPT), _SEPARATORS.sub("", text))
    bare = "".join(
        each if each.isalnum() or each == "%" or "\ue000" <= each <= "\ue004" or unicodedata.combining(each) else " "
        for each in text
    )
    return " ".join(bare.split())


def figures(text: str) -> list[str]:
    """Return the numbers of a text, as `normalised` writes them, in their order."""
    return re.findall(r"[\d\ue000-\ue004]*\d%?", normalised(text))


def _of_reading(said: str, question: RealQuestion) -> Outcome:
    """Judge all the text that was read out; of a long one, only how it begins."""
    best = Outcome.MISLEADING
    for answer in question.right:
        wanted, told = normalised(answer), normalised(said)
        if Aim.LONG in question.aims:
            told = told[: len(wanted)]
        wrong = character_errors(told, wanted) / max(1, len(wanted))
        if wrong <= TEXT_RIGHT:
            return Outcome.RIGHT
        best = Outcome.NEAR if wrong <= TEXT_NEAR else best
    return best


def _of_answer(said: str, question: RealQuestion) -> Outcome:
    """Judge an answer to a question; a denial of what is there is never near."""
    if any(_tells(said, answer) for answer in question.right):
        return Outcome.RIGHT
    nearly = any(_nearly(said, each) for each in question.right) or any(_tells(said, each) for each in question.near)
    return Outcome.NEAR if nearly and not says_absent(said) else Outcome.MISLEADING


def _tells(said: str, answer: str) -> bool:
    """Whether the answer stands there, with little around it and no other number."""
    told, wanted = normalised(said), normalised(answer)
    if told == wanted or _joined(told) == _joined(wanted):
        return True
    if not _holds(told, wanted) or len(told) - len(wanted) > AROUND:
        return False
    return sorted(figures(said)) == sorted(figures(answer))


def _nearly(said: str, answer: str) -> bool:
    """Whether the answer stands there among more, or is there but for some letters; never with a wrong number."""
    told, wanted = normalised(said), normalised(answer)
    if _holds(told, wanted) and len(wanted) >= SHORTEST:  # Of two bare numbers nobody knows which is meant.
        return len(told) - len(wanted) <= BEFORE_AND_BEHIND and any(map(str.isalpha, told))
    if figures(said) != figures(answer) or len(wanted) < SHORTEST:
        return False
    return character_errors(told, wanted) <= max(1, NEAR_ERRORS * len(wanted))


def _holds(told: str, wanted: str) -> bool:
    """Whether whole words of a text are those wanted; between Chinese characters there are no blanks."""
    if not wanted:
        return False
    chinese = any("\u4e00" <= each <= "\u9fff" for each in wanted)
    return wanted in told if chinese else f" {wanted} " in f" {told} "


def _joined(text: str) -> str:
    return text.replace(" ", "")
