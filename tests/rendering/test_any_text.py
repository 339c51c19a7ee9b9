"""Any text, Markdown or not: it is shown whole, and Telegram accepts it."""

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.render import Part, as_copyable, growing, render
from playground.entities import formatted

TEXT = st.text(st.characters(exclude_categories=[]) | st.sampled_from("*_`#\n-+[]()<>|$~\\ &;!1.)x"), max_size=300)


def shown_by_telegram(part: Part) -> bool:
    """Check that Telegram shows it as it is, to the last entity."""
    entities = [entity.to_dict() for entity in part.entities]
    text, shown = formatted(part.text, None, entities, caption=False)
    return text == part.text and [entity for entity in shown if entity in entities] == entities


@settings(max_examples=200, deadline=None)
@given(TEXT)
def test_nothing_that_was_said_is_lost(text: str) -> None:
    """Every letter and digit is on screen, but the commands of formulas."""
    text = text.replace("\\", "").encode("utf-8", "ignore").decode()
    parts = render(text, "foot").parts
    shown = "".join(part.text for part in parts) + "".join(f"{e.url}{e.language}" for p in parts for e in p.entities)
    shown += unicodedata.normalize("NFKD", shown)
    for character in set(text) - {"x", "X"}:  # in brackets they tick the box of a list
        if character.isalnum():
            assert shown.count(character) >= text.count(character)


@settings(max_examples=200, deadline=None)
@given(TEXT)
def test_telegram_shows_it_as_it_is_meant(text: str) -> None:
    """The whole answer, a growing one, and text to copy."""
    for part in (*render(text, "foot").parts, *render(text).parts, *as_copyable(text)):
        assert part.text
        assert shown_by_telegram(part)
    assert shown_by_telegram(growing(text))
