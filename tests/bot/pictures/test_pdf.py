"""PDFs from strangers: pages as pictures, and a clear refusal of what is not to be opened."""

import io
import subprocess
from typing import Any

import pypdfium2
import pytest
from PIL import Image

from bot.pictures.pdf import DocumentFault, DocumentRefused, render_pages
from bot.pictures.pdf_process import MOST_PIXELS, MOST_SIDE
from tests.bot.samples import pdf, picture

LOCKED = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 72 72]>>endobj\n"
    b"4 0 obj<</Filter/Standard/V 1/R 2/P -4/O<" + b"41" * 32 + b">/U<" + b"42" * 32 + b">>>endobj\n"
    b"trailer<</Root 1 0 R/Encrypt 4 0 R/ID[<41><41>]>>\n%%EOF\n"
)


def empty() -> bytes:
    """A PDF without pages."""
    out = io.BytesIO()
    pypdfium2.PdfDocument.new().save(out)
    return out.getvalue()


def grey(page: bytes) -> Any:
    """How light the middle of a page is."""
    with Image.open(io.BytesIO(page)) as image:
        return image.convert("L").getpixel((image.width // 2, image.height // 2))


async def test_the_pages_asked_for_are_rendered() -> None:
    """In that order, and those that do not exist are left out; how many there are is told."""
    rendered = await render_pages(pdf(5), [1, 4, 9])
    assert rendered.pages == 5
    assert [abs(grey(page) - light) <= 1 for page, light in zip(rendered.pictures, (255, 252), strict=True)] == [
        True
    ] * 2


async def test_a_long_document_costs_only_its_pages() -> None:
    """Of two thousand one is drawn."""
    rendered = await render_pages(pdf(2000), [2000])
    assert (rendered.pages, len(rendered.pictures)) == (2000, 1)


@pytest.mark.parametrize(("width", "height"), [(60, 80), (595, 842), (9000, 14000), (14000, 300)])
async def test_a_page_is_bounded_in_pixels(width: int, height: int) -> None:
    """However large the paper; small print on ordinary paper stays readable."""
    (page,) = (await render_pages(pdf(1, width, height), [1])).pictures
    with Image.open(io.BytesIO(page)) as image:
        assert image.width * image.height <= 1.01 * MOST_PIXELS
        assert max(image.size) <= MOST_SIDE
        assert abs(image.width / image.height - width / height) < 0.02 * width / height
        assert width != 595 or image.width > 1500


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", DocumentFault.BROKEN),
        (b"junk", DocumentFault.BROKEN),
        (picture(), DocumentFault.BROKEN),
        (pdf(3)[:400], DocumentFault.BROKEN),
        (LOCKED, DocumentFault.LOCKED),
        (empty(), DocumentFault.EMPTY),
    ],
    ids=["nothing", "junk", "picture", "torn", "locked", "empty"],
)
async def test_what_cannot_be_opened_is_refused(data: bytes, fault: DocumentFault) -> None:
    """By its reason."""
    with pytest.raises(DocumentRefused) as refused:
        await render_pages(data, [1])
    assert refused.value.fault is fault


@pytest.mark.parametrize(
    "end", [subprocess.TimeoutExpired("pdf", 40), subprocess.CalledProcessError(-11, "pdf"), BrokenPipeError()]
)
async def test_what_takes_too_long_or_kills_its_process_is_refused(
    monkeypatch: pytest.MonkeyPatch, end: Exception
) -> None:
    """The bot goes on."""

    def run(*arguments: object, **more: object) -> None:
        raise end

    monkeypatch.setattr("bot.pictures.pdf.subprocess.run", run)
    with pytest.raises(DocumentRefused) as refused:
        await render_pages(pdf(), [1])
    assert refused.value.fault is DocumentFault.TOO_MUCH


async def test_the_process_knows_nothing_of_the_bots_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not its token, above all."""
    given: list[object] = []
    run = subprocess.run

    def watched(*arguments: Any, **more: Any) -> Any:
        given.append(more["env"])
        return run(*arguments, **more)

    monkeypatch.setattr("bot.pictures.pdf.subprocess.run", watched)
    await render_pages(pdf(), [1])
    assert given == [{}]
