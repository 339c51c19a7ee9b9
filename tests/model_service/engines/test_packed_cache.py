"""Packed weights kept on disk: the second start reads them; what is torn, stale or too big is no trouble."""

import fcntl
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from model_service.config import ModelConfig
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.hardware import Hardware
from model_service.engines.load import load_engine
from model_service.engines.weights import loading, packed_cache
from model_service.engines.weights.layout import Layout, Plan
from model_service.engines.weights.loading import load_checkpoint
from model_service.engines.weights.packed_cache_writer import PackedCacheWriter
from model_service.engines.weights.shards import read_tensors
from model_service.gauges import Gauges
from tests.model_service.engines.reading import CPU


class Started:
    """Starts with a cache, each until all is kept; notes which of them read the original shards."""

    def __init__(self, checkpoint: Path, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.checkpoint, self.root = checkpoint, root
        self.packed = 0

        def read(*args: Any) -> Any:
            self.packed += 1
            return read_tensors(*args)

        monkeypatch.setattr(loading, "read_tensors", read)

    def __call__(self, hardware: Hardware = CPU, **config: Any) -> GLM4VForConditionalGeneration:
        asked = ModelConfig(quantize="nf4", cache=self.root, **config)
        model: GLM4VForConditionalGeneration
        model, unkept = load_checkpoint(self.checkpoint, asked, hardware)
        if unkept is not None:
            PackedCacheWriter(unkept, model.state_dict(), hardware.device, Gauges()).join()
        return model

    @property
    def folder(self) -> Path:
        """Where the full plan's weights are kept."""
        return self.root / "checkpoint-nf4"

    def same(self, one: GLM4VForConditionalGeneration, other: GLM4VForConditionalGeneration) -> bool:
        """Whether two models have the same weights, to the bit."""
        others = other.state_dict()
        return all(torch.equal(tensor, others[name]) for name, tensor in one.state_dict().items())


@pytest.fixture
def start(checkpoint: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Started:
    """Several small files are written instead of few large ones."""
    monkeypatch.setattr(packed_cache, "FILE_BYTES", 30_000)
    return Started(checkpoint, tmp_path / "cache", monkeypatch)


def test_the_second_start_reads_what_the_first_packed(start: Started) -> None:
    """The same weights, to the bit; the original shards are not opened."""
    first = start()
    second = start()
    assert start.packed == 1
    assert start.same(first, second)
    assert len(list(start.folder.glob("*.safetensors"))) > 2
    assert not list(start.root.glob("*.part"))


def test_each_kind_of_head_is_kept_for_itself(start: Started) -> None:
    """Lean and tiny share theirs."""
    start()
    lean = start(memory="lean")
    tiny = start(memory="tiny")
    assert start.packed == 2
    assert start.same(lean, tiny)


def test_unpacked_nothing_is_kept(checkpoint: Path, tmp_path: Path) -> None:
    """It would be a copy of the checkpoint."""
    load_checkpoint(checkpoint, ModelConfig(quantize="none", cache=tmp_path / "cache"), CPU)
    assert not (tmp_path / "cache").exists()


def cut(folder: Path) -> None:
    """Half of a file is missing."""
    file = min(folder.glob("*.safetensors"))
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def lose(folder: Path) -> None:
    """A file is gone."""
    max(folder.glob("*.safetensors")).unlink()


def scribble(folder: Path) -> None:
    """A file's header names other tensors."""
    file = min(folder.glob("*.safetensors"))
    file.write_bytes(file.read_bytes().replace(b"transformer.", b"trans4mer!!."[:12], 1))


def unfinish(folder: Path) -> None:
    """No manifest."""
    (folder / packed_cache.MANIFEST).unlink()


def garble(folder: Path) -> None:
    """A manifest that says nothing."""
    (folder / packed_cache.MANIFEST).write_text("[1, 2]")


def forge(folder: Path) -> None:
    """Whole and of this checkpoint, but a tensor short."""
    manifest = json.loads((folder / packed_cache.MANIFEST).read_text())
    manifest["files"].popitem()
    (folder / packed_cache.MANIFEST).write_text(json.dumps(manifest))


@pytest.mark.parametrize("harm", [cut, lose, scribble, unfinish, garble, forge])
def test_what_is_torn_is_made_anew(start: Started, harm: Callable[[Path], None]) -> None:
    """Noticed before anything is computed with it, and whole again for the third start."""
    first = start()
    harm(start.folder)
    assert start.same(start(), first)
    assert start.packed == 2
    start()
    assert start.packed == 2


def test_another_checkpoint_of_that_name_is_noticed(start: Started) -> None:
    """A file was replaced: what was packed of the old one is replaced too."""
    start()
    shard = min(start.checkpoint.glob("*.safetensors"))
    os.utime(shard, ns=(1, 1))
    start()
    assert start.packed == 2
    assert len(list(start.root.glob("checkpoint*"))) == 1


def test_another_dtype_is_noticed(start: Started) -> None:
    """What is not packed is kept in it."""
    start()
    wanted = Hardware(torch.device("cpu"), torch.bfloat16)
    model = start(wanted)
    assert start.packed == 2
    assert model.transformer.vision.conv.weight.dtype == torch.bfloat16


def full_disk(monkeypatch: pytest.MonkeyPatch, start: Started) -> None:
    """No space is left once two files are written."""

    def save(tensors: Any, file: Path) -> None:
        if file.name.startswith("00002"):
            raise OSError(28, "No space left on device")
        save_file(tensors, file)

    monkeypatch.setattr(packed_cache, "save_file", save)


def little_space(monkeypatch: pytest.MonkeyPatch, start: Started) -> None:
    """What is left is wanted by others."""
    usage = shutil.disk_usage(start.checkpoint)._replace(free=1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)


def no_folder(monkeypatch: pytest.MonkeyPatch, start: Started) -> None:
    """A file lies where the folder should."""
    start.root.write_text("")


@pytest.mark.parametrize("trouble", [full_disk, little_space, no_folder])
def test_without_space_it_goes_on_without_a_cache(
    start: Started,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    trouble: Callable[[pytest.MonkeyPatch, Started], None],
) -> None:
    """One warning, no half of a cache, and the model is there."""
    trouble(monkeypatch, start)
    caplog.set_level(logging.WARNING)
    assert start().transformer is not None
    assert [record.message.split(",")[0] for record in caplog.records] == [
        f"the packed weights are not kept in {start.root}"
    ]
    assert not start.root.is_dir() or list(start.root.iterdir()) in ([], [start.root / "lock"])


def test_while_another_process_writes_nothing_is_written(start: Started) -> None:
    """Both answer; the one that came first keeps its weights."""
    start.root.mkdir()
    other = start.root / "checkpoint-nf4.part"
    other.mkdir()
    with (start.root / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        start()
    assert list(start.root.glob("checkpoint*")) == [other]
    start()
    assert list(start.root.glob("checkpoint*")) == [start.folder]


KILLED = """
import os, signal, sys
from pathlib import Path
from model_service.config import ModelConfig
from model_service.engines.weights import packed_cache
from model_service.engines.load import load_engine

real, packed_cache.FILE_BYTES = packed_cache.save_file, 30_000

def save(tensors, file):
    real(tensors, file)
    if file.name.startswith("00001"):
        os.kill(os.getpid(), signal.SIGKILL)

packed_cache.save_file = save
engine = load_engine(ModelConfig(name=sys.argv[1], device="cpu", quantize="nf4", cache=Path(sys.argv[2])))
engine._writer.join()
"""


def test_killed_while_writing_the_next_start_works(start: Started) -> None:
    """What lies there half is neither read nor left."""
    command = [sys.executable, "-c", KILLED, str(start.checkpoint), str(start.root)]
    done = subprocess.run(command, check=False, timeout=100, capture_output=True)  # noqa: S603
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert [folder.name for folder in start.root.glob("checkpoint*")] == ["checkpoint-nf4.part"]
    start()
    assert start.packed == 1
    assert [folder.name for folder in start.root.glob("checkpoint*")] == ["checkpoint-nf4"]
    start()
    assert start.packed == 1


def test_the_identity_of_what_is_kept_stays(tmp_path: Path) -> None:
    """What an earlier version kept is found: it depends on the files and the layout, not on where the code lies."""
    (tmp_path / "config.json").write_text("{}")
    shard = tmp_path / "model.safetensors"
    shard.write_bytes(b"weights")
    os.utime(shard, ns=(0, 1_700_000_000_000_000_000))
    rows, groups = (
        packed_cache.identity(tmp_path, [shard], Layout(Plan.LEAN, True, torch.bfloat16, grouped))
        for grouped in (False, True)
    )
    assert rows == "e5b2c3d3a3489d37e4803b0f9aade3fda7b57b0b131baeff0f325481b6b82dc9"
    assert groups == "19ab8f29d9e8cc29236ab0618d9853da03a75ede42d830fc82e735265651fa09"


def test_weights_in_groups_are_kept_as_such(start: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who multiplies them otherwise packs again; the second start in groups reads what the first packed."""
    in_rows = start()
    monkeypatch.setattr(Hardware, "multiplies_nf4", True)
    first = start()
    assert not start.same(in_rows, first)
    assert start.same(first, start())
    assert start.packed == 2


def test_weights_brought_back_into_rows_are_not_kept(start: Started, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where our product proves wrong on a card that has tensor cores: the next start would take them for groups."""
    wanted = start().state_dict()
    monkeypatch.setattr(Hardware, "multiplies_nf4", True)
    config = ModelConfig(name=str(start.checkpoint), device="cpu", quantize="nf4", cache=start.root)
    for kept in (False, True):
        engine = load_engine(config)
        assert engine._writer is None
        found = engine._runner._model.state_dict()  # type: ignore[attr-defined]
        assert all(torch.equal(tensor, wanted[name]) for name, tensor in found.items())
        engine.close()
        assert start.packed == (3 if kept else 2)
        start()
    assert start.packed == 3
