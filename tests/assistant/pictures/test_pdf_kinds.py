"""PDFs that only point elsewhere, that carry other files, or that lack their fonts."""

import io

import pytest
from PIL import Image

from assistant.pictures.documents import Opened, open_file
from assistant.pictures.refusals import DocumentFault, DocumentRefused
from cli.checks.machine import chinese_page
from tests.assistant.pictures.pdfs import OPEN, TOTAL, WAIT, carrying, foreign, form, sheet
from tests.assistant.pictures.test_kinds import CASES, HEIC, SCAN
from tests.bot.samples import pdf, picture


async def opened(data: bytes) -> Opened:
    """Return the first page, or the picture, of a file."""
    (found,) = await open_file(data, 5, [1])
    return found


def is_blank(picture: Opened) -> bool:
    """Whether nothing is drawn on a page."""
    with Image.open(io.BytesIO(picture.data)) as image:
        low, high = image.convert("L").getextrema()
    return low == high


ELSEWHERE = {
    "please wait": form(WAIT),
    "please wait, without saying that it needs Adobe": form(WAIT, full=False),
    "another language": form("Bitte warten..."),
    "another sentence": form("To view this form, open it in Adobe Acrobat 9 or later."),
    "an empty page": form(""),
    "the case": (CASES / "xfa.pdf").read_bytes(),
}


@pytest.mark.parametrize("data", ELSEWHERE.values(), ids=ELSEWHERE.keys())
async def test_a_form_that_only_adobe_shows_is_refused(data: bytes) -> None:
    """Nothing that was filled in is on its page."""
    with pytest.raises(DocumentRefused) as refused:
        await opened(data)
    assert refused.value.fault is DocumentFault.FORM


READ = {
    "a form with its own page": form(TOTAL, full=False),
    "a form with its own page that is also drawn by Adobe": form(TOTAL),
    "a form whose page asks for Adobe and has a field": form("Fill this in with Adobe Reader.", field=True),
    "a page that says to wait, and is no form": sheet(WAIT),
    "a page about portfolios": sheet(OPEN),
    "an invoice with data for machines inside": carrying(TOTAL, b"<invoice/>", collection=None),
    "an invoice with another one inside": carrying(TOTAL, pdf(), collection=None),
    "a page that mentions Acrobat, with a file inside": carrying(OPEN, pdf(), collection=None),
    "a portfolio that hides what is inside": carrying(OPEN, pdf(), collection=b"/View/H"),
    "a portfolio with a page of its own": carrying(TOTAL, pdf()),
}


@pytest.mark.parametrize("data", READ.values(), ids=READ.keys())
async def test_a_page_that_says_something_itself_is_read(data: bytes) -> None:
    """Whatever else the file is."""
    page = await opened(data)
    assert (page.page, page.pages) == (1, 1)
    with Image.open(io.BytesIO(page.data)) as image:
        assert image.width > 5 * image.height


@pytest.mark.parametrize("cover", [OPEN, ""])
async def test_the_one_file_in_a_portfolio_is_opened(cover: str) -> None:
    """A PDF has its pages, a picture is one; data for machines beside it does not count."""
    found = await open_file(carrying(cover, pdf(4), b"<note/>"), 5, lambda pages: [pages])
    assert [(page.page, page.pages) for page in found] == [(4, 4)]
    inside = await opened(carrying(cover, picture(30, 20)))
    assert (inside.page, inside.data) == (0, picture(30, 20))
    assert (await opened(carrying(cover, SCAN))).pages == 3
    assert (await opened(carrying(cover, HEIC))).size == (560, 640)
    assert (await opened((CASES / "portfolio.pdf").read_bytes())).pages == 1


@pytest.mark.parametrize(
    "files",
    [(pdf(), pdf(2)), (pdf(), picture()), (b"<note/>",), (carrying(OPEN, pdf()),)],
    ids=["two", "a picture as well", "none", "a portfolio"],
)
async def test_a_portfolio_of_several_files_is_refused(files: tuple[bytes, ...]) -> None:
    """Nobody knows which is meant."""
    with pytest.raises(DocumentRefused) as refused:
        await opened(carrying(OPEN, *files))
    assert refused.value.fault is DocumentFault.PORTFOLIO


async def test_letters_without_a_font_are_noticed() -> None:
    """Where this machine has no font for them either, which is seen by what is drawn."""
    for data in (foreign("电子发票合计"), foreign("电子发票合计", apart=True), chinese_page()):
        page = await opened(data)
        assert (page.flaws == "glyphs") == is_blank(page)
    fapiao = await opened((CASES / "fapiao.pdf").read_bytes())
    assert fapiao.flaws == (await opened(foreign("电子发票合计"))).flaws


@pytest.mark.parametrize(
    "data",
    [
        foreign("电子发票", hidden=True),
        foreign("电子发票", hidden=True, apart=True),
        foreign("A B C", apart=True),
        foreign("TOTAL 71.15"),
        sheet("HARBOUR CAFE"),
        pdf(),
        foreign("…　·"),
    ],
    ids=[
        "hidden under a scan",
        "hidden, each apart",
        "latin with spaces, each apart",
        "latin",
        "an ordinary font",
        "a scan",
        "signs",
    ],
)
async def test_where_nothing_is_missing_nothing_is_said(data: bytes) -> None:
    """Latin has PDFium's own fonts; what is not to be seen cannot be missed."""
    assert (await opened(data)).flaws == ""
