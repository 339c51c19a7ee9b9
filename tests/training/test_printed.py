"""Windows of printed pages: what is seen there, what is asked, and what is too small to be read."""

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2 as pdfium
import pytest
from pypdfium2 import raw

from training.corpus.printing import write_index
from training.documents import Kind
from training.foreign.drawing import FOREIGN, FOREIGN_CHINESE
from training.printed.asking import DENSE, DENSE_CHINESE, ask
from training.printed.clipping import clip
from training.printed.drawing import draw_printed
from training.printed.sheets import Sheet, find_sheets, read, render, rows_of
from training.printed.windows import Window, look
from training.questions import QA, Asked

SIZE = (420, 560)
LINES = (("Harbour Cafe", 30, 40), ("Phone: 0171 5550199", 16, 90), ("Soup", 16, 130), ("Total 12.50", 16, 170))
FACTS: list[dict[str, Any]] = [
    {"answer": "12.50", "field": "total"},
    {"answer": "Harbour Cafe", "ask": ["Which cafe is it?"], "zh": ["是哪家?"]},
]


def print_lines(
    path: Path, lines: tuple[tuple[str, int, int], ...], *, group: str = "layouts", kind: str = "menu"
) -> None:
    """Print lines (text, size of type, y of the base line from above, in points) on a page of 300x400 points."""
    document = pdfium.PdfDocument.new()
    page = document.new_page(300, 400)
    for text, size, y in lines:
        thing = raw.FPDFPageObj_NewTextObj(document.raw, b"Helvetica", size)
        encoded = (text + "\0").encode("utf-16-le")
        raw.FPDFText_SetText(thing, (raw.FPDF_WCHAR * (len(encoded) // 2)).from_buffer_copy(encoded))
        raw.FPDFPageObj_Transform(thing, 1, 0, 0, 1, 30, 400 - y)
        raw.FPDFPage_InsertObject(page.raw, thing)
    page.gen_content()
    document.save(path)
    facts = FACTS if group == "layouts" else []
    write_index(path, group, [[300, 400]], [{"kind": kind, "facts": facts}])


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    """Return a page with four lines."""
    print_lines(tmp_path / "one.pdf", LINES)
    return find_sheets(tmp_path)["layouts"][0]


def seen(sheet: Sheet, scale: float = 1.0) -> Window:
    """Return a window of all of a page."""
    return look(sheet, (0, 0, 300, 400), (round(420 * scale), round(560 * scale)))


def asked(window: Window, times: int = 60) -> list[QA]:
    """Return many questions about a window."""
    return [qa for seed in range(times) for qa in ask(random.Random(seed), window)]


def test_characters_are_where_their_ink_is(sheet: Sheet) -> None:
    """Each character's centre, in pixels, lies in dark ink or between it; blanks are no glyphs."""
    window = seen(sheet)
    dark = np.asarray(render(sheet, window.box, *SIZE).convert("L")) < 140
    assert "".join(map(chr, window.glyphs.codes)) == "HarbourCafePhone:01715550199SoupTotal12.50"
    for x, y, em in zip(window.glyphs.x, window.glyphs.y, window.em, strict=True):
        reach, at = round(0.35 * float(em)), (round(float(y)), round(float(x)))
        assert dark[at[0] - reach : at[0] + reach, at[1] - reach : at[1] + reach].any()
    assert not dark[:20].any()
    assert window.em[0] == pytest.approx(30 * 1.4, rel=0.15)


def test_rows_are_read_from_above(sheet: Sheet) -> None:
    """Lines come in the order of the page, pieces of one row together."""
    assert [[line.text.strip() for line in row] for row in rows_of(read(sheet).lines)] == [
        [text] for text, _, _ in LINES
    ]


def test_what_is_printed_is_asked_for_and_answered_as_printed(sheet: Sheet) -> None:
    """The facts of a page and what any page has are answered letter for letter; nothing there is denied."""
    questions = asked(seen(sheet))
    totals = {qa.answer for qa in questions if qa.field == "total"}
    phones = {qa.answer for qa in questions if qa.field == "phone"}
    assert totals == {"12.50"}
    assert phones == {"0171 5550199"}
    assert {qa.answer for qa in questions if qa.kind is Asked.TEXT} == {"\n".join(text for text, _, _ in LINES)}
    denied = {qa.field for qa in questions if qa.kind is Asked.ABSENT}
    assert "email" in denied
    assert not denied & {"total", "phone", "title", "subtotal"}


def test_small_print_is_too_small(sheet: Sheet) -> None:
    """At a fifth of the size nothing is read, nothing denied: the print is too small, in the question's language."""
    questions = [qa for qa in asked(seen(sheet, 0.2)) if qa.kind is not Asked.KIND]
    assert {qa.answer for qa in questions if "答不了" not in qa.answer and "cannot answer" not in qa.answer} == {
        DENSE,
        DENSE_CHINESE,
    }
    assert all((max(qa.answer) >= "一") == (max(qa.question) >= "一") for qa in questions)


def test_cut_off_line_is_not_asked_for(sheet: Sheet) -> None:
    """A window through a line neither reads it nor denies what stands in it."""
    window = look(sheet, (0, 0, 60, 80), (420, 560))
    assert window.torn
    questions = asked(window)
    assert not [qa for qa in questions if qa.kind in {Asked.TEXT, Asked.ABSENT} or "Harbour Cafe" in qa.answer]


def test_a_clipping_is_read_whole(sheet: Sheet) -> None:
    """A few rows on blank paper: all of their text is asked for, and their glyphs lie in the picture."""
    for seed in range(20):
        clipped = clip(random.Random(seed), (sheet,), SIZE, SIZE)
        assert clipped is not None
        window, picture = clipped
        assert picture.size == SIZE
        assert ((window.glyphs.x > 0) & (window.glyphs.x < 420) & (window.glyphs.y > 0) & (window.glyphs.y < 560)).all()
        text = next(qa.answer for qa in ask(random.Random(1), window) if qa.kind is Asked.TEXT)
        assert text.replace(" ", "").replace("\n", "") == "".join(map(chr, window.glyphs.codes))


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a corpus of one page a group."""
    print_lines(tmp_path / "a.pdf", LINES)
    print_lines(tmp_path / "b.pdf", LINES, group="papers", kind="page")
    print_lines(tmp_path / "c.pdf", LINES[:1], group="foreign", kind="foreign")
    monkeypatch.setenv("TRAINING_CORPUS", str(tmp_path))
    return tmp_path


def test_the_same_chance_draws_the_same_picture_to_the_byte(corpus: Path) -> None:
    """Pictures and questions follow from the seed and the corpus alone."""
    for seed in range(12):
        first, again = (draw_printed(random.Random(seed), SIZE, (500, 640)) for _ in range(2))
        assert first.image.tobytes() == again.image.tobytes()
        assert first.qa == again.qa
        assert first.kind is Kind.PRINT
    assert json.loads((corpus / "a.json").read_text())["group"] == "layouts"


def test_what_cannot_be_read_gets_one_honest_sentence(corpus: Path) -> None:
    """Pages of the group `foreign` teach no characters, and every question gets the one sentence in its language."""
    pages = [draw_printed(random.Random(seed), SIZE, SIZE) for seed in range(120)]
    refused = [page for page in pages if not len(page.glyphs.codes)]
    assert len(refused) > 8
    assert {qa.answer for page in refused for qa in page.qa if qa.kind is Asked.FOREIGN} >= {FOREIGN, FOREIGN_CHINESE}
    assert not [qa for page in refused for qa in page.qa if "no text" in qa.answer]


def test_without_a_corpus_nothing_is_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder is refused with its name."""
    monkeypatch.setenv("TRAINING_CORPUS", str(tmp_path / "none"))
    with pytest.raises(ValueError, match="none"):
        draw_printed(random.Random(1), SIZE, SIZE)
