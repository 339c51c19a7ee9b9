"""Tests of where a long document is cut: exactly at Telegram's limits, and at the best place before them."""

import pytest

from assistant.markdown.document import Document, Span
from bot.render import MOST_UNITS, as_copyable, growing, render, units
from bot.render.splitting import head, is_visible, split


@pytest.mark.parametrize("character", ["x", "字", "😀"])
def test_a_message_is_full_to_the_last_unit_and_no_fuller(character: str) -> None:
    """If no place is better than another: an answer, text to copy, a growing answer."""
    text = character * (9000 // units(character))
    assert [units(part.text) for part in render(text).parts] == [4096, 4096, 808]
    assert [units(part.text) for part in as_copyable(text)] == [4096, 4096, 808]
    assert units(growing(text).text) == MOST_UNITS == 4096


def pieces(text: str, most: int, *spans: Span, most_spans: int = 100) -> list[str]:
    """Return the texts of the pieces of a document."""
    return [piece.text for piece in split(Document(text, spans), most, most_spans)]


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("one two.\n\nthree\nfour", 20, ["one two.\n\nthree\nfour"]),
        ("one two.\n\nthree\nfour", 19, ["one two.", "three\nfour"]),
        ("one two. \n \n three\nfour", 17, ["one two.", "three\nfour"]),
        ("aaaa bb. cc\ndd ee ff", 16, ["aaaa bb. cc", "dd ee ff"]),
        ("Aaaa bb. Cccc dddd", 14, ["Aaaa bb.", "Cccc dddd"]),
        ("Aaaa bb! Cccc dddd", 14, ["Aaaa bb!", "Cccc dddd"]),
        ('Aaaa "b?") Cccc dddd', 16, ['Aaaa "b?")', "Cccc dddd"]),
        ("Aaaa 33. Cccc dddd", 14, ["Aaaa 33. Cccc", "dddd"]),
        ("Aaaa b.c Cccc dddd", 14, ["Aaaa b.c Cccc", "dddd"]),
        ("一二三四。五六，七八九", 10, ["一二三四。五六，", "七八九"]),
        ("一二三四五。六七，八九十", 9, ["一二三四五。", "六七，八九十"]),
        ("一二三四五。」六七，八九十", 10, ["一二三四五。」", "六七，八九十"]),
        ("一二三四，五六七八九", 8, ["一二三四，", "五六七八九"]),
    ],
)
def test_a_cut_is_at_the_best_place(text: str, most: int, cut: list[str]) -> None:
    """A paragraph, else a line, else a sentence, else a word; a number's dot ends no sentence."""
    assert pieces(text, most) == cut


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("a.\n\nbbbb cccc dddd", 12, ["a.\n\nbbbb", "cccc dddd"]),
        ("abc\n\nde fghijkl", 10, ["abc\n\nde", "fghijkl"]),
        ("abcd\n\nde fghijkl", 10, ["abcd", "de fghijkl"]),
        ("aa bbbbbbbbbbbbbbbb", 10, ["aa", "bbbbbbbbbb", "bbbbbb"]),
        ("aaaaaaaaaa a.\n\nbb ccccc", 10, ["aaaaaaaaaa", "a.\n\nbb", "ccccc"]),
    ],
)
def test_no_message_is_left_half_empty_if_a_word_can_be_cut_at(text: str, most: int, cut: list[str]) -> None:
    """A better place counts only in the second half of what fits, also in later messages."""
    assert pieces(text, most) == cut


def test_nothing_is_cut_from_its_accents() -> None:
    """Neither at a word nor between characters; what is longer than any character is cut all the same."""
    assert pieces("aaa \u0301bbb", 5) == ["aaa \u0301", "bbb"]
    assert pieces("aaaa\u0301b", 4) == ["aaa", "a\u0301b"]
    assert pieces("aaa \u200dbbb", 5) == ["aaa \u200d", "bbb"]
    assert "".join(pieces("a" + "\u0301" * 300, 100)) == "a" + "\u0301" * 300


