"""A question that names pages or pictures, for a model that is shown one of them: without the words that chose it.

"What is the total on page 2?" becomes "What is the total?", and "What is on page 2?" becomes "What is on this page?".
A number that is left in a question about one page is taken for something in it, such as its second line.
"""

import re
from dataclasses import dataclass

from assistant.wording.pages import ALL_ALONE, Mention, Noun, mentions

MANY = 9999
"""The number of pages or pictures where it does not matter: more than anybody sends."""

_PREPOSITION = r"(?:on|in|from|at|of|for|within|inside|off|under|to)"
_BEFORE = re.compile(rf"(?:^|(?<=[\s(]))(?P<preposition>{_PREPOSITION})\s+$", re.IGNORECASE)
_THE = re.compile(r"\bthe\s+$", re.IGNORECASE)
_OF_MANY = re.compile(r"\s+of\s+\d{1,4}\b")
_OPENED, _CLOSED = re.compile(rf"[(\[（【]\s*(?:{_PREPOSITION}\s+)?$", re.IGNORECASE), re.compile(r"\s*[)\]）】]")
_SENTENCE_BEGINS = re.compile(r"(?:^|[.?!。？！\n])\s*$")
_AND = re.compile(
    rf"\s*(?:,|，|、|and|&|or|with|to|versus|vs\.?|和|与|跟|及|以及)?\s*(?:{_PREPOSITION}\s+)?(?:the\s+)?",
    re.IGNORECASE,
)
_END = re.compile(r"\s*(?:,?\s*(?:please|pls))?\s*[.?!。？！]*\s*$", re.IGNORECASE)

_STRANDED = re.compile(
    r"(?:\b(?:is|are|was|were|be|what|who|where|there|look|looks|looking|zoom|in|up|go|turn|back|switch)|['’](?:s|re))$",
    re.IGNORECASE,
)
"""Words that need what follows them: "What is on page 2?", "Zoom in on page 2"."""

_GOES_ON = re.compile(
    r"\s+(?:is|are|was|were|has|have|had|says?|shows?|mentions?|contains?|means?|looks?|reads?|lists?|does|do|can)\b",
    re.IGNORECASE,
)
"""A verb whose subject stands before it: "Page 2 says what?"."""

_VERB = re.compile(
    r"\b(?:what|who|whose|which|when|where|why|how|is|are|was|were|does|do|did|can|could|will|would|should|has|have|"
    r"\w+(?:ise|ize|ate|ify)|read|sum|describe|explain|translate|transcribe|show|tell|give|extract|list|look|see|check|"
    r"compare|find|get|ocr|take|process|convert|count|solve|scan|review|proofread|copy|type|write|make|let|quote|about|"
    r"between|than|like|correct|answer|turn|crop|zoom|enlarge|skip|start|parse|digest|into|and|or|with)\b|['’]s\b",
    re.IGNORECASE,
)
_ASKED_FOR = re.compile(
    r"^\s*(?:what|who|when|where|how\s+(?:much|many))\b.*?(?:\b(?:is|are|was|were)|['’]s)\s+"
    r"(?:the|a|an|my|his|her|its|their|our|your)\s+[\w' -]+$",
    re.IGNORECASE,
)
"""A whole question about a thing: "What is the total"; a page behind it is where to look."""

COMPARES = re.compile(
    r"\b(?:compar\w+|differ\w*|between|same|than|versus|vs|match\w*|which\s+of|similar\w*|common|alike|identical)\b"
    r"|比较|对比|区别|不同|差别|差异|相比|一样|相同|哪[张页个一]",
    re.IGNORECASE,
)
_FILLERS = re.compile(
    r"\b(?:what\s+(?:about|of)|how\s+about|and|or|now|then|the|please|pls|same|thing|question|for|on|in|of|at|to|also|just|next|okay|ok|so|"
    r"but|again|only|too|as|well|with|it|do|this|that|yes|no|i|mean|meant|sorry|could|can|would|you|look|go|try|use|ask|ones?|last|other)\b"
    r"|那么?|呢|和|请|再|也|还有|现在|看看?|一下|的|上|里|中|吧|同样|一样|在|对|怎么样|又|问题|问",
    re.IGNORECASE,
)
"""Words that ask nothing beside those that choose: "and page 2, please?"."""

