"""Questions about a page, and the answers exactly as printed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from training import paraphrases as ways
from training import values
from training.documents import Document, Fact, Kind, Source
from training.paraphrases import FIELD_FRAMES, NAMINGS, Phrases


class Asked(StrEnum):
    """What a question is after."""

    TEXT = "text"
    LINE = "line"
    FIELD = "field"
    ABSENT = "absent"
    KIND = "kind"
    MENTION = "mention"


@dataclass(frozen=True, slots=True)
class QA:
    """A question and its one right answer. `field` is set where `kind` is `field` or `absent`."""

    kind: Asked
    question: str
    answer: str
    field: str = ""


Wording = Literal["plain", "train", "test"]
"""Ways to ask: the plain ones of training, all of training, or those kept out of it."""

CHINESE_SHARE = 0.15
SPECIAL_SHARE = 0.25
MORE_SHARE = 0.6
MOST_FIELDS = 4

DENIABLE = (
    *("total", "subtotal", "tax", "date", "time", "phone", "email", "web", "address", "weight", "number", "name"),
    *("company", "postcode"),
)
"""Fields that may be asked for in vain."""

KIND_SENTENCES = {
    Kind.WORDS: "A few words.",
    Kind.PAGE: "A page of text.",
    Kind.NOTE: "A note.",
    Kind.RECEIPT: "A receipt.",
    Kind.LABEL: "An address label.",
    Kind.CARD: "A business card.",
    Kind.FORM: "A form.",
    Kind.NOTICE: "A notice.",
}
YES, NO = "Yes.", "No."


def absent(field: str) -> str:
    """The one sentence for a field that is not there."""
    return f"There is no {NAMINGS[field].nouns[0]} in the picture."


def ask(source: Source, whole: Document, text: str, split: Wording = "train") -> tuple[QA, ...]:
    """Questions about a page that reads `text`: first to read it all, then some of the others in random order."""
    rng = source.rng
    chosen = [_field(rng, fact, split) for fact in rng.sample(whole.facts, min(MOST_FIELDS, len(whole.facts)))]
    lines = text.split("\n")
    if len(lines) > 1 and rng.random() < 0.6:
        chosen.append(_line(rng, lines, split))
    if rng.random() < 0.36 and (missing := _missing(whole)):
        field = rng.choice(missing)
        chosen.append(QA(Asked.ABSENT, _field_question(rng, field, split), absent(field), field))
    if rng.random() < 0.12:
        chosen.append(QA(Asked.KIND, _phrase(rng, ways.KIND, split), KIND_SENTENCES[whole.kind]))
    if rng.random() < 0.2:
        chosen.append(_mention(source, text, split))
    rng.shuffle(chosen)
    return (QA(Asked.TEXT, _phrase(rng, ways.TEXT, split), text), *chosen)


def _phrase(rng: random.Random, phrases: Phrases, split: Wording, **slots: str) -> str:
    """One way to ask, as typed by a person: now and then without a capital or the mark at the end."""
    more = split == "train" and rng.random() < MORE_SHARE
    if rng.random() < CHINESE_SHARE:
        trained = (more and phrases.more_chinese) or phrases.chinese[:-1]
        return _marked(rng, rng.choice(trained if split != "test" else phrases.chinese[-1:]).format(**slots))
    trained = (more and phrases.more) or phrases.train
    return _typed(rng, rng.choice(trained if split != "test" else phrases.test).format(**slots))


def _marked(rng: random.Random, asked: str) -> str:
    """A Chinese question ends with a full-width mark, an ASCII one, or none."""
    mark = rng.choice(("？", "？", "？", "?", ""))
    return asked.replace("?", mark)


def _typed(rng: random.Random, asked: str) -> str:
    if rng.random() < 0.08:
        asked = asked[0].lower() + asked[1:]
    return asked.rstrip("?.") if rng.random() < 0.08 else asked


def _field(rng: random.Random, fact: Fact, split: Wording) -> QA:
    if fact.field in NAMINGS:
        return QA(Asked.FIELD, _field_question(rng, fact.field, split), fact.answer, fact.field)
    phrases = ways.ITEM if fact.field == "item" else ways.ENTRY
    subject = fact.subject
    if rng.random() < 0.6:
        subject = subject.lower()
    return QA(Asked.FIELD, _phrase(rng, phrases, split, subject=subject), fact.answer, fact.field)


def _field_question(rng: random.Random, field: str, split: Wording) -> str:
    naming = NAMINGS[field]
    if split != "test" and rng.random() < SPECIAL_SHARE:
        if naming.special_chinese and rng.random() < CHINESE_SHARE:
            return _marked(rng, rng.choice(naming.special_chinese))
        if naming.special:
            return _typed(rng, rng.choice(naming.special))
    noun = rng.choice(naming.nouns)
    if rng.random() < CHINESE_SHARE:
        frames = FIELD_FRAMES.chinese
        return _marked(rng, rng.choice(frames[:-1] if split != "test" else frames[-1:]).format(noun=naming.chinese))
    frames = FIELD_FRAMES.train if split != "test" else FIELD_FRAMES.test
    if split == "train" and rng.random() < MORE_SHARE:
        frames = FIELD_FRAMES.more
    return _typed(rng, rng.choice(frames).format(noun=noun, Noun=noun[0].upper() + noun[1:]))


def _line(rng: random.Random, lines: Sequence[str], split: Wording) -> QA:
    shape = rng.random()
    if shape < 0.35:
        return QA(Asked.LINE, _phrase(rng, ways.FIRST_LINE, split), lines[0])
    if shape < 0.6:
        return QA(Asked.LINE, _phrase(rng, ways.LAST_LINE, split), lines[-1])
    number = rng.randint(1, min(len(lines), 8))
    return QA(Asked.LINE, _phrase(rng, ways.LINE, split, number=str(number)), lines[number - 1])


def _missing(whole: Document) -> list[str]:
    told = {fact.field for fact in whole.facts} | whole.unsure
    return [field for field in DENIABLE if field not in told]


def _mention(source: Source, text: str, split: Wording) -> QA:
    rng = source.rng
    there = [word.strip(".,:;!?()\"'") for word in text.split()]
    long = [word for word in there if len(word) > 3 and word.isalpha()]
    if long and rng.random() < 0.5:
        return QA(Asked.MENTION, _phrase(rng, ways.MENTION, split, subject=rng.choice(long)), YES)
    other = rng.choice((values.word(rng, source.words), values.first_name(rng), rng.choice(values.GOODS)))
    answer = YES if other.lower() in text.lower() else NO
    return QA(Asked.MENTION, _phrase(rng, ways.MENTION, split, subject=other), answer)
