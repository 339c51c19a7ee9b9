"""Questions about a page, and the answers exactly as printed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from training import values
from training.documents import Document, Fact, Kind, Source
from training.lists import NAMES, read_lists, read_tables
from training.marks import ITEM_MARKS
from training.phrasing import CHINESE_SHARE, WAYS, Asking, Wording, marked, phrase, typed

KEYS = read_lists("papers/keys")


class Asked(StrEnum):
    """The aim of a question."""

    TEXT = "text"
    LINE = "line"
    FIELD = "field"
    ABSENT = "absent"
    KIND = "kind"
    MENTION = "mention"
    SHAPE = "shape"
    CHART = "chart"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class QA:
    """A question and its one right answer. `field` is set where `kind` is `field` or `absent`.

    `marks`, if any, are those of the places that the answer comes from (`training.marks`).
    """

    kind: Asked
    question: str
    answer: str
    field: str = ""
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Naming:
    """A field's names in both languages, the plain name first, and questions that fit it alone."""

    nouns: tuple[str, ...]
    chinese: tuple[str, ...]
    special: tuple[str, ...] = ()
    special_chinese: tuple[str, ...] = ()


NAMINGS = {field: Naming(**lists) for field, lists in read_tables("namings").items()}

SPECIAL_SHARE = 0.25
ABSENT_SHARE = 0.36
MOST_FIELDS = {"train": 7, "plain": 4, "test": 4}
SECOND_ABSENT_SHARE = 0.5
"""In training, of the questions for what is not there: the share that has another one."""


DENIABLE = (
    *("total", "subtotal", "tax", "date", "time", "phone", "email", "web", "address", "weight", "number", "name"),
    *("company", "postcode", "due", "discount"),
)
"""Fields that may be asked for although they are absent."""

MISTAKEN = {"number": "phone"}
"""Fields that are not denied if another one is told: "What is the number?" may mean the telephone's."""

KIND_SENTENCES = {
    Kind.WORDS: ("A few words.", "几个词。"),
    Kind.PAGE: ("A page of text.", "一页文字。"),
    Kind.NOTE: ("A note.", "一张便条。"),
    Kind.RECEIPT: ("A receipt.", "一张收据。"),
    Kind.INVOICE: ("An invoice.", "一张发票。"),
    Kind.LABEL: ("An address label.", "一张地址标签。"),
    Kind.CARD: ("A business card.", "一张名片。"),
    Kind.FORM: ("A form.", "一张表格。"),
    Kind.NOTICE: ("A notice.", "一张告示。"),
}
"""Names of the kinds of papers, in English and in Chinese."""

YES, NO = ("Yes.", "有。"), ("No.", "没有。")


def ask(source: Source, whole: Document, text: str, wording: Wording = "train") -> tuple[QA, ...]:
    """Ask about a page that reads `text`: first to read it all, then some of the others in random order.

    In training a count is always among them where there is one: it is the hardest.
    """
    rng = source.rng
    facts = rng.sample(whole.facts, min(MOST_FIELDS[wording], len(whole.facts)))
    if wording == "train":
        facts += [fact for fact in whole.facts if fact.field == "count" and fact not in facts]
    chosen = [_field(rng, fact, wording) for fact in facts]
    lines = text.split("\n")
    if len(lines) > 1 and rng.random() < 0.6:
        chosen.append(_line(rng, lines, wording))
    chosen += _absent(source, whole, text, wording)
    if rng.random() < 0.12:
        asking = phrase(rng, WAYS.KIND, wording)
        chosen.append(QA(Asked.KIND, asking.text, asking.say(*KIND_SENTENCES[whole.kind])))
    if rng.random() < 0.2:
        chosen.append(_mention(source, text, wording))
    rng.shuffle(chosen)
    return (QA(Asked.TEXT, phrase(rng, WAYS.TEXT, wording).text, text), *chosen)


def absent(asking: Asking, english: str, chinese: str, field: str) -> QA:
    """Return the one sentence for a missing thing, by its name in both languages."""
    answer = asking.say(f"There is no {english} in the picture.", f"图中没有{chinese}。")
    return QA(Asked.ABSENT, asking.text, answer, field)


def _field(rng: random.Random, fact: Fact, wording: Wording) -> QA:
    if fact.field in NAMINGS:
        marks = ITEM_MARKS if fact.field == "count" else ()
        return QA(Asked.FIELD, field_question(rng, fact.field, wording).text, fact.answer, fact.field, marks)
    phrases = WAYS.ITEM if fact.field == "item" else WAYS.ENTRY
    subject = fact.subject.lower() if rng.random() < 0.6 else fact.subject
    return QA(Asked.FIELD, phrase(rng, phrases, wording, {"subject": subject}).text, fact.answer, fact.field)


