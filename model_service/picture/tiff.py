"""The pictures that are in a TIFF or a raw photo: which one is meant, and whether all of it is there."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from model_service.picture.jpeg import read_jpeg

MOST_DIRECTORIES = 64
MOST_VALUES = 1 << 20

_SUBFILE, _OLD_SUBFILE, _WIDTH, _LENGTH, _BITS, _COMPRESSION, _PHOTOMETRIC = 254, 255, 256, 257, 258, 259, 262
_STRIPS, _ORIENTATION, _SAMPLES, _ROWS, _STRIP_BYTES = 273, 274, 277, 278, 279
_TILE_WIDTH, _TILE_LENGTH, _TILES, _TILE_BYTES, _CHILDREN = 322, 323, 324, 325, 330
_JPEG, _JPEG_BYTES, _DNG = 513, 514, 50706
_WANTED = frozenset(
    {_SUBFILE, _OLD_SUBFILE, _WIDTH, _LENGTH, _BITS, _COMPRESSION, _PHOTOMETRIC, _STRIPS, _ORIENTATION, _SAMPLES}
    | {_ROWS, _STRIP_BYTES, _TILE_WIDTH, _TILE_LENGTH, _TILES, _TILE_BYTES, _CHILDREN, _JPEG, _JPEG_BYTES, _DNG}
)
_CODES = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
"""The types that hold whole numbers, as `struct` calls them."""

_SENSOR = frozenset({32803, 34892})
"""Photometric values of what a sensor saw: a colour filter's mosaic, or linear light."""

_RAW_MAGIC = frozenset({b"IIRO", b"IIRS", b"MMOR", b"IIU\0"})
_UNPACKED = 1


@dataclass(frozen=True, slots=True)
class Directory:
    """One picture of a TIFF: its whole-number tags, and where in the file the directory begins."""

    offset: int
    tags: dict[int, tuple[int, ...]]

    def one(self, tag: int, default: int = 0) -> int:
        """Return a tag's first value."""
        values = self.tags.get(tag, ())
        return values[0] if values else default

    @property
    def pixels(self) -> int:
        """Width times height."""
        return self.one(_WIDTH) * self.one(_LENGTH)

    @property
    def is_small(self) -> bool:
        """Whether it says that it is a smaller version of another picture in the file."""
        return bool(self.one(_SUBFILE) & 1) or self.one(_OLD_SUBFILE) == 2

    @property
    def is_sensor(self) -> bool:
        """Whether it holds what a sensor saw, which has to be developed."""
        return self.one(_PHOTOMETRIC) in _SENSOR

    @property
    def orientation(self) -> int:
        """The EXIF orientation, 0 where it gives none."""
        return self.one(_ORIENTATION)

    def is_stream(self, data: bytes) -> bool:
        """Whether it holds a JPEG file of its own."""
        return data.startswith(b"\xff\xd8\xff", self.one(_STRIPS)) and len(self.tags.get(_STRIPS, ())) == 1

    @property
    def white_is_zero(self) -> bool:
        """Whether 0 stands for white, by a tag that is there."""
        return self.tags.get(_PHOTOMETRIC, ())[:1] == (0,)

    def block_bytes(self) -> int:
        """Return the bytes of an unpacked strip or tile, 0 where nothing is packed."""
        bits = self.tags.get(_BITS, (1,))
        depth = sum(bits) if len(bits) > 1 else bits[0] * self.one(_SAMPLES, 1)
        if _TILE_WIDTH in self.tags:
            return self.one(_TILE_WIDTH) * self.one(_TILE_LENGTH) * depth // 8
        if self.one(_COMPRESSION, _UNPACKED) == _UNPACKED:
            return 0
        return self.one(_WIDTH) * min(self.one(_ROWS, 1 << 32), self.one(_LENGTH)) * depth // 8

    def missing(self, size: int) -> int:
        """Return how many of its bytes are not in a file of this size."""
        starts = self.tags.get(_STRIPS) or self.tags.get(_TILES) or ()
        lengths = self.tags.get(_STRIP_BYTES) or self.tags.get(_TILE_BYTES) or (1,) * len(starts)
        return sum(
            min(length, max(0, start + length - size)) for start, length in zip(starts, lengths, strict=False)
        ) or int(not starts)


@dataclass(frozen=True, slots=True)
class Tiff:
    """The directories of a TIFF; `raw`: it is a camera's raw photo."""

    directories: tuple[Directory, ...]
    raw: bool

    @property
    def orientation(self) -> int:
        """The EXIF orientation that its first directory gives."""
        return self.directories[0].one(_ORIENTATION, 1) if self.directories else 1


