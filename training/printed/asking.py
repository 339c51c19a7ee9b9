"""Ask about a window of a printed page what can be known of it by machine; say so where its print is too small."""

import random
import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from training.phrasing import WAYS, Asking, phrase, read_phrases
from training.printed.sheets import Line, readable
from training.printed.windows import Window
from training.questions import DENIABLE, NAMINGS, NO, QA, YES, Asked, absent, field_question

DENSE = "The print is too small for me here. Please send a part of the picture, larger."
DENSE_CHINESE = "这里的字太小,我看不清。请把其中一部分放大后发给我。"
UNASKED = "I cannot answer that. I can read print, name simple shapes and read simple charts."
UNASKED_CHINESE = "这个我答不了。我能读文字、认简单的图形、看简单的图表。"

READ = 9.5
"""The size of type in pixels of the grid from which on print is read."""

SMALL = 7.5
"""The size of type in pixels of the grid under which print cannot be read."""

MOST_READ = 430
"""Characters of a window that is read out."""

PHRASES = read_phrases("printed/phrases")
KINDS = {
    "page": ("A page of text.", "一页文字。"),
    "receipt": ("A receipt.", "一张收据。"),
    "letter": ("A letter.", "一封信。"),
    "invoice": ("An invoice.", "一张发票。"),
    "screen": ("A screenshot.", "一张屏幕截图。"),
    "sign": ("A sign.", "一块标牌。"),
    "cover": ("A cover.", "一张封面。"),
    "label": ("A label.", "一张标签。"),
    "ticket": ("A ticket.", "一张票。"),
    "table": ("A table.", "一张表格。"),
    "chart": ("A chart.", "一张图表。"),
    "menu": ("A menu.", "一份菜单。"),
    "poster": ("A poster.", "一张海报。"),
}
"""What a page is, in English and in Chinese."""

PATTERNS = {
    "email": re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"),
    "web": re.compile(r"(?:https?://|www\.)[\w./~%-]+[\w/]"),
    "phone": re.compile(r"(?:\+\d{1,3} |\(\d{2,4}\) ?|\b0\d{2,4}[ -])(?:\d{3,4}[ -]\d{3,6}|\d{5,8})\b"),
}
ENTRY = re.compile(r"([A-Z][A-Za-z/ -]{2,24}): +(\S.{0,58}\S)$")
GUARDED = {
    "total": re.compile(r"total|amount|sum|due|balance|price", re.IGNORECASE),
    "subtotal": re.compile(r"total|net|amount", re.IGNORECASE),
    "tax": re.compile(r"tax|vat|gst", re.IGNORECASE),
    "date": re.compile(
        r"\b(?:19|20)\d\d\b|\d[./-]\d|january|february|march|april|may|june|july|august|september"
        r"|october|november|december|day\b|today|\bdate",
        re.IGNORECASE,
    ),
    "time": re.compile(r"\d[:.h]\d\d|\d ?[ap]\.?m|o'clock|time", re.IGNORECASE),
    "phone": re.compile(r"\d{3}|phone|tel|call|fax", re.IGNORECASE),
    "email": re.compile(r"@|e-?mail", re.IGNORECASE),
    "web": re.compile(r"www|http|\.(?:com|org|net|io|de|uk)|site|web", re.IGNORECASE),
    "weight": re.compile(r"\d ?(?:k?g|lb|oz)\b|weigh", re.IGNORECASE),
    "postcode": re.compile(r"\d{4}|post|zip", re.IGNORECASE),
    "due": re.compile(r"due|until|before|by\b|date", re.IGNORECASE),
    "discount": re.compile(r"discount|off\b|reduc|sav|%|-\d", re.IGNORECASE),
}
"""What a text must not have if a field is to be denied: without it nobody would find one."""


def ask(rng: random.Random, window: Window) -> tuple[QA, ...]:
    """Ask about a window, in random order; the whole text first if it can be asked for at all."""
    about = window.sheet.about
    chosen = [qa for qa in (*_facts(rng, window), *_found(rng, window)) if qa]
    chosen += _denied(rng, window)
    if rng.random() < 0.15 and "kind" in about and (window.whole or about["kind"] == "page"):
        asking = phrase(rng, WAYS.KIND, "train")
        chosen.append(QA(Asked.KIND, asking.text, asking.say(*KINDS[about["kind"]])))
    if rng.random() < 0.12:
        chosen.append(unasked(rng))
    rng.shuffle(chosen)
    return (*_text(rng, window), *chosen)


def unasked(rng: random.Random) -> QA:
    """Say something that no reader of print can answer."""
    asking = phrase(rng, PHRASES.UNASKED, "train")
    return QA(Asked.FOREIGN, asking.text, asking.say(UNASKED, UNASKED_CHINESE))


