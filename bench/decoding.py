"""Decode costly kinds of pictures, each in a process of its own: its peak of memory, its seconds of CPU."""

import asyncio
import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from training.scores import table

MOST_MIB = 700
"""The most memory of a process that decodes one picture."""

MOST_SECONDS = 4.0
"""The most seconds of CPU that one picture may take."""

MEASURE = """
import json, re, sys, time
from pathlib import Path
from assistant.pictures.normalize import check_picture
from model_service import PictureRejected

data, begun = Path(sys.argv[1]).read_bytes(), time.process_time()
try:
    checked = check_picture(data)
    verdict = f"{checked.width}x{checked.height}"
except PictureRejected as error:
    verdict = str(error.fault)
seconds = time.process_time() - begun
peak = int(re.search(r"VmHWM:\\s+([0-9]+) kB", Path("/proc/self/status").read_text())[1]) / 1024
print(json.dumps({"verdict": verdict, "mib": round(peak), "seconds": round(seconds, 1)}))
"""

DRAW = "import sys; from bench.decoding import KINDS; from pathlib import Path; KINDS[sys.argv[1]](Path(sys.argv[2]))"


@dataclass(frozen=True, slots=True)
class Plan:
    """Figures are compared with those before issue 16, where there are any."""

    only: str = ""


@dataclass(slots=True)
class Outcome:
    """What each kind took."""

    kinds: dict[str, dict[str, object]] = field(default_factory=dict)

    def wrong(self) -> str:
        """Name what took more than it may; empty if nothing did."""
        return ", ".join(name for name, found in self.kinds.items() if _too_much(found))


def _too_much(found: dict[str, object]) -> bool:
    mib, seconds = found["mib"], found["seconds"]
    assert isinstance(mib, int) and isinstance(seconds, float)
    return mib > MOST_MIB or seconds > MOST_SECONDS


async def measure(plan: Plan, folder: Path) -> Outcome:
    """Draw and decode each kind."""
    return await asyncio.to_thread(_measure, plan, folder)


def _measure(plan: Plan, folder: Path) -> Outcome:
    folder.mkdir(parents=True)
    outcome = Outcome()
    for name in KINDS:
        if plan.only in name:
            file = folder / name.replace(" ", "-")
            _run(DRAW, name, str(file))
            outcome.kinds[name] = json.loads(_run(MEASURE, str(file))) | {"bytes": file.stat().st_size}
            file.unlink()
            print(name, outcome.kinds[name], flush=True)
    print(as_table(outcome))
    return outcome


def as_table(outcome: Outcome) -> str:
    """Return the figures as a table in Markdown."""
    rows = [
        (name, found["verdict"], f"{found['mib']} MiB", f"{found['seconds']} s", *_before(name))
        for name, found in outcome.kinds.items()
    ]
    return table(("kind", "verdict", "peak", "CPU", "peak before", "CPU before"), rows)


def _before(name: str) -> tuple[str, str]:
    if name in REFUSED_BEFORE:
        return "refused", "-"
    mib, seconds = BEFORE.get(name, (None, None))
    return "-" if mib is None else f"{mib} MiB", "-" if seconds is None else f"{seconds} s"


def _run(code: str, *arguments: str) -> str:
    done = subprocess.run([sys.executable, "-c", code, *arguments], check=True, capture_output=True, text=True)  # noqa: S603
    return done.stdout


