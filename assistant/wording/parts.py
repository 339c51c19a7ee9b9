"""Parts of a long picture in a question: "part 3", "at the end", "the last message"; and answers that find nothing."""

import re

from assistant.wording.about_one import about_one
from assistant.wording.pages import Noun, mentions

PARTS = Noun(r"parts?", "部分|段", "parts")

WISH = (
    "This is one part of a longer picture. If it does not show what is asked for, say only: NOT HERE.",
    "这是一张长图的一部分。如果这里看不到所问的内容，只回答：NOT HERE。",
)
"""What a model is told of a part, in English and in Chinese."""

_WHERE = re.compile(r"(?:^|[.?!,:;]\s*|\b(?:in|on|at|from|of|read|show|see|about|and)\s+(?:the\s+)?)$", re.IGNORECASE)
_OF_ANOTHER = re.compile(
    r"\s+of\s+(?!(?:the|this|that|my)\s+(?:picture|image|photo|page|scan|screenshot|chat)\b)", re.IGNORECASE
)
_THINGS = r"(?:messages?|lines?|entr(?:y|ies)|items?|rows?|posts?|comments?|words?|paragraphs?|sentences?)"
_END = re.compile(
    rf"\bthe\s+(?:very\s+)?(?:end|bottom)\b|\bthe\s+(?:very\s+)?(?:last|latest|newest|final)\s+{_THINGS}\b"
    r"|\bends?\s+with\b|最后(?:一)?(?:条|行|句|段|个|页|面)?|末尾|结尾|最下面|底部"
)
_BEGINNING = re.compile(
    rf"\bthe\s+(?:very\s+)?(?:beginning|start|top)\b|\bthe\s+(?:very\s+)?(?:first|oldest|earliest)\s+{_THINGS}\b"
    r"|\b(?:begins?|starts?)\s+with\b|第一(?:条|行|句|段)|开头|最上面|顶部"
)
_WHOLE = re.compile(
    r"\bdescrib\w+\b"
    r"|\bwhat(?:['’]s| is| are| do(?:es)? (?:it|this|that|you))\s*(?:this|that|these|it|see|show|here|shown)?"
    r"(?:\s+(?:in|on|a|the)\s+(?:this|the|my)?\s*(?:picture|image|photo|screenshot|page|document)[^?]*)?\s*[?.!]*\s*$"
    r"|\bwhat (?:kind|sort|type) of\b|这是(?:什么|啥)|描述|看到(?:了)?什么",
    re.IGNORECASE,
)
_ABSENT = re.compile(
    r"\bnot here\b|^\s*there (?:is|are) (?:no|not any)\b|\bi have not learned\b"
    r"|\b(?:is|are) not (?:shown|visible|mentioned|present|stated|given)\b"
    r"|\b(?:does|do) not (?:show|contain|mention|include)\b"
    r"|^\s*图中没有|^\s*没有。?\s*$|没学过|没有学过"
    r"|(?:没有|未)(?:显示|提到|包含|出现|给出)",
    re.IGNORECASE,
)
_MISSING = re.compile(r"^\s*(?:there (?:is|are) (?:no|not any)\b|图中没有)", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{3,}")
_ASKING = frozenset(
    [
        "what",
        "which",
        "who",
        "whom",
        "whose",
        "when",
        "where",
        "why",
        "how",
        "much",
        "many",
        "does",
        "did",
        "can",
        "could",
        "will",
        "would",
        "should",
        "the",
        "this",
        "that",
        "these",
        "those",
        "there",
        "here",
        "and",
        "for",
        "from",
        "with",
        "about",
        "into",
        "are",
        "was",
        "were",
        "has",
        "have",
        "had",
        "give",
        "tell",
        "show",
        "read",
        "find",
        "say",
        "says",
        "said",
        "see",
        "look",
        "please",
        "you",
        "your",
        "they",
        "them",
        "its",
        "his",
        "her",
        "our",
        "all",
        "any",
        "some",
        "each",
        "every",
        "not",
        "but",
        "part",
        "picture",
        "image",
        "photo",
        "page",
        "screenshot",
        "document",
        "chat",
        "message",
        "text",
        "line",
        "written",
        "stand",
        "stands",
        "name",
        "number",
        "value",
        "amount",
    ]
)
"""Words that ask, or that stand in any question."""

_NUMBER = re.compile(r"\d+(?:[.,:/’'-]\d+)*")


def parts_named(question: str, count: int) -> tuple[list[int], str]:
    """Return which of `count` parts a question names, and the question without the words that name them.

    A word for its beginning or end stays, since each part has its own.
    """
    named = [
        mention
        for mention in mentions(question, PARTS, count)
        if _WHERE.search(question[: mention.start]) and not _OF_ANOTHER.match(question[mention.end :])
    ]
    numbers = sorted({number for mention in named for number in mention.numbers})
    bare = about_one(question, PARTS) if numbers else question
    if numbers and (numbers[-1] <= count or not bare):
        return numbers, bare
    if _END.search(question):
        return [count], question
    return ([1], question) if _BEGINNING.search(question) else ([], question)


def is_about_whole(question: str) -> bool:
    """Whether a question is about a picture as a whole, which needs no print to be read."""
    return _WHOLE.search(question) is not None


def is_absent(answer: str) -> bool:
    """Whether an answer about a part says that this does not show what was asked for."""
    return not answer.strip() or _ABSENT.search(answer) is not None


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
