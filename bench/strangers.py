"""Draw pictures that the pocket model has not learned to read: `python -m bench.strangers FOLDER`.

All is made of free packages of this machine: manuals of Debian packages (libtasn1-doc, shared-mime-info, fonts-lmodern,
fonts-texgyre), the sources of Python's library, coast lines and names of Natural Earth, as geopandas 0.14.4 has them
(`--maps`, with pyshp), and typefaces (fonts-noto-core fonts-nanum fonts-takao-gothic fonts-ipafont-gothic
fonts-wqy-zenhei; for handwriting fonts-breip fonts-dancingscript fonts-dkg-handwriting fonts-ecolier-court
fonts-femkeklaver fonts-isabella fonts-kristi fonts-rufscript fonts-sjfonts fonts-summersby). What is not there is left
out. Each picture is FOLDER/KIND/NUMBER.png, with what it says beside it (NUMBER.txt), empty where it cannot be read.
"""

import argparse
import inspect
import io
import random
import sys
import textwrap
import tomllib
from collections.abc import Iterator
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

Made = tuple[Image.Image, str]
"""A picture, and what it says."""

MANUALS = (
    ("libtasn1-doc/libtasn1.pdf", (4, 8, 12, 16, 20, 24)),
    ("shared-mime-info/shared-mime-info-spec.pdf", (2, 4, 6, 8, 10, 12)),
    ("fonts-lmodern/lm-info.pdf", (1, 3, 5)),
    ("fonts-texgyre/qtm-info.pdf", (0, 2, 4)),
)
"""Files in /usr/share/doc, and some of their pages."""

MODULES = (
    *(
        "asyncio.locks",
        "bisect",
        "calendar",
        "csv",
        "fractions",
        "heapq",
        "json.encoder",
        "queue",
        "shlex",
        "statistics",
    ),
    *("textwrap", "zipfile"),
)
STYLES = ("default", "monokai", "friendly", "vim")
HANDS = (
    *("Breip", "DancingScript-Regular", "dkg", "Ecolier-court", "femkeklaver", "Isabella", "Kristi", "Rufscript010"),
    *("Delphine", "SteveHand", "summersby"),
)
PRINT = ("DejaVuSerif", "LinLibertine_R", "texgyretermes-regular")
CONTINENTS = ("Africa", "Asia", "Europe", "North America", "South America")


