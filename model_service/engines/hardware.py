"""The hardware: one device and one dtype for the whole model."""

import logging
import os
import resource
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import torch

from model_service.config import ModelConfig
from model_service.engines.kernels.self_check import NONE, Checked
from model_service.errors import CheckpointError
from model_service.gauges import MemoryUse

GIB = 1024**3

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Hardware:
    """The model's device and precision, and which of our kernels are used."""

    device: torch.device
    dtype: torch.dtype
    kernels: Checked = NONE

    @property
    def dtype_name(self) -> str:
        """`bfloat16`, `float16` or `float32`."""
        return str(self.dtype).removeprefix("torch.")

    @property
    def multiplies_nf4(self) -> bool:
        """Whether our product of packed weights can be tried: there are tensor cores for this dtype, and Triton."""
        least = {torch.float16: (7, 5), torch.bfloat16: (8, 0)}.get(self.dtype)
        if least is None or self.device.type != "cuda" or torch.version.hip is not None or find_spec("triton") is None:
            return False
        return torch.cuda.get_device_capability(self.device) >= least

    def take_thread(self) -> None:
        """Have this thread launch its work on the device: a thread begins with the first card."""
        if self.device.index is not None:
            torch.cuda.set_device(self.device)

    def let_memory_grow(self) -> None:
        """Have torch map a card's memory piece by piece, so that it loses little between tensors, if the card can.

        In blocks of fixed size it loses up to 150 MiB beside the 9B's weights. Where a user has set the allocator's
        variable, that decides.
        """
        decided = {"PYTORCH_ALLOC_CONF", "PYTORCH_CUDA_ALLOC_CONF"} & os.environ.keys()
        if self.device.type != "cuda" or decided or torch.version.hip is not None:
            return
        # Torch reads the variable when it is imported; this does the same later, under a newer name or an older one.
        tell = getattr(torch._C, "_accelerator_setAllocatorSettings", torch.cuda.memory._set_allocator_settings)
        tell("expandable_segments:True")
        try:
            torch.empty(1, device=self.device)
        except RuntimeError as reason:  # A driver without such memory, under a hypervisor, say.
            logger.info("memory in blocks of fixed size: %s", reason)
            tell("expandable_segments:False")

    def free_bytes(self) -> int | None:
        """Return the free bytes of the device; None for a CPU, whose memory is not planned."""
        return torch.cuda.mem_get_info(self.device)[0] if self.device.type == "cuda" else None

    def memory(self) -> MemoryUse:
        """Return the memory in use."""
        if self.device.type == "cuda":
            free, total = torch.cuda.mem_get_info(self.device)
            return MemoryUse(total - free, total)
        return MemoryUse(_resident_bytes(), None)

    def total_bytes(self) -> int | None:
        """Return the bytes of the device; None for a CPU."""
        return torch.cuda.mem_get_info(self.device)[1] if self.device.type == "cuda" else None


def _resident_bytes() -> int:
    """Return the bytes that this process holds; where the system does not say, the most that it held so far."""
    pages = Path("/proc/self/statm")
    if pages.exists():
        return int(pages.read_text(encoding="ascii").split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def choose_hardware(config: ModelConfig) -> Hardware:
    """bf16 on a GPU that has it, fp16 on one that has not, fp32 on the CPU; a setting overrides.

    Raises:
        CheckpointError: a GPU is asked for and there is none, or no such.
    """
    device = _device(config.device)
    if config.dtype != "auto":
        return Hardware(device, getattr(torch, config.dtype))
    if device.type == "cpu":
        return Hardware(device, torch.float32)
    native_bf16 = torch.cuda.get_device_capability(device) >= (8, 0)
    return Hardware(device, torch.bfloat16 if native_bf16 else torch.float16)


def _device(wanted: str) -> torch.device:
    """The device that `model.device` names; left to itself, a GPU if there is one."""
    gpu = torch.cuda.is_available()
    if wanted == "auto":
        return torch.device("cuda" if gpu else "cpu")
    device = torch.device(wanted)
    if device.type == "cuda" and not gpu:
        raise CheckpointError(f"model.device is {wanted}, but no CUDA device was found")
    if device.index is not None and device.index >= (count := torch.cuda.device_count()):
        there = "only cuda:0 was found" if count == 1 else f"only cuda:0 to cuda:{count - 1} were found"
        raise CheckpointError(f"model.device is {wanted}, but {there}")
    return device
