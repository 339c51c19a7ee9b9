"""Free photographs from wallpaper packages: gather them small, and cut pictures out of them.

A full collection needs these Debian packages:

    gnome-backgrounds lomiri-wallpapers-16.04 lomiri-wallpapers-20.04 mate-backgrounds plasma-workspace-wallpapers
    ukui-wallpapers
"""

import argparse
import io
import random
import re
import zlib
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import zip_longest
from pathlib import Path

import numpy
from numpy.typing import NDArray
from PIL import Image

from training.fonts import fonts_folder
from training.lists import read_lists
from training.phrasing import Wording
from training.real.manifest import keep_out

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp"}
HOMES = ("backgrounds", "wallpapers")
REJECTED = read_lists("foreign/photographs").REJECTED
INNER_FOLDERS = {"contents", "images"}

RESOLUTION = re.compile(r"\d+x\d+")
VARIANT = re.compile(r"[-_](d|l|\d+x\d+)$")
LEAST_FILE = 30_000
MOST_BYTES = 12_000_000
LONGEST = 640
QUALITY = 85
LEAST_SPREAD = 14.0
"""Standard deviation of brightness, 0 to 255, under which a picture shows nothing."""

ALIKE = 0.97
HELD_OUT_EACH = 5


def find_photographs(split: Wording, folder: Path | None = None) -> tuple[Path, ...]:
    """Find the collected photographs of one split, by name; none if nothing was collected.

    `folder` is `photographs` in the folder of typefaces unless given; a fifth of the names is for "test" alone.
    """
    return _listed(folder or fonts_folder() / "photographs", split == "test")


@lru_cache
def _listed(folder: Path, held_out: bool) -> tuple[Path, ...]:
    return tuple(path for path in sorted(folder.glob("*.jpg")) if _is_held_out(path.name) == held_out)


def _is_held_out(name: str) -> bool:
    return zlib.crc32(name.encode()) % HELD_OUT_EACH == 0


@lru_cache(maxsize=256)
def _open(path: Path) -> Image.Image:
    with Image.open(path) as image:
        return image.convert("RGB")


def cut(rng: random.Random, path: Path, width: int, height: int) -> Image.Image:
    """Cut out a `width` x `height` part as an RGB picture, perhaps mirrored, its colours shifted."""
    whole = _open(path)
    for _ in range(4):
        box = _box(rng, whole.size, width / height)
        if _spread(whole, box) >= LEAST_SPREAD:
            break
    picture = whole.resize((width, height), Image.Resampling.BILINEAR, box=box)
    if rng.random() < 0.5:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if rng.random() < 0.08:
        picture = picture.convert("L").convert("RGB")
    return _shift_colours(rng, picture) if rng.random() < 0.6 else picture


def _box(rng: random.Random, size: tuple[int, int], aspect: float) -> tuple[float, float, float, float]:
    """Choose a random part of about the wanted aspect, 35 to 100 % of what fits."""
    shape = aspect * rng.uniform(0.88, 1.14)
    share = rng.uniform(0.35, 1.0)
    across = min(size[0], size[1] * shape) * share
    down = across / shape
    left, top = rng.uniform(0, size[0] - across), rng.uniform(0, size[1] - down)
    return left, top, left + across, top + down


def _spread(whole: Image.Image, box: tuple[float, float, float, float]) -> float:
    small = whole.resize((24, 24), Image.Resampling.BILINEAR, box=box, reducing_gap=2.0).convert("L")
    return float(numpy.asarray(small).std())


def _shift_colours(rng: random.Random, picture: Image.Image) -> Image.Image:
    table: list[int] = []
    gamma = rng.uniform(0.7, 1.4)
    for _ in range(3):
        gain = rng.uniform(0.82, 1.1)
        table += [min(255, round(255 * gain * (level / 255) ** gamma)) for level in range(256)]
    return picture.point(table)


def collect(source: Path, target: Path) -> int:
    """Shrink the photographs under `source` into `target`, at most 12 MB, taken in turn from each folder; return bytes.

    Leaves out tiny files, near-flat pictures, and further sizes or shades of one wallpaper.

    Raises:
        OfTheExam: one of them belongs to the exam.
    """
    target.mkdir(parents=True, exist_ok=True)
    total = 0
    seen: list[NDArray[numpy.float64]] = []
    for name, path in _in_turn(_wallpapers(source)):
        keep_out(path)
        with Image.open(path) as image:
            image.draft("RGB", (2 * LONGEST, 2 * LONGEST))
            small = image.convert("RGB")
        small.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
        sketch = _sketch(small)
        if _spread(small, (0, 0, *small.size)) < LEAST_SPREAD or any(float(sketch @ old) > ALIKE for old in seen):
            continue
        packed = io.BytesIO()
        small.save(packed, "JPEG", quality=QUALITY)
        if total + len(packed.getvalue()) > MOST_BYTES:
            break
        seen.append(sketch)
        total += (target / f"{name}.jpg").write_bytes(packed.getvalue())
    return total


def _wallpapers(source: Path) -> dict[str, Path]:
    """Return the largest file of each wallpaper by its name, which several sizes and shades share."""
    found: dict[str, Path] = {}
    for path in sorted(source.rglob("*")):
        inner = path.relative_to(source).as_posix()
        rejected = any(part in inner.lower() for part in REJECTED) or not any(home in inner for home in HOMES)
        if path.suffix.lower() not in SUFFIXES or rejected or not path.is_file() or path.stat().st_size < LEAST_FILE:
            continue
        name = _name(path)
        if name not in found or path.stat().st_size > found[name].stat().st_size:
            found[name] = path
    return found


def _name(path: Path) -> str:
    stem = VARIANT.sub("", path.stem)
    if not RESOLUTION.fullmatch(stem):
        return stem
    return next(parent.name for parent in path.parents if parent.name not in INNER_FOLDERS)


def _in_turn(found: dict[str, Path]) -> Iterator[tuple[str, Path]]:
    """Yield one of each folder after the other, so that none fills the room alone."""
    folders: dict[Path, list[tuple[str, Path]]] = {}
    for name, path in sorted(found.items()):
        home = next(parent for parent in path.parents if parent.name not in {*INNER_FOLDERS, name})
        folders.setdefault(home, []).append((name, path))
    for row in zip_longest(*folders.values()):
        yield from (entry for entry in row if entry)


def _sketch(image: Image.Image) -> NDArray[numpy.float64]:
    """Return (256,): 16 x 16 brightnesses, without mean and of length 1."""
    levels = numpy.asarray(image.convert("L").resize((16, 16)), numpy.float64).ravel()
    levels -= levels.mean()
    return levels / max(1e-6, float(numpy.linalg.norm(levels)))


def main(arguments: Sequence[str] | None = None) -> None:
    """Collect photographs from a folder tree of wallpapers."""
    parser = argparse.ArgumentParser(prog="python -m training.foreign.photographs", description=main.__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    collecting = commands.add_parser("collect")
    collecting.add_argument("source", type=Path, nargs="?", default=Path("/usr/share"))
    collecting.add_argument("target", type=Path)
    chosen = parser.parse_args(arguments)
    print(f"{collect(chosen.source, chosen.target) / 1e6:.1f} MB in {chosen.target}")


if __name__ == "__main__":
    main()
