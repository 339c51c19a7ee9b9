"""Fetch the packages that a corpus is made from, and check them: `python -m training.corpus.packages packages/`."""

import argparse
import tempfile
from collections.abc import Mapping
from pathlib import Path

from training.lists import read_data
from training.packages import Package, Tool, fetch, unpack
from training.real.manifest import keep_out, keep_out_hash


def read_packages() -> Mapping[str, tuple[Package, ...]]:
    """Return the pinned packages by what they are used for.

    Raises:
        OfTheExam: one of them is an archive of the exam.
    """
    found: dict[str, tuple[Package, ...]] = {}
    for tool, use, name, *rest in read_data("corpus/packages")["PACKAGES"]:
        package = Package(Tool(tool), name, *rest)
        keep_out_hash(package.sha256, package.file)
        found[use] = (*found.get(use, ()), package)
    return found


def folder_of(package: Package, folder: Path) -> Path:
    """Return the folder that a package is unpacked to."""
    return folder / package.file.removesuffix(".tgz").removesuffix(".whl").removesuffix(".deb")


def obtain(package: Package, folder: Path) -> Path:
    """Fetch a package and unpack it, unless it is there; return its folder.

    Raises:
        CalledProcessError: the client has not got it.
        PackageError: it is another file than the one that was pinned.
        OfTheExam: it, or a file in it, belongs to the exam; nothing of it is left unpacked.
    """
    target = folder_of(package, folder)
    keep_out_hash(package.sha256, package.file)
    archive = fetch(package, folder)
    if not target.exists():
        with tempfile.TemporaryDirectory(dir=folder) as place:
            part = Path(place) / target.name
            part.mkdir()
            unpack(archive, part)
            for file in sorted(part.rglob("*")):
                if file.is_file() and not file.is_symlink():
                    keep_out(file)
            part.rename(target)
    return target


def main() -> None:
    """Fetch all packages into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for packages in read_packages().values():
        for package in packages:
            print(obtain(package, folder), flush=True)


if __name__ == "__main__":
    main()
