"""Tables in HTML become Markdown, with doubts where they were."""

import pytest

from assistant.markdown.html_tables import with_tables
from assistant.markdown.spreadsheet import rows_of
from model_service import Doubt

TABLE = (
    '<table border="1"><thead><tr><th>Item</th><th colspan="2">Price &amp; tax</th></tr></thead>\n'
    "<tbody><tr><td rowspan=2>Apples</td><td>3|20</td><td>x</td></tr><tr><td>4</td><td>5.1</td></tr></tbody></table>"
)


def test_rows_and_cells_are_kept() -> None:
    """Those that span columns or rows stand in the first; a stroke in a cell ends none."""
    text, _ = with_tables(f"Prices:\n{TABLE}\nThank you", ())
    assert text.startswith("Prices:\n\n|") and text.endswith("\n\nThank you")
    assert rows_of(text) == [["Item", "Price & tax", ""], ["Apples", "3|20", "x"], ["", "4", "5.1"]]


@pytest.mark.parametrize("doubted", ["Prices", "3|20", "5.1", "&amp;", "Item", "Thank you"])
def test_doubts_stay_with_their_characters(doubted: str) -> None:
    """In a cell or beside the table; those about marks of HTML are gone."""
    source = f"Prices:\n{TABLE}\nThank you"
    begin = source.index(doubted)
    end = Doubt(len(source), len(source), 0.9)
    mark = Doubt(source.index("<tbody>"), source.index("<tbody>") + 7, 0.1)
    text, doubts = with_tables(source, (mark, Doubt(begin, begin + len(doubted), 0.4), end))
    assert [doubt.probability for doubt in doubts] == [0.4, 0.9]
    assert text[doubts[0].start : doubts[0].end] == doubted.replace("|", "\\|").replace("&amp;", "&")
    assert (doubts[1].start, doubts[1].end) == (len(text), len(text))


def test_a_table_that_grows_never_shows_its_marks() -> None:
    """Its cells come one by one."""
    for end in range(len("<table"), len(TABLE)):
        text, _ = with_tables(TABLE[:end], ())
        assert "<" not in text and "&a" not in text, text


def test_ragged_rows_lose_nothing() -> None:
    """The first row is as wide as the widest."""
    text, _ = with_tables("<table><tr><td>a</td></tr><tr><td>b</td><td>c</td><td>d</td></tr></table>", ())
    assert rows_of(text) == [["a", "", ""], ["b", "c", "d"]]


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("No table here, 3 < 4", "No table here, 3 < 4"),
        ("<table></table>", ""),
        ("<table><tr></tr></table>", ""),
        ("a <table></table> b", "a\n\nb"),
        ("<table><td>a<br>b<td>c", "| a b | c |\n| --- | --- |"),
        ("<TABLE><TR><TD>a\nb</TD></TR></TABLE>", "| a b |\n| --- |"),
        ('<table><tr><td colspan="x">a</td><td rowspan="0">b</td></tr></table>', "| a | b |\n| --- | --- |"),
    ],
)
def test_odd_ones(source: str, text: str) -> None:
    """Empty, unclosed, with spans that are no numbers."""
    assert with_tables(source, ())[0] == text


def test_a_cell_claims_no_more_than_a_page_has() -> None:
    """A reader that goes wrong may write any number."""
    text, _ = with_tables('<table><tr><td colspan="99999999">a</td></tr></table>', ())
    assert text.count("|") < 200
