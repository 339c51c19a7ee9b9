"""Packed weights are kept beside the first answers, and given up when the engine is closed before."""

import logging
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from model_service import Gauges, GenerationRequest, Message, ModelConfig, SamplingParams
from model_service.config import Memory
from model_service.engines.glm4v_engine import GLM4VEngine
from model_service.engines.load import load_engine
from model_service.engines.weights import packed_cache
from model_service.engines.weights.loading import FROM_CACHE, FROM_SHARDS
from model_service.engines.weights.packed_cache import PackedCache
from model_service.engines.weights.packed_cache_writer import KEEPING, PackedCacheWriter

PREPARING = "preparing the steps"


class Disk:
    """A disk that holds the second file back until it is let `go`; `begun` is set once that file is wanted."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()

    def save(self, tensors: dict[str, Tensor], file: Path) -> None:
        """In the place of `save_file`."""
        if file.name.startswith("00001"):
            self.begun.set()
            assert self.go.wait(60)
        save_file(tensors, file)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """Several small files are written to it instead of few large ones."""
    made = Disk()
    monkeypatch.setattr(packed_cache, "FILE_BYTES", 30_000)
    monkeypatch.setattr(packed_cache, "save_file", made.save)
    return made


def start(checkpoint: Path, gauges: Gauges | None = None, memory: Memory = "full") -> GLM4VEngine:
    """An engine that packs, or that reads what one before has packed."""
    cache = checkpoint.parent / "cache"
    return load_engine(
        ModelConfig(name=str(checkpoint), device="cpu", quantize="nf4", cache=cache, memory=memory), gauges
    )


def kept(checkpoint: Path) -> list[str]:
    """The folders in the cache."""
    return [folder.name for folder in (checkpoint.parent / "cache").iterdir() if folder.is_dir()]


def answer(engine: GLM4VEngine) -> str:
    """Some greedy text."""
    asked = GenerationRequest("1", "chat", (Message("user", "?"),), sampling=SamplingParams(max_tokens=4))
    return "".join(step.text for step in engine.generate(asked))


def test_answers_come_while_the_weights_are_kept(checkpoint: Path, disk: Disk) -> None:
    """The engine is ready, and answers, with one file written; all are kept in the end, and the next start reads them
    and answers the same.
    """
    first, second = Gauges(), Gauges()
    engine = start(checkpoint, first)
    assert disk.begun.wait(60)
    early = answer(engine)
    assert [*first.stages] == [FROM_SHARDS, PREPARING]
    assert kept(checkpoint) == ["checkpoint-nf4.part"]
    disk.go.set()
    assert engine._writer is not None
    engine._writer.join()
    assert [*first.stages] == [FROM_SHARDS, PREPARING, KEEPING]
    assert kept(checkpoint) == ["checkpoint-nf4"]
    again = start(checkpoint, second)
    assert [*second.stages] == [FROM_CACHE, PREPARING]
    assert again._writer is None
    assert answer(again) == answer(engine) == early
    engine.close()
    again.close()


def test_closed_meanwhile_it_ends_with_the_file_it_is_at(checkpoint: Path, disk: Disk) -> None:
    """Closing waits for that one; nothing that looks whole is left, nor the rest; the next start packs and keeps."""
    gauges = Gauges()
    engine = start(checkpoint, gauges)
    assert disk.begun.wait(60)
    assert engine._writer is not None
    closing = threading.Thread(target=engine.close)
    closing.start()
    assert engine._writer._over.wait(60)
    disk.go.set()
    closing.join(60)
    assert not closing.is_alive()
    assert not engine._writer._thread.is_alive()
    assert kept(checkpoint) == []
    assert KEEPING not in gauges.stages
    again = start(checkpoint)
    assert again._writer is not None
    again._writer.join()
    again.close()
    assert kept(checkpoint) == ["checkpoint-nf4"]


UNCLOSED = """
import sys, threading
from pathlib import Path
from model_service.config import ModelConfig
from model_service.engines.weights import packed_cache
from model_service.engines.load import load_engine

real, packed_cache.FILE_BYTES = packed_cache.save_file, 30_000
begun, made = threading.Event(), threading.Event()

def save(tensors, file):
    begun.set()
    made.wait()
    engine._writer._over.wait()
    real(tensors, file)

packed_cache.save_file = save
engine = load_engine(ModelConfig(name=sys.argv[1], device="cpu", quantize="nf4", cache=Path(sys.argv[2])))
made.set()
begun.wait()
"""


def test_a_process_that_ends_without_closing_ends_it_too(checkpoint: Path) -> None:
    """With the file it is at; nothing is left, and nobody complains."""
    cache = checkpoint.parent / "cache"
    command = [sys.executable, "-c", UNCLOSED, str(checkpoint), str(cache)]
    done = subprocess.run(command, check=False, timeout=100, capture_output=True, text=True)  # noqa: S603
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert [entry.name for entry in cache.iterdir()] == ["lock"]


@pytest.mark.parametrize("memory", ["lean", "tiny"])
def test_what_was_moved_once_it_was_loaded_is_kept_as_it_is_now(
    checkpoint: Path, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Layers that lie in buffers of the host, to be streamed, are kept to the bit, in several files."""
    monkeypatch.setattr(packed_cache, "FILE_BYTES", 30_000)
    engine = start(checkpoint, memory=memory)
    wanted = cast(nn.Module, engine._runner._model).state_dict()
    assert engine._writer is not None
    engine._writer.join()
    again = start(checkpoint, memory=memory)
    assert again._writer is None
    found = cast(nn.Module, again._runner._model).state_dict()
    assert [*found] == [*wanted]
    assert all(torch.equal(tensor, wanted[name]) for name, tensor in found.items())
    engine.close()
    again.close()


def test_a_device_that_fails_meanwhile_costs_a_warning(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """And nothing is kept, nor noted as done."""

    class Lost:
        nbytes = 4

        def cpu(self) -> Any:
            raise RuntimeError("no such device")

    cache, gauges = PackedCache(tmp_path / "cache", "weights", "identity"), Gauges()
    with caplog.at_level(logging.WARNING):
        PackedCacheWriter(cache, {"weight": Lost()}, torch.device("cpu"), gauges).join()  # type: ignore[dict-item]
    assert [record.message for record in caplog.records] == [
        "the packed weights are not kept, the next start packs again"
    ]
    assert gauges.stages == {}
    assert [entry.name for entry in (tmp_path / "cache").iterdir()] == ["lock"]
