"""What of a growing answer may be shown: no white space at its front, and nothing from a stop text on."""

from collections.abc import Sequence


def shown(text: str, stops: Sequence[str] = (), *, ended: bool = False) -> tuple[str, bool]:
    """Return what may be shown of an answer so far, and whether a stop text ends it: the one that is complete first.

    Unless it has `ended`, an end that may become a stop text is held back: what was shown is never taken back.
    """
    text = text.lstrip()
    found = [(at + len(stop), at) for stop in stops if (at := text.find(stop)) >= 0]
    if found:
        return text[: min(found)[1]], True
    return (text if ended else text[: len(text) - _held(text, stops)]), False


def _held(text: str, stops: Sequence[str]) -> int:
    """Count the characters at the end of a text with which a stop text begins."""
    return max((length for stop in stops for length in range(1, len(stop)) if text.endswith(stop[:length])), default=0)
