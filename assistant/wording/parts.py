"""Parts of a long picture in a question: "part 3", "at the end", "the last message"; and answers that find nothing."""

import re

from assistant.wording.about_one import about_one
from assistant.wording.nothing import says_too_small
from assistant.wording.pages import Mention, Noun, mentions

PARTS = Noun(r"parts?", "部分", "parts")

WISH = (
    "This is one part of a longer picture. If it does not show what is asked for, say only: NOT HERE.",
    "这是一张长图的一部分。如果这里看不到所问的内容，只回答：NOT HERE。",
)
"""What a model is told of a part, in English and in Chinese."""

_WHERE = re.compile(
    r"(?:^|[.?!,:;(]\s*|\b(?:in|on|at|from|of|read|show|see|about|and|or|to|is|what|now|then|please|only|just|with"
    r"|copy|translate|transcribe|describe|explain|summari[sz]e|sum\s+up|check|skip)\s+)(?:the\s+)?$",
    re.IGNORECASE,
)
"""What stands before a part that says where to look."""

_SAYS = re.compile(r"\s+(?:say|show|contain|mention|tell|list|look|read|end|begin|start|speak|talk)s?\b", re.IGNORECASE)
"""What a part does: "What does part 3 say?"; other things have parts too: "What does part 3 cost?"."""

_CHINESE_WHERE = re.compile(r"[，。？！；：、（在看读请从把查译结给到和与及或那对中]\s*$")
_PICTURE = r"(?:picture|image|photo|page|scan|screenshot|chat|conversation|thread|list|document|receipt|bill)"
_OF_THIS = re.compile(rf"^\s+of\s+(?:the|this|that|my)\s+(?:long\s+)?{_PICTURE}\b", re.IGNORECASE)
_OF_ANOTHER = re.compile(r"\s+of\s+(?!\d)", re.IGNORECASE)
_NUMBERED = re.compile(r"\b(?:no\b|number)|[#＃]", re.IGNORECASE)
"""The number of a thing: "part no. 12"."""

HIGHEST = 99
"""A higher number is that of a thing."""

_THINGS = r"(?:messages?|lines?|entr(?:y|ies)|items?|rows?|posts?|comments?|words?|paragraphs?|sentences?)"
_BEHIND = (
    rf"(?=\s*(?:$|[?.!,;:)])|\s+(?:of|in|on)\s+(?:the|this|that|my)\s+(?:long\s+)?{_PICTURE}\b"
    r"|\s+(?:say|show|read|mention)s?\b|\s+(?:is|are|was|were|here|please|and|about|there)\b)"
)
"""What follows a beginning or end of the whole: not "the end date", nor "the last line of the address"."""

