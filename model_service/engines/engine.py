"""The protocol of an engine: it is loaded, used and closed on one and the same thread."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from model_service.detail import MAX_TOKENS, DetailDial, DetailPlan
from model_service.types import FinishReason, GenerationRequest, Transcription

Likely = tuple[float, float]
"""The probability of what was chosen, and that of the likeliest other."""


class Ability(StrEnum):
    """What a model has learned besides short questions about a little print: all texts, tables, any picture."""

    TEXT = "text"
    TABLE = "table"
    DESCRIBE = "describe"


@dataclass(frozen=True, slots=True)
class PictureMemory:
    """The bytes of the device that a picture takes beside the weights at the peak, while it is read and answered.

    `works` are the kinds of work, one after the other, each with the bytes that it takes anyway, and more for a token.
    """

    works: tuple[tuple[int, int], ...]

    def of(self, tokens: int) -> int:
        """Return the bytes for a number of visual tokens: those of the work that takes most."""
        return max(anyway + each * tokens for anyway, each in self.works)


@dataclass(frozen=True, slots=True)
class Sureness:
    """From which probabilities on a model's words can be relied on, as was measured with it.

    What is less likely than `sure` is to be marked as doubtful, and so is the least likely part of a short answer all
    tokens of which together are less likely than `answer`. An answer is not readable where the geometric mean of
    the probabilities of its characters is less than `readable`, or that of its first less than `begun`, for then it
    could as well have been any other; 0: that was not measured.
    """

    sure: float = 0.5
    readable: float = 0.0
    begun: float = 0.0
    answer: float = 0.0


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """Facts about a loaded engine: the model's name, its device and dtype, and the most visual tokens it may spend.

    `dial` says how it looks at pictures. Where `pictures_per_request` is 1, who asks about several of them asks about
    one after the other. `languages` are the codes of those that it takes questions in; none: as many as it can. Of one
    picture it reads `max_characters` well, None: as many as it can see. Up to `together` answers are written in one
    step. `picture_memory` says what a picture takes; None where that is not known. `context_tokens` are the most of a
    conversation's text and its answer together, None where that is not known: a picture counts as a few. `remote`: it
    runs on a server, whose host is `device`. `sureness` says how its probabilities are to be taken; None: it tells
    none. Of a server that is not known before it answers: see `GenerationOutput.rated`. All pictures of a request
    together have `all_visual_tokens` at most; None: each has as many as one alone. `fixed_prompts` are the only
    questions that it was made for, by what they ask; none: any. `reader` takes what is to be transcribed, as far as it
    can; None: the model does. `reader_fault` is why one that was set could not be loaded. `family` is the common name
    of the models it is one of; empty: not known. `can_think`: it can write down thoughts before its answer.
    """

    model: str
    device: str
    dtype: str
    max_visual_tokens: int
    dial: DetailDial
    pictures_per_request: int = 1
    abilities: tuple[Ability, ...] = ()
    languages: tuple[str, ...] = ()
    max_characters: int | None = None
    together: int = 1
    picture_memory: PictureMemory | None = None
    context_tokens: int | None = None
    remote: bool = False
    sureness: Sureness | None = None
    reader: "ReaderInfo | None" = None
    reader_fault: str = ""
    all_visual_tokens: int | None = None
    fixed_prompts: Mapping[Transcription, str] = field(default_factory=dict)
    family: str = ""
    can_think: bool = False

    @property
    def lacking(self) -> frozenset[Ability]:
        """What the model has not learned."""
        return frozenset(Ability) - set(self.abilities)

    def tokens_each(self, pictures: int) -> int:
        """Return the most visual tokens that each of so many pictures of one request may spend."""
        if pictures < 2 or self.all_visual_tokens is None:
            return self.max_visual_tokens
        return min(self.max_visual_tokens, self.all_visual_tokens // pictures)

    @property
    def short_of_memory(self) -> bool:
        """Whether memory allows a coarser look than the model's own closest."""
        return self.max_visual_tokens < min(self.dial.max_tokens, MAX_TOKENS)


@dataclass(frozen=True, slots=True)
class ReaderInfo:
    """Facts about a reader beside the model: its name, and how its probabilities are to be taken.

    It `writes` down these. One that is a model itself looks at pictures, and may go wrong, as `engine` says. Any other
    (None) sees pictures of up to `longest_side` pixels as they are, and larger ones shrunk to that.
    """

    name: str
    longest_side: int
    sureness: Sureness
    writes: tuple[Transcription, ...] = (Transcription.TEXT, Transcription.TABLE)
    engine: EngineInfo | None = None


@dataclass(frozen=True, slots=True)
class EngineStep:
    """One step: its `text` may be empty (nothing printable yet). The last step carries `finish_reason`.

    A step with a `plan` stands before the first token: memory was short, so the picture was read at this grid. A step
    that is a `pause` brings nothing: others, whose answers are being written, are to have a step. It may say how many
    `seconds` of the device's time the work since the last one took, as others wait for it. `prompt_tokens` are those
    that were read, as in GenerationOutput.

    `likely` is how probable the tokens that the text comes from were, and the likeliest other: of several, those of the
    least likely. In the last step without a text it is about the end. None: the engine does not tell. `reader` names
    the reader that writes this answer, in its first step. `thoughts` are all that the model has thought so far, if it
    thinks; None: nothing new.
    """

    text: str
    finish_reason: FinishReason | None = None
    plan: DetailPlan | None = None
    pause: bool = False
    seconds: float | None = None
    prompt_tokens: int | None = None
    likely: Likely | None = None
    thoughts: str | None = None
    reader: str = ""


PAUSE = EngineStep("", pause=True)


class Engine(Protocol):
    """A loaded model. Every call is made on the thread that loaded it."""

    @property
    def info(self) -> EngineInfo:
        """Facts for /status, logs and the command line."""

    def plan(self, request: GenerationRequest) -> DetailPlan | None:
        """Return the grid the request's picture will be read at; None without a picture.

        Where several answers are written together it is called on a thread of its own, one call at a time.

        Raises:
            PictureRejected: the bytes cannot be looked at.
        """

    def generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Yield one step per new token; closing the iterator (GeneratorExit) stops the work.

        Up to `info.together` iterators are asked for their next step in turn; only one of them may be before its first
        token.

        Raises:
            GenerationFailed, OutOfMemory, PictureRejected.
        """

    def forget(self, chat: str) -> None:
        """Drop what was remembered of a chat to answer it sooner; an answer on its way will not be remembered."""

    def close(self) -> None:
        """Give back the memory."""
