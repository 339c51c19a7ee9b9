"""Kernels are compiled while the weights are read: a model of the same shapes, but of few layers, is run once."""

import logging
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from model_service.gauges import Gauges
from model_service.glm4v import kernels
from model_service.glm4v.attention import LONG
from model_service.glm4v.config import GLM4VConfig
from model_service.glm4v.hardware import Hardware
from model_service.glm4v.layout import Layout, empty_model

COMPILING = "waiting for the kernels"
"""The stage of loading in which what is not compiled when the weights are read is waited for."""

VOCABULARY = 8192
"""As many entries as make the head a wide matrix, whose products are tiled as those of the real one."""

logger = logging.getLogger(__name__)


@contextmanager
def rehearsing(folder: Path, layout: Layout, hardware: Hardware, gauges: Gauges) -> Iterator[None]:
    """While the body loads the checkpoint, compile in a thread what the model will run on a GPU; wait for both.

    A step may be captured only after that, as another thread's calls would disturb it.
    """
    if hardware.device.type != "cuda":
        yield
        return
    thread = threading.Thread(target=_try, args=(folder, layout, hardware), name="rehearsal", daemon=True)
    thread.start()
    try:
        yield
    finally:
        with gauges.stage(COMPILING):
            thread.join()


def _try(folder: Path, layout: Layout, hardware: Hardware) -> None:
    """Rehearse; where that fails, kernels are compiled when they are used first."""
    begun = time.perf_counter()
    try:
        rehearse(few_layers(folder), layout, hardware)
    except Exception as reason:  # A card or a driver that nobody tried: it starts later, but it starts.
        logger.warning("the kernels are compiled after loading, not meanwhile: %r", reason, exc_info=True)
    else:
        logger.info("the kernels were compiled in %.1f s, beside the loading", time.perf_counter() - begun)


def few_layers(folder: Path) -> GLM4VConfig:
    """The checkpoint's configuration with a layer of each kind, and some of its vocabulary."""
    shape: GLM4VConfig = GLM4VConfig.from_pretrained(folder)
    shape.num_layers = 1
    shape.padded_vocab_size = min(shape.padded_vocab_size, VOCABULARY)
    shape.vision_config = {**(shape.vision_config or {}), "num_hidden_layers": 1}
    return shape


@torch.inference_mode()
def rehearse(shape: GLM4VConfig, layout: Layout, hardware: Hardware) -> None:
    """See two pictures, read a text and take each step once; all of it on the device, with whatever is in memory.

    The second picture is as small as one can be for which cuDNN is loaded, which takes a second.
    """
    model = empty_model(shape, layout)
    model.to_empty(device=hardware.device)
    for patches in (4, math.isqrt(LONG)):
        side = patches * shape.vision.patch_size
        model.transformer.vision(torch.zeros(1, 3, side, side, dtype=hardware.dtype, device=hardware.device))
    del model.transformer.vision  # The room that it has is soon wanted by the weights.
    if kernels.usable(hardware.device.type):
        from model_service.glm4v.graphs import ROWS, DecodeStep  # It wants Triton.

        for rows in (1, ROWS):
            DecodeStep(model, hardware, rows).error()
    del model
    if hardware.device.type == "cuda":
        torch._C._cuda_clearCublasWorkspaces()  # This thread's, which nobody would use again: 80 MiB.
        torch.cuda.empty_cache()
