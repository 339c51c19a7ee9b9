"""The packed weights of a checkpoint, kept on disk so that the next start need not pack them again."""

import fcntl
import hashlib
import json
import logging
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.torch import save_file
from torch import Tensor

from model_service.durable import sync
from model_service.engines.weights.layout import HEAD, Layout
from model_service.engines.weights.readahead import ReadAhead
from model_service.engines.weights.shards import read_file

VERSION = 1
"""Version of the format; another one makes older files stale."""

FILE_BYTES = 512 * 1024**2
"""A file is ended once it holds this much: what is collected for it lies in host memory."""

SPARE_BYTES = 1024**3
"""Bytes left free on the disk, for those who need it more."""

MANIFEST = "manifest.json"

ToHost = Callable[[Tensor], Tensor]
"""Copies a tensor into host memory, where it is not there already."""

logger = logging.getLogger(__name__)


class CacheUnusableError(Exception):
    """The cache is torn, stale, or not there; the text says which."""


class PackedCache:
    """One folder in `root`, named after the checkpoint; `identity` says of which files its tensors were made.

    It is written under a temporary name, with a manifest of the files' sizes and headers, and renamed when all of it
    is on the disk: a process that is killed leaves nothing that looks whole. One process writes at a time.
    """

    def __init__(self, root: Path, name: str, identity: str) -> None:
        self._root, self._identity = root, identity
        self._folder = root / name

    def read(self, report: Callable[[float], None]) -> Iterator[tuple[str, Tensor]]:
        """Yield all tensors by name, as views of their files; `report` gets the share of files read so far.

        Raises:
            CacheUnusableError: also in the middle.
        """
        if not self._folder.is_dir():
            raise CacheUnusableError(f"{self._folder} is not there")
        try:
            manifest = json.loads((self._folder / MANIFEST).read_text(encoding="utf-8"))
            if manifest["identity"] != self._identity:
                raise CacheUnusableError(f"{self._folder} was made of another checkpoint or for other settings")
            files = {self._folder / name: facts for name, facts in manifest["files"].items()}
            if torn := [file for file, facts in files.items() if _facts(file) != facts]:
                raise CacheUnusableError(f"{torn[0]} is torn")
            with ReadAhead(list(files)) as ahead:
                for count, file in enumerate(files, 1):
                    yield from read_file(file, ahead)
                    report(count / len(files))
        except (OSError, SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise CacheUnusableError(f"{self._folder} cannot be read ({error!r})") from error

    def write(self, tensors: Mapping[str, Tensor], to_host: ToHost) -> None:
        """Keep these instead of what is kept. Where that fails there is one warning, and nothing kept.

        An error of `to_host` is the caller's own: it ends the writing too, and is passed on.
        """
        try:
            self._root.mkdir(parents=True, exist_ok=True)
            needed = sum(tensor.nbytes for tensor in tensors.values()) + SPARE_BYTES
            if (free := shutil.disk_usage(self._root).free) < needed:
                raise OSError(f"{needed / 1e9:.1f} GB are needed there and {free / 1e9:.1f} are free")
            with (self._root / "lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self._replace(tensors, to_host)
        except BlockingIOError:
            logger.info("another process keeps its packed weights in %s just now; these are not kept", self._root)
        except (OSError, SafetensorError) as error:
            logger.warning("the packed weights are not kept in %s, the next start packs again: %s", self._root, error)

    def _replace(self, tensors: Mapping[str, Tensor], to_host: ToHost) -> None:
        for dead in self._root.glob("*.part"):  # Whoever wrote them was killed: the lock is ours.
            shutil.rmtree(dead)
        new = self._folder.with_name(f"{self._folder.name}.part")
        new.mkdir()
        try:
            _write_files(new, _groups(tensors, to_host), self._identity)
            shutil.rmtree(self._folder, ignore_errors=True)
            new.rename(self._folder)
            sync(self._root)
        except BaseException:
            shutil.rmtree(new, ignore_errors=True)
            raise
        logger.info("the packed weights are kept in %s", self._folder)


def identity(folder: Path, files: list[Path], layout: Layout) -> str:
    """Return a digest of what the packed weights depend on: files by name, size and time, configuration, packing.

    Raises:
        OSError: a file is gone.
    """
    stats = [(file.name, file.stat()) for file in files]
    facts = {
        "version": VERSION,
        "dtype": str(layout.dtype),
        "head": layout.packs(HEAD),
        **({"grouped": True} if layout.grouped else {}),  # In rows they are as earlier versions kept them.
        "config": hashlib.sha256((folder / "config.json").read_bytes()).hexdigest(),
        "files": [(name, stat.st_size, stat.st_mtime_ns) for name, stat in stats],
    }
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _write_files(folder: Path, groups: Iterator[dict[str, Tensor]], identity: str) -> None:
    files: dict[str, Any] = {}
    for count, group in enumerate(groups):
        file = folder / f"{count:05}.safetensors"
        save_file(group, file)
        sync(file)
        files[file.name] = _facts(file)
    manifest = folder / MANIFEST
    manifest.write_text(json.dumps({"identity": identity, "files": files}), encoding="utf-8")
    sync(manifest)
    sync(folder)


def _groups(tensors: Mapping[str, Tensor], to_host: ToHost) -> Iterator[dict[str, Tensor]]:
    group: dict[str, Tensor] = {}
    for name, tensor in tensors.items():
        group[name] = to_host(tensor).contiguous()
        if sum(held.nbytes for held in group.values()) >= FILE_BYTES:
            yield group
            group = {}
    if group:
        yield group


def _facts(file: Path) -> list[Any]:
    """A file's size, and a digest of its header, in which the names, shapes and places of its tensors are."""
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        header = opened.read(min(length, 100_000_000))
    return [file.stat().st_size, hashlib.sha256(header).hexdigest()]
