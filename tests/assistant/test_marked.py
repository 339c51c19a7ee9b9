"""Marks of doubt go through Markdown, and come out as underlines."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.markdown.document import CODE
from assistant.markdown.marked import BEGIN, END, marks_in, plain, with_marks
from assistant.markdown.reading import read


def underlined(markdown: str, *places: tuple[int, int]) -> tuple[str, list[str]]:
    """What is read, and what of it is underlined."""
    document = read(with_marks(markdown, places))
    return document.text, [document.text[each.start : each.end] for each in document.spans if each.kind == "underline"]


@pytest.mark.parametrize(
    ("markdown", "places", "text", "marked"),
    [
        ("It is 12.25.", [(10, 11)], "It is 12.25.", ["5"]),
        ("It is **12.25**.", [(10, 13)], "It is 12.25.", [".25"]),
        ("**Total:** 9", [(2, 7), (11, 12)], "Total: 9", ["Total", "9"]),
        ("- one\n- two", [(8, 9)], "• one\n• two", ["t"]),
        ("合计 12 元", [(0, 2), (6, 7)], "合计 12 元", ["合计", "元"]),
        ("a [b](http://c.test/d)", [(0, 1), (20, 21)], "a b", []),
        ("so `x1` it is", [(4, 5)], "so x1 it is", []),
        ("```\nx1\n```\nand y", [(4, 6), (15, 16)], "x1\nand y", []),
        ("12.25", [(2, 3)], "12.25", ["."]),
    ],
)
def test_what_is_marked_is_underlined(
    markdown: str, places: list[tuple[int, int]], text: str, marked: list[str]
) -> None:
    """In text and beside other forms; not in code, links and tables, which take no other form."""
    assert underlined(markdown, *places) == (text, marked)


@given(st.text(alphabet="a1*_`|#-> \n.[](){}$\\~" + BEGIN + END, max_size=40), st.data())
def test_marks_change_no_text(markdown: str, data: st.DataObject) -> None:
    """Whatever was written, and wherever it is doubtful, the same can be read; and no form crosses another."""
    edges = data.draw(st.lists(st.integers(0, len(markdown)), unique=True, max_size=6).map(sorted))
    places = list(zip(edges[::2], edges[1::2], strict=False))
    marked = with_marks(markdown, places)
    assert plain(marked) == plain(markdown)
    assert marks_in(marked) == marked.count(BEGIN) == marked.count(END)
    document = read(marked)
    assert document.text == read(plain(markdown)).text
    for span in (each for each in document.spans if each.kind == "underline"):
        for other in document.spans:
            apart = other.end <= span.start or span.end <= other.start
            assert apart or (other.start <= span.start and span.end <= other.end and other.kind not in CODE)
