"""Fetch the packages that a corpus is made from, and check them: `python -m training.corpus.packages packages/`."""

import argparse
import hashlib
import subprocess
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from training.lists import read_data

FETCH = {
    "debian": ("apt-get", "download", "{name}={version}"),
    "npm": ("npm", "pack", "--silent", "{name}@{version}"),
    "pypi": ("pip", "download", "-q", "--no-deps", "{name}=={version}"),
}
"""The registries' own clients, called in the folder that the file is to lie in."""

LIMIT = 600


@dataclass(frozen=True, slots=True)
class Package:
    """A package, pinned: its registry, what it is used for, and its file with the file's hash."""

    registry: str
    use: str
    name: str
    version: str
    file: str
    sha256: str

    @property
    def folder(self) -> str:
        """The folder that it is unpacked to."""
        return self.file.removesuffix(".tgz").removesuffix(".whl").removesuffix(".deb")


class PackageError(Exception):
    """A package is not what was pinned."""


def read_packages() -> tuple[Package, ...]:
    """Return the pinned packages."""
    return tuple(Package(*row) for row in read_data("corpus/packages")["PACKAGES"])


def fetch(package: Package, folder: Path) -> Path:
    """Download a package unless it is there, check it, unpack it; return its folder.

    Raises:
        PackageError: its hash is another.
    """
    path, target = folder / package.file, folder / package.folder
    if not path.exists():
        command = [part.format(name=package.name, version=package.version) for part in FETCH[package.registry]]
        subprocess.run(command, cwd=folder, check=True, timeout=LIMIT)
    if hashlib.sha256(path.read_bytes()).hexdigest() != package.sha256:
        raise PackageError(f"{path.name} is not the file that was pinned")
    if not target.exists():
        part = target.with_name(target.name + ".part")
        _unpack(path, part)
        part.rename(target)
    return target


def _unpack(path: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".deb":
        subprocess.run(["dpkg", "-x", str(path.resolve()), str(target)], check=True, timeout=LIMIT)
    elif path.suffix == ".whl":
        with zipfile.ZipFile(path) as packed:
            packed.extractall(target)
    else:
        with tarfile.open(path) as packed:
            packed.extractall(target, filter="data")


def main() -> None:
    """Fetch all packages into a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    for package in read_packages():
        print(fetch(package, folder), flush=True)


if __name__ == "__main__":
    main()
