"""What is shown of a growing answer is never taken back, and holds no stop text."""

from hypothesis import given
from hypothesis import strategies as st

from api.shown import shown

TEXTS = st.text("ab \n", max_size=20)
STOPS = st.lists(st.text("ab \n", min_size=1, max_size=4), max_size=3)


@given(TEXTS, STOPS)
def test_what_was_shown_is_never_taken_back(text: str, stops: list[str]) -> None:
    """However the answer grows, and wherever it ends."""
    before = ""
    for length in range(len(text) + 1):
        now, stopped = shown(text[:length], stops)
        assert now.startswith(before)
        before = now
        if stopped:
            break
    whole, _ = shown(text, stops, ended=True)
    assert whole.startswith(before)
    assert not any(stop in whole for stop in stops)


@given(TEXTS)
def test_without_stop_texts_all_is_shown_at_once(text: str) -> None:
    """But for the white space at its front."""
    assert shown(text) == shown(text, ended=True) == (text.lstrip(), False)
