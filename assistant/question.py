"""A question about pictures, and what the model said about each of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from assistant.access import Asker
from assistant.doubt import Judgement
from assistant.markdown.marked import with_marks
from assistant.settings.chat_settings import ChatSettings
from assistant.storage import Picture
from assistant.texts import Texts, texts_in
from assistant.wording.agreement import Difference
from assistant.wording.question import ParsedQuestion
from model_service import STANDARD, Detail, GenerationOutput, Region, Sureness


@dataclass(frozen=True, slots=True)
class Parts:
    """How a picture was read in parts: the numbers of those that were read, of how many; `left` were not, for time.

    Where there is but one, it is the picture without its margins.
    """

    read: tuple[int, ...]
    count: int
    left: int = 0


@dataclass(frozen=True, slots=True)
class Question:
    """A question about pictures.

    `message` names the question within its chat, and `number` among all that the front end ever asked. `settings` hold
    for this question. `promised`: a former run took it on, so it is not refused. `suspect`: the process died of it.
    `earlier` is when the pictures came, if it could be doubted that they are meant. `named` is how many pages or
    pictures the question named, and `unread` are the numbers, in their album, of those that could not be read. `region`
    is the rectangle that the person marked in each picture, which counts before a part that the text names. `whole` are
    its words where it is asked of all pictures at once, if they are others than when each is asked by itself. `numbers`
    are those of the pictures in their album, or of the pages; none: they count from 1. `texts` are the sentences in the
    person's language.
    """

    chat: int
    message: int
    number: int
    asker: Asker
    parsed: ParsedQuestion
    pictures: tuple[Picture, ...]
    settings: ChatSettings
    promised: bool = False
    suspect: bool = False
    earlier: float | None = None
    named: int = 0
    unread: tuple[int, ...] = ()
    region: Region | None = None
    whole: str = ""
    numbers: tuple[int, ...] = ()
    texts: Texts = field(default_factory=lambda: texts_in("en"))

    @property
    def looked_at(self) -> Region | None:
        """The rectangle of each picture that the model is shown; None: all of it."""
        return self.region or self.parsed.region

    def text_about(self, pictures: Sequence[Picture]) -> str:
        """Return its words for one of the pictures, or for several that are seen together."""
        return self.whole if len(pictures) > 1 and self.whole else self.parsed.text

    def numbers_of(self, pictures: Sequence[Picture]) -> list[int]:
        """Return the numbers of some of its pictures."""
        known = self.numbers or range(1, len(self.pictures) + 1)
        numbers = dict(zip((picture.id for picture in self.pictures), known, strict=True))
        return [numbers[picture.id] for picture in pictures]


@dataclass(frozen=True, slots=True)
class Look:
    """A look at a picture: how closely, and until when at most, by the loop's clock.

    `region` is the part that the model is shown; None: all of it. `closest` is how closely it may be looked at in one
    look before it is read in parts. `again`: it was looked at whole, and is so once more. `sureness`, if a part that is
    read out doubtfully is to be looked at once more, too. `others` are how closely the pictures are looked at that are
    seen with it.
    """

    detail: Detail
    closest: Detail
    until: float | None = None
    again: bool = False
    sureness: Sureness | None = None
    others: tuple[Detail, ...] = ()
    region: Region | None = None

    @property
    def details(self) -> tuple[Detail, ...]:
        """How closely each picture is looked at."""
        return self.detail, *self.others

    @property
    def finest(self) -> Detail:
        """How closely the picture is looked at that is so most closely."""
        return max(self.details, key=lambda detail: detail.tokens)


@dataclass(frozen=True, slots=True)
class Reading:
    """The model's output about one picture, or the error instead of it; `parts`, if it was read in parts.

    `judgement`, of a whole answer, is what it is worth; None where nothing is known of that. `detail` is the level of
    the look that it comes from, `region` the part of the picture that was shown, and `looks` are the levels of all
    looks, in order, where there were several; `differ` is what they read otherwise. `before` is what the first look
    gave, while the picture is looked at once more.

    `others` are the pictures that were seen with it in one request, in which all had so many visual `tokens`. For those
    in `left`, which are older, there was no room beside them; those in `unread` could not be read.
    """

    picture: Picture
    output: GenerationOutput | None = None
    error: Exception | None = None
    parts: Parts | None = None
    judgement: Judgement | None = None
    detail: Detail = STANDARD
    looks: tuple[Detail, ...] = ()
    differ: tuple[Difference, ...] = ()
    before: "Reading | None" = None
    others: tuple[Picture, ...] = ()
    tokens: int = 0
    left: tuple[Picture, ...] = ()
    unread: tuple[Picture, ...] = ()
    region: Region | None = None

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All pictures that the answer is about."""
        return self.picture, *self.others

    @property
    def text(self) -> str:
        """The answer about this picture."""
        return "" if self.output is None else self.output.text.strip()

    @property
    def thoughts(self) -> str:
        """What the model thought before this answer; it is shown, and never remembered."""
        return "" if self.output is None else self.output.thoughts

    @property
    def marked(self) -> str:
        """The answer, in Markdown, with marks around what is doubtful in it."""
        return self.text if self.judgement is None else with_marks(self.text, self.judgement.places)
