"""A PNG without the chunks that its picture does not need, and how much of the picture is in it."""

import functools
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_EXIF = 1 << 16

_STEP = 1 << 20
_PASSES = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
"""Where the seven passes of an interlaced PNG begin, and their steps: x, y, x, y."""

_SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
"""Samples to a pixel, by colour type."""


@dataclass(frozen=True, slots=True)
class Png:
    """The picture of a PNG, as a PNG of its own (`plain`); `frames` of an animation; whether its end was found."""

    plain: bytes
    header: bytes
    frames: int
    ended: bool

    def share(self) -> float:
        """Return how much of the picture can be unpacked, 0.0 to 1.0."""
        expected = _unpacked_bytes(self.header)
        unpacker, done = zlib.decompressobj(), 0
        packed = next(body for kind, body in _chunks(self.plain) if kind == b"IDAT")
        try:
            for at in range(0, len(packed), _STEP):
                rest = bytes(packed[at : at + _STEP])
                while rest and done < expected:
                    done += len(unpacker.decompress(rest, _STEP))
                    rest = unpacker.unconsumed_tail
        except zlib.error:
            pass
        return min(1.0, done / expected) if expected else 0.0


def read_png(data: bytes) -> Png:
    """Read the chunks of a PNG, as far as they are there."""
    first: dict[bytes, bytes] = {}
    packed, ended = [], False
    for kind, body in _chunks(data):
        if kind == b"IDAT":
            packed.append(body)
        elif kind == b"IEND":
            ended = True
        elif kind in {b"IHDR", b"PLTE", b"tRNS", b"acTL"} or (kind == b"eXIf" and len(body) <= MOST_EXIF):
            first.setdefault(kind, bytes(body))
    kept = [
        piece for kind in (b"IHDR", b"PLTE", b"tRNS", b"eXIf") if kind in first for piece in _chunk(kind, first[kind])
    ]
    plain = b"".join([SIGNATURE, *kept, *_chunk(b"IDAT", *packed), *_chunk(b"IEND")])
    frames = int.from_bytes(first.get(b"acTL", b"")[:4], "big")
    return Png(plain, first.get(b"IHDR", b""), frames, ended)


def _chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Yield kind and body of each chunk; of the last one what is there."""
    view, at = memoryview(data), len(SIGNATURE)
    while at + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        yield kind, view[at + 8 : at + 8 + length]
        if kind == b"IEND":
            return
        at += 12 + length


def _chunk(kind: bytes, *bodies: bytes | memoryview) -> list[bytes | memoryview]:
    """Return the pieces of a chunk that holds these bodies, one behind the other."""
    checksum = functools.reduce(lambda so_far, body: zlib.crc32(body, so_far), bodies, zlib.crc32(kind))
    return [struct.pack(">I4s", sum(map(len, bodies)), kind), *bodies, struct.pack(">I", checksum)]


def _unpacked_bytes(header: bytes) -> int:
    if len(header) < 13:
        return 0
    width, height, depth, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", header)
    bits = depth * _SAMPLES.get(colour, 1)
    passes = _PASSES if interlaced else ((0, 0, 1, 1),)
    sizes = ((-(-(width - x) // over), -(-(height - y) // down)) for x, y, over, down in passes)
    return sum((1 + -(-across * bits // 8)) * rows for across, rows in sizes if across > 0 and rows > 0)
