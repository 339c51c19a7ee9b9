"""The pages of a TIFF: find its directories, and make a file of one page of it."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

MOST_DIRECTORIES = 10_000

NEW_SUBFILE, OLD_SUBFILE, WIDTH, HEIGHT, PHOTOMETRIC, DNG_VERSION = 254, 255, 256, 257, 262, 0xC612
REDUCED, MASK = 1, 4
"""Bits of NEW_SUBFILE: a smaller copy of another picture, a mask for one (for PHOTOMETRIC it is 4 as well)."""

RAW = frozenset({32803, 34892})
"""What PHOTOMETRIC says of a camera's raw data."""

THUMBNAIL_SIDE = 256
"""The longest side of a thumbnail, in pixels."""


@dataclass(frozen=True, slots=True)
class _Form:
    """How a TIFF writes numbers: `order` for struct; the bytes of a count and of an entry, the code of an offset."""

    order: str
    count: str
    entry: int
    offset: str
    first: int


@dataclass(frozen=True, slots=True)
class _Directory:
    """A directory: its place in the file, that of the link to the next one, and its short values by tag."""

    place: int
    link: int
    values: dict[int, int]

    @property
    def pixels(self) -> int:
        return self.values.get(WIDTH, 0) * self.values.get(HEIGHT, 0)


def tiff_pages(data: bytes) -> list[int]:
    """Return the places of the directories that are pages: no thumbnails, masks, or a camera's raw data."""
    form = _form_of(data)
    if form is None or data[8:10] == b"CR":  # Canon's raw photos are TIFFs of one picture in several forms.
        return []
    try:
        directories = list(_directories(data, form))
    except (struct.error, IndexError):
        return []
    if not directories or DNG_VERSION in directories[0].values or _is_reduced(directories[0]):
        return []
    if any(one.values.get(PHOTOMETRIC) in RAW for one in directories):
        return []
    return [one.place for one in directories if _is_page(one, directories[0])]


def tiff_page(data: bytes, place: int) -> bytes:
    """Return a TIFF whose only directory is the one at this place."""
    form = _form_of(data)
    assert form is not None  # noqa: S101
    directory = next(_directories(data, form, place))
    alone = bytearray(data)
    struct.pack_into(form.order + form.offset, alone, form.first, place)
    if directory.link + struct.calcsize(form.offset) <= len(alone):
        struct.pack_into(form.order + form.offset, alone, directory.link, 0)
    return bytes(alone)


def _form_of(data: bytes) -> _Form | None:
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None or len(data) < 16:
        return None
    version = struct.unpack_from(order + "H", data, 2)[0]
    return {42: _Form(order, "H", 12, "I", 4), 43: _Form(order, "Q", 20, "Q", 8)}.get(version)


def _directories(data: bytes, form: _Form, place: int = 0) -> Iterator[_Directory]:
    """Yield the directories from a place on, by default all; a link to nowhere ends them, or one back."""
    seen: set[int] = set()
    place = place or _number(data, form, form.offset, form.first)
    while place and place not in seen and place + 2 <= len(data) and len(seen) < MOST_DIRECTORIES:
        seen.add(place)
        start = place + struct.calcsize(form.count)
        end = start + form.entry * _number(data, form, form.count, place)
        if end > len(data):
            return
        values = dict(_value(data, form, at) for at in range(start, end, form.entry))
        yield _Directory(place, end, values)
        if end + struct.calcsize(form.offset) > len(data):
            return
        place = _number(data, form, form.offset, end)


def _value(data: bytes, form: _Form, at: int) -> tuple[int, int]:
    """Return an entry's tag and first value, as far as it stands in the entry itself."""
    tag, kind = struct.unpack_from(form.order + "HH", data, at)
    return tag, _number(data, form, {3: "H", 16: "Q"}.get(kind, "I"), at + (8 if form.entry == 12 else 12))


def _number(data: bytes, form: _Form, code: str, at: int) -> int:
    return int(struct.unpack_from(form.order + code, data, at)[0])


def _is_reduced(directory: _Directory) -> bool:
    return bool(directory.values.get(NEW_SUBFILE, 0) & REDUCED) or directory.values.get(OLD_SUBFILE) == 2


def _is_page(directory: _Directory, first: _Directory) -> bool:
    values = directory.values
    masks = values.get(NEW_SUBFILE, 0) & MASK or values.get(PHOTOMETRIC) == MASK
    if _is_reduced(directory) or masks or not directory.pixels:
        return False
    small = max(values[WIDTH], values[HEIGHT]) <= THUMBNAIL_SIDE
    return not (small and first.pixels >= 4 * directory.pixels)