def _drawn(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Return blocks of light colours with lines of print on them."""
    random = np.random.default_rng(16)
    blocks = random.integers(150, 256, (max(2, height // 200), max(2, width // 200), 3), dtype=np.uint8)
    image = Image.fromarray(blocks).resize((width, height), Image.Resampling.NEAREST)
    draw = ImageDraw.Draw(image)
    for top in range(50, height - 100, 400):
        draw.text((60, top), "Total 14.55 EUR " * (width // 600 + 1), fill="black", font_size=60)
    return image.convert(mode, dither=Image.Dither.NONE)


def _saver(width: int, height: int, kind: str, mode: str = "RGB", **options: object) -> Callable[[Path], None]:
    def save(file: Path) -> None:
        _drawn(width, height, mode).save(file, kind, **options)

    return save


def _deep(width: int, height: int, kind: str, bits: type[np.generic]) -> Callable[[Path], None]:
    options = {"compression": "tiff_lzw"} if kind == "TIFF" else {}

    def save(file: Path) -> None:
        grey = np.asarray(_drawn(width, height, "L"))
        scale = bits(257 if bits is np.uint16 else 1)
        Image.fromarray(grey.astype(bits) * scale).save(file, kind, **options)

    return save


def _many_scans(file: Path) -> None:
    Image.new("L", (7000, 7000), 255).save(file, "JPEG", progressive=True)
    data = file.read_bytes()
    scan = data[data.rindex(b"\xff\xda") : -2]
    file.write_bytes(data[:-2] + scan * 470 + data[-2:])


def _colours_of_16_bits(file: Path) -> None:
    width, height = 8000, 6200
    packer = zlib.compressobj(6)
    row = b"\0" + np.linspace(0, 65535, 16).astype(">u2").tobytes() * (width // 4)
    packed = b"".join([*(packer.compress(row) for _ in range(height)), packer.flush()])
    chunks = ((b"IHDR", struct.pack(">IIBBBBB", width, height, 16, 6, 0, 0, 0)), (b"IDAT", packed), (b"IEND", b""))
    body = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    file.write_bytes(b"\x89PNG\r\n\x1a\n" + body)


KINDS: dict[str, Callable[[Path], None]] = {
    "PNG 8000x6200": _saver(8000, 6200, "PNG", compress_level=1),
    "PNG with alpha 8000x6200": _saver(8000, 6200, "PNG", "RGBA", compress_level=1),
    "PNG with alpha, 16 bits, 8000x6200": _colours_of_16_bits,
    "PNG, grey of 16 bits, 8000x6200": _deep(8000, 6200, "PNG", np.uint16),
    "JPEG 8000x6200": _saver(8000, 6200, "JPEG"),
    "JPEG, CMYK, 8000x6200": _saver(8000, 6200, "JPEG", "CMYK"),
    "TIFF, floating point, 8000x6200": _deep(8000, 6200, "TIFF", np.float32),
    "JPEG of 470 empty scans 7000x7000": _many_scans,
    "JPEG of a phone, 200 MP": _saver(16320, 12240, "JPEG", quality=80),
    "JPEG of a phone, 200 MP, progressive": _saver(16320, 12240, "JPEG", quality=80, progressive=True),
    "PNG of a phone, 108 MP": _saver(12000, 9000, "PNG", compress_level=6),
    "PNG of a phone with alpha, 108 MP": _saver(12000, 9000, "PNG", "RGBA", compress_level=6),
    "PNG, grey, 400 MP": _saver(20000, 20000, "PNG", "L", compress_level=6),
    "TIFF, black and white, A3 at 600 dpi": _saver(7016, 9921, "TIFF", "1", compression="group4"),
    "TIFF, black and white, A2 at 1200 dpi": _saver(19840, 23000, "TIFF", "1", compression="group4"),
    "TIFF 8000x6200": _saver(8000, 6200, "TIFF", compression="tiff_lzw"),
    "TIFF, one strip, 8000x6200": _saver(8000, 6200, "TIFF", compression="tiff_lzw", strip_size=1 << 30),
    "WebP 6000x4500": _saver(6000, 4500, "WEBP", quality=60),
    "AVIF 6000x4500": _saver(6000, 4500, "AVIF", speed=10, quality=50),
    "JPEG 2000 8000x6200": _saver(8000, 6200, "JPEG2000", quality_mode="rates", quality_layers=[40], irreversible=True),
    "GIF 8000x6200": _saver(8000, 6200, "GIF", "P"),
    "PNG, a strip of 1080x20000": _saver(1080, 20000, "PNG"),
    "PNG with alpha, a strip of 2000x20000": _saver(2000, 20000, "PNG", "RGBA"),
}

BEFORE: dict[str, tuple[int | None, float | None]] = {
    "PNG 8000x6200": (417, 0.7),
    "PNG with alpha 8000x6200": (653, 0.9),
    "PNG with alpha, 16 bits, 8000x6200": (654, 1.0),
    "PNG, grey of 16 bits, 8000x6200": (559, 1.7),
    "JPEG 8000x6200": (417, 0.7),
    "JPEG, CMYK, 8000x6200": (418, 0.8),
    "TIFF, floating point, 8000x6200": (662, 1.8),
    "JPEG of 470 empty scans 7000x7000": (None, 8.5),
}
"""Peaks in MiB and seconds of CPU at commit 88bf2da, measured in the same way; None: not measured."""

REFUSED_BEFORE = frozenset(name for name in KINDS if name.endswith((" MP", "progressive", "dpi"))) | {
    "AVIF 6000x4500",
    "JPEG 2000 8000x6200",
}
"""What was refused then, for its size or its format."""
