"""Choose the typefaces for pages, and those kept out of training for evaluation only.

The faces come from free Debian packages; a machine without packages gets a folder collected by
`python -m training.fonts collect fonts/` (and TRAINING_FONTS=fonts/). A full collection needs these packages:

    fonts-3270 fonts-adf-accanthis fonts-adf-baskervald fonts-adf-berenis fonts-adf-gillius fonts-adf-ikarius
    fonts-adf-irianis fonts-adf-libris fonts-adf-mekanus fonts-adf-romande fonts-adf-switzera fonts-adf-tribun
    fonts-adf-universalis fonts-adf-verana fonts-agave fonts-anonymous-pro fonts-arapey fonts-averia-gwf
    fonts-averia-sans-gwf fonts-averia-serif-gwf fonts-b612 fonts-cabin fonts-cantarell fonts-cardo
    fonts-clear-sans fonts-cmu fonts-comfortaa fonts-comic-neue fonts-courier-prime fonts-crosextra-caladea
    fonts-crosextra-carlito fonts-dejavu-core fonts-dejavu-extra fonts-dosis fonts-ebgaramond fonts-elstob
    fonts-eurofurence fonts-fantasque-sans fonts-fanwood fonts-firacode fonts-freefont-ttf fonts-georgewilliams
    fonts-gfs-artemisia fonts-gfs-didot fonts-gfs-neohellenic fonts-go fonts-hack fonts-hermit fonts-inconsolata
    fonts-inter fonts-jetbrains-mono fonts-junicode fonts-jura fonts-karla fonts-karmilla fonts-klaudia-berenika
    fonts-lato fonts-league-mono fonts-liberation2 fonts-lindenhill fonts-linuxlibertine fonts-lmodern
    fonts-manrope fonts-monofur fonts-monoid fonts-mononoki fonts-mplus fonts-nanum fonts-noto-core
    fonts-noto-mono fonts-oldstandard fonts-open-sans fonts-opendyslexic fonts-osifont fonts-oxygen
    fonts-paratype fonts-play fonts-prociono fonts-quattrocento fonts-quicksand fonts-roboto-slab
    fonts-roboto-unhinted fonts-sil-andika fonts-sil-charis fonts-sil-doulos fonts-sil-gentium-basic
    fonts-sil-harmattan fonts-sil-padauk fonts-sora fonts-stix fonts-texgyre fonts-tiresias
    fonts-tlwg-kinnari-ttf fonts-tlwg-laksaman-ttf fonts-tlwg-norasi-ttf fonts-tlwg-sawasdee-ttf
    fonts-tlwg-waree-ttf fonts-tuffy fonts-urw-base35 fonts-vollkorn fonts-yanone-kaffeesatz fonts-yrsa-rasa
    wamerican
"""

import argparse
import os
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal

from PIL import ImageFont

from training.lists import read_lists

Split = Literal["train", "test"]
Style = Literal["regular", "bold", "italic"]

ALPHABET = "".join(chr(code) for code in range(0x20, 0x7F)) + "£€é"
"""Every character that a page may show."""

HELD_OUT = {
    "Cabin": "humanist sans",
    "Gentium": "humanist serif",
    "JetBrains Mono": "mono",
    "Roboto": "grotesque sans, and Roboto Slab with it: a slab of the same skeleton",
    "Vollkorn": "old-style serif",
}
"""Families never seen in training, with all that begins with these names, so that no sibling stays behind."""


REJECTED = read_lists("fonts").REJECTED
NOTO_TEXT = frozenset({"Noto Sans", "Noto Serif", "Noto Mono", "Noto Sans Mono"})
STYLES: dict[str, Style] = {
    **dict.fromkeys(("regular", "book", "roman", "medium", "normal", "text", "plain"), "regular"),
    **dict.fromkeys(("bold", "demi", "demibold", "semibold"), "bold"),
    **dict.fromkeys(("italic", "oblique", "regular italic", "book italic", "regularitalic"), "italic"),
}
STYLE_WEIGHTS: dict[Style, float] = {"regular": 65, "bold": 20, "italic": 15}