_END = re.compile(
    rf"\bthe\s+(?:very\s+)?(?:end|bottom){_BEHIND}|\bthe\s+(?:very\s+)?(?:last|latest|newest|final)\s+{_THINGS}{_BEHIND}"
    r"|\b(?:ends?\s+with|it\s+end)\s*[?.!]*\s*$"
    r"|最后(?:一|几)?(?:条|行|句|段|部分|面)|最后(?:说|写|讲|发|是|有)|末尾|结尾|最下面|底部",
    re.IGNORECASE,
)
_BEGINNING = re.compile(
    rf"\bthe\s+(?:very\s+)?(?:beginning|start|top){_BEHIND}|\bthe\s+(?:very\s+)?(?:first|oldest|earliest)\s+{_THINGS}{_BEHIND}"
    r"|\b(?:(?:begins?|starts?)\s+with|it\s+(?:begin|start))\s*[?.!]*\s*$"
    r"|(?:第一|最前面?的?一?|开头几?)(?:条|行|句|段)|开头|最上面|顶部",
    re.IGNORECASE,
)
_WHOLE_PICTURE = r"(?:picture|image|photo|photograph|screenshot|scan|page|document)"
_END_OF_QUESTION = r"\s*[?.!？。！]*\s*$"
_WHOLE = re.compile(
    r"\bdescribe\b"
    r"|\bwhat(?:['’]s| is| are| do(?:es)? (?:it|this|that|you))\s*(?:this|that|these|it|see|show|here|shown)?"
    rf"(?:\s+(?:(?:in|on)\s+)?(?:a|the|this|my)\s+{_WHOLE_PICTURE})?(?:\s+(?:of|about|showing))?{_END_OF_QUESTION}"
    rf"|\bwhat (?:kind|sort|type) of (?:{_WHOLE_PICTURE}|thing|paper|form|file) (?:is|do|does)\b"
    rf"|^(?:这|那)(?:张图片?)?是(?:什么|啥)(?:图|图片|照片|东西|文件|截图)?{_END_OF_QUESTION}|^\W*(?:请|麻烦|帮我)*(?:你)?(?:详细)?地?描述"
    r"|看到了?(?:什么|啥)",
    re.IGNORECASE,
)
_ABSENT = re.compile(
    r"\bnot here\b|^\s*there (?:is|are) (?:no|not any)\b|\bi have not learned\b"
    r"|\b(?:is|are) not (?:shown|visible|mentioned|present|stated|given)\b"
    rf"|^\W*(?:the|this)\s+(?:\w+\s+)?(?:{_PICTURE}|part|text)\s+(?:does|do) not (?:show|contain|mention|include)\b"
    r"|\bi cannot answer that\b|^\s*图中没有|^\s*没有。?\s*$|没学过|没有学过|我答不了"
    r"|(?:没有|未)(?:显示|提到|出现|给出)|(?:图片?|部分|页|文字)[里中内上]?(?:没有|不|未)包含",
    re.IGNORECASE,
)
_MISSING = re.compile(r"^\s*(?:there (?:is|are) (?:no|not any)\b|图中没有)", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{3,}")
_ASKING = frozenset(
    re.findall(
        r"\w+",
        """
        what which who whom whose when where why how much many does did can could will would should the this that these
        those there here and for from with about into are was were has have had give tell show read find say says said
        see look please you your they them its his her our all any some each every not but part picture image photo page
        screenshot document chat message text line written stand stands name number value amount
        """,
    )
)
"""Words that ask, or that stand in any question."""

_NUMBER = re.compile(r"\d+(?:[.,:/’'-]\d+)*")


def parts_named(question: str, count: int) -> tuple[list[int], str]:
    """Return which of `count` parts a question names, and the question without the words that name them.

    A word for its beginning or end stays, since each part has its own.
    """
    named = [mention for mention in mentions(question, PARTS, count) if _is_where(question, mention)]
    numbers = sorted({number for mention in named for number in mention.numbers})
    if numbers and numbers[-1] <= max(count, HIGHEST):
        for mention in reversed(named):  # "of the chat" goes with it.
            question = question[: mention.end] + _OF_THIS.sub("", question[mention.end :], count=1)
        return numbers, about_one(question, PARTS)
    if _END.search(question):
        return [count], question
    return ([1], question) if _BEGINNING.search(question) else ([], question)


def _is_where(question: str, mention: Mention) -> bool:
    """Whether a part that is mentioned is one of the picture's, and no other thing's."""
    before, words, behind = question[: mention.start], question[mention.start : mention.end], question[mention.end :]
    if _NUMBERED.search(words) or (_OF_ANOTHER.match(behind) and not _OF_THIS.match(behind)):
        return False
    return bool(_WHERE.search(before) or _CHINESE_WHERE.search(before) or _SAYS.match(behind))


def is_about_whole(question: str) -> bool:
    """Whether a question is about a picture as a whole, which needs no print to be read."""
    return _WHOLE.search(question) is not None


def is_absent(answer: str) -> bool:
    """Whether an answer about a part says that this does not show what was asked for, or cannot be read."""
    return not answer.strip() or says_too_small(answer) or _ABSENT.search(answer) is not None


def absence_in(answer: str) -> str:
    """Return an answer that says what is not there, as a whole picture's; empty if it only says that it is not here."""
    return answer.strip() if _MISSING.search(answer) else ""


def digits_in(text: str) -> set[str]:
    """Return the digits of each number, price and date in a text; of "Item 36 4.50" those of two."""
    return {re.sub(r"\D", "", number) for number in _NUMBER.findall(text)}


def names(line: str, question: str) -> bool:
    """Whether a line of print has a word of those that a question asks for: "TOTAL 9.35" for "What is the total?"."""
    printed = line.casefold()
    return any(re.search(rf"\b{word}\b", printed) for word in _WORD.findall(question.casefold()) if word not in _ASKING)