_LINKS = re.compile(r"(?:\b(?:and|but|so|now|then|also|ok|okay|please|hi|hello)\b[\s,]*)+", re.IGNORECASE)
"""Words that a question may begin with: "And on page 2, what is the total?"."""

_NOUN_FIRST = re.compile(r"(?:p|photo|image)", re.IGNORECASE)
_CHINESE_BEFORE = re.compile(r"(?:在|从|请看|看)\s*$")
_CHINESE_PLACE = re.compile(r"\s*(?:上面|里面|当中|[上里中内])?")
_CHINESE_VERB = re.compile(
    r"\s*(?:$|[。？！?!]|[写讲说是有包含显提介描怎如能会都在和跟与到为什哪谁几多吗呢及或印画拍看读]|主要|大概|大意|大致)"
)
_SINGULAR_VERBS = {"do": "does", "are": "is", "were": "was", "Do": "Does", "Are": "Is", "Were": "Was"}
_PLURAL_VERB = re.compile(
    r"(?:(?<=^)|(?<=\b[Ww]hat )|(?<=\b[Hh]ow )|(?<=\b[Ww]here )|(?<=\b[Ww]hy )|(?<=\b[Ww]hen ))"
    rf"(?:{'|'.join(_SINGULAR_VERBS)})(?= this (?:page|picture|photo|image)\b)"
)
_IDEOGRAPH = re.compile(r"[㐀-鿿]")


@dataclass(frozen=True, slots=True)
class _Choice:
    """Words that choose, from `start` to `end`; `several`: more than one is named."""

    start: int
    end: int
    several: bool


def about_one(question: str, noun: Noun) -> str:
    """Return the question for a model that is shown one of those that it names; empty if it asks nothing else."""
    choices = _choices(question, noun)
    if not choices:
        return question
    if _asks_nothing(question, choices):
        return ""
    compares = bool(COMPARES.search(question)) and (len(choices) > 1 or choices[0].several)
    for choice in reversed(choices):
        question = _without(question, choice, compares=compares, other=compares and choice is not choices[0])
    return _tidy(question)


def asked_again(former: str, question: str, noun: Noun) -> str:
    """Return the former question about those that `question`, which asks nothing itself, names."""
    words = [question[choice.start : choice.end] for choice in _choices(question, noun)]
    alone = re.match(ALL_ALONE, question, re.IGNORECASE) is not None
    named = f"all {noun.plural}" if alone else ", ".join(words)
    return f"{about_one(former, noun)} ({named})".strip()


def _choices(question: str, noun: Noun) -> list[_Choice]:
    """Return the words that choose; those in a row, as in "on page 2 and on page 3", are one."""
    choices: list[_Choice] = []
    for mention in mentions(question, noun, MANY):
        found = _widened(question, mention)
        if choices and _AND.fullmatch(question[choices[-1].end : found.start]):
            found = _Choice(choices.pop().start, found.end, several=True)
        choices.append(found)
    return choices


def _widened(question: str, mention: Mention) -> _Choice:
    """Return a mention with the "the" before it and the "of 5" behind it."""
    start, end = mention.start, mention.end
    article = _THE.search(question[:start])
    behind = question[end:]
    describes = _NOUN_FIRST.match(question[start:]) and re.match(r"\s+\w", behind) and not _GOES_ON.match(behind)
    if article is not None and not describes:  # "the second page", but not "the page 2 total".
        start = article.start()
    if (of_many := _OF_MANY.match(question[end:])) is not None:
        end += of_many.end()
    return _Choice(start, end, len(mention.numbers) > 1)


def _asks_nothing(question: str, choices: list[_Choice]) -> bool:
    rest = question
    for choice in reversed(choices):
        rest = f"{rest[: choice.start]} {rest[choice.end :]}"
    return not any(sign.isalnum() for sign in _FILLERS.sub("", rest))


def _without(question: str, choice: _Choice, *, compares: bool, other: bool) -> str:
    """Return the question without one choice, or with "this page" in its place where the sentence needs it."""
    named, before, after = question[choice.start : choice.end], question[: choice.start], question[choice.end :]
    if (opened := _OPENED.search(before)) and (closed := _CLOSED.match(after)):
        return f"{before[: opened.start()].rstrip()}{after[closed.end() :]}"
    if _IDEOGRAPH.search(named):
        return _in_chinese(before, named, after, several=compares and choice.several)
    bare = None if compares else _bare(before, named, after)
    if bare is not None:
        return bare
    word = _singular(named)
    phrase = f"these {word}s" if compares and choice.several else f"the other {word}" if other else f"this {word}"
    if _SENTENCE_BEGINS.search(before) and named[:1].isupper():
        phrase = phrase.capitalize()
    return f"{before}{phrase}{after}"


