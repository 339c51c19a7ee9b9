"""How models look at pictures, by their names: the side of a visual token. Resized to whole tokens, none is resized."""

import re

from model_service.detail import DetailDial
from model_service.engines.glm4v.dial import GLM4V_DIAL, dial_up_to

LEAST = 8
"""The fewest visual tokens of GLM-4.1V and its successors, which enlarge what has fewer."""

_SIDES = (
    (re.compile(r"qwen-?3(?:\.\d+)?-?(?:vl|omni)"), 32),
    (re.compile(r"glm-?(?:4\.[1-9]v|4\.[1-9]-?v|ocr|5v)|qwen-?2(?:\.5)?-?vl|kimi-vl"), 28),
)
"""Patches of 14 or 16 pixels, of which two by two make a token."""

_SQUARE = re.compile(r"glm-?4v")
"""GLM-4V itself, trained on one square, whatever a picture's shape."""

DEFAULT_SIDE = 28


def dial_of(name: str, closest: int | None = None) -> DetailDial:
    """Return the dial of a model by its name, or of `eyeglass serve`, which tells the tokens of its closest look."""
    word = name.casefold().replace("_", "-")
    if closest is not None or _SQUARE.search(word):
        return dial_up_to(closest or GLM4V_DIAL.max_tokens)
    side = next((side for pattern, side in _SIDES if pattern.search(word)), DEFAULT_SIDE)
    return DetailDial(token_pixels=side, native_side=40, squashes_at_max=False)
