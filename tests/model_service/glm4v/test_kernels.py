"""Our kernels compute what torch computes, as far as a machine without a GPU can tell."""

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest
import torch

from model_service.glm4v import kernels
from model_service.glm4v.graphs import capture_step
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


def test_without_a_gpu_the_model_itself_decodes(model: GLM4VForConditionalGeneration) -> None:
    """Whether Triton is there or not."""
    assert not kernels.usable(torch.device("cpu"))
    assert capture_step(model, CPU) is None
