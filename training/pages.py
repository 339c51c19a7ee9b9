"""Draw pages of print: the pocket model's whole world."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from training.documents import Document, Kind, Room, Source
from training.fonts import Family
from training.layout import Run, Setting, choose_type, reading, set_document
from training.marks import ITEM_MARKS, mark
from training.papers.cards import card_document
from training.papers.forms import form_document
from training.papers.invoices import invoice_document
from training.papers.labels import label_document
from training.papers.notes import note_document
from training.papers.notices import notice_document
from training.papers.prose import page_document, words_document
from training.papers.receipts import receipt_document
from training.phrasing import Wording
from training.questions import QA, ask

Colour = tuple[int, int, int]

MAKERS: dict[Kind, Callable[[Source, Room], Document | None]] = {
    Kind.WORDS: words_document,
    Kind.PAGE: page_document,
    Kind.NOTE: note_document,
    Kind.RECEIPT: receipt_document,
    Kind.INVOICE: invoice_document,
    Kind.LABEL: label_document,
    Kind.CARD: card_document,
    Kind.FORM: form_document,
    Kind.NOTICE: notice_document,
}
TIGHTNESS = (0.96, 0.85, 0.7, 0.55, 0.4)


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The n printed characters in reading order, blanks left out, and then marks of what lies where (`training.marks`).

    `codes` (n,) int32 are code points, those of marks private ones; `x` and `y` (n,) float32 the centres in
    pixels of the canvas, `y` being the middle of the line's small letters, so that all characters of a line share it.
    """

    codes: NDArray[numpy.int32]
    x: NDArray[numpy.float32]
    y: NDArray[numpy.float32]

    def followed_by(self, others: "Glyphs") -> "Glyphs":
        """Return these glyphs followed by the others."""
        return Glyphs(
            numpy.concatenate((self.codes, others.codes)),
            numpy.concatenate((self.x, others.x)),
            numpy.concatenate((self.y, others.y)),
        )


@dataclass(frozen=True, slots=True)
class Page:
    """A drawn picture, mostly a page: RGB, its text, the place of each character, and questions with their answers.

    `kind` may be `words` if the requested kind did not fit; `em` is the body text's size in pixels.
    """

    image: Image.Image
    text: str
    glyphs: Glyphs
    qa: tuple[QA, ...]
    kind: Kind
    em: float


@dataclass(frozen=True, slots=True)
class Look:
    """The colours of a page and its decoration."""

    ground: Colour
    paper: Colour
    ink: Colour
    accent: Colour
    frame: bool
    sheet: bool


def draw(
    rng: random.Random,
    fonts: Sequence[Family],
    words: Sequence[str],
    width: int,
    height: int,
    *,
    em: float | None = None,
    kind: Kind | None = None,
    limit: int = 300,
    split: Wording = "train",
    wording: Wording | None = None,
) -> Page:
    """Draw a page of `width` x `height` pixels with at most `limit` characters, all of it inside the canvas.

    Deterministic by `rng`. `split` chooses the templates, and the wording of the questions where `wording` does not.

    Raises:
        ValueError: not even a short word fits the canvas at this size of type.
    """
    size = em or rng.uniform(14, max(15.0, min(32.0, width / 12, height / 6)))
    wanted = kind or rng.choice(tuple(MAKERS))
    source = Source(rng, words, split)
    for attempt in (wanted, wanted, Kind.WORDS, Kind.WORDS):
        how = choose_type(rng, rng.choice(fonts), size, width, height)
        for tightness in TIGHTNESS:
            whole = MAKERS[attempt](source, how.room(tightness, limit))
            setting = whole and set_document(rng, whole, how)
            if whole and setting:
                return _finish(source, whole, setting, canvas=(width, height), em=size, wording=wording or split)
    raise ValueError(f"no text of {size:g} pixels fits a canvas of {width}x{height}")


def _finish(
    source: Source, whole: Document, setting: Setting, *, canvas: tuple[int, int], em: float, wording: Wording
) -> Page:
    rng, text = source.rng, reading(setting)
    dotted = whole.kind in {Kind.RECEIPT, Kind.INVOICE, Kind.FORM} and rng.random() < 0.3
    return Page(
        image=paint(setting, choose_look(rng), canvas, dotted=dotted),
        text=text,
        glyphs=locate(setting.runs).followed_by(mark_items(whole, setting.runs)),
        qa=ask(source, whole, text, wording),
        kind=whole.kind,
        em=em,
    )


