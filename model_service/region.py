"""The part of a picture that is looked at, so that every visual token is spent on that part. Pure arithmetic."""

from dataclasses import dataclass

MIN_PIXELS = 2
"""The shortest side of a part, in pixels, where the picture has them."""


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle in fractions of the upright picture's width and height, from 0 at the left and the top to 1."""

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        """Refuse what is no part of a picture, with a ValueError."""
        if not (0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1):
            raise ValueError(f"{self} is no part of a picture")

    def box(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Its left, upper, right and lower edge in pixels of a picture of that size, as Pillow's `crop` takes them."""
        left, right = _edges(self.left, self.right, width)
        top, bottom = _edges(self.top, self.bottom, height)
        return left, top, right, bottom

    def size(self, width: int, height: int) -> tuple[int, int]:
        """Its width and height in pixels, in a picture of that size."""
        left, top, right, bottom = self.box(width, height)
        return right - left, bottom - top


def _edges(low: float, high: float, pixels: int) -> tuple[int, int]:
    """The two edges in whole pixels, MIN_PIXELS apart at least where there are as many."""
    first, last = int(low * pixels), round(high * pixels)
    first = max(0, min(first, pixels - MIN_PIXELS))
    return first, min(pixels, max(last, first + MIN_PIXELS))
