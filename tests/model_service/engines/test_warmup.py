"""Kernels are compiled while the weights are read; what cannot be tried here is only that it is a GPU."""

import logging
import threading
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
import torch

from model_service.engines.glm4v.config import NINE_BILLION, GLM4VConfig
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.hardware import GIB, Hardware
from model_service.engines.kernels.self_check import Checked
from model_service.engines.runtime import cuda_graph, warmup
from model_service.engines.runtime.warmup import COMPILING, few_layers, warm_up, warming_up
from model_service.engines.weights.layout import HEAD, Layout, Plan, device_bytes, empty_model, packed_layers
from model_service.gauges import Gauges
from tests.model_service.engines.reading import CPU

GPU = Hardware(torch.device("cuda"), torch.bfloat16)
CHECKED = Checked(products=True, layers=torch.bfloat16)
LAYOUT = Layout(Plan.FULL, True, torch.float32)


def test_reading_goes_on_beside_it_and_both_are_waited_for(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It begins before the weights are read, in another thread, and has ended when the steps are prepared."""
    begun, read, ended = threading.Event(), threading.Event(), threading.Event()

    def warm_up(shape: GLM4VConfig, layout: Layout, hardware: Hardware) -> None:
        assert (shape.num_layers, layout, hardware) == (1, LAYOUT, replace(GPU, kernels=CHECKED))
        begun.set()
        assert read.wait(60)
        ended.set()

    monkeypatch.setattr(warmup, "warm_up", warm_up)
    monkeypatch.setattr(warmup, "check_kernels", lambda hardware: CHECKED)
    gauges = Gauges()
    with warming_up(checkpoint, LAYOUT, GPU, gauges) as warm:
        assert begun.wait(60)
        read.set()
    assert warm.checked == CHECKED
    assert ended.is_set()
    assert [*gauges.stages] == [COMPILING]


def test_where_it_fails_the_model_is_loaded_all_the_same(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With one warning: the kernels are compiled when they are used."""

    def fail(*args: object) -> None:
        raise RuntimeError("no such card")

    monkeypatch.setattr(warmup, "warm_up", fail)
    monkeypatch.setattr(warmup, "check_kernels", lambda hardware: CHECKED)
    with caplog.at_level(logging.WARNING), warming_up(checkpoint, LAYOUT, GPU, Gauges()):
        pass
    (record,) = caplog.records
    assert "no such card" in record.message


def test_a_load_that_fails_is_told_once_the_rehearsal_has_ended(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No thread is left behind."""
    monkeypatch.setattr(warmup, "warm_up", lambda *args: None)
    monkeypatch.setattr(warmup, "check_kernels", lambda hardware: CHECKED)
    with pytest.raises(KeyError), warming_up(checkpoint, LAYOUT, GPU, Gauges()):
        raise KeyError
    assert "warm-up" not in [thread.name for thread in threading.enumerate()]


def test_without_a_gpu_there_is_none(checkpoint: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing to compile."""
    monkeypatch.setattr(warmup, "warm_up", lambda *args: pytest.fail("it was rehearsed"))
    gauges = Gauges()
    with warming_up(checkpoint, LAYOUT, CPU, gauges):
        pass
    assert gauges.stages == {}


class Tried:
    """Stands for the steps: tries the model itself, and notes of how many rows each step is."""

    rows: ClassVar[list[int]] = []

    def __init__(
        self,
        model: GLM4VForConditionalGeneration,
        hardware: Hardware,
        sizes: tuple[int, ...],
        forbidden: torch.Tensor | None = None,
    ) -> None:
        assert forbidden is None or len(forbidden) == model.config.padded_vocab_size
        self.model, self.device, self.sizes = model, hardware.device, sizes

    def error(self, rows: int) -> None:
        """Read a text."""
        self.rows.append(rows)
        ids = torch.arange(5, device=self.device)[None]
        assert self.model(self.model.embed(ids), ids).shape == (1, 5, self.model.config.padded_vocab_size)


@pytest.mark.parametrize("plan", Plan)
@pytest.mark.parametrize("packed", [True, False])
def test_the_model_that_rehearses_sees_and_reads(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch, plan: Plan, packed: bool
) -> None:
    """In every layout, whatever its memory holds; steps of answers are tried, and those of a text."""
    monkeypatch.setattr(cuda_graph, "CapturedSteps", Tried)
    monkeypatch.setattr(Tried, "rows", [])
    warm_up(few_layers(checkpoint), Layout(plan, packed, torch.float32), replace(CPU, kernels=Checked(products=True)))
    assert Tried.rows == [1, cuda_graph.ROWS[0], *cuda_graph.ROWS]


@pytest.mark.parametrize("plan", Plan)
def test_its_matrices_are_those_of_the_9b(tmp_path: Path, plan: Plan) -> None:
    """Each shape that is packed, but for the head, which is wide too; and little memory goes to it while loading."""
    NINE_BILLION.save_pretrained(tmp_path)
    few, layout = few_layers(tmp_path), Layout(plan, True, torch.bfloat16)
    real, sample = (
        {name: (layer.out_features, layer.in_features) for name, layer in packed_layers(model, layout).items()}
        for model in (empty_model(NINE_BILLION, layout), empty_model(few, layout))
    )
    assert real.pop(HEAD, None) == (None if plan is Plan.FULL else (151552, 4096))
    assert sample.pop(HEAD, None) == (None if plan is Plan.FULL else (8192, 4096))
    assert {*real.values()} == {*sample.values()}
    assert sample.keys() < real.keys()
    assert device_bytes(few, layout) < 0.6 * GIB