def read_tiff(data: bytes) -> Tiff:
    """Read the directories of a TIFF, as far as they are there; none where the first one is not."""
    directories = tuple(_directories(data, *_layout(data)))
    first = directories[0].tags if directories else {}
    raw = data[:4] in _RAW_MAGIC or data[8:10] == b"CR" or _DNG in first or any(d.is_sensor for d in directories)
    return Tiff(directories, raw)


def begins_at(data: bytes, directory: Directory) -> bytes:
    """Return the TIFF with this directory as its first one."""
    if directory.offset == _first(data):
        return data
    order, big = _layout(data)
    at, code = (8, "Q") if big else (4, "I")
    number = struct.pack(order + code, directory.offset)
    return data[:at] + number + data[at + len(number) :]


def _layout(data: bytes) -> tuple[str, bool]:
    """Return the order of bytes, as `struct` calls it, and whether it is a BigTIFF."""
    return ">" if data[:1] == b"M" else "<", data[2:4] in {b"+\0", b"\0+"}


def _first(data: bytes) -> int:
    """Return where the first directory begins."""
    order, big = _layout(data)
    return _number(data, 8, order + "Q") if big else _number(data, 4, order + "I")


def largest(tiff: Tiff) -> Directory | None:
    """Return the directory of the largest picture that need not be developed; the first one unless it is small."""
    ready = [each for each in tiff.directories if not each.is_sensor and each.pixels]
    if tiff.directories and tiff.directories[0] in ready and not (tiff.directories[0].is_small or tiff.raw):
        return tiff.directories[0]
    return max(ready, key=lambda each: each.pixels, default=None)


def largest_jpeg(data: bytes, tiff: Tiff) -> bytes:
    """Return the largest JPEG that is in a raw photo, as cameras add it to be looked at; empty if there is none."""
    found, most = b"", 0
    for directory in tiff.directories:
        for start, length in _streams(directory):
            stream = data[start : start + length] if data[start : start + 3] == b"\xff\xd8\xff" else b""
            jpeg = read_jpeg(stream) if stream else None
            if jpeg is not None and jpeg.is_picture and jpeg.size[0] * jpeg.size[1] > most:
                found, most = stream, jpeg.size[0] * jpeg.size[1]
    return found


def _streams(directory: Directory) -> Iterator[tuple[int, int]]:
    if _JPEG in directory.tags and _JPEG_BYTES in directory.tags:
        yield directory.one(_JPEG), directory.one(_JPEG_BYTES)
    strips, lengths = directory.tags.get(_STRIPS, ()), directory.tags.get(_STRIP_BYTES, ())
    if len(strips) == len(lengths) == 1:
        yield strips[0], lengths[0]


def _directories(data: bytes, order: str, big: bool) -> Iterator[Directory]:
    waiting, seen = [_first(data)], set[int]()
    while waiting and len(seen) < MOST_DIRECTORIES:
        offset = waiting.pop(0)
        if offset in seen or not 8 <= offset < len(data):
            continue
        seen.add(offset)
        tags, behind = _tags(data, offset, order, big)
        if not tags:
            continue
        yield Directory(offset, tags)
        waiting += [*tags.get(_CHILDREN, ())[:MOST_DIRECTORIES], _number(data, behind, order + ("Q" if big else "I"))]


def _tags(data: bytes, offset: int, order: str, big: bool) -> tuple[dict[int, tuple[int, ...]], int]:
    """Return the wanted tags of a directory, and where the offset of the next one stands."""
    count = _number(data, offset, order + ("Q" if big else "H"))
    at, size, inline = (offset + 8, 20, 8) if big else (offset + 2, 12, 4)
    tags: dict[int, tuple[int, ...]] = {}
    for entry in range(at, min(at + size * min(count, 1 << 16), len(data) - size + 1), size):
        tag, kind = struct.unpack_from(order + "HH", data, entry)
        if tag not in _WANTED or kind not in _CODES:
            continue
        values = _number(data, entry + 4, order + ("Q" if big else "I"))
        width = struct.calcsize(_CODES[kind])
        place = entry + size - inline
        if values * width > inline:
            place = _number(data, place, order + ("Q" if big else "I"))
        there = min(values, MOST_VALUES, max(0, len(data) - place) // width)
        tags[tag] = struct.unpack_from(f"{order}{there}{_CODES[kind]}", data, place) if there == values else ()
    return tags, at + size * count


def _number(data: bytes, at: int, code: str) -> int:
    """Return a number in the file, 0 behind its end."""
    if at < 0 or at + struct.calcsize(code) > len(data):
        return 0
    return int(struct.unpack_from(code, data, at)[0])