def test_a_span_that_fits_into_a_message_is_not_cut() -> None:
    """One that fits into none goes on in the next message."""
    text = "aaaa bbbb cccc dddd"
    assert pieces(text, 12) == ["aaaa bbbb", "cccc dddd"]
    assert pieces(text, 12, Span("bold", 5, 14)) == ["aaaa", "bbbb cccc", "dddd"]
    assert pieces(text, 12, Span("bold", 5, 10), Span("bold", 10, 14)) == ["aaaa bbbb", "cccc dddd"]
    assert pieces(text, 12, Span("bold", 0, 12)) == ["aaaa bbbb cc", "cc dddd"]
    assert pieces(text, 12, Span("bold", 0, 13)) == ["aaaa bbbb", "cccc dddd"]
    cut = list(split(Document(text, (Span("code", 0, 19),)), 12, 100))
    assert [[(span.start, span.end) for span in piece.spans] for piece in cut] == [[(0, 9)], [(0, 9)]]


def test_a_message_has_so_many_spans_and_no_more() -> None:
    """It ends where the next one begins, though more text would fit."""
    spans = [Span("bold", at, at + 1) for at in (0, 2, 4, 6)]
    assert pieces("a b c d e", 100, *spans, most_spans=4) == ["a b c d e"]
    assert pieces("a b c d e", 100, *spans, most_spans=3) == ["a b c", "d e"]
    assert pieces("a b c d e", 100, *spans, most_spans=2) == ["a b", "c d e"]
    assert pieces("abc", 100, *(Span("bold", 0, 3) for _ in range(3)), most_spans=2) == ["a", "b", "c"]
    assert pieces("a ", 100, *(Span("code", 0, 2) for _ in range(3)), most_spans=2) == ["a"]
    assert pieces("aabbcc", 2, Span("bold", 0, 2), Span("bold", 2, 4), most_spans=1) == ["aa", "bb", "cc"]


def test_code_keeps_its_indent_and_text_does_not() -> None:
    """At the beginning of a message; of line feeds neither keeps any."""
    text = "aaaa bbbb\n\n  cccc dd"
    assert pieces(text, 11) == ["aaaa bbbb", "cccc dd"]
    cut = list(split(Document(text, (Span("pre", 11, 20),)), 11, 100))
    assert [(piece.text, [(span.start, span.end) for span in piece.spans]) for piece in cut] == [
        ("aaaa bbbb", []),
        ("  cccc dd", [(0, 9)]),
    ]
    cut = list(split(Document(text, (Span("pre", 0, 20),)), 11, 100))
    assert [piece.text for piece in cut] == ["aaaa bbbb", "  cccc dd"]
    assert pieces("  aa\n\n  b", 100, Span("pre", 8, 9)) == ["aa\n\n  b"]
    assert pieces("aaaa   bbbb", 6, Span("pre", 0, 7)) == ["aaaa", "bbbb"]
    assert pieces("XX", 100, Span("pre", 0, 2)) == ["XX"]


def test_a_message_has_something_to_see() -> None:
    """Characters without a shape make no message; one of them does not hide the others."""
    assert pieces("aaaa" + " " * 20 + "\u200d\u00ad\x07" + " " * 20 + "bbbb", 10) == ["aaaa", "bbbb"]
    assert [is_visible(text) for text in ("", " \n", "\u200b", "\x07", "\u200bx", ".")] == [False] * 4 + [True] * 2


@pytest.mark.parametrize(
    ("text", "length"), [("", 0), ("ab", 2), ("字", 1), ("😀", 2), ("\ud800", 1), ("a😀\udc00", 4)]
)
def test_lengths_are_as_telegram_counts(text: str, length: int) -> None:
    """In UTF-16, broken characters too."""
    assert units(text) == length


@pytest.mark.parametrize(
    ("text", "most", "begins"),
    [("abcd", 9, "abcd"), ("abcd", 8, "abcd"), ("abcd", 3, "abc"), ("😀😀", 3, "😀"), ("😀😀", 4, "😀😀"),
     ("a😀", 2, "a"), ("a\ud800b", 2, "a"), ("abc", 0, "")],
)  # fmt: skip
def test_the_beginning_of_a_text(text: str, most: int, begins: str) -> None:
    """At most that many units, and no half of a character."""
    assert head(text, most) == begins
