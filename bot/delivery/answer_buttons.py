"""The buttons under an answer: "Look closer" asks the same one level up, "Retry" for another wording, "Turn" turned."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from assistant.next_looks import closer_than, may_differ, may_think, turned_on
from assistant.question import Question, Reading
from assistant.settings.detail_setting import Auto
from assistant.texts import FamilySentence, Sentence, Texts
from assistant.wording.question import ParsedQuestion, Task
from assistant.wording.regions import RegionName
from bot.addressing import AGAIN
from model_service import Detail, EngineInfo

_TOKENS = rf"[0-9]{{2,4}}|{Auto.AUTO}"
PATTERN = rf"^{AGAIN}({_TOKENS}):([0-5]):([0-9]{{1,15}}):({'|'.join(RegionName)}|):({'|'.join(Task)}|)(?::([0-3]))?\Z"


OF_EACH = 3
"""Added to the number that says how is asked again: as before, in other words, or thought over."""


@dataclass(frozen=True, slots=True)
class Again:
    """A button's request: the question of the message `question`, at `tokens` at most; `reworded`: in other words.

    `turns`: first its picture is turned, to so many quarter turns clockwise from the way it was sent; None: it stays.
    `thinking`: it is thought over first. `each`: each of several pictures has an answer of its own, as before.
    """

    tokens: int | Auto
    reworded: bool
    question: int
    part: RegionName | None
    task: Task | None
    turns: int | None = None
    thinking: bool = False
    each: bool = False

    @property
    def data(self) -> str:
        """The button's data, 64 bytes at most."""
        turns = "" if self.turns is None else f":{self.turns}"
        how = (2 if self.thinking else int(self.reworded)) + OF_EACH * self.each
        return f"{AGAIN}{self.tokens}:{how}:{self.question}:{self.part or ''}:{self.task or ''}{turns}"

    def wanted(self, question: str) -> ParsedQuestion:
        """Return the question to ask again.

        Raises:
            UnknownDetail: no button of ours has such a number of tokens.
        """
        detail = self.tokens if isinstance(self.tokens, Auto) else Detail(self.tokens)
        return ParsedQuestion(
            question, detail, self.part, self.task, self.reworded, thinking=self.thinking, each=self.each
        )


def read_data(data: str) -> Again | None:
    """Parse a pressed button's data; return None if it is no such button."""
    match = re.match(PATTERN, data)
    if match is None:
        return None
    tokens, how, question, part, task, turns = match.groups()
    named = RegionName(part) if part else None, Task(task) if task else None
    return Again(
        Auto.AUTO if tokens == Auto.AUTO else int(tokens),
        int(how) % OF_EACH == 1,
        int(question),
        *named,
        None if turns is None else int(turns),
        int(how) % OF_EACH == 2,
        int(how) >= OF_EACH,
    )


def buttons_under(
    texts: Texts, question: Question, readings: Sequence[Reading], info: EngineInfo | None, *, heard: bool = False
) -> InlineKeyboardMarkup | None:
    """Return the buttons of a finished answer that can help; None if there are none, or if nobody knows what was asked.

    An answer without a word is not remembered; its question is, if it was `heard` from a person.
    """
    told = [reading for reading in readings if reading.text]
    if not told and not heard:
        return None
    part, task = question.parsed.part, question.parsed.task
    detail = question.settings.detail
    tokens = detail.tokens if isinstance(detail, Detail) else detail
    each = len(question.pictures) > 1 and not any(one.others or one.left or one.unread for one in readings)
    asked = Again(tokens, False, question.message, part, task, each=each)
    choices: list[tuple[Sentence | FamilySentence, Again]] = []
    closer = next(filter(None, (closer_than(question, reading, info) for reading in told)), None)
    if closer is not None:
        choices.append((Sentence.BUTTON_CLOSER, replace(asked, tokens=closer.tokens)))
    if (turns := turned_on(question, readings)) is not None:
        choices.append((Sentence.BUTTON_TURN, replace(asked, turns=turns)))
    if told and may_think(question, told, info):
        choices.append((FamilySentence.BUTTON_THINK, replace(asked, thinking=True)))
    if told and may_differ(question, told, info):
        choices.append((Sentence.BUTTON_RETRY, replace(asked, reworded=True)))
    if not choices:
        return None
    row = [InlineKeyboardButton(texts.say(label), callback_data=again.data) for label, again in choices]
    return InlineKeyboardMarkup([row])