def dense(asking: Asking) -> QA:
    """Answer that the print is too small."""
    return QA(Asked.FOREIGN, asking.text, asking.say(DENSE, DENSE_CHINESE))


def _text(rng: random.Random, window: Window) -> tuple[QA, ...]:
    """Ask for all of the text: read out, or too small, or not asked for where it is too long, or cut off."""
    asking = phrase(rng, WAYS.TEXT, "train")
    if len(window.em) and float(np.quantile(window.em, 0.4)) < SMALL and len(window.em) > 40:
        return (dense(asking),)
    text = "\n".join(said(row) for row in window.rows)
    apart = window.sheet.about.get("kind") == "page" and any(len(row) > 1 for row in window.rows)
    if window.torn or apart or not 0 < len(text) <= MOST_READ or not readable(text) or window.em.min() < READ:
        return ()
    return (QA(Asked.TEXT, asking.text, text),)


def said(row: Sequence[Line]) -> str:
    """Return a row as it is read."""
    return re.sub(" +", " ", " ".join(line.text.strip() for line in row))


def _facts(rng: random.Random, window: Window) -> Iterator[QA | None]:
    facts = window.sheet.about.get("facts", ())
    for fact in rng.sample(facts, min(len(facts), 7)):
        em = size_of(window, fact.get("place") or fact["answer"])
        if em is None and not (fact.get("free") and window.whole):
            continue
        asking = _asking(rng, fact)
        if em is None:
            em = float(np.quantile(window.em, 0.2)) if len(window.em) else 0.0
        if em < SMALL:
            yield dense(asking)
        elif em >= READ:
            answer = asking.say(fact["answer"], fact.get("chinese") or fact["answer"])
            yield QA(Asked.CHART if fact.get("free") else Asked.FIELD, asking.text, answer, fact.get("field", ""))


def _asking(rng: random.Random, fact: dict[str, Any]) -> Asking:
    """Phrase the question of a fact: by its field, its subject, or as it was written down with it."""
    if "ask" in fact and (fact.get("field") is None or rng.random() < 0.5):
        if "zh" in fact and rng.random() < 0.3:
            return Asking(rng.choice(fact["zh"]), chinese=True)
        return Asking(_hurried(rng, rng.choice(fact["ask"])), chinese=False)
    if fact["field"] in NAMINGS:
        return _sloppy(rng, field_question(rng, fact["field"], "train"))
    ways = WAYS.ITEM if fact["field"] == "item" else WAYS.ENTRY
    subject = fact["subject"].lower() if rng.random() < 0.6 else fact["subject"]
    return _sloppy(rng, phrase(rng, ways, "train", {"subject": subject}))


def _sloppy(rng: random.Random, asking: Asking) -> Asking:
    return asking if asking.chinese else Asking(_hurried(rng, asking.text), chinese=False)


def _hurried(rng: random.Random, asked: str) -> str:
    """Type as strangers do: small letters, no mark, now and then two letters swapped or one left out."""
    if rng.random() < 0.25:
        asked = asked.lower()
    if rng.random() < 0.25:
        asked = asked.rstrip("?.!")
    if rng.random() < 0.08 and len(asked) > 12:
        at = rng.randrange(3, 10)
        if asked[at : at + 2].isalpha():
            swapped = asked[at + 1] + asked[at]
            asked = asked[:at] + rng.choice((swapped, asked[at], asked[at] * 2 + asked[at + 1])) + asked[at + 2 :]
    return asked


def size_of(window: Window, answer: str) -> float | None:
    """Return the smallest type of an answer's first place in a window, in pixels of the grid; None if it has none."""
    printed = "".join(map(chr, window.glyphs.codes))
    sizes = []
    for part in answer.split("\n"):
        bare = re.sub(r"\s", "", part)
        at = printed.find(bare) if bare else -1
        if at < 0:
            return None
        sizes.append(float(window.em[at : at + len(bare)].min()))
    return min(sizes)


def _found(rng: random.Random, window: Window) -> Iterator[QA | None]:
    """Ask for what any page may have: its heading, addresses, lines and entries."""
    fields = {fact.get("field") for fact in window.sheet.about.get("facts", ())}
    if "title" not in fields:
        yield _heading(rng, window)
    text = "\n".join(said(row) for row in window.rows)
    for field, pattern in PATTERNS.items():
        hits = set(pattern.findall(text))
        if len(hits) == 1 and field not in fields:
            yield _copied(_sloppy(rng, field_question(rng, field, "train")), window, hits.pop(), field)
    plain = [row for row in window.rows if readable(said(row)) and len(said(row)) < 120]
    entries = [match for row in plain if (match := ENTRY.fullmatch(said(row)))]
    for match in rng.sample(entries, min(2, len(entries))):
        yield _copied(phrase(rng, WAYS.ENTRY, "train", {"subject": match[1]}), window, match[2], "entry")
    if plain and rng.random() < 0.5:
        yield _row(rng, window, plain)
    if rng.random() < 0.15:
        yield _mention(rng, window, text)


