"""Print a corpus from unpacked packages: `python -m training.corpus.build packages/ corpus/`."""

import argparse
import random
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from training.corpus.documents import gather
from training.corpus.layouts.charts import CHARTS
from training.corpus.layouts.foreign import FOREIGN, Abroad, read_lands
from training.corpus.layouts.papers import PAPERS
from training.corpus.layouts.screens import SCREENS
from training.corpus.layouts.signs import SIGNS
from training.corpus.packages import folder_of, read_packages
from training.corpus.pages import Layout, Studio, Type
from training.corpus.printing import Faces, print_pages
from training.corpus.text import read_paragraphs
from training.fonts import find_words
from training.packages import Package

EACH = 150
"""Pages of one file."""

SHARES = ((PAPERS, 0.42), (SCREENS, 0.24), (SIGNS, 0.2), (CHARTS, 0.14))
MACHINES = ("mono", "courier", "share-tech", "vt323", "cutive", "anonymous", "inconsolata", "source-code")
DISPLAY = (
    *("abril", "anton", "archivo-black", "bangers", "bebas", "lobster", "pacifico", "press-start", "righteous", "teko"),
    *("alfa-slab", "staatliches", "black-ops", "passion", "luckiest", "chango", "ultra", "rye", "cinzel", "graduate"),
    *("league-gothic", "big-shoulders", "fjalla", "oswald", "fredoka", "special-elite", "pathway"),
)
MESSAGE = re.compile(r'^msgstr(?:\[0\])? "(.{6,})"$', re.MULTILINE)
SCRIPTS = (
    *("ar", "bg", "bn", "el", "fa", "he", "hi", "hy", "ja", "ka", "kk", "km", "kn", "ko", "ky", "mk", "ml", "mn", "mr"),
    *("my", "ne", "pa", "ru", "sr", "ta", "te", "tg", "th", "uk", "ur", "zh_Hans", "zh_Hant"),
)


def main() -> None:
    """Print the corpus."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--files", type=int, default=20, help="files of layouts, 150 pages each")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--papers", type=float, default=8e6, help="bytes of documentation")
    arguments = parser.parse_args()
    build(arguments.packages, arguments.target, arguments.files, arguments.seed, round(arguments.papers))


def build(packages: Path, target: Path, files: int, seed: int, papers: int) -> None:
    """Print layouts, pages that cannot be read, and documentation into `target`."""
    target.mkdir(parents=True, exist_ok=True)
    listed = read_packages()
    homes = {use: [folder_of(package, packages) for package in listed[use]] for use in listed}
    faces, types = find_faces(packages, listed)
    paragraphs, words = read_paragraphs([*homes["text"], *homes["html"]]), find_words()
    abroad = read_abroad(homes)
    said = f"{len(paragraphs)} paragraphs, {len(abroad.lines)} languages, {len(abroad.lands)} lands"
    print(f"{len(faces)} faces, {said}", flush=True)
    for number in range(files):
        path = target / f"layouts-{number:02}.pdf"
        if not path.with_suffix(".json").exists():
            rng = random.Random(f"{seed} layouts {number}")
            studio = Studio(rng, _choose_type(rng, types), words, paragraphs)
            print_pages([_layout(studio) for _ in range(EACH)], faces, path)
    for number in range(max(1, files // 5)):
        path = target / f"foreign-{number:02}.pdf"
        if not path.with_suffix(".json").exists():
            studio = Studio(random.Random(f"{seed} foreign {number}"), types, words, paragraphs)
            makers = studio.rng.choices(tuple(FOREIGN), tuple(FOREIGN.values()), k=EACH)
            print_pages([make(studio, abroad) for make in makers], {**faces, **_scripts(packages)}, path)
    found = sorted(path for folder in homes["papers"] for path in folder.rglob("*.pdf"))
    random.Random(seed).shuffle(found)
    print(gather(found, target / "papers.pdf", papers), "pages of documentation")


def _choose_type(rng: random.Random, types: Type) -> Type:
    """Choose the typefaces of one file."""
    groups = ((types.text, 9), (types.mono, 3), (types.display, 4), (types.hand, 1))
    return Type(*(tuple(rng.sample(group, min(len(group), most))) for group, most in groups))


def _layout(studio: Studio) -> Layout:
    group = studio.rng.choices([group for group, _ in SHARES], [share for _, share in SHARES])[0]
    return studio.rng.choices(tuple(group), tuple(group.values()))[0](studio)


def find_faces(packages: Path, listed: Mapping[str, Sequence[Package]]) -> tuple[Faces, Type]:
    """Return the typefaces of packages by their CSS names, and what each is for."""
    faces: Faces = {}
    groups: dict[str, list[str]] = {"text": [], "mono": [], "display": [], "hand": []}
    for use in ("font", "hand"):
        for package in listed[use]:
            stem = package.name.rpartition("/")[2]
            files = folder_of(package, packages) / "package" / "files"
            found = {weight: files / f"{stem}-latin-{weight}-normal.woff2" for weight in (400, 700)}
            faces[stem] = {weight: path for weight, path in found.items() if path.exists()}
            groups["hand" if use == "hand" else _group(stem)].append(stem)
    return faces, Type(*(tuple(groups[group]) for group in ("text", "mono", "display", "hand")))


def _group(stem: str) -> str:
    if stem.startswith(DISPLAY):
        return "display"
    return "mono" if any(part in stem for part in MACHINES) else "text"


def _scripts(packages: Path) -> Faces:
    """Return the typefaces of other scripts."""
    wanted = {"Noto Sans CJK SC": "NotoSansCJK-Regular.ttc", "Noto Serif CJK SC": "NotoSerifCJK-Regular.ttc"}
    return {name: {400: found[0]} for name, file in wanted.items() if (found := sorted(packages.rglob(file)))}


def read_abroad(homes: Mapping[str, Sequence[Path]]) -> Abroad:
    """Read lines in other scripts from translations, and the outlines of lands."""
    lines: dict[str, tuple[str, ...]] = {}
    for path in (path for folder in homes["locale"] for path in sorted(folder.rglob("django.po"))):
        language = path.parts[-3]
        if language in SCRIPTS:
            texts = MESSAGE.findall(path.read_text(encoding="utf-8"))
            own = (one for one in texts if not one.isascii() and "%" not in one)
            lines[language] = (*lines.get(language, ()), *own)
    lands = next(path for folder in homes["maps"] for path in folder.rglob("countries-110m.json"))
    many = {language: texts for language, texts in lines.items() if len(texts) > 20}
    return Abroad(many, read_lands(lands.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
