"""Tests of quotes: which pictures they are about, and how the model is told of them."""

import pytest

from assistant.wording.quotes import has_words, numbers_quoted, with_quote

SAID = "Picture 1: ALPHA SHOP\n\nPicture 2: BETA SHOP\n5.55 in all\n\nPicture 3: BETA SHOP 😀\n\nread at 56x56"
CHINESE = "第 1 张图：甲店\n\n第 2 张图：乙店"
PAGES = "Page 2:\n\n- one\n- two\n\nPage 5: five"


def at(said: str, quote: str, which: int = 0) -> int:
    """Return where a quote begins, in UTF-16 units; number `which` of those alike."""
    start = -1
    for _ in range(which + 1):
        start = said.index(quote, start + 1)
    return len(said[:start].encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("said", "quote", "which", "numbers"),
    [
        (SAID, "ALPHA SHOP", 0, {1}),
        (SAID, "Picture 2: BETA SHOP", 0, {2}),
        (SAID, "Picture 2", 0, {2}),
        (SAID, "BETA SHOP", 0, {2}),
        (SAID, "BETA SHOP", 1, {3}),
        (SAID, "5.55", 0, {2}),
        (SAID, "SHOP\n\nPicture 2: BETA", 0, {1, 2}),
        (SAID, SAID, 0, {1, 2, 3}),
        (CHINESE, "乙店", 0, {2}),
        (CHINESE, "第 1 张图：", 0, {1}),
        (PAGES, "two", 0, {2}),
        (PAGES, "five", 0, {5}),
        ("A plain answer", "plain", 0, set()),
    ],
)
def test_a_quote_lies_in_the_part_about_a_picture(said: str, quote: str, which: int, numbers: set[int]) -> None:
    """Where the same words stand twice, its position decides."""
    assert numbers_quoted(said, quote, at(said, quote, which)) == numbers


def test_what_is_quoted_of_a_message_that_is_not_known() -> None:
    """A name in it tells as well; a position may be wrong."""
    assert numbers_quoted("", "Picture 2: BETA", 40) == {2}
    assert numbers_quoted("", "第 3 张图：丙店", 0) == {3}
    assert numbers_quoted("", "BETA", 0) == set()
    assert numbers_quoted(SAID, "ALPHA", 9999) == {1}


@pytest.mark.parametrize(
    ("quote", "told"),
    [
        ("", "Why?"),
        ("$4.20", '"$4.20"\nWhy?'),
        ("Picture 2: BETA SHOP", '"BETA SHOP"\nWhy?'),
        ("Picture 2:", "Why?"),
        ("Picture 2", "Why?"),
        ("第 2 张图：乙店", '"乙店"\nWhy?'),
        ("Page 3:\none\ntwo", '"one\ntwo"\nWhy?'),
        ("the Picture 2: x", '"the Picture 2: x"\nWhy?'),
    ],
)
def test_the_model_is_told_the_words(quote: str, told: str) -> None:
    """Before the question, and without the names of pictures."""
    assert with_quote("Why?", quote) == told


def test_words_of_an_answer_in_markdown() -> None:
    """A quote has no markup; empty ones are nowhere."""
    assert has_words("**Beta** Shop | _5.55_", "Beta Shop 5.55")
    assert not has_words("Alpha", "Beta")
    assert not has_words("Alpha", "…")