def mark_items(whole: Document, runs: Sequence[Run]) -> Glyphs:
    """Mark the first letter of each item's line, so that items are counted like shapes."""
    names = [fact.subject for fact in whole.facts if fact.field == "item"]
    lines = [next((run for run in runs if _names(run, name)), None) for name in names]
    firsts = [locate([line]) for line in lines if line]
    return Glyphs(
        numpy.full(len(firsts), mark(*ITEM_MARKS), numpy.int32),
        numpy.array([glyphs.x[0] for glyphs in firsts], numpy.float32),
        numpy.array([glyphs.y[0] for glyphs in firsts], numpy.float32),
    )


def _names(run: Run, item: str) -> bool:
    """Return whether it is the item's line: its name alone, or with the number of pieces before or behind."""
    return run.text.startswith(item) or run.text.endswith(item)


def choose_look(rng: random.Random) -> Look:
    """Choose colours: mostly dark ink on light paper, now and then light on dark."""
    base = rng.choice((255, 255, rng.randint(228, 255)))
    tint = rng.choice((0, 0, 14, 28))
    light: Colour = (base - rng.randint(0, tint), base - rng.randint(0, tint), base - rng.randint(0, tint))
    depth = rng.choice((0, 20, 50, 90))
    dark: Colour = (rng.randint(0, depth), rng.randint(0, depth), rng.randint(0, depth))
    paper, ink = (dark, light) if rng.random() < 0.1 else (light, dark)
    shade = rng.randint(60, 215)
    ground: Colour = (shade, shade - rng.randint(0, 30), shade - rng.randint(0, 45))
    accent = ink if rng.random() < 0.6 else _blend(ink, paper, rng.uniform(0.3, 0.7))
    return Look(ground, paper, ink, accent, frame=rng.random() < 0.08, sheet=rng.random() < 0.12)


def _blend(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return red, green, blue


def paint(setting: Setting, look: Look, canvas: tuple[int, int], *, dotted: bool = False) -> Image.Image:
    """Paint a setting; `dotted` draws rules as dashes."""
    image = Image.new("RGB", canvas, look.ground if look.sheet else look.paper)
    pen = ImageDraw.Draw(image)
    em = setting.runs[0].face.size
    edge = (setting.left - em * 0.8, setting.top - em * 0.5, setting.right + em * 0.8, setting.bottom + em * 0.5)
    if look.sheet:
        pen.rectangle(edge, fill=look.paper)
    elif look.frame:
        pen.rectangle(edge, outline=look.accent, width=max(1, round(em / 14)))
    for start, end, y in setting.rules:
        dashes = numpy.arange(start, end, em * 0.5) if dotted else (start,)
        for dash in dashes:
            pen.line((float(dash), y, min(end, float(dash) + em * 0.25) if dotted else end, y), look.accent, 1)
    dot = max(1, round(em / 14))
    for start, end, y in setting.leaders:
        for x in numpy.arange(start, end, em * 0.4).astype(int).tolist():
            pen.rectangle((x, int(y) - dot, x + dot - 1, int(y) - 1), look.ink)
    for run in setting.runs:
        pen.text((run.x, run.baseline), run.text, look.ink, run.face.font, anchor="ls")
    return image


def locate(runs: Sequence[Run]) -> Glyphs:
    """Return the centres of all printed characters: advances summed up, pairs kerned as the whole line was."""
    codes: list[int] = []
    centres: list[float] = []
    heights: list[float] = []
    for run in runs:
        kerned = run.face.font.getlength(run.text) / max(run.width, 1e-6)
        left, middle = run.x, run.baseline - run.face.middle
        for character in run.text:
            width = run.face.advances[character] * kerned
            if character != " ":
                codes.append(ord(character))
                centres.append(left + width / 2)
                heights.append(middle)
            left += width
    return Glyphs(
        numpy.array(codes, numpy.int32), numpy.array(centres, numpy.float32), numpy.array(heights, numpy.float32)
    )