def main() -> None:
    """Draw all kinds into a folder."""
    parser = argparse.ArgumentParser(prog="python -m bench.strangers", description=main.__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--fonts", type=Path, nargs="*", default=[Path("/usr/share/fonts")])
    parser.add_argument("--doc", type=Path, default=Path("/usr/share/doc"))
    parser.add_argument("--maps", type=Path, help="geopandas/datasets of geopandas 0.14.4")
    given = parser.parse_args()
    faces = find_faces(given.fonts)
    manuals = list(_manuals(given.doc))
    prose = " ".join(" ".join(text.split()) for _, text in manuals)
    kinds = {
        "manual": iter(manuals),
        "newspaper": _newspapers(faces, prose),
        "magazine": _magazines(faces, prose),
        "handwriting": _handwriting(faces, prose),
        "code": _code(),
        "script": _scripts(faces),
        "map": _maps(given.maps, faces),
    }
    for kind, made in kinds.items():
        (given.folder / kind).mkdir(parents=True, exist_ok=True)
        for number, (picture, text) in enumerate(made):
            place = given.folder / kind / f"{number:02}.png"
            picture.convert("RGB").save(place)
            place.with_suffix(".txt").write_text(text, encoding="utf-8")
        print(f"{kind}: {len(list((given.folder / kind).glob('*.png')))}")


def find_faces(folders: list[Path]) -> dict[str, Path]:
    """Return typefaces by the names of their files."""
    found = (path for folder in folders for path in sorted(folder.rglob("*")))
    return {path.stem: path for path in found if path.suffix in {".ttf", ".otf", ".ttc"}}


def _manuals(folder: Path) -> Iterator[Made]:
    import pypdfium2

    for name, pages in MANUALS:
        if not (folder / name).exists():
            continue
        document = pypdfium2.PdfDocument(folder / name)
        for number in pages:
            if number < len(document):
                page = document[number]
                yield page.render(scale=1.2).to_pil(), page.get_textpage().get_text_range()


def _columns(picture: Image.Image, text: str, face: Path, size: int, *, columns: int, top: int) -> str:
    """Set a text in columns from `top` down; return what had room."""
    draw, font, gap = ImageDraw.Draw(picture), ImageFont.truetype(face, size), size
    width = (picture.width - gap * (columns + 1)) // columns
    lines = textwrap.wrap(text, max(8, int(width / font.getlength("n"))), max_lines=columns * 200)
    room, said = (picture.height - top - gap) // round(size * 1.25), list[str]()
    for column in range(columns):
        inside = lines[column * room : (column + 1) * room]
        at = gap + column * (width + gap), top
        draw.multiline_text(at, "\n".join(inside), "black", font, spacing=round(size * 0.25))
        said += inside
    return "\n".join(said)


def _newspapers(faces: dict[str, Path], prose: str) -> Iterator[Made]:
    rng = random.Random("newspaper")
    for _ in range(16):
        face = faces[rng.choice([name for name in PRINT if name in faces])]
        picture = Image.new("RGB", (1100, 1500), rng.choice(("white", "#efe9dc", "#e4e0d4")))
        begin = rng.randrange(0, len(prose) - 9000)
        title = " ".join(prose[begin : begin + 60].split()[1:6])
        ImageDraw.Draw(picture).text((30, 20), title, "black", ImageFont.truetype(face, 60))
        size = rng.choice((10, 12, 14, 18))
        said = _columns(picture, prose[begin + 60 : begin + 9000], face, size, columns=rng.choice((3, 4, 5)), top=120)
        yield picture, f"{title}\n{said}"


def _magazines(faces: dict[str, Path], prose: str) -> Iterator[Made]:
    rng = random.Random("magazine")
    for number in range(12):
        names = [name for name in PRINT if name in faces]
        face, picture = faces[names[number % len(names)]], _photograph(rng, (1000, 1300))
        begin = rng.randrange(0, len(prose) - 4000)
        title = " ".join(prose[begin : begin + 50].split()[1:5])
        draw = ImageDraw.Draw(picture)
        draw.text((40, 300), title, "white", ImageFont.truetype(face, 80), stroke_width=3, stroke_fill="black")
        draw.rectangle((0, 520, 1000, 1300), fill=rng.choice(("white", "#fff3c8", "#d9ecf2")))
        size = rng.choice((14, 17, 20))
        said = _columns(picture, prose[begin + 50 : begin + 4000], face, size, columns=rng.choice((2, 3)), top=540)
        yield picture, f"{title}\n{said}"


def _photograph(rng: random.Random, size: tuple[int, int]) -> Image.Image:
    """Return a picture of matplotlib's package, somewhere cut out, filling the size."""
    from matplotlib import cbook

    with Image.open(
        io.BytesIO(Path(str(cbook.get_sample_data("grace_hopper.jpg", asfileobj=False))).read_bytes())
    ) as seen:
        left, upper = rng.randrange(0, 150), rng.randrange(0, 150)
        return seen.convert("RGB").crop((left, upper, left + 340, upper + 440)).resize(size)


def _handwriting(faces: dict[str, Path], prose: str) -> Iterator[Made]:
    rng = random.Random("handwriting")
    for name in HANDS:
        for size in (34, 56):
            if name not in faces:
                continue
            picture = Image.new("RGB", (1000, 1200), rng.choice(("white", "#f6f1e0")))
            begin = rng.randrange(0, len(prose) - 1200)
            yield picture, _columns(picture, prose[begin : begin + 1200], faces[name], size, columns=1, top=40)


def _code() -> Iterator[Made]:
    from pygments import highlight
    from pygments.formatters import ImageFormatter
    from pygments.lexers import PythonLexer

    for number, name in enumerate(MODULES):
        lines = inspect.getsource(import_module(name)).splitlines()
        for begin, length, size in ((0, 30, 18), (60, 60, 14)):
            text = "\n".join(lines[begin : begin + length])
            formatter: Any = ImageFormatter(
                font_name="DejaVu Sans Mono", font_size=size, style=STYLES[number % 4], line_numbers=bool(number % 2)
            )
            drawn = highlight(text, PythonLexer(), formatter)
            yield Image.open(io.BytesIO(drawn)), text


def _scripts(faces: dict[str, Path]) -> Iterator[Made]:
    known = tomllib.loads((Path(__file__).parent / "scripts.toml").read_text(encoding="utf-8"))
    for script, text in known["texts"].items():
        for name, size, times in zip(known["families"][script], (48, 22), (1, 5), strict=True):
            if name not in faces:
                print(f"{script}: no {name}", file=sys.stderr)
                continue
            picture = Image.new("RGB", (1000, 900), "white")
            font, draw = ImageFont.truetype(faces[name], size), ImageDraw.Draw(picture)
            wide = max(6, int(940 / (font.getlength(text) / len(text))))
            lines = [line for _ in range(times) for line in textwrap.wrap(text, wide)]
            draw.multiline_text((30, 30), "\n".join(lines), "black", font, spacing=size // 2)
            yield picture, ""


def _maps(folder: Path | None, faces: dict[str, Path]) -> Iterator[Made]:
    if folder is None:
        return
    import shapefile

    lands = shapefile.Reader(str(folder / "naturalearth_lowres" / "naturalearth_lowres"), encoding="latin-1")
    cities = shapefile.Reader(str(folder / "naturalearth_cities" / "naturalearth_cities"), encoding="latin-1")
    for continent in CONTINENTS:
        for size in (13, 20):
            yield _map(lands, cities, continent, ImageFont.truetype(faces["DejaVuSans"], size))


def _map(lands: Any, cities: Any, continent: str, font: ImageFont.FreeTypeFont) -> Made:
    rng, inside = random.Random(continent), []
    for each in lands.iterShapeRecords():
        if each.record["continent"] == continent and each.record["name"] not in {"Russia", "Fr. S. Antarctic Lands"}:
            inside.append(each)
    boxes = [each.shape.bbox for each in inside]
    left, low, right, high = (f(box[i] for box in boxes) for f, i in ((min, 0), (min, 1), (max, 2), (max, 3)))
    scale = min(1100 / (right - left), 1100 / (high - low))
    picture = Image.new("RGB", (round((right - left) * scale), round((high - low) * scale)), "#bcd9e8")
    draw, said = ImageDraw.Draw(picture), list[str]()

    def at(point: tuple[float, float]) -> tuple[float, float]:
        return (point[0] - left) * scale, (high - point[1]) * scale

    for each in inside:
        parts = [*each.shape.parts, len(each.shape.points)]
        for begin, end in pairwise(parts):
            shade = tuple(rng.randrange(190, 250) for _ in range(3))
            draw.polygon([at(point) for point in each.shape.points[begin:end]], fill=shade, outline="#666666")
    names = [
        (
            each.record["name"],
            ((each.shape.bbox[0] + each.shape.bbox[2]) / 2, (each.shape.bbox[1] + each.shape.bbox[3]) / 2),
        )
        for each in inside
    ]
    names += [(each.record["name"], each.shape.points[0]) for each in cities.iterShapeRecords()]
    for name, point in names:
        if left < point[0] < right and low < point[1] < high:
            draw.text(at(point), name, "black", font, anchor="mm")
            said.append(name)
    return picture, "\n".join(said)


if __name__ == "__main__":
    main()