OLD_FIGURES_TIMES = 3
OLD_FIGURES_DEPTH = 8
"""Hundredths of the size of type that a 3 hangs below the line at least, if it does not stand on it."""

UNFIT = re.compile(
    "dick|shit|fuck|piss|cunt|rape|nazi|nigg|whore|slut|urinat|bitch|fag|wank"
    "|testic|penis|vagin|scrotum|genital|orgasm|masturb|sexual|erectile|erection|porn"
)
"""Stems of words that do not belong on a sample page."""


class FontsError(Exception):
    """No usable typeface was found; the text says where the search was."""


@dataclass(frozen=True, slots=True)
class Family:
    """A type family: the files of each style. An empty path stands for Pillow's built-in face."""

    name: str
    regular: tuple[str, ...]
    bold: tuple[str, ...] = ()
    italic: tuple[str, ...] = ()

    def choose(self, rng: random.Random) -> str:
        """Choose a file for body text: mostly regular, sometimes bold or italic."""
        present = [style for style in STYLE_WEIGHTS if self.files(style)]
        style = rng.choices(present, [STYLE_WEIGHTS[style] for style in present])[0]
        return rng.choice(self.files(style))

    def files(self, style: Style) -> tuple[str, ...]:
        """Return the files of one style, perhaps none."""
        return {"regular": self.regular, "bold": self.bold, "italic": self.italic}[style]


BUILT_IN = Family("Pillow's own", regular=("",))
"""Needs no file: for tests and machines without fonts. It lacks the characters beyond ASCII."""


@dataclass(frozen=True, slots=True)
class Face:
    """A typeface at one size. Lengths in pixels; `middle` is the height of half a small letter over the baseline."""

    font: ImageFont.FreeTypeFont
    size: float
    ascent: int
    descent: int
    middle: float
    advances: dict[str, float] = field(compare=False, repr=False)

    def length(self, text: str) -> float:
        """Return the width of a line, pairs not kerned: an upper bound for almost every face."""
        advances = self.advances
        try:
            return sum([advances[character] for character in text])
        except KeyError:
            for character in text:
                advances.setdefault(character, self.font.getlength(character))
            return sum([advances[character] for character in text])


@lru_cache(maxsize=1024)
def open_face(path: str, size: float) -> Face:
    """Open a face for drawing; the same object for the same file and size."""
    font = _open(path, size)
    ascent, descent = font.getmetrics()
    top = font.getbbox("x", anchor="ls")[1]
    return Face(font, size, ascent, descent, -top / 2, {})


def find_families(folder: Path | None = None, split: Split = "train") -> tuple[Family, ...]:
    """Find the Latin text families under `folder` (else TRAINING_FONTS, else /usr/share/fonts) of a split, by name.

    Raises:
        FontsError: nothing usable is there.
    """
    root = folder or fonts_folder()
    found: dict[str, dict[Style, list[str]]] = {}
    for path, family, style in sorted(_text_faces(root)):
        held_out = family.startswith(tuple(HELD_OUT))
        if held_out == (split == "test"):
            found.setdefault(family, {}).setdefault(style, []).append(str(path))
    families = tuple(
        Family(name, *(tuple(styles.get(style, ())) for style in STYLE_WEIGHTS))
        for name, styles in sorted(found.items())
        if "regular" in styles
    )
    if not families:
        raise FontsError(f"no text face for {split} under {root}")
    return families


def favour_old_figures(families: Sequence[Family]) -> tuple[Family, ...]:
    """Repeat the few families with old-style figures several times: a low 3 looks like a 5."""
    return tuple(family for family in families for _ in range(OLD_FIGURES_TIMES if _has_old_figures(family) else 1))


def _has_old_figures(family: Family) -> bool:
    """Return whether its 3 hangs below the line."""
    return open_face(family.regular[0], 100.0).font.getbbox("3", anchor="ls")[3] > OLD_FIGURES_DEPTH


def fonts_folder() -> Path:
    """Return the default folder of typefaces."""
    return Path(os.environ.get("TRAINING_FONTS", "/usr/share/fonts"))


