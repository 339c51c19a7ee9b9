"""Archives of packages, pinned by their hashes: fetch them through their registries' own clients, and unpack them."""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

SOURCES = "Types: deb\n", "Types: deb-src\n"
SECONDS = 900
"""The most that one client may take."""


class PackageError(Exception):
    """An archive is not the one that was pinned."""


class Tool(StrEnum):
    """The client that a package is fetched with."""

    PIP = "pip"
    NPM = "npm"
    APT = "apt"
    APT_SOURCE = "apt-source"


@dataclass(frozen=True, slots=True)
class Package:
    """An archive of a registry: its package's name and version, its file's name and SHA-256."""

    tool: Tool
    name: str
    version: str
    file: str
    sha256: str


def sha256(file: Path) -> str:
    """Return a file's SHA-256 in hexadecimal."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def is_there(file: Path, wanted: str) -> bool:
    """Whether the file is there, with this SHA-256."""
    return file.exists() and sha256(file) == wanted


def fetch(package: Package, folder: Path) -> Path:
    """Fetch a package's archive into the folder unless it is there; return it.

    Raises:
        CalledProcessError: the client has not got it.
        PackageError: it is another file than the one that was pinned.
    """
    archive = folder / package.file
    if is_there(archive, package.sha256):
        return archive
    print(f"fetch {package.name} {package.version} ({package.tool})", flush=True)
    with tempfile.TemporaryDirectory() as place:
        for command in commands(package, Path(place)):
            # What is pinned is trusted as far as its hash; pip builds the metadata of a source archive.
            subprocess.run(command, cwd=place, check=True, timeout=SECONDS, stdout=subprocess.DEVNULL)  # noqa: S603
        found = Path(place) / package.file
        if package.tool is Tool.APT:  # Its names have the version's epoch and plus signs encoded.
            found = next(Path(place).glob("*.deb"), found)
        if not is_there(found, package.sha256):
            raise PackageError(f"{package.name} {package.version}: not the archive that was pinned")
        shutil.move(found, archive)
    return archive


def commands(package: Package, place: Path) -> Sequence[Sequence[str]]:
    """Return the commands that fetch a package's archive into the folder that they run in."""
    named = f"{package.name}={package.version}"
    match package.tool:
        case Tool.PIP:
            pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps")
            kind = "--only-binary" if package.file.endswith(".whl") else "--no-binary"
            return [(*pip, kind, ":all:", f"{package.name}=={package.version}")]
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


def unpack(archive: Path, folder: Path) -> None:
    """Unpack an archive of Debian, npm or Python into a folder."""
    if archive.suffix == ".deb":
        subprocess.run(["dpkg-deb", "--extract", archive, folder], check=True, timeout=SECONDS)  # noqa: S603, S607
    elif archive.suffix == ".whl":
        shutil.unpack_archive(archive, folder, "zip")
    else:
        with tarfile.open(archive) as opened:
            opened.extractall(folder, filter="data")
