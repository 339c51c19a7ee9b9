"""What the machine can do: one device and one dtype for the whole model."""

from dataclasses import dataclass

import torch

from model_service.config import ModelConfig
from model_service.errors import CheckpointError

GIB = 1024**3
NINE_BILLION_NEEDS = 9 * GIB
"""Memory of a GPU from which `auto` takes the 9B model: 8.5 GiB of NF4 weights and the work on a standard picture."""


@dataclass(frozen=True, slots=True)
class Hardware:
    """Where the model runs, and in which precision."""

    device: torch.device
    dtype: torch.dtype

    @property
    def dtype_name(self) -> str:
        """`bfloat16`, `float16` or `float32`."""
        return str(self.dtype).removeprefix("torch.")


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


def holds_nine_billion(device: torch.device) -> bool:
    """Whether the device is a GPU with the memory for the 9B model in 4 bits."""
    return device.type == "cuda" and torch.cuda.get_device_properties(device).total_memory >= NINE_BILLION_NEEDS
