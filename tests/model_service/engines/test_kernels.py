"""Our kernels compute what torch computes, as far as a machine without a GPU can tell."""

import os
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

import pytest
import torch

from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.glm4v.rotary import rotate
from model_service.engines.kernels import dispatch, self_check
from model_service.engines.kernels.self_check import Checked
from model_service.engines.runtime import cuda_graph
from tests.model_service.engines.reading import CPU
from tests.model_service.engines.tiny import ROOT


@pytest.mark.skipif(find_spec("triton") is None, reason="Triton comes with torch for CUDA only; `pip install triton`")
@pytest.mark.timeout(600)
def test_the_kernels_agree_with_torch() -> None:
    """Product, step, and whole conversations, on Triton's interpreter."""
    command = [sys.executable, "-m", "tests.model_service.engines.interpreted"]
    done = subprocess.run(  # noqa: S603
        command, cwd=ROOT, env=os.environ | {"TRITON_INTERPRET": "1"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "all agree" in done.stdout


def test_a_cpu_has_no_use_for_them() -> None:
    """Whether Triton is there or not: the model itself decodes."""
    assert not dispatch.applies(torch.ones(1))
    assert not dispatch.unpacks(torch.ones(1))


def test_without_triton_no_kernel_is_used(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """One warning says so, and nothing is tried."""
    monkeypatch.setattr(self_check, "find_spec", lambda _: None)
    assert self_check.check(torch.bfloat16, lambda: pytest.fail("it was tried")) == Checked()
    assert [record.message for record in caplog.records] == [
        "without Triton for CUDA there are no kernels of our own here: answers come more slowly"
    ]


def test_kernels_that_are_off_or_fail_are_not_used(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Those for NF4 are wanted by all; those between products can be left out alone."""
    monkeypatch.setattr(self_check, "find_spec", lambda _: object())
    right = (torch.ones(2), torch.ones(2))
    wrong = (torch.ones(2), torch.zeros(2))
    assert self_check.check(torch.float16, lambda: [right, wrong]) == Checked()
    assert self_check.check(torch.float16, out_of_memory) == Checked()
    monkeypatch.setattr(self_check, "both", lambda *_: [wrong])
    assert self_check.check(torch.float16, lambda: [right]) == Checked(products=True)
    monkeypatch.setattr(self_check, "both", lambda *_: [right])
    assert self_check.check(torch.float16, lambda: [right]) == Checked(products=True, layers=torch.float16)
    assert len(caplog.records) == 3


def test_the_reference_of_the_rotation_is_the_models() -> None:
    """What the kernel is checked against is what the layers compute."""
    x, table = torch.randn(1, 3, 5, 16), torch.randn(1, 5, 4, 2)
    torch.testing.assert_close(self_check._rotated(x, table), rotate(x, table))


def test_a_step_that_fails_is_not_used(
    model: GLM4VForConditionalGeneration, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong on a card that nobody tried, one warning says why and the model itself decodes."""
    monkeypatch.setattr(cuda_graph.CapturedSteps, "__init__", lambda steps, *_: setattr(steps, "sizes", (1, 2)))
    monkeypatch.setattr(cuda_graph.CapturedSteps, "error", lambda _, rows: 0.01 if rows == 1 else float("nan"))
    assert cuda_graph.capture_steps(model, CPU, (1, 2)) is None
    monkeypatch.setattr(cuda_graph.CapturedSteps, "error", out_of_memory)
    assert cuda_graph.capture_steps(model, CPU, (1, 2)) is None
    sharing = cuda_graph.CapturedSteps(model, CPU, (1, 2))
    assert cuda_graph.capture_steps(model, CPU, cuda_graph.ROWS, sharing=sharing) is None
    first, second, third = (record.message for record in caplog.records)
    assert first == "decoding without a CUDA graph: ValueError('its logits are off by nan')"
    assert second == "decoding without a CUDA graph: OutOfMemoryError('no memory')"
    assert third == "reading follow-ups without a CUDA graph: OutOfMemoryError('no memory')"


def out_of_memory(*_: object) -> Any:
    """A failing measurement."""
    raise torch.OutOfMemoryError("no memory")
