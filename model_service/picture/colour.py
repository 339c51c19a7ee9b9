"""Pictures of every mode become RGB, band by band, so that a large one is never there twice."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageFilter

BAND = 2_000_000
"""The pixels of a band."""

_SIXTEEN_BITS = 65535
_OUTLIERS = 1e-5
"""The share of pixels at either end of a 16-bit range that do not count: dead ones."""

_SAMPLE = 1000
"""The longest side, in pixels, of the sample that chooses a background."""

_STANDS_OUT = 96
"""The least difference in brightness, of 255, between ink and a background that it stands out from."""

_ENOUGH = 0.9
"""The share of the ink that has to stand out from white, for white to be the background."""


def to_rgb(image: Image.Image, step: int = 1, *, white_is_zero: bool = False) -> Image.Image:
    """Return a loaded picture in mode RGB, `step` times smaller.

    Transparency is laid on white, or on a darker background where its ink would vanish; where nothing is opaque there
    is no transparency. Grey of more than 8 bits is stretched to what of its range is used; `white_is_zero` is heeded.
    """
    if image.mode == "RGB" and step == 1 and not image.has_transparency_data:
        return image._new(image.im)
    convert = _converter(image, white_is_zero)
    whole = Image.new("RGB", (-(-image.width // step), -(-image.height // step)))
    for top, band in bands(image, step):
        found = convert(band)
        whole.paste(found.reduce(step) if step > 1 else found, (0, top // step))
    return whole


def bands(image: Image.Image, step: int = 1) -> Iterator[tuple[int, Image.Image]]:
    """Yield a picture in bands of its full width, and where each begins: a multiple of `step`."""
    rows = max(1, BAND // image.width // step) * step
    for top in range(0, image.height, rows):
        yield top, image.crop((0, top, image.width, min(top + rows, image.height)))


def _converter(image: Image.Image, white_is_zero: bool) -> "_Deep | _Ink | _Laid | _Plain":
    if image.mode.startswith("I") or image.mode == "F":
        return _Deep(*_range(image), white_is_zero)
    if image.mode == "CMYK":
        # Pillow takes every CMYK JPEG for Adobe's, which stores ink inverted.
        return _Ink(image.format in {"JPEG", "MPO"} and "adobe" not in image.info)
    if image.has_transparency_data and _is_seen(image):
        return _Laid(background(image))
    return _Plain()


@dataclass(frozen=True, slots=True)
class _Plain:
    def __call__(self, band: Image.Image) -> Image.Image:
        return (_with_alpha(band) if band.mode in {"La", "RGBa"} else band).convert("RGB")


@dataclass(frozen=True, slots=True)
class _Ink:
    inverted_wrongly: bool

    def __call__(self, band: Image.Image) -> Image.Image:
        return (ImageChops.invert(band) if self.inverted_wrongly else band).convert("RGB")


@dataclass(frozen=True, slots=True)
class _Laid:
    background: int

    def __call__(self, band: Image.Image) -> Image.Image:
        laid = Image.new("RGB", band.size, (self.background,) * 3)
        ink = _with_alpha(band)
        laid.paste(ink, mask=ink.getchannel("A"))
        return laid


@dataclass(frozen=True, slots=True)
class _Deep:
    low: float
    high: float
    white_is_zero: bool

    def __call__(self, band: Image.Image) -> Image.Image:
        grey = _finite(band)
        grey -= self.low
        grey *= 255.0 / ((self.high - self.low) or 1.0)
        if self.white_is_zero:
            np.subtract(255.0, grey, out=grey)
        return Image.fromarray(np.rint(grey, out=grey).clip(0, 255, out=grey).astype(np.uint8)).convert("RGB")


def _finite(band: Image.Image) -> npt.NDArray[np.float32]:
    return np.nan_to_num(np.array(band, dtype=np.float32), copy=False, posinf=0.0, neginf=0.0)


def _range(image: Image.Image) -> tuple[float, float]:
    """Return what stands for black and for white: the whole range of 16 bits where half of it is used, else the part.

    Of what has no fixed range, floating point and 32 bits, it is from the least to the greatest.
    """
    counts, low, high = np.zeros(_SIXTEEN_BITS + 1, dtype=np.int64), np.inf, -np.inf
    for _, band in bands(image):
        grey = _finite(band)
        low, high = min(low, float(grey.min())), max(high, float(grey.max()))
        if image.mode != "F" and low >= 0 and high <= _SIXTEEN_BITS:
            counts += np.bincount(grey.astype(np.uint16).ravel(), minlength=len(counts))
    if image.mode == "F" or low < 0 or high > _SIXTEEN_BITS:
        return low, high
    summed = np.cumsum(counts)
    few = int(_OUTLIERS * summed[-1])
    low, high = float(np.searchsorted(summed, few, "right")), float(np.searchsorted(summed, summed[-1] - few, "left"))
    return (low, high) if 0 < high - low < _SIXTEEN_BITS // 2 else (0.0, float(_SIXTEEN_BITS))


def _is_seen(image: Image.Image) -> bool:
    """Whether anything is opaque: an alpha of nothing but zeros is one that a program never wrote."""
    if isinstance(image.info.get("transparency"), (int, tuple)):  # A colour was chosen.
        return True
    return any(_with_alpha(band).getchannel("A").getextrema()[1] for _, band in bands(image))


def _with_alpha(band: Image.Image) -> Image.Image:
    if band.mode == "La":
        band = band.convert("LA")
    return band if band.mode == "RGBA" else band.convert("RGBA")


def background(image: Image.Image) -> int:
    """Return the grey, 0 to 255, that a see-through picture is laid on: white, or what its ink stands out from."""
    factor = max(1, -(-max(image.size) // _SAMPLE))
    size = (max(1, image.width // factor), max(1, image.height // factor))
    sample = _with_alpha(image.resize(size, Image.Resampling.NEAREST))
    alpha = sample.getchannel("A")
    edge = _opaque(alpha) & ~_opaque(alpha.filter(ImageFilter.MinFilter(3)))
    ink = np.asarray(sample.convert("RGB").convert("L"), dtype=np.int16)[edge]
    if not ink.size:
        return 255
    shares = {grey: float((np.abs(ink - grey) >= _STANDS_OUT).mean()) for grey in (255, 0, 128)}
    return 255 if shares[255] >= _ENOUGH else max(shares, key=lambda grey: shares[grey])


def _opaque(alpha: Image.Image) -> npt.NDArray[Any]:
    return np.asarray(alpha) >= 128
