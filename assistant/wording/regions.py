"""The parts of a picture that can be named, and the words that name them in a question, in English and Chinese.

A question names a part only where it can hardly mean anything else: "in the top left corner", but neither "the top
left number" nor "the top left corner of the table". To crop wrongly is worse than not to crop.
"""

import re
from enum import StrEnum

from assistant.texts import Sentence
from model_service import Region


class RegionName(StrEnum):
    """A part of a picture, as a tag spells it: "#topleft"."""

    TOP_LEFT = "topleft"
    TOP_RIGHT = "topright"
    BOTTOM_LEFT = "bottomleft"
    BOTTOM_RIGHT = "bottomright"
    TOP = "top"
    BOTTOM = "bottom"
    LEFT = "left"
    RIGHT = "right"
    MIDDLE = "middle"


HALF = 0.55
"""A little more than a half, so that nothing on the line is cut in two."""

REGIONS = {
    RegionName.TOP_LEFT: Region(0, 0, HALF, HALF),
    RegionName.TOP_RIGHT: Region(1 - HALF, 0, 1, HALF),
    RegionName.BOTTOM_LEFT: Region(0, 1 - HALF, HALF, 1),
    RegionName.BOTTOM_RIGHT: Region(1 - HALF, 1 - HALF, 1, 1),
    RegionName.TOP: Region(0, 0, 1, HALF),
    RegionName.BOTTOM: Region(0, 1 - HALF, 1, 1),
    RegionName.LEFT: Region(0, 0, HALF, 1),
    RegionName.RIGHT: Region(1 - HALF, 0, 1, 1),
    RegionName.MIDDLE: Region(0.2, 0.2, 0.8, 0.8),
}
NAMES = {
    RegionName.TOP_LEFT: Sentence.PART_TOP_LEFT,
    RegionName.TOP_RIGHT: Sentence.PART_TOP_RIGHT,
    RegionName.BOTTOM_LEFT: Sentence.PART_BOTTOM_LEFT,
    RegionName.BOTTOM_RIGHT: Sentence.PART_BOTTOM_RIGHT,
    RegionName.TOP: Sentence.PART_TOP,
    RegionName.BOTTOM: Sentence.PART_BOTTOM,
    RegionName.LEFT: Sentence.PART_LEFT,
    RegionName.RIGHT: Sentence.PART_RIGHT,
    RegionName.MIDDLE: Sentence.PART_MIDDLE,
}

_BEFORE = r"(?P<in>in|at|on|into)|(?P<verb>read|describe|transcribe)"
_CORNER = r"(?P<{0}>(?:top|upper|bottom|lower)[ -]?(?:left|right))(?:[ -]hand)?"
_PLACE = r"(?:corner|quarter|quadrant|part|area|section)"
_PICTURE = r"\s+of\s+(?:the|this|that|my)\s+(?:picture|image|photo|page|scan|screenshot|document)\b"
_END = r"(?=\s*(?:[?.!,;:)]|$))"
_ENGLISH = re.compile(
    rf"(?:\b(?:{_BEFORE})\s+)?\bthe\s+(?:"
    rf"{_CORNER.format('corner')}\s+{_PLACE}|"
    rf"(?P<half>top|upper|bottom|lower|left|right)(?:[ -]hand)?\s+half"
    rf")\b(?:{_PICTURE})?(?!\s+of\b)"
    rf"|\b(?P<bare_in>in|at|on|into|read|describe|transcribe)\s+the\s+(?:"
    rf"{_CORNER.format('bare')}|(?:very\s+)?(?P<middle>middle|cent(?:er|re))(?:\s+{_PLACE})?"
    rf")(?:{_PICTURE}|{_END})",
    re.IGNORECASE,
)
_CHINESE = re.compile(
    r"(?:(?:^|(?<=[\s，。？！、：；,.?!:;在看读认写念译把请只]))(?:(?:这张|这幅)?图[里中上内]?的?)?"
    r"|(?:这张|这幅)?(?:图片|照片|画面|页面|截图|扫描件)[里中上内]?的?)"
    r"(?:(?P<corner>[左右][上下])(?:角|方|侧|边|部分?|区域)?"
    r"|(?P<half>[上下左右])半(?:部分?|边|张|页|幅|侧)"
    r"|(?P<middle>正?中[间央]|正中|中部)(?:部分|位置|区域)?(?!第|名|人|的?那|那|一?[行列栏排个位]))"
)
_OTHERWISE = re.compile(
    r"\b(?:except|besides|without|unlike|than|compared?|versus|vs|differences?|rest|ignore|outside|not\s+(?:in|the))\b"
    r"|除了|以外|之外|相比|对比|比较|区别|不同|不要|不是",
    re.IGNORECASE,
)
_SIDES = {"upper": "top", "lower": "bottom", "上": "top", "下": "bottom", "左": "left", "右": "right"}
_ALIASES = {"center": RegionName.MIDDLE, "centre": RegionName.MIDDLE}
_BEHIND_TAG = r"(?:left|right)(?:\s*(?:$|[^\w\s]|\n)|\s+(?:wh|how|is|are|read|corner))"
PART_TAG = (
    rf"(?i:(?:top|upper|bottom|lower)(?:[-_]?|[ ](?={_BEHIND_TAG}))(?:left|right)(?:[-_ ]?(?:corner|quarter))?"
    r"|(?:top|upper|bottom|lower|left|right)[-_ ]?half)"
)
"""How people spell tags of parts: "top-left", "bottom left corner", "upper half"; "#top left column" is the top."""

_SPELT = re.compile(r"[-_ ]|corner$|quarter$|half$")
_CHINESE_TAG = re.compile(r"(?P<corner>[左右][上下])角?|(?P<half>[上下左右])半(?:部分?|边)|(?P<middle>中间)")


def named_by_tag(tag: str) -> RegionName | None:
    """Return the part that a tag (without its #) names: "topleft", "左上角"."""
    word = _SPELT.sub("", tag.casefold()).replace("upper", "top").replace("lower", "bottom")
    if (found := _CHINESE_TAG.fullmatch(word)) is not None:
        return _part(found)
    return _ALIASES.get(word) or (RegionName(word) if word in set(RegionName) else None)


def named_in(question: str) -> RegionName | None:
    """Return the one part that a question is about; None if it names none or several, or excludes one."""
    if _OTHERWISE.search(question):
        return None
    found = [*_ENGLISH.finditer(question), *_CHINESE.finditer(question)]
    parts = {_part(match) for match in found}
    return parts.pop() if len(parts) == 1 else None


def about_part(question: str, part: RegionName) -> str:
    """Return the question for a model that is shown that part alone: without the words that name it."""
    if named_in(question) is not part:
        return question
    question = _ENGLISH.sub(_in_english, question)
    return _CHINESE.sub("图中", question)


def _in_english(match: re.Match[str]) -> str:
    verb = match["verb"] or (match["bare_in"] or "")
    before = "in" if match["in"] or verb.casefold() in {"in", "at", "on", "into"} else verb
    if match[0][:1].isupper():
        before = before.capitalize()
    return f"{before} this picture".strip()


def _part(match: re.Match[str]) -> RegionName:
    words = match.groupdict()
    if words["middle"]:
        return RegionName.MIDDLE
    word = (words["corner"] or words.get("bare") or words["half"]).casefold()
    if word[0] in _SIDES:  # Chinese: the side may come before the height.
        names = [_SIDES[sign] for sign in sorted(word, key="上下左右".index)]
        return RegionName("".join(names))
    for old in ("upper", "lower"):
        word = word.replace(old, _SIDES[old])
    return RegionName(re.sub(r"[ -]", "", word))
