"""GLM-4V's dial of detail.

It cuts a picture into patches of 14x14 pixels and merges 2x2 of them, so one visual token sees 28x28 pixels: the number
of tokens and the resolution are the same dial. It was trained on 1120x1120 pixels, whatever the picture's shape.
"""

from dataclasses import replace

from model_service.detail import DetailDial

GLM4V_DIAL = DetailDial(token_pixels=28, native_side=40, squashes_at_max=True)


def dial_up_to(max_tokens: int) -> DetailDial:
    """Return the dial of a model that reads no better above so many tokens; short of all it keeps a picture's shape."""
    if max_tokens >= GLM4V_DIAL.max_tokens:
        return GLM4V_DIAL
    return replace(GLM4V_DIAL, max_tokens=max_tokens, squashes_at_max=False)
