"""Refuse an AVIF whose frames are far larger than its picture: they are decoded before anybody compares the two."""

from collections.abc import Iterator

from model_service.errors import PictureFault, PictureRejected

_SEQUENCE_HEADER, _WITH_SIZE, _WITH_EXTENSION = 1, 2, 4
_HEAD = 1 << 16
_SLACK = 128
"""The pixels by which a frame may be larger than its picture: encoders fill up blocks."""

MOST_PIECES = 10_000
"""The most extents and units that are looked at."""


def check_frames(data: bytes, size: tuple[int, int]) -> None:
    """Compare the frames of a file's items with its size in pixels.

    Raises:
        PictureRejected: UNUSUAL.
    """
    most = max(size) + _SLACK
    for item in _items(data):
        for body in _sequence_headers(item):
            frame = _frame_size(body)
            if frame is None or max(frame) > most:
                raise _unusual(f"a frame of {frame} in {size}")


def _unusual(detail: str) -> PictureRejected:
    return PictureRejected(PictureFault.UNUSUAL, detail, format="AVIF")


def _items(data: bytes) -> Iterator[bytes]:
    """Yield what each item holds, by the box of their places."""
    head, inside = data.find(b"iloc", 0, _HEAD), data.find(b"idat", 0, _HEAD) + 4
    if head < 0 or head + 16 > len(data):
        raise _unusual("no places of items")
    version, sizes, bases = data[head + 4], data[head + 8], data[head + 9]
    offset_bytes, length_bytes, base_bytes = sizes >> 4, sizes & 15, bases >> 4
    index_bytes, wide = bases & 15 if version else 0, 4 if version == 2 else 2
    count, at, seen, copied = _number(data, head + 10, wide), head + 10 + wide, 0, 0
    for _ in range(count):
        seen += 1
        method = _number(data, at + wide, 2) & 15 if version else 0
        at += wide + (4 if version else 2)
        base, extents = _number(data, at, base_bytes), _number(data, at + base_bytes, 2)
        at += base_bytes + 2
        pieces = []
        for _ in range(extents):
            start = base + _number(data, at + index_bytes, offset_bytes) + (inside if method == 1 else 0)
            length = _number(data, at + index_bytes + offset_bytes, length_bytes) or len(data)
            at += index_bytes + offset_bytes + length_bytes
            pieces.append(data[start : start + length])
            seen, copied = seen + 1, copied + len(pieces[-1])
            if seen > MOST_PIECES or copied > 2 * len(data):
                raise _unusual("items that lie upon each other")
        if seen > MOST_PIECES:
            raise _unusual("a great many items")
        yield b"".join(pieces)


def _number(data: bytes, at: int, size: int) -> int:
    return int.from_bytes(data[at : at + size], "big")


def _sequence_headers(item: bytes) -> Iterator[bytes]:
    """Yield the bodies of the sequence headers among an item's units; none of what is no AV1."""
    at = 0
    for _ in range(MOST_PIECES):
        if at >= len(item):
            return
        head = item[at]
        kind = head >> 3 & 15
        if head & 0x81:  # Bits that are 0 in AV1.
            return
        at += 2 if head & _WITH_EXTENSION else 1
        length = len(item) - at
        if head & _WITH_SIZE:
            length, at = _leb128(item, at)
        if kind == _SEQUENCE_HEADER:
            yield item[at : at + length]
        at += length
    raise _unusual("a great many units")


def _leb128(item: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(8):
        byte = item[at + place] if at + place < len(item) else 0
        value |= (byte & 127) << 7 * place
        if byte < 128:
            return value, at + place + 1
    return value, at + 8


def _frame_size(body: bytes) -> tuple[int, int] | None:
    """Return the largest frame that a sequence header allows; None where it is not one of a plain picture."""
    bits = f"{int.from_bytes(body[:40].ljust(40, bytes(1)), 'big'):0320b}"
    if bits[4] == "1":  # A reduced header, of a still picture.
        at = 5 + 5
    else:
        if bits[5] == "1":  # Times, as films have.
            return None
        points, at = int(bits[7:12], 2) + 1, 12
        delays = bits[6] == "1"
        for _ in range(points):
            level = int(bits[at + 12 : at + 17], 2)
            at += 18 if level > 7 else 17
            if delays:
                at += 5 if bits[at] == "1" else 1
    wide, high = int(bits[at : at + 4], 2) + 1, int(bits[at + 4 : at + 8], 2) + 1
    at += 8
    return int(bits[at : at + wide], 2) + 1, int(bits[at + wide : at + wide + high], 2) + 1
