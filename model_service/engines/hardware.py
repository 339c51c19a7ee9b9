"""What the machine can do: one device and one dtype for the whole model."""

import resource
from dataclasses import dataclass
from pathlib import Path

import torch

from model_service.config import ModelConfig
from model_service.engines.kernels.self_check import NONE, Checked
from model_service.errors import CheckpointError
from model_service.gauges import MemoryUse

GIB = 1024**3


@dataclass(frozen=True, slots=True)
class Hardware:
    """Where the model runs, in which precision, and by which of our kernels."""

    device: torch.device
    dtype: torch.dtype
    kernels: Checked = NONE

    @property
    def dtype_name(self) -> str:
        """`bfloat16`, `float16` or `float32`."""
        return str(self.dtype).removeprefix("torch.")

    def free_bytes(self) -> int | None:
        """What the device has free now; None for a CPU, whose memory is not planned."""
        return torch.cuda.mem_get_info(self.device)[0] if self.device.type == "cuda" else None

    def memory(self) -> MemoryUse:
        """What is in use now."""
        if self.device.type == "cuda":
            free, total = torch.cuda.mem_get_info(self.device)
            return MemoryUse(total - free, total)
        return MemoryUse(_resident_bytes(), None)

    def total_bytes(self) -> int | None:
        """What the device has in all; None for a CPU."""
        return torch.cuda.mem_get_info(self.device)[1] if self.device.type == "cuda" else None


def _resident_bytes() -> int:
    """What this process holds in memory; where the system does not say, the most that it held so far."""
    pages = Path("/proc/self/statm")
    if pages.exists():
        return int(pages.read_text(encoding="ascii").split()[1]) * resource.getpagesize()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def choose_hardware(config: ModelConfig) -> Hardware:
    """bf16 on a GPU that has it, fp16 on one that has not, fp32 on the CPU; a setting overrides.

    Raises:
        CheckpointError: a GPU is asked for and there is none.
    """
    gpu = torch.cuda.is_available()
    if config.device == "cuda" and not gpu:
        raise CheckpointError("model.device is cuda, but no CUDA device was found")
    device = torch.device("cuda" if gpu and config.device != "cpu" else "cpu")
    if config.dtype != "auto":
        return Hardware(device, getattr(torch, config.dtype))
    if device.type == "cpu":
        return Hardware(device, torch.float32)
    native_bf16 = torch.cuda.get_device_capability(device) >= (8, 0)
    return Hardware(device, torch.bfloat16 if native_bf16 else torch.float16)
