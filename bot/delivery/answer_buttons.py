"""The buttons under an answer: "Look closer" asks the same one level up, "Retry" for another wording, "Turn" turned."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from assistant.question import Question, Reading
from assistant.storage import Picture
from assistant.texts import Sentence, Texts
from assistant.wording.nothing import says_nothing
from assistant.wording.question import ParsedQuestion, Task
from assistant.wording.regions import REGIONS, RegionName
from bot.addressing import AGAIN
from model_service import Ability, Detail, DetailPlan, EngineInfo, plan_detail

PATTERN = rf"^{AGAIN}([0-9]{{2,4}}):([01]):([0-9]{{1,15}}):({'|'.join(RegionName)}|):({'|'.join(Task)}|)(?::([0-3]))?\Z"

SHORT = 6
"""The most characters of a text read out that may be all that can be read of a page that is not upright."""


@dataclass(frozen=True, slots=True)
class Again:
    """A button's request: the question of the message `question`, at `tokens` at most; `reworded`: in other words.

    `turns`: first its picture is turned, to so many quarter turns clockwise from the way it was sent; None: it stays.
    """

    tokens: int
    reworded: bool
    question: int
    part: RegionName | None
    task: Task | None
    turns: int | None = None

    @property
    def data(self) -> str:
        """The button's data, 64 bytes at most."""
        turns = "" if self.turns is None else f":{self.turns}"
        return f"{AGAIN}{self.tokens}:{int(self.reworded)}:{self.question}:{self.part or ''}:{self.task or ''}{turns}"

    def wanted(self, question: str) -> ParsedQuestion:
        """Return the question to ask again.

        Raises:
            UnknownDetail: no button of ours has such a number of tokens.
        """
        return ParsedQuestion(question, Detail(self.tokens), self.part, self.task, self.reworded)


def read_data(data: str) -> Again | None:
    """Parse a pressed button's data; return None if it is no such button."""
    match = re.match(PATTERN, data)
    if match is None:
        return None
    tokens, reworded, question, part, task, turns = match.groups()
    named = RegionName(part) if part else None, Task(task) if task else None
    return Again(int(tokens), reworded == "1", int(question), *named, None if turns is None else int(turns))


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
    asked = Again(question.settings.detail.tokens, False, question.message, part, task)
    choices: list[tuple[Sentence, Again]] = []
    closer = next(filter(None, (closer_than(question, reading, info) for reading in told)), None)
    if closer is not None:
        choices.append((Sentence.BUTTON_CLOSER, replace(asked, tokens=closer.tokens)))
    if (turns := turned_on(question, readings)) is not None:
        choices.append((Sentence.BUTTON_TURN, replace(asked, turns=turns)))
    if told and may_differ(question, info):
        choices.append((Sentence.BUTTON_RETRY, replace(asked, reworded=True)))
    if not choices:
        return None
    row = [InlineKeyboardButton(texts.say(label), callback_data=again.data) for label, again in choices]
    return InlineKeyboardMarkup([row])


def turned_on(question: Question, readings: Sequence[Reading]) -> int | None:
    """Return the turns of a question's one picture, a quarter on; None if something was found in it as it stands."""
    if len(question.pictures) != 1 or len(readings) != 1:
        return None
    text = readings[0].text
    nothing = says_nothing(text) or (question.parsed.task is Task.TEXT and len(text) <= SHORT)
    return (question.pictures[0].turns + 1) % 4 if nothing else None


def may_differ(question: Question, info: EngineInfo | None) -> bool:
    """Whether another answer can come out: of a model that writes freely, or by chance; a text is read out as it is."""
    if question.parsed.task in {Task.TEXT, Task.TABLE}:
        return False
    return question.settings.temperature > 0 or (info is not None and Ability.DESCRIBE in info.abilities)


def closer_than(question: Question, reading: Reading, info: EngineInfo | None) -> Detail | None:
    """Return the next level that shows more of the picture; None if there is none, or memory does not allow it."""
    plan = None if reading.output is None else reading.output.plan
    if reading.parts is not None and info is not None:  # Each part has a plan of its own.
        closer = info.dial.closer(question.settings.detail)
        return closer if closer is not None and closer.tokens <= info.max_visual_tokens else None
    return None if plan is None or info is None else closer_level(reading.picture, question.parsed.part, plan, info)


def closer_level(picture: Picture, part: RegionName | None, plan: DetailPlan, info: EngineInfo) -> Detail | None:
    """Return the next level that shows more of a picture, or of a part of it, than a plan did; None if there is none.

    There is none where the model has seen every pixel already, and would only see them larger.
    """
    size = size_of(picture, part)
    if plan.width >= size[0] and plan.height >= size[1]:
        return None
    detail = info.dial.closer(plan.detail)
    while detail is not None and plan_detail(info.dial, detail, *size, info.max_visual_tokens).tokens <= plan.tokens:
        detail = info.dial.closer(detail)
    return detail


def size_of(picture: Picture, part: RegionName | None) -> tuple[int, int]:
    """Return the size of a picture, or of a part of it, in pixels."""
    size = picture.width, picture.height
    return size if part is None else REGIONS[part].size(*size)
