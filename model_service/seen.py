"""What a model sees of a picture: the region that is looked at, resized to the grid of its visual tokens."""

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from PIL import Image

from model_service.detail import MAX_TOKENS, Detail, DetailDial, DetailPlan, plan_detail
from model_service.picture import open_picture
from model_service.region import Region


def as_seen(
    data: bytes, dial: DetailDial, detail: Detail, region: Region | None = None, cap: int = MAX_TOKENS
) -> tuple[DetailPlan, bytes]:
    """Return the grid for an encoded picture, or a region of it, and a PNG of just the pixels that the model is given.

    The PNG has the plan's width and height. `cap` is the most tokens that memory allows. A GPU that resizes by itself
    gives one byte in 50,000 another value.

    Raises:
        PictureRejected: the bytes cannot be looked at.
    """
    image = open_picture(data)
    plan = plan_region(dial, detail, image.size, region, cap)
    colours = resized(cropped(image, region), plan.width, plan.height)
    out = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(colours.transpose(1, 2, 0))).save(out, "PNG", compress_level=1)
    return plan, out.getvalue()


def plan_region(
    dial: DetailDial, detail: Detail, size: tuple[int, int], region: Region | None, cap: int = MAX_TOKENS
) -> DetailPlan:
    """Choose the grid for a picture of `size`, width and height in pixels, or for a region of it."""
    return plan_detail(dial, detail, *(size if region is None else region.size(*size)), cap)


def cropped(image: Image.Image, region: Region | None) -> Image.Image:
    """Return a region of a picture; all of it without one."""
    return image if region is None else image.crop(region.box(*image.size))


def resized(image: Image.Image, width: int, height: int) -> np.ndarray:
    """(3, height, width) bytes, by Pillow's antialiased bicubic filter, the three colours side by side."""
    with ThreadPoolExecutor(3) as threads:
        size, bicubic = (width, height), Image.Resampling.BICUBIC
        return np.stack(list(threads.map(lambda colour: np.asarray(colour.resize(size, bicubic)), image.split())))
