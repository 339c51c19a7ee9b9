"""Texts as Telegram shows them: marks become entities, offsets count UTF-16 units."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground import Refused
from playground.entities import formatted
from playground.markup import html, markdown_v2, units
from playground.wire import JSON


def shown(text: str, entities: list[JSON]) -> list[tuple[str, str]]:
    """Return each entity's type with the text it covers."""
    raw = text.encode("utf-16-le")
    return [(e["type"], raw[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le")) for e in entities]


def test_html() -> None:
    """Tags nest, references are read, a language may stand inside pre."""
    text, entities = html(
        '<b>😀 <i>a&lt;b</i></b> <pre><code class="language-py">x=1</code></pre> <a href="u?a&amp;b">c</a>'
    )
    assert text == "😀 a<b x=1 c"
    assert shown(text, entities) == [("bold", "😀 a<b"), ("italic", "a<b"), ("pre", "x=1"), ("text_link", "c")]
    assert (entities[2]["language"], entities[3]["url"]) == ("py", "u?a&b")


def test_markdown_v2() -> None:
    """Marks nest, escapes are read, quotes run to the end of their lines."""
    text, entities = markdown_v2("*b _i_* ~s~ `c*` ```py\nx=1``` [l](u\\)v) 1\\.\n>q\n>r\nend")
    assert text == "b i s c* x=1 l 1.\nq\nr\nend"
    assert shown(text, entities) == [
        ("bold", "b i"),
        ("italic", "i"),
        ("strikethrough", "s"),
        ("code", "c*"),
        ("pre", "x=1"),
        ("text_link", "l"),
        ("blockquote", "q\nr"),
    ]


@pytest.mark.parametrize("source", ["<b>x", "x</b>", "<x>y</x>", "a < b", "<b><i>x</b></i>"])
def test_html_that_does_not_parse(source: str) -> None:
    """Open, crossed and unknown tags are refused."""
    with pytest.raises(Refused, match="can't parse entities"):
        html(source)


@pytest.mark.parametrize("source", ["*x", "x.", "a!", "[x]", "_*x_*", "1 - 2", "`x"])
def test_markdown_that_does_not_parse(source: str) -> None:
    """Open and crossed marks and reserved characters are refused."""
    with pytest.raises(Refused, match="can't parse entities"):
        markdown_v2(source)


@pytest.mark.parametrize(
    ("offset", "length", "words"),
    [
        (4, 1, "begins after the end"),
        (0, 5, "ends after the end"),
        (1, 1, "begins in a middle"),
        (0, 1, "ends in a middle"),
    ],
)
def test_entities_outside_the_text(offset: int, length: int, words: str) -> None:
    """An entity that leaves the text or cuts a character in half is refused."""
    with pytest.raises(Refused, match=words):
        formatted("😀x", None, [{"type": "bold", "offset": offset, "length": length}], caption=False)


def test_entities_that_cross_are_refused() -> None:
    """Entities nest or stand apart."""
    crossed = [{"type": "bold", "offset": 0, "length": 3}, {"type": "italic", "offset": 2, "length": 3}]
    with pytest.raises(Refused, match="entity beginning at UTF-16 offset 2"):
        formatted("abcdef", None, crossed, caption=False)


def test_nothing_is_found_inside_code() -> None:
    """A command in code stays code."""
    _, entities = formatted("`/start` /help", "MarkdownV2", None, caption=False)
    assert [entity["type"] for entity in entities] == ["code", "bot_command"]


def test_what_telegram_does_not_show_is_dropped() -> None:
    """Nothing stands in code, no quote in a quote, nothing over space alone; emphasis goes around code."""
    given_entities = [
        {"type": "blockquote", "offset": 0, "length": 9},
        {"type": "blockquote", "offset": 2, "length": 3},
        {"type": "bold", "offset": 0, "length": 7},
        {"type": "code", "offset": 2, "length": 3},
        {"type": "italic", "offset": 3, "length": 1},
        {"type": "italic", "offset": 8, "length": 1},
    ]
    text, entities = formatted("a bcd ef gh", None, given_entities, caption=False)
    assert shown(text, entities) == [("blockquote", "a bcd ef "), ("bold", "a "), ("code", "bcd"), ("bold", " e")]


def test_code_keeps_its_indent() -> None:
    """Space at the beginning of a text goes, but what an entity covers stays."""
    text, entities = formatted("  x = 1\n", None, [{"type": "pre", "offset": 0, "length": 8}], caption=False)
    assert shown(text, entities) == [("pre", "  x = 1")]


def test_only_a_hundred_entities_are_shown() -> None:
    """Telegram ignores the others."""
    bold = [{"type": "bold", "offset": 2 * number, "length": 1} for number in range(101)]
    _, entities = formatted("a " * 101, None, bold, caption=False)
    assert entities == bold[:100]


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), st.data())
def test_trimming_keeps_what_an_entity_covers(text: str, data: st.DataObject) -> None:
    """Space around a text goes; an entity still covers its own words."""
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, len(text)))
    entity = {"type": "bold", "offset": units(text[:start]), "length": units(text[start:stop])}
    trimmed, entities = formatted(text, None, [entity], caption=False)
    bold = [piece for kind, piece in shown(trimmed, entities) if kind == "bold"]
    assert all(piece.strip() == text[start:stop].strip() or piece in text[start:stop] for piece in bold)
    assert len(bold) <= 1
