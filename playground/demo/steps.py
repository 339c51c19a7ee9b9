"""The conversation that the demo plays, as data."""

from dataclasses import dataclass
from enum import StrEnum

from assistant.settings.chat_settings import ChatSettings
from assistant.texts import Sentence, texts_in
from assistant.texts.labels import Label
from bot.delivery import settings_menu as menu
from bot.delivery.model_facts import with_limits
from model_service import EngineInfo
from playground.demo.samples import Sample

ADA, BEN, CHEN = "Ada", "Ben", "Chen"
LANGUAGES = {ADA: "en", BEN: "en", CHEN: "zh-hans"}
"""The people in the demo, with the language codes that Telegram sends."""

FAMILY = (ADA, BEN)
"""The members of the group."""

BROKEN_SHARE = 3
"""A broken picture is the first third of a file."""


class Way(StrEnum):
    """The form of a step: a text, pictures sent in some form, or a press of a button."""

    TEXT = "text"
    PHOTO = "photo"
    ALBUM = "album"
    FILE = "file"
    PDF = "pdf"
    BROKEN = "broken file"
    PRESS = "press"


@dataclass(frozen=True, slots=True)
class Step:
    """One message to the bot, or a press of its newest button `text`, and the expected answer.

    `pictures` come with the message, `about` is the earlier picture that it replies to. `expected` is the exact answer,
    None where any will do; under an `answered` question stands a line of notes, under other messages not.
    """

    by: str
    text: str = ""
    way: Way = Way.TEXT
    pictures: tuple[Sample, ...] = ()
    about: Sample | None = None
    expected: str | None = None
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Scene:
    """Steps taken at once, without waiting for the answers; in the `group`, or in a private chat.

    With `buttons` the buttons under the answers are shown too.
    """

    heading: str
    steps: tuple[Step, ...]
    group: bool = False
    buttons: bool = False


def conversation(
    samples: dict[str, Sample], defaults: ChatSettings, info: EngineInfo | None = None
) -> tuple[Scene, ...]:
    """Return every scene, in order; `defaults` are the bot's settings, and `info` tells of its model."""
    return (
        *_beginning(samples, info),
        *_figures(samples),
        *_photographs(samples),
        *_forms(samples),
        *_closely(samples),
        *_and_more(samples, defaults),
    )


def _beginning(samples: dict[str, Sample], info: EngineInfo | None) -> tuple[Scene, ...]:
    receipt, card = samples["receipt.jpg"], samples["card.jpg"]
    texts = texts_in("en")
    welcome = with_limits(texts, texts.say(Sentence.WELCOME_SAMPLE), info)
    total, phone, name = "What is the total?", "What is the phone number?", "What is the name?"
    return (
        Scene("First contact", (Step(ADA, "/start", expected=welcome, answered=False),), buttons=True),
        Scene("One of the questions, pressed", (Step(ADA, total, expected=receipt.answers[total]),)),
        Scene("A photo with a question", (Step(ADA, phone, Way.PHOTO, (card,), expected=card.answers[phone]),)),
        Scene("A further question about it", (Step(ADA, name, expected=card.answers[name]),)),
    )


def _figures(samples: dict[str, Sample]) -> tuple[Scene, ...]:
    shapes, chart = samples["shapes.png"], samples["chart.png"]
    white, most = "What number of white shapes is shown?", "哪一项的数值最高？"
    return (
        Scene("Shapes, counted", (Step(ADA, white, Way.FILE, (shapes,), expected=shapes.answers[white]),)),
        Scene("A chart, in Chinese", (Step(CHEN, most, Way.FILE, (chart,), expected=chart.answers[most]),)),
    )


def _photographs(samples: dict[str, Sample]) -> tuple[Scene, ...]:
    printout, coffee = samples["printout.png"], samples["coffee.jpg"]
    title, seen = "What is the title?", "What is in this picture?"
    read = Step(ADA, title, Way.PHOTO, (printout,), expected=printout.answers[title])
    refused = Step(ADA, seen, Way.PHOTO, (coffee,), expected=coffee.answers[seen])
    return Scene("A real photograph of a page", (read,)), Scene("One of what it does not know", (refused,))


def _forms(samples: dict[str, Sample]) -> tuple[Scene, ...]:
    receipt, page, note = samples["receipt.jpg"], samples["page.png"], samples["note.jpg"]
    card, label = samples["card.jpg"], samples["label.jpg"]
    name, mail, last = "What is the name?", "What is the e-mail address?", "What is the last line?"
    names = f"Picture 1: {label.answers[name]}\n\nPicture 2: {note.answers[name]}"
    second = Step(ADA, f"Page 2: {last}", Way.PDF, (receipt, page), expected=page.answers[last])
    return (
        Scene("An album, and one answer", (Step(ADA, name, Way.ALBUM, (label, note), expected=names),)),
        Scene("Back to an older picture, by a reply", (Step(ADA, mail, about=card, expected=card.answers[mail]),)),
        Scene("All of its text, to copy", (Step(ADA, "/text", about=label, expected=label.text),)),
        Scene("A PDF, and which page of it", (second,)),
    )


def _closely(samples: dict[str, Sample]) -> tuple[Scene, ...]:
    page, last = samples["page.png"], "What is the last line?"
    quick = Step(ADA, f"{last} #low", Way.FILE, (page,))
    closer = Step(ADA, texts_in("en").say(Sentence.BUTTON_CLOSER), Way.PRESS, expected=page.answers[last])
    return (
        Scene("A quick look, too quick for such small print", (quick,), buttons=True),
        Scene("The button under that answer, pressed", (closer,)),
    )


def _and_more(samples: dict[str, Sample], defaults: ChatSettings) -> tuple[Scene, ...]:
    receipt, label, note = samples["receipt.jpg"], samples["label.jpg"], samples["note.jpg"]
    texts, phone = texts_in("en"), "What is the phone number?"
    order, weight = "What is the order number?", "What is the weight?"
    menu_text = menu.overview(texts, defaults, Label.SETTINGS_CHAT, private=True)
    damaged = Step(ADA, "", Way.BROKEN, (receipt,), expected=texts.say(Sentence.TRUNCATED), answered=False)
    both = (
        Step(ADA, f"/ask {order}", Way.PHOTO, (label,), expected=label.answers[order]),
        Step(BEN, f"/ask {weight}", expected=label.answers[weight]),
    )
    in_chinese = Step(CHEN, "电话号码是什么？", Way.PHOTO, (note,), expected=note.answers[phone])
    return (
        Scene("What can be chosen", (Step(ADA, "/settings", expected=menu_text, answered=False),), buttons=True),
        Scene("A damaged file", (damaged,)),
        Scene("A group, in which two people ask at once", both, group=True),
        Scene("Somebody who speaks Chinese", (in_chinese,)),
    )
