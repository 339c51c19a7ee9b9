"""Values that cross the seam between the bot, the service and an engine: frozen values only."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Literal

from model_service.detail import STANDARD, Detail, DetailPlan
from model_service.region import Region

Role = Literal["system", "user", "assistant"]

CERTAIN = 0.99
"""The probability from which on nothing is said of a token, so that what is told of an answer stays small."""

ALL_TOKENS = 2.0
"""More than any probability: something is said of every token."""


class FinishReason(StrEnum):
    """Why an answer ended. BROKEN_OFF: who read it stopped it, as it made no sense any more."""

    STOP = "stop"
    LENGTH = "length"
    ABORT = "abort"
    BROKEN_OFF = "broken off"


class Stage(StrEnum):
    """Stage of a request."""

    WAITING = "waiting"
    LOOKING = "looking"
    WRITING = "writing"
    DONE = "done"


class Transcription(StrEnum):
    """What of a picture is to be written down: all of its text in reading order, its table, its formulas as LaTeX.

    Or FIELDS: a JSON object is to be filled in.
    """

    TEXT = "text"
    TABLE = "table"
    FORMULA = "formula"
    FIELDS = "fields"


@dataclass(frozen=True, slots=True)
class PictureRef:
    """A picture to look at: an encoded image (any format that `open_picture` reads), how closely, and which part.

    Whoever kept the data may know a `digest` of it, which no other data has; empty: it is computed where it is wanted.
    """

    data: bytes
    detail: Detail = STANDARD
    region: Region | None = None
    digest: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of a conversation. Plain text: special tokens typed by a person stay plain text."""

    role: Role
    text: str
    pictures: tuple[PictureRef, ...] = ()


def with_pictures(messages: Sequence[Message], *pictures: PictureRef) -> tuple[Message, ...]:
    """Put pictures into the first user's turn, where models expect what a conversation is about."""
    first = next(index for index, message in enumerate(messages) if message.role == "user")
    return (*messages[:first], replace(messages[first], pictures=pictures), *messages[first + 1 :])


@dataclass(frozen=True, slots=True)
class SamplingParams:
    """Parameters of the choice of the next token. Temperature 0 is greedy; `seed` makes sampling repeatable."""

    max_tokens: int = 1024
    temperature: float = 0.0
    top_p: float = 0.8
    seed: int | None = None


@dataclass(frozen=True, slots=True)
class GenerationRequest:
    """A conversation to be continued.

    `messages` ends with a user's turn; how many pictures they may hold is `EngineInfo.pictures_per_request`. `chat` and
    `person` (empty: unknown) name who asks: chats take turns, and people within a chat. `wish` says in a sentence how
    the answer is to be ("Answer briefly."); a model that was trained on bare questions alone is not told. Doubts are
    told of tokens that are less probable than `certain`. A model that can think may spend up to `thinking` tokens on
    thoughts before its answer; 0: it does not think. With `transcription` nothing else is asked for than that:
    where a reader stands beside the model, it takes the request, and asks itself in its own words. `fields` is the JSON
    object to be filled in, where that is asked for.
    """

    id: str
    chat: str
    messages: tuple[Message, ...]
    sampling: SamplingParams = field(default_factory=SamplingParams)
    person: str = ""
    wish: str = ""
    transcription: Transcription | None = None
    fields: str = ""
    certain: float = CERTAIN
    thinking: int = 0

    @property
    def pictures(self) -> tuple[PictureRef, ...]:
        """The pictures of all messages."""
        return tuple(picture for message in self.messages for picture in message.pictures)

    @property
    def worded(self) -> tuple[Message, ...]:
        """The messages, the wish behind the question: what stands before that is read but once."""
        *earlier, question = self.messages
        return *earlier, replace(question, text=f"{question.text}\n{self.wish}") if self.wish else question

    @property
    def detail(self) -> Detail:
        """Return the detail of the first picture; STANDARD without one."""
        return next((picture.detail for picture in self.pictures), STANDARD)


@dataclass(frozen=True, slots=True)
class Doubt:
    """Characters of a text, from `start` up to `end`, that the model was not sure of.

    `probability` is that of the token they come from, and `runner_up` that of the likeliest other; of several tokens,
    those of the least likely. Where both ends are the same, it was not sure whether anything follows there.
    """

    start: int
    end: int
    probability: float
    runner_up: float = 0.0


@dataclass(frozen=True, slots=True)
class GenerationOutput:
    """The state of an answer: `text` is the whole answer so far, so a newer output replaces an older one.

    `waiting` is the number of requests that have a turn before the first one of this (0 once it runs), which comes in
    about `wait_seconds` (None: nothing was measured yet). Other times are seconds since the request was queued.
    `seconds_waited` is when its first turn began. `finish_reason` is set on the last output only. `memory_short`: the
    picture was read more coarsely than was planned. `prompt_tokens` are those that were read before the answer, those
    of the picture among them; None until the first token, and where the engine does not say. `doubts`,
    in order, are what of the text is not certain; there are none of a model that tells nothing of that. Where an answer
    is not `rated` nothing of it is known, though the engine tells of others. `reader` names the reader that wrote the
    text; empty: the model did. `thoughts` are what the model thought before its answer, no part of that.
    """

    stage: Stage
    text: str = ""
    plan: DetailPlan | None = None
    waiting: int = 0
    wait_seconds: float | None = None
    tokens: int = 0
    seconds_waited: float = 0.0
    seconds_to_first_token: float | None = None
    seconds: float = 0.0
    finish_reason: FinishReason | None = None
    memory_short: bool = False
    prompt_tokens: int | None = None
    doubts: tuple[Doubt, ...] = ()
    reader: str = ""
    rated: bool = True
    thoughts: str = ""