def _copied(asking: Asking, window: Window, answer: str, field: str, kind: Asked = Asked.FIELD) -> QA | None:
    """Answer with what stands there, or that it is too small; None if that is not sure."""
    em = size_of(window, answer)
    if em is None or not readable(answer) or SMALL <= em < READ:
        return None
    return dense(asking) if em < SMALL else QA(kind, asking.text, answer, field)


def _heading(rng: random.Random, window: Window) -> QA | None:
    """Ask for the heading: the only rows of the largest type, at the top, alone in their rows."""
    if len(window.rows) < 2 or not len(window.em):
        return None
    sizes = [max(line.em for line in row) for row in window.rows]
    largest, body = max(sizes), float(np.median(window.em)) / window.scale
    of_it = [at for at, size in enumerate(sizes) if size > 0.97 * largest]
    rows = [window.rows[at] for at in of_it]
    answer = " ".join(said(row) for row in rows)
    alone = of_it[-1] - of_it[0] == len(of_it) - 1 and all(len(row) == 1 for row in rows)
    if largest < 1.25 * body or len(rows) > 3 or not alone or of_it[0] > len(sizes) // 2 or not 3 < len(answer) < 90:
        return None
    asking = phrase(rng, PHRASES.HEADING, "train") if rng.random() < 0.5 else field_question(rng, "title", "train")
    em = min(row[0].em for row in rows) * window.scale
    if not readable(answer) or SMALL <= em < READ or (window.torn and rng.random() < 0.5):
        return None
    return dense(asking) if em < SMALL else QA(Asked.FIELD, _sloppy(rng, asking).text, answer, "title")


def _row(rng: random.Random, window: Window, plain: Sequence[tuple[Line, ...]]) -> QA | None:
    """Ask for the first or last row, or for the one behind or with some words."""
    shape, rows = rng.random(), window.rows
    if shape < 0.5 and not window.torn and len(rows) > 1:
        first = shape < 0.25
        answer = said(rows[0] if first else rows[-1])
        ways = WAYS.FIRST_LINE if first else WAYS.LAST_LINE
        return _copied(phrase(rng, ways, "train"), window, answer, "", Asked.LINE) if len(answer) < 120 else None
    row = rng.choice(plain)
    words = said(row).split()
    if len(words) < 4 or sum(len(word) == 1 for word in words) > 0.4 * len(words):
        return None
    start = " ".join(words[: rng.randint(2, 3)])
    return _copied(phrase(rng, PHRASES.LINE_WITH, "train", {"subject": start}), window, said(row), "", Asked.LINE)


def _mention(rng: random.Random, window: Window, text: str) -> QA | None:
    """Ask whether a word is there; "no" only where all can be read."""
    words = [word.strip(".,:;!?()\"'") for word in text.split()]
    long = [word for word in words if 3 < len(word) < 16 and word.isascii() and word.isalpha()]
    if not long or window.torn or window.em.min() < READ:
        return None
    subject = rng.choice(long)
    there = rng.random() < 0.5
    if not there:
        letters = list(subject.lower())
        rng.shuffle(letters)
        subject = "".join(letters) if rng.random() < 0.3 else rng.choice(PHRASES.WORDS.train)
        there = subject.lower() in text.lower()
    asking = phrase(rng, WAYS.MENTION, "train", {"subject": subject})
    return QA(Asked.MENTION, asking.text, asking.say(*(YES if there else NO)))


def _denied(rng: random.Random, window: Window) -> list[QA]:
    """Ask for a field that is not there: denied where all is read, too small where it is not."""
    if rng.random() > 0.4 or not len(window.em):
        return []
    fields = {fact.get("field") for fact in window.sheet.about.get("facts", ())}
    field = rng.choice([field for field in DENIABLE if field in GUARDED and field not in fields])
    asking = _sloppy(rng, field_question(rng, field, "train"))
    if float(np.quantile(window.em, 0.3)) < SMALL:
        return [dense(asking)] if len(window.em) > 40 else []
    text = "".join(map(chr, window.glyphs.codes))
    words = "\n".join(said(row) for row in window.rows)
    if window.torn or window.em.min() < SMALL or GUARDED[field].search(text) or GUARDED[field].search(words):
        return []
    naming = NAMINGS[field]
    return [absent(asking, naming.nouns[0], naming.chinese[0], field)]