def _bare(before: str, named: str, after: str) -> str | None:
    """Return an English question without the words that choose; None where something has to stand in their place."""
    if re.match(r"['’]s\b", after):
        return None
    preposition = _BEFORE.search(before)
    begins = before[: preposition.start()] if preposition else before
    if _SENTENCE_BEGINS.search(begins):
        capital = (preposition[0] if preposition else named)[:1].isupper()
        return None if preposition is None and _GOES_ON.match(after) else begins + _begun(after, capital=capital)
    if preposition is None:
        return _bare_behind(before, after)
    if _LINKS.fullmatch(begins.strip()):
        return f"{begins.rstrip(' ,')} {_begun(after, capital=False)}"
    stands = _STRANDED.search(begins.rstrip()) or preposition["preposition"].casefold() == "to"
    return None if stands else f"{begins.rstrip()}{after}"


def _bare_behind(before: str, after: str) -> str | None:
    """Return a question without words that choose behind it, as in "total page 2" or "the page 2 total"; else None."""
    clause = re.split(r"[.?!。？！,，;:\n–—]\s*", before)[-1]
    if not clause.strip(" -") and re.match(r"\s*[,;:]", after):  # "In the PDF, page 2, what is the total?"
        return before.rstrip(" ,;:-–—") + after
    if not _END.fullmatch(after):
        return f"{before.rstrip()} {after.lstrip()}" if _THE.search(before) and re.match(r"\s+\w", after) else None
    if not clause.strip(" -"):  # "What is the total, page 2?"
        end = "" if re.search(r"[.?!。？！]\s*$", before) else after
        return before.rstrip(" ,，;:-–—") + end
    return None if _VERB.search(clause) and not _ASKED_FOR.match(clause) else before.rstrip() + after


def _begun(after: str, *, capital: bool) -> str:
    """Return what follows words at the beginning of a sentence, as its new beginning."""
    rest = re.sub(r"^\s*(?:[,:;.，：；。]|[-–—](?=\s))?\s*", "", after)
    return rest[:1].upper() + rest[1:] if capital else rest


def _in_chinese(before: str, named: str, after: str, *, several: bool) -> str:
    """Return a Chinese question without the words that choose, or with 这一页 in their place."""
    page = "页" in named
    this = ("这些页" if page else "这些图片") if several else "这一页" if page else "这张图"
    if several:
        return f"{before}{this}{after}"
    alone = _CHINESE_BEFORE.sub("", before)
    place = _CHINESE_PLACE.match(after)
    rest = after[place.end() :] if place else after
    if rest.startswith("的") and not _CHINESE_VERB.match(rest[1:]):
        return alone + rest[1:]
    if (apart := re.match(r"\s*[，,：:、]\s*(?=\S)", rest)) and _SENTENCE_BEGINS.search(alone):
        return alone + rest[apart.end() :]
    if _END.fullmatch(rest) and re.search(r"[.。？！?!,，、]\s*$", before):
        return re.sub(r"(?:[,，、]\s*|\s+)$", "", before) + ("" if re.search(r"[.。？！?!]\s*$", before) else rest)
    if not alone.strip(" 请") and not _CHINESE_VERB.match(rest):
        return alone + rest
    return f"{before}{this}{after}"


def _singular(named: str) -> str:
    """Return the noun that a choice was made with, for one."""
    found = re.search(r"\b(page|pg|pp?|photo|image|pic)(?:ture)?s?\b", named, re.IGNORECASE)
    word = found[1].casefold() if found else "picture"
    return {"pg": "page", "p": "page", "pp": "page", "pic": "picture"}.get(word, word)


def _tidy(question: str) -> str:
    """Return the question without gaps, its verb in the singular where "these pages" became "this page"."""
    question = _PLURAL_VERB.sub(lambda verb: _SINGULAR_VERBS[verb[0]], question)
    question = re.sub(r"[ \t]{2,}", " ", question)
    return re.sub(r"[ \t]+([?!.,;:]|$)", r"\1", question, flags=re.MULTILINE).strip(" \t,;")
