"""Tables out of what a model wrote."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.markdown.spreadsheet import as_csv, rows_of

ROWS = [["Item", "Price"], ["Tea", "2.50"], ["Milk, cold", "1.20"]]
WRITTEN = {
    "Markdown": "Here it is:\n\n| Item | Price |\n|:---|---:|\n| Tea | 2.50 |\n| Milk, cold | 1.20 |\n\nThat is all.",
    "without outer pipes": "Item | Price\n--- | ---\nTea | 2.50\nMilk, cold | 1.20",
    "marked and fenced": "```markdown\n| **Item** | Price |\n|---|---|\n| `Tea` | 2.50 |\n| Milk, cold | 1.20 |\n```",
    "CSV": 'Item,Price\nTea,2.50\n"Milk, cold",1.20',
    "fenced CSV with words around": '```csv\nItem, Price\nTea, 2.50\n"Milk, cold", 1.20\n```\nThat is all.',
    "semicolons": "Item;Price\nTea;2.50\nMilk, cold;1.20",
    "tabs": "Item\tPrice\nTea\t2.50\nMilk, cold\t1.20",
}


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_a_table_is_found_however_it_is_written(text: str) -> None:
    """Also with words around it."""
    assert rows_of(text) == ROWS


@pytest.mark.parametrize("text", ["", "A grey gradient.", "Tea, milk, bread.", "One | line", "Total: 12.50\nTax: 1.00"])
def test_what_is_no_table_is_none(text: str) -> None:
    """A single line, or lines with nothing to part them."""
    assert rows_of(text) == []


def test_rows_are_of_one_length() -> None:
    """A cell that the model forgot is empty; a pipe in a cell stays."""
    assert rows_of("| a | b | c |\n|---|---|---|\n| 1 |\n| x \\| y | | 3 |") == [
        ["a", "b", "c"],
        ["1", "", ""],
        ["x | y", "", "3"],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "| a | b |\n| 1 | 2 |\n| 3 | 4 |",
        "a | b\n1 | 2\n\n3 | 4",
        "| a | b |\n|:-:|--|\n| 1 | 2 |\n\nAnd then:\n\n| 3 | 4 |",
        "  | a | b\n|---|---\n| 1 | 2\n| 3 | 4",
    ],
)
def test_a_table_that_is_not_quite_markdown_is_read(text: str) -> None:
    """Without a line under its head, without pipes at its edges, in pieces, set in."""
    assert rows_of(text) == [["a", "b"], ["1", "2"], ["3", "4"]]


def test_what_stands_beyond_the_head_is_kept() -> None:
    """The head gets empty cells."""
    assert rows_of("| a | b |\n|---|---|\n| 1 | 2 | 3 |") == [["a", "b", ""], ["1", "2", "3"]]


@pytest.mark.parametrize(
    ("written", "cell"),
    [
        ("**2.50**", "2.50"),
        ("*cold*", "cold"),
        ("~~old~~", "old"),
        ("__x__", "x"),
        ("`x y`", "x y"),
        ("Tea<br>Milk", "Tea Milk"),
        ("2*3*4", "2*3*4"),
        ("a_b_c", "a_b_c"),
        ("~5", "~5"),
        ("$2.50", "$2.50"),
        ("$x^2$", "x²"),
        (r"\*", "*"),
        ("# 5", "# 5"),
        ("- 5", "- 5"),
        ("Tea & milk", "Tea & milk"),
        ("[shop](https://shop.example)", "shop (https://shop.example)"),
    ],
)
def test_a_cell_reads_as_it_does_on_screen(written: str, cell: str) -> None:
    """Without Markdown's marks; what only looks like one stays."""
    assert rows_of(f"| a | b |\n|---|---|\n| {written} | $3 |") == [["a", "b"], [cell, "$3"]]


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("=1+1", "'=1+1"),
        ("@cmd", "'@cmd"),
        ("-2.50", "-2.50"),
        ("+49 30 1234", "+49 30 1234"),
        ("-10 %", "-10 %"),
        ("-A1", "'-A1"),
    ],
)
def test_no_cell_is_run_as_a_formula(cell: str, kept: str) -> None:
    """Anybody may have written what is in the picture; numbers stay numbers."""
    assert list(csv.reader(io.StringIO(as_csv([[cell, "b"]]).decode("utf-8-sig")))) == [[kept, "b"]]


@given(st.text(max_size=300))
def test_nothing_upsets_it(text: str) -> None:
    """Whatever the model writes, there are rows of one length, or none."""
    rows = rows_of(text)
    assert len({len(row) for row in rows}) <= 1
    assert as_csv(rows).startswith(b"\xef\xbb\xbf")
