"""Parse a question: its level of detail for this once ("#high"), the part that it names, its turn, its task."""

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.settings.chat_settings import ChatSettings, Length
from assistant.settings.detail_setting import Auto, DetailSetting
from assistant.texts import LANGUAGES, Sentence, Texts, texts_in
from assistant.wording.levels import level_of, tokens_of
from assistant.wording.regions import PART_TAG, REGIONS, RegionName, about_part, named_by_tag, named_in
from assistant.wording.turning import without_turn
from model_service import Detail, Region

ASK = "ask"
"""The command that comes before a question."""


class Task(StrEnum):
    """A command that is a question by itself."""

    TEXT = "text"
    TABLE = "table"
    DESCRIBE = "describe"


PROMPTS = {Task.TEXT: Sentence.PROMPT_TEXT, Task.TABLE: Sentence.PROMPT_TABLE, Task.DESCRIBE: Sentence.PROMPT_DESCRIBE}
"""The prompt of each task, in the person's language."""


@dataclass(frozen=True, slots=True)
class ParsedQuestion:
    """A question, and its own settings in place of the chat's. `text` is empty if nothing is asked.

    `reworded`: the same is asked again, and the wording is to be another one. `quote` holds the words, of what was said
    before, that the question is about. `turn` is by how many quarter turns clockwise its pictures are to be turned.
    `thinking`: it is to be thought over first. `each`: each picture is to have an answer of its own.
    """

    text: str
    detail: DetailSetting | None = None
    part: RegionName | None = None
    task: Task | None = None
    reworded: bool = False
    quote: str = ""
    turn: int = 0
    thinking: bool = False
    each: bool = False

    @property
    def region(self) -> Region | None:
        """The rectangle of the part that it names; None if it names none."""
        return None if self.part is None else REGIONS[self.part]

    def dump(self) -> str:
        """Return it in JSON."""
        tokens = self.detail.tokens if isinstance(self.detail, Detail) else self.detail
        return json.dumps([self.text, tokens, self.part, self.task, self.quote, self.turn])

    @staticmethod
    def load(dumped: str) -> "ParsedQuestion":
        """Return what `dump` was called on, except for how it is asked again: reworded, thought over, of each."""
        text, tokens, part, task, quote, *turn = json.loads(dumped)  # Former versions knew no turn.
        named = part and RegionName(part), task and Task(task)
        detail = Auto.AUTO if tokens == Auto.AUTO else tokens and Detail(tokens)
        return ParsedQuestion(text, detail, *named, quote=quote, turn=turn[0] if turn else 0)

    def settings(self, chat: ChatSettings) -> ChatSettings:
        """Return the settings for this question, over the chat's. The picture decides how long a task's answer is."""
        return replace(
            chat,
            detail=self.detail or chat.detail,
            length=Length.NORMAL if self.task else chat.length,
            temperature=(chat.temperature or ANOTHER_WORDING) if self.reworded else chat.temperature,
        )


def together(questions: Sequence[ParsedQuestion]) -> ParsedQuestion:
    """Return one question for several that wait for the same picture; the last one's own settings hold."""
    asking = [question for question in questions if question.text]
    return replace(asking[-1], text="\n".join(dict.fromkeys(question.text for question in asking)))


NOTHING_MORE = frozenset({"in this picture", "in the 图中"})
"""What remains of the words after a command that only name a part of the picture."""

ANOTHER_WORDING = 0.7
"""The temperature of an answer that is to differ from the former one, where answers are exact otherwise."""

SENTENCE_END = 40
"""The characters before a number in which the end of a sentence is looked for."""

_LATIN = "A-Za-zＡ-Ｚａ-ｚ"
_TAG = re.compile(
    rf"(?<![\w/&])[#＃](?P<word>{PART_TAG}|[{_LATIN}]+(?=-res(?:olution)?\b)|[{_LATIN}]+|[上下左右半部分边角中间]+"
    rf"|[^\W\d_]+|\d{{1,4}})(?:-res(?:olution)?\b)?(?![{_LATIN}\d_])"
)
_BEGINS = "这那请什图总读写里哪谁多有是把帮翻看第日金电姓地"
"""What a Chinese question may begin with, right behind a level: "#高这是什么", but not "#高兴"."""

_GONE = "\0"
_LEFT_BY_TAGS = (
    (re.compile(rf"[(\[（【“\"]\s*{_GONE}(?:[\s,，、;&]*{_GONE})*\s*[)\]）】”\"]"), _GONE),
    (re.compile(rf"(^|[.?!。？！\n]\s*)(?:{_GONE}[\s,，、;&]*)*{_GONE}\s*[.,:;!，：；。！]+", re.MULTILINE), r"\1"),
    (re.compile(rf"\s*[,，;:]\s*{_GONE}(?=\s*(?:[?.!。？！]|$))", re.MULTILINE), ""),
)
"""The punctuation that is needed no more where tags were taken out."""

