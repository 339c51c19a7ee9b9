"""Our kernels compute what torch computes, as far as a machine without a GPU can tell."""

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest
import torch

from model_service.glm4v import graphs, kernels
from model_service.glm4v.model import GLM4VForConditionalGeneration
from tests.model_service.glm4v.reading import CPU
from tests.model_service.glm4v.tiny import ROOT


@pytest.mark.skipif(find_spec("triton") is None, reason="Triton comes with torch for CUDA only; `pip install triton`")
@pytest.mark.timeout(600)
def test_the_kernels_agree_with_torch() -> None:
    """Product, step, and whole conversations, on Triton's interpreter."""
    command = [sys.executable, "-m", "tests.model_service.glm4v.interpreted"]
    done = subprocess.run(  # noqa: S603
        command, cwd=ROOT, env=os.environ | {"TRITON_INTERPRET": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all agree" in done.stdout


def test_a_cpu_has_no_use_for_them() -> None:
    """Whether Triton is there or not: the model itself decodes."""
    assert not kernels.usable("cpu")


def test_a_step_that_fails_is_not_used(
    model: GLM4VForConditionalGeneration, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong on a card that nobody tried, one warning says why and the model itself decodes."""
    monkeypatch.setattr(graphs.DecodeStep, "__init__", lambda *_: None)
    monkeypatch.setattr(graphs.DecodeStep, "error", lambda _: float("nan"))
    assert graphs.capture_step(model, CPU) is None
    monkeypatch.setattr(graphs.DecodeStep, "error", out_of_memory)
    assert graphs.capture_step(model, CPU) is None
    assert graphs.capture_step(model, CPU, graphs.ROWS) is None
    first, second, third = (record.message for record in caplog.records)
    assert first == "decoding without a CUDA graph: ValueError('its logits are off by nan')"
    assert second == "decoding without a CUDA graph: OutOfMemoryError('no memory')"
    assert third == "reading follow-ups without a CUDA graph: OutOfMemoryError('no memory')"


def out_of_memory(*_: object) -> float:
    """A failing measurement."""
    raise torch.OutOfMemoryError("no memory")