def find_words(folder: Path | None = None) -> tuple[str, ...]:
    """List plain English words of at most 11 small letters: `words.txt` of a collected folder, else the system's list.

    Raises:
        FontsError: there is no list.
    """
    places = ((folder or fonts_folder()) / "words.txt", Path("/usr/share/dict/american-english"))
    for place in places:
        if place.is_file():
            lines = place.read_text(encoding="utf-8").split()
            return tuple(
                word
                for word in lines
                if word.isascii() and word.islower() and word.isalpha() and 2 <= len(word) <= 11
                if not UNFIT.search(word)
            )
    raise FontsError(f"no word list at {places[0]} or {places[1]}")


def collect(target: Path, source: Path | None = None) -> int:
    """Write the first face of each style and the word list to `target`; return the bytes written.

    The faces keep the alphabet's characters only, a few megabytes in all.
    """
    target.mkdir(parents=True, exist_ok=True)
    (target / "words.txt").write_text("\n".join(find_words(source)) + "\n", encoding="utf-8")
    splits: tuple[Split, ...] = ("train", "test")
    for family in (family for split in splits for family in find_families(source, split)):
        for name in (name for style in STYLE_WEIGHTS for name in family.files(style)[:1]):
            _subset(Path(name), target / Path(name).name)
    return sum(path.stat().st_size for path in target.iterdir() if path.is_file())


def _subset(source: Path, target: Path) -> None:
    from fontTools import subset  # Only collecting needs it.

    options = subset.Options(name_IDs=["*"], notdef_outline=True, legacy_kern=True, hinting=True)
    options.drop_tables += ["GSUB"]
    with subset.load_font(str(source), options) as font:
        cutter = subset.Subsetter(options)
        cutter.populate(text=ALPHABET)
        cutter.subset(font)
        font.save(target)


def _text_faces(root: Path) -> Iterator[tuple[Path, str, Style]]:
    seen: set[str] = set()
    for path in sorted(root.rglob("*.[to]tf")):
        if path.name in seen:
            continue
        seen.add(path.name)
        font = _open(str(path), 40)
        family, name = (part or "" for part in font.getname())
        style = STYLES.get(name.casefold().strip(" 0123456789"))
        noto = not family.startswith("Noto") or family in NOTO_TEXT
        if style and noto and not family.startswith(REJECTED) and "Condensed" not in family and _is_text_face(font):
            yield path, family, style


def _is_text_face(font: ImageFont.FreeTypeFont) -> bool:
    """Return whether it has the whole alphabet, each character with a width, and no small capitals as letters."""
    missing = bytes(font.getmask("\U000effff"))
    drawn = {character: bytes(font.getmask(character)) for character in ALPHABET if character != " "}
    if any(mask == missing or not any(mask) for mask in drawn.values()) or drawn["a"] == drawn["A"]:
        return False
    if any(font.getlength(character) <= 0 for character in ALPHABET):
        return False
    heights = {character: -font.getbbox(character, anchor="ls")[1] for character in "xbX"}
    return 0.35 < heights["x"] / max(1, heights["X"]) < 0.88 and heights["b"] > 1.15 * heights["x"]


def _open(path: str, size: float) -> ImageFont.FreeTypeFont:
    if path:
        return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
    font = ImageFont.load_default(size)
    if not isinstance(font, ImageFont.FreeTypeFont):
        raise FontsError("this Pillow was built without FreeType")
    return font


def main() -> None:
    """Copy the typefaces and the word list, or list the families."""
    parser = argparse.ArgumentParser(prog="python -m training.fonts", description=main.__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list")
    commands.add_parser("collect").add_argument("folder", type=Path)
    arguments = parser.parse_args()
    if arguments.command == "collect":
        print(f"{collect(arguments.folder) / 1e6:.1f} MB in {arguments.folder}")
        return
    splits: Sequence[Split] = ("train", "test")
    for split in splits:
        for family in find_families(split=split):
            print(f"{split:5}  {family.name}  ({len(family.regular)}, {len(family.bold)}, {len(family.italic)})")


if __name__ == "__main__":
    main()
