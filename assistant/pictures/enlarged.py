"""Show people what a model sees: each of its pixels as a square, and faintly where one visual token ends."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from model_service import DetailPlan

MOST_SIDE = 1280
"""The longest side, in pixels, up to which what is seen is enlarged: messengers shrink longer ones."""

FAINT = 40
"""By how much of 255 the grid is darker than what it lies on, or lighter where that is dark."""


def enlarged(seen: bytes, plan: DetailPlan) -> bytes:
    """Return a JPEG of what is seen, a PNG of the plan's size: a whole number of times as large, with the grid."""
    times = max(1, MOST_SIDE // max(plan.width, plan.height))
    image = Image.open(io.BytesIO(seen), formats=("PNG",))
    pixels = np.array(image.resize((times * plan.width, times * plan.height), Image.Resampling.NEAREST))
    step = times * plan.token_pixels
    for lines in (pixels[step::step], pixels[:, step::step]):
        lines[:] = _set_off(lines)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "JPEG", quality=92, subsampling=0)
    return out.getvalue()


def _set_off(colours: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return colours that are a little darker; dark ones a little lighter."""
    dark = colours.mean(axis=-1, keepdims=True) < 128
    return np.where(dark, np.minimum(colours, 255 - FAINT) + FAINT, np.maximum(colours, FAINT) - FAINT).astype(np.uint8)