def field_question(rng: random.Random, field: str, wording: Wording) -> Asking:
    """Choose a way to ask for a field that has a name."""
    naming = NAMINGS[field]
    if wording != "test" and rng.random() < SPECIAL_SHARE:
        if naming.special_chinese and rng.random() < CHINESE_SHARE:
            return Asking(marked(rng, rng.choice(naming.special_chinese)), chinese=True)
        if naming.special:
            return Asking(typed(rng, rng.choice(naming.special)), chinese=False)
    noun = rng.choice(naming.nouns)
    english = {"noun": noun, "Noun": noun[0].upper() + noun[1:]}
    return phrase(rng, WAYS.FIELD_FRAMES, wording, english, {"noun": rng.choice(naming.chinese)})


def _line(rng: random.Random, lines: Sequence[str], wording: Wording) -> QA:
    shape = rng.random()
    if shape < 0.35:
        return QA(Asked.LINE, phrase(rng, WAYS.FIRST_LINE, wording).text, lines[0])
    if shape < 0.6:
        return QA(Asked.LINE, phrase(rng, WAYS.LAST_LINE, wording).text, lines[-1])
    number = rng.randint(1, min(len(lines), 8))
    if shape > 0.95:
        number = len(lines) + rng.randint(1, 5)
    asking = phrase(rng, WAYS.LINE, wording, {"number": str(number)})
    if number > len(lines):
        return absent(asking, f"line {number}", f"第{number}行", "line")
    return QA(Asked.LINE, asking.text, lines[number - 1])


def _absent(source: Source, whole: Document, text: str, wording: Wording) -> list[QA]:
    """Ask none or one question for what is not there, in training up to two."""
    rng = source.rng
    if rng.random() >= ABSENT_SHARE:
        return []
    count = 2 if wording == "train" and rng.random() < SECOND_ABSENT_SHARE else 1
    missing = (_missing(source, whole, text, wording) for _ in range(count))
    return list({qa.answer: qa for qa in missing if qa}.values())


def _missing(source: Source, whole: Document, text: str, wording: Wording) -> QA | None:
    """Ask for what is not there: a field, the price of an item not bought, a key of another form."""
    rng, told = source.rng, {fact.field for fact in whole.facts}
    if "item" in told and rng.random() < (0.4 if wording == "train" else 0.25):
        thing = _unbought(source, whole, wording)
        if thing not in text.lower():
            return absent(phrase(rng, WAYS.ITEM, wording, {"subject": thing}), thing, thing, "item")
    if wording == "train" and "entry" in told and rng.random() < 0.3:
        key = rng.choice((rng.choice((*KEYS.WORD_KEYS, *KEYS.CODE_KEYS)), values.word(rng, source.words).capitalize()))
        if key.lower() not in text.lower():
            return absent(phrase(rng, WAYS.ENTRY, wording, {"subject": key}), key, key, "entry")
    unsure = whole.unsure | {field for field, other in MISTAKEN.items() if other in told}
    missing = [field for field in DENIABLE if field not in told | unsure]
    if not missing:
        return None
    field = rng.choice(missing)
    naming = NAMINGS[field]
    return absent(field_question(rng, field, wording), naming.nouns[0], naming.chinese[0], field)


def _unbought(source: Source, whole: Document, wording: Wording) -> str:
    """Return an item in small letters, in training often like a bought one but for a word."""
    rng = source.rng
    if wording == "train" and rng.random() < 0.4:
        parts = rng.choice([fact.subject for fact in whole.facts if fact.field == "item"]).lower().split()
        made = rng.choice((NAMES.QUALITIES, NAMES.GOODS))
        parts[rng.randrange(len(parts))] = rng.choice(made).lower()
        return " ".join(parts)
    return rng.choice((rng.choice(NAMES.GOODS), values.word(rng, source.words))).lower()


def _mention(source: Source, text: str, wording: Wording) -> QA:
    rng = source.rng
    there = [word.strip(".,:;!?()\"'") for word in text.split()]
    long = [word for word in there if len(word) > 3 and word.isalpha()]
    if long and rng.random() < 0.5:
        subject = rng.choice(long)
    else:
        subject = rng.choice((values.word(rng, source.words), values.first_name(rng), rng.choice(NAMES.GOODS)))
    asking = phrase(rng, WAYS.MENTION, wording, {"subject": subject})
    return QA(Asked.MENTION, asking.text, asking.say(*(YES if subject.lower() in text.lower() else NO)))
