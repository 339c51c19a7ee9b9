"""Kernels are compiled while the weights are read: a model of the same shapes, but of few layers, is run once."""

import logging
import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from model_service.engines.hardware import Hardware
from model_service.engines.kernels import LONG, dispatch
from model_service.engines.kernels.self_check import NONE, Checked, check
from model_service.engines.model import at_once
from model_service.engines.weights.families import read_config
from model_service.engines.weights.layout import Layout, empty_model
from model_service.gauges import Gauges

COMPILING = "waiting for the kernels"
"""The stage of loading in which what is not compiled when the weights are read is waited for."""

VOCABULARY = 8192
"""As many entries as make the head a wide matrix, whose products are tiled as those of the real one."""

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class WarmUp:
    """Results of a warm-up; complete once its block has ended."""

    checked: Checked = NONE


@contextmanager
def warming_up(folder: Path, layout: Layout, hardware: Hardware, gauges: Gauges) -> Iterator[WarmUp]:
    """While the body loads the checkpoint, check and compile in a thread what a GPU will run; wait for both.

    A step may be captured only after that, as another thread's calls would disturb it.
    """
    found = WarmUp()
    if hardware.device.type != "cuda":
        yield found
        return
    thread = threading.Thread(target=_try, args=(found, folder, layout, hardware), name="warm-up", daemon=True)
    thread.start()
    try:
        yield found
    finally:
        with gauges.stage(COMPILING):
            thread.join()


def _try(found: WarmUp, folder: Path, layout: Layout, hardware: Hardware) -> None:
    """Check the kernels, and warm up; where that fails, kernels are compiled when they are used first."""
    begun = time.perf_counter()
    try:
        hardware.take_thread()
        found.checked = check_kernels(hardware)
        warm_up(few_layers(folder), layout, replace(hardware, kernels=found.checked))
    except Exception as reason:  # A card or a driver that nobody tried: it starts later, but it starts.
        logger.warning("the kernels are compiled after loading, not meanwhile: %r", reason, exc_info=True)
    else:
        logger.info("the kernels were compiled in %.1f s, while the weights were loaded", time.perf_counter() - begun)


@torch.inference_mode()
def check_kernels(hardware: Hardware) -> Checked:
    """Find out which kernels are right on this GPU, and use them from now on."""
    from model_service.engines.weights.nf4 import products  # It imports bitsandbytes, which takes a second.

    checked = check(hardware.dtype, lambda: products(hardware.device))
    dispatch.use(checked, hardware.device)
    return checked


def few_layers(folder: Path) -> Any:
    """The checkpoint's configuration with a layer of each kind, and some of its vocabulary."""
    return read_config(folder).few_layers(VOCABULARY)


@torch.inference_mode()
def warm_up(shape: Any, layout: Layout, hardware: Hardware) -> None:
    """See two pictures, read a text and take each step once; all of it on the device, with whatever is in memory.

    The second picture is as small as one can be for which cuDNN is loaded, which takes a second.
    """
    model = empty_model(shape, layout)
    model.to_empty(device=hardware.device)
    for patches in (4, math.isqrt(LONG)):
        side = patches * shape.vision.patch_size
        at_once(model.see(torch.zeros(1, 3, side, side, dtype=hardware.dtype, device=hardware.device)))
    del model.transformer.vision  # The room that it has is soon wanted by the weights.
    if hardware.kernels.products:
        from model_service.engines.runtime.cuda_graph import ROWS, CapturedSteps  # It wants Triton.

        none = torch.zeros(shape.padded_vocab_size, dtype=torch.bool, device=hardware.device)
        for steps in (CapturedSteps(model, hardware, (1, ROWS[0]), none), CapturedSteps(model, hardware, ROWS)):
            for rows in steps.sizes:
                steps.error(rows)
    del model
    if hardware.device.type == "cuda":
        torch._C._cuda_clearCublasWorkspaces()  # This thread's, which nobody would use again: 80 MiB.
        torch.cuda.empty_cache()
