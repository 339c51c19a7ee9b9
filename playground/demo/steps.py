"""The conversation that the demo plays, as data."""

from dataclasses import dataclass
from enum import StrEnum

from bot.handlers.detail import levels
from bot.texts import Sentence, texts_in
from model_service import LEVEL_TOKENS, Level
from playground.demo.samples import Sample

ADA, CHEN = "Ada", "Chen"
LANGUAGES = {ADA: "en", CHEN: "zh-hans"}
"""Who takes part, with the language code that Telegram tells the bot."""

BROKEN_SHARE = 3
"""A broken picture is the first third of a file."""


class Way(StrEnum):
    """How a picture is sent."""

    PHOTO = "photo"
    FILE = "file"
    BROKEN = "broken file"


@dataclass(frozen=True, slots=True)
class Step:
    """One message to the bot, and what it should say to it.

    `picture` comes with the message, `about` is the earlier picture that it replies to. `expected` is the exact answer,
    None where any will do; under an `answered` question stands the small print, under other messages not.
    """

    heading: str
    by: str
    text: str = ""
    picture: Sample | None = None
    way: Way = Way.PHOTO
    about: Sample | None = None
    expected: str | None = None
    answered: bool = True


def conversation(samples: dict[str, Sample]) -> tuple[Step, ...]:
    """Every step, in order."""
    receipt, card, page, note = (samples[name] for name in ("receipt.jpg", "card.jpg", "page.png", "note.jpg"))
    total, shop, coffee = "What is the total?", "What is the name of the shop?", "How much is the coffee?"
    phone, last, title = "What is the phone number?", "What is the last line?", "What is the title?"
    return (
        Step("A photo with a question", ADA, total, receipt, expected=receipt.answers[total]),
        Step("A further question about it", ADA, shop, expected=receipt.answers[shop]),
        _told("A photo without a question", ADA, Sentence.WHAT_TO_KNOW, picture=card),
        Step("... and then the question", ADA, phone, expected=card.answers[phone]),
        Step("A reply to an older picture", ADA, coffee, about=receipt, expected=receipt.answers[coffee]),
        _level("Looking less closely", Level.LOW),
        Step("A dense page, for which this is too few tokens", ADA, last, page),
        _level("Looking closely", Level.HIGH),
        Step("The same question about the same page", ADA, last, expected=page.answers[last]),
        Step("A picture sent as a file", ADA, title, page, Way.FILE, expected=page.answers[title]),
        _told("A broken picture", ADA, Sentence.TRUNCATED, picture=receipt, way=Way.BROKEN),
        Step("A level that there is not", ADA, "/detail banana", expected=levels(texts_in("en")), answered=False),
        Step("Someone who speaks Chinese", CHEN, "电话号码是什么？", note, expected=note.answers[phone]),
    )


def _told(heading: str, by: str, sentence: Sentence, picture: Sample, way: Way = Way.PHOTO) -> Step:
    """A picture without a word, to which the bot says a sentence of its own."""
    return Step(heading, by, picture=picture, way=way, expected=texts_in("en").say(sentence), answered=False)


def _level(heading: str, level: Level) -> Step:
    chosen = texts_in("en").say(Sentence.DETAIL_CHOSEN, level=level, tokens=LEVEL_TOKENS[level])
    return Step(heading, ADA, f"/detail {level}", expected=chosen, answered=False)
