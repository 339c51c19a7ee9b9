"""Reading the tensors of a checkpoint, one at a time."""

import json
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path

from safetensors import SafetensorError, safe_open
from torch import Tensor

from model_service.engines.weights.readahead import ReadAhead
from model_service.errors import CheckpointError

INDEX, SINGLE = "model.safetensors.index.json", "model.safetensors"

MAPPED = 512 * 1024**2
"""Bytes read before a file is opened anew: what is mapped of it counts as this process's memory until then."""


def shards(folder: Path) -> list[Path]:
    """The checkpoint's files of weights, in the order of their names."""
    if not (folder / INDEX).exists():
        return [folder / SINGLE]
    where = json.loads((folder / INDEX).read_text(encoding="utf-8"))["weight_map"]
    return [folder / name for name in sorted(set(where.values()))]


def read_tensors(files: list[Path], report: Callable[[float], None]) -> Iterator[tuple[str, Tensor]]:
    """All tensors by name, in the order in which they lie; `report` gets the share of bytes read so far.

    A tensor is a view of its file, to be copied and dropped before the next is asked for.

    Raises:
        CheckpointError: a file is missing, torn, or not in the format.
    """
    done, total = 0, sum(file.stat().st_size for file in files if file.is_file())
    with ReadAhead(files) as ahead:
        for file in files:
            try:
                for name, tensor in read_file(file, ahead):
                    yield name, tensor
                    done += tensor.nbytes
                    report(done / total)
            except (OSError, SafetensorError) as error:
                raise CheckpointError(f"{file}: cannot be loaded, fetch this file again ({error})") from error


def read_file(file: Path, ahead: ReadAhead) -> Iterator[tuple[str, Tensor]]:
    """The tensors of one file, the next of those that are read ahead.

    Raises:
        OSError, SafetensorError: it cannot be read.
    """
    with safe_open(file, framework="pt") as opened:
        left = deque(opened.offset_keys())
    ahead.await_next(_header_bytes(file))
    while left:
        with safe_open(file, framework="pt") as opened:
            read = 0
            while left and read < MAPPED:
                name = left.popleft()
                tensor = opened.get_tensor(name)
                ahead.await_next(tensor.nbytes)
                read += tensor.nbytes
                yield name, tensor


def _header_bytes(file: Path) -> int:
    """How much stands before the first tensor: the header, and its length."""
    with file.open("rb") as opened:
        return 8 + int.from_bytes(opened.read(8), "little")
