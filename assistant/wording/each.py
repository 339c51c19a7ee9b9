"""Whether a question asks for each picture by itself: "describe each page", "one by one", "每张图里有什么？"."""

import re

from assistant.wording.about_one import COMPARES
from assistant.wording.pages import PAGES, PICTURES

_NOUN = rf"(?:{PAGES.english}|{PICTURES.english})"
_ONE = r"(?:picture|photo|image|pic|page)"
_EACH = re.compile(
    rf"\b(?:each|every)\s+(?:single\s+)?(?:one\b|{_NOUN}\b|of\s+(?:the\s+|these\s+|those\s+)?(?:\d+\s+)?(?:{_NOUN}|them|these|those)\b)"
    r"|\b(?:one\s+by\s+one|one\s+after\s+(?:the\s+other|another)|separately|individually|respectively)\b"
    rf"|\bper\s+{_NOUN}\b|\b(?:describe|caption|transcribe|summari[sz]e|translate)\s+each\b"
    rf"|每\s*一?\s*(?:{PAGES.chinese}|{PICTURES.chinese})|各\s*(?:{PAGES.chinese}|{PICTURES.chinese}|自)"
    rf"|\bthis\s+{_ONE}\b|这\s*一?\s*(?:张|页)"
    r"|分别|逐[一页张个]|一[张页]一[张页]",
    re.IGNORECASE,
)


_RANKS = re.compile(
    r"\bwhich\b.*\b(?:more|less|most|least|better|best|worse|worst|earlier|earliest|bigger|biggest"
    r"|(?:cheap|old|new|larg|small|high|low|long|short|lat)(?:er|est))\b|哪.*[更最]|[更最].*哪",
    re.IGNORECASE | re.DOTALL,
)


def compares(question: str) -> bool:
    """Whether a question compares pictures, or asks for one among them."""
    return any(pattern.search(question) is not None for pattern in (COMPARES, _RANKS))


def asks_each(question: str) -> bool:
    """Whether each of several pictures is to have an answer of its own, as where it speaks of "this picture".

    A question that compares them wants one answer.
    """
    return _EACH.search(question) is not None and not compares(question)