_PLACE = re.compile(r"\b(?:in|at|on|from|of)\s+(?P<the>the\s+)?$", re.IGNORECASE)
_FIRST_WORD = re.compile(r"(?P<word>[^\W\d_]+|\d{1,4})(?:\s+|$)")
_ENDED = re.compile(r"""(?:\n|[.?!。？！…؟।]["'”’»)）」』\]]*)\s*$""")
_ABBREVIATED = re.compile(r"\b(?:n[or]s?|num|inv|ref|art|apt|fig|acct?|tel|ext|vol|ch|pp?|ste?)\.\s*$", re.IGNORECASE)


def parse(text: str, command: str | None, texts: Texts) -> ParsedQuestion:
    """Parse a question that may follow a command. /text, /table and /describe ask by themselves."""
    wanted = read(text)
    if command == ASK:
        return _with_level_first(wanted)
    if command not in set(Task):
        return wanted
    task, wanted = Task(command), _with_level_first(wanted, alone=True)
    phrase = f"in the {wanted.text}"  # "/text top left"
    if wanted.part is None and (part := named_in(phrase)) is not None:
        wanted = replace(wanted, part=part)
    more = "" if wanted.part and about_part(phrase, wanted.part) in NOTHING_MORE else wanted.text
    return replace(wanted, text=f"{texts.say(PROMPTS[task])} {more}".strip(), task=task)


def as_typed(question: str) -> str:
    """Return a question as its person typed it: with the command in place of the prompt that the model got."""
    prompts = {texts_in(language).say(prompt): task for language in LANGUAGES for task, prompt in PROMPTS.items()}
    for prompt in sorted(prompts, key=len, reverse=True):
        if question.startswith(prompt):
            return f"/{prompts[prompt]} {question.removeprefix(prompt).strip()}".strip()
    return question


def parse_again(text: str, detail: DetailSetting | None, texts: Texts) -> ParsedQuestion:
    """Parse a question that was asked before, and is kept without its tags, to be asked again at this level."""
    task = next((task for task in Task if text.startswith(texts.say(PROMPTS[task]))), None)
    return ParsedQuestion(text, detail, named_in(text), task)


def read(text: str) -> ParsedQuestion:
    """Parse tags out of a question; the last of a kind holds. Those that are no level and no part stay in the text."""
    untagged, turn = without_turn(text)
    detail: DetailSetting | None = None
    part: RegionName | None = None
    bare, words = untagged, ""

    def take(match: re.Match[str]) -> str:
        nonlocal detail, part
        word = unicodedata.normalize("NFKC", match["word"])
        found = level_of(word) or (tokens_of(word) if _is_at_an_end(match, words) else None)
        named = None if found else named_by_tag(word)
        behind = "" if found or named else _behind_level(word)
        found = found or (level_of(word.removesuffix(behind)) if behind else None)
        detail, part = found or detail, named or part
        if found is None and named is None:
            return match[0]
        place = _PLACE.search(words[: match.start()]) if named else None  # "What is in #topleft?"
        return _GONE + behind if place is None else "picture" if place["the"] else "this picture"

    former = None
    while bare != former:  # "#high#topleft": the second one is a tag once the first is gone.
        former, words = bare, _TAG.sub(lambda tag: " " * len(tag[0]), bare)
        bare = _TAG.sub(take, bare)
    bare = bare if bare == text else _tidy(bare)
    return ParsedQuestion(bare, detail, part or named_in(bare), turn=turn)


def _behind_level(word: str) -> str:
    """Return the Chinese question that stands right behind a level, without a space; empty if there is none."""
    ends = (end for end in range(len(word) - 1, 0, -1) if word[end] in _BEGINS and level_of(word[:end]))
    return next((word[end:] for end in ends), "")


def _with_level_first(wanted: ParsedQuestion, *, alone: bool = False) -> ParsedQuestion:
    """Take the level from "high What is this?"; where it may stand `alone` nothing need follow."""
    match = _FIRST_WORD.match(wanted.text)
    if match is None or not (alone or wanted.text[match.end() :]):
        return wanted
    word = unicodedata.normalize("NFKC", match["word"])
    detail = level_of(word) or tokens_of(word)
    if detail is None or (detail is Auto.AUTO and not alone):  # "/ask auto insurance number?"
        return wanted
    return replace(wanted, text=wanted.text[match.end() :], detail=detail)


def _is_at_an_end(match: re.Match[str], words: str) -> bool:
    """Whether a number begins the text, or ends it behind a whole sentence: "invoice #1042" is about the invoice.

    `words` is the text with blanks in place of its tags.
    """
    before, after = words[: match.start()], words[match.end() :]
    if not before.strip():
        return True
    tail = before.rstrip(" \t")[-SENTENCE_END:]
    return not after.strip() and _ENDED.search(tail) is not None and _ABBREVIATED.search(tail) is None


def _tidy(text: str) -> str:
    """Return the text without the gaps that tags leave."""
    for pattern, left in _LEFT_BY_TAGS:
        text = pattern.sub(left, text)
    text = text.replace(_GONE, "")
    return re.sub(r"[ \t]+([?!.,]|$)", r"\1", re.sub(r"[ \t]{2,}", " ", text), flags=re.MULTILINE).strip()
