"""Pictures drawn for tests, as bytes."""

import io

from PIL import Image


def picture(width: int = 320, height: int = 240, kind: str = "PNG", mode: str = "RGB", **options: object) -> bytes:
    """Return a gradient in the given size, format and mode."""
    buffer = io.BytesIO()
    Image.linear_gradient("L").resize((width, height)).convert(mode).save(buffer, kind, **options)
    return buffer.getvalue()


def animation() -> bytes:
    """Return a GIF that moves."""
    frames = [Image.new("RGB", (40, 40), colour) for colour in ("red", "green", "blue")]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:], duration=100)
    return buffer.getvalue()


def pdf(pages: int = 1, width: int = 60, height: int = 80, **options: str) -> bytes:
    """Return a PDF of grey pages, each darker than the one before."""
    sheets = [Image.new("L", (width, height), 255 - number % 250) for number in range(pages)]
    buffer = io.BytesIO()
    sheets[0].save(buffer, "PDF", save_all=True, append_images=sheets[1:], **options)
    return buffer.getvalue()
