"""Markdown on Telegram: nothing lost, nothing too long."""

from hypothesis import given, settings
from hypothesis import strategies as st
from telegram import MessageEntity

from bot.render import MOST_ENTITIES, MOST_UNITS, Part, clip, render, units


def marked(part: Part) -> list[tuple[str, str]]:
    """Each entity's type with the text that it covers, by Telegram's way to count."""
    wide = part.text.encode("utf-16-le")
    return [
        (entity.type, wide[entity.offset * 2 : (entity.offset + entity.length) * 2].decode("utf-16-le"))
        for entity in part.entities
    ]


def test_markdown_becomes_entities() -> None:
    """Bold, code and lists, with emoji before them."""
    (part,) = render("😀 **Total**: `12.50`\n\n- tea\n- cake")
    assert part.text == "😀 Total: 12.50\n\n• tea\n• cake"
    assert marked(part) == [("bold", "Total"), ("code", "12.50")]


def test_the_footer_is_in_italics_under_the_text() -> None:
    """Also under an emoji, and alone."""
    (part,) = render("**yes** 😀", "read at 448x448")
    assert part.text == "yes 😀\n\nread at 448x448"
    assert marked(part)[-1] == (MessageEntity.ITALIC, "read at 448x448")
    assert render("", "small") == [Part("small", (MessageEntity("italic", 0, 5),))]


def test_what_looks_like_markdown_but_is_not_stays_as_it_is() -> None:
    """Sums, prices, tags and names keep every character."""
    for text in ("2*3*4 = 24", "from $3 to $4", "<br> is a line break", "<total>12</total>", "&amp; is an ampersand"):
        assert render(text) == [Part(text)]
    assert render("file_name_1.png")[0].text == "file_name_1.png"


def test_a_long_text_is_split_at_paragraphs() -> None:
    """No part is over the limit, and the entities move with their words."""
    paragraphs = [f"**P{number}** " + "word " * 150 for number in range(12)]
    parts = render("\n\n".join(paragraphs), "small print")
    assert len(parts) > 1
    assert all(units(part.text) <= MOST_UNITS for part in parts)
    assert [text for part in parts for kind, text in marked(part) if kind == "bold"] == [f"P{n}" for n in range(12)]
    assert all(part.text.startswith("P") for part in parts)


def test_no_part_has_more_entities_than_telegram_takes() -> None:
    """The footer keeps its italics."""
    (part,) = render("**a** b\n" * 200, "small print")
    assert len(part.entities) == MOST_ENTITIES
    assert marked(part)[-1] == ("italic", "small print")


def test_a_growing_text_is_clipped() -> None:
    """To what one message holds, counted as Telegram does."""
    assert clip("short") == "short"
    assert units(clip("😀" * 3000)) <= MOST_UNITS
    assert clip("😀" * 3000).endswith("…")


@settings(max_examples=150, deadline=None)
@given(
    st.text(
        st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]) | st.sampled_from("*_`#\n-[]()<>|$~ "),
        max_size=300,
    )
)
def test_nothing_that_was_said_is_lost(text: str) -> None:
    """Every letter and digit of any text is on screen, in order of its parts, within the limits."""
    parts = render(text, "foot")
    shown = "".join(part.text for part in parts) + "".join(e.url or e.language or "" for p in parts for e in p.entities)
    for character in set(text):
        if character.isalnum():
            assert shown.count(character) >= text.count(character)
    for part in parts:
        assert part.text.strip()
        assert all(e.offset >= 0 and e.offset + e.length <= units(part.text) for e in part.entities)
