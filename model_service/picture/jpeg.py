"""What a JPEG says of itself: size, scans, whether its end is there."""

import re
from dataclasses import dataclass, field

from model_service.errors import PictureFault, PictureRejected

END = b"\xff\xd9"

MOST_SEGMENTS = 10_000
"""The most segments of a JPEG. Profiles and the like of a file of 20 MB make a few hundred."""

_START_OF_SCAN, _END_OF_IMAGE, _ADOBE, _EXIF, _JFIF = 0xDA, 0xD9, 0xEE, 0xE1, 0xE0
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_METADATA = frozenset({*range(0xE0, 0xF0), 0xFE})
_WITHOUT_LENGTH = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})
_BEHIND_SCAN = re.compile(rb"\xff[\x02-\xcf\xd8-\xfe]")
_COEFFICIENTS = 64


@dataclass(frozen=True, slots=True)
class Scan:
    """One pass over the picture: its components, the coefficients `first` to `last`, and the bits left out (`low`)."""

    components: tuple[int, ...]
    first: int
    last: int
    low: int


@dataclass(slots=True)
class Jpeg:
    """The facts of a JPEG. `components` are the sampling factors by component; `ended`: its end mark was found."""

    size: tuple[int, int] = (0, 0)
    kind: int = 0
    components: dict[int, tuple[int, int]] = field(default_factory=dict)
    scans: list[Scan] = field(default_factory=list)
    ended: bool = False
    plain: list[tuple[int, int]] = field(default_factory=list)

    @property
    def is_picture(self) -> bool:
        """Whether it is of an ordinary kind: not the lossless one, in which raw photos keep what the sensor saw."""
        return self.kind in {0xC0, 0xC1, 0xC2} and bool(self.scans) and min(self.size) > 0

    @property
    def kept_whole(self) -> bool:
        """Whether the decoder keeps the whole picture until the last scan."""
        return self.kind in {0xC2, 0xC6, 0xCA, 0xCE} or len(self.scans) > 1

    def samples(self, components: tuple[int, ...] | None = None) -> int:
        """Return the number of samples of some components, all by default."""
        across = max((h for h, _ in self.components.values()), default=1) or 1
        down = max((v for _, v in self.components.values()), default=1) or 1
        chosen = self.components if components is None else components
        parts = sum(h * v for h, v in (self.components.get(each, (1, 1)) for each in chosen))
        return self.size[0] * self.size[1] * parts // (across * down)

    def work(self) -> int:
        """Return the samples that all scans go over, and with the weight of four scans the making of the picture."""
        return sum(self.samples(scan.components) for scan in self.scans) + 4 * self.samples()

    def shows_all(self) -> bool:
        """Whether all scans but the last one, which is cut, show the whole picture, but for the finest shades."""
        first = next(iter(self.components), 0)
        seen = {at for scan in self.scans[:-1] if first in scan.components and scan.low < 2 for at in _range(scan)}
        return len(seen) == _COEFFICIENTS


def _range(scan: Scan) -> range:
    return range(scan.first, scan.last + 1)


def read_jpeg(data: bytes) -> Jpeg:
    """Read the segments of a JPEG as far as they are there.

    Raises:
        PictureRejected: TOO_MUCH, for it has a great many.
    """
    jpeg, at = Jpeg(), 2
    for _ in range(MOST_SEGMENTS):
        at = data.find(b"\xff", at)
        if at < 0 or at + 4 > len(data):
            jpeg.ended = data[at:] == END if at >= 0 else False
            return jpeg
        marker = data[at + 1]
        if marker == _END_OF_IMAGE:
            jpeg.ended = True
            return jpeg
        if marker == 0xFF or marker in _WITHOUT_LENGTH:
            at += 1 if marker == 0xFF else 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if end > len(data):
            return jpeg
        body = data[at + 4 : end]
        if marker == _START_OF_SCAN:
            found = _BEHIND_SCAN.search(data, end)
            end = found.start() if found else len(data)
            jpeg.scans.append(_scan(body))
        elif marker in _FRAMES:
            _read_frame(jpeg, marker, body)
        if marker not in _METADATA or _matters(marker, body):
            jpeg.plain.append((at, end))
        at = end
    raise PictureRejected(PictureFault.TOO_MUCH, f"a JPEG of more than {MOST_SEGMENTS} segments")


def without_metadata(data: bytes, jpeg: Jpeg) -> bytes:
    """Return the JPEG with nothing but what its picture needs, and its EXIF block."""
    view = memoryview(data)
    return b"".join([b"\xff\xd8", *(view[start:end] for start, end in jpeg.plain), END])


def ended(data: bytes) -> bytes:
    """Return a JPEG whose end is missing with an end mark, so that what is there is decoded; the rest becomes grey."""
    return data.rstrip(b"\xff") + END


def _matters(marker: int, body: bytes) -> bool:
    if marker == _JFIF:
        return body.startswith(b"JFIF\0") and len(body) >= 14
    if marker == _ADOBE:
        return body.startswith(b"Adobe") and len(body) >= 12
    return marker == _EXIF and body.startswith(b"Exif\0\0")


def _read_frame(jpeg: Jpeg, marker: int, body: bytes) -> None:
    if len(body) < 6:
        return
    jpeg.kind = marker
    jpeg.size = int.from_bytes(body[3:5], "big"), int.from_bytes(body[1:3], "big")
    parts = (body[at : at + 3] for at in range(6, min(len(body), 6 + 3 * body[5]) - 2, 3))
    jpeg.components = {part[0]: (part[1] >> 4, part[1] & 15) for part in parts}


def _scan(body: bytes) -> Scan:
    count = body[0] if body else 0
    first, last, bits = (body[1 + 2 * count : 4 + 2 * count] + b"\0\0\0")[:3]
    return Scan(tuple(body[1 : 1 + 2 * count : 2]), first, min(last, _COEFFICIENTS - 1), bits & 15)
