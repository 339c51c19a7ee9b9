"""One device and one dtype for the whole model, chosen from the machine."""

import pytest
import torch

from model_service.config import ModelConfig
from model_service.engines.hardware import GIB, Hardware, choose_hardware
from model_service.errors import CheckpointError
from model_service.gauges import MemoryUse


class Card:
    """A GPU that torch finds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int] = (8, 6)) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: (7 * GIB, 8 * GIB))


@pytest.fixture
def no_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without one."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)


@pytest.mark.usefixtures("no_gpu")
def test_without_a_gpu_it_is_fp32_on_the_cpu() -> None:
    """Half precision is slow there."""
    hardware = choose_hardware(ModelConfig())
    assert (hardware.device.type, hardware.dtype, hardware.dtype_name) == ("cpu", torch.float32, "float32")
    assert hardware.free_bytes() is hardware.total_bytes() is None


@pytest.mark.usefixtures("no_gpu")
def test_a_gpu_that_is_asked_for_and_not_there_is_an_error() -> None:
    """It names the setting."""
    with pytest.raises(CheckpointError, match=r"model\.device is cuda"):
        choose_hardware(ModelConfig(device="cuda"))


@pytest.mark.parametrize(
    ("capability", "dtype"), [((8, 0), torch.bfloat16), ((9, 0), torch.bfloat16), ((7, 5), torch.float16)]
)
def test_a_gpu_takes_bf16_where_it_has_it(
    monkeypatch: pytest.MonkeyPatch, capability: tuple[int, int], dtype: torch.dtype
) -> None:
    """fp16 on older cards, where bf16 is only imitated."""
    Card(monkeypatch, capability)
    hardware = choose_hardware(ModelConfig())
    assert (hardware.device.type, hardware.dtype) == ("cuda", dtype)


def test_settings_override(monkeypatch: pytest.MonkeyPatch) -> None:
    """Device and dtype, each on its own."""
    Card(monkeypatch)
    assert choose_hardware(ModelConfig(device="cpu")).device.type == "cpu"
    assert choose_hardware(ModelConfig(dtype="float16")).dtype == torch.float16


def test_a_gpu_says_what_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others may use it too."""
    Card(monkeypatch)
    hardware = choose_hardware(ModelConfig())
    assert (hardware.free_bytes(), hardware.total_bytes()) == (7 * GIB, 8 * GIB)


def test_the_memory_in_use_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a GPU, whoever uses it; of a CPU, this process's: torch alone is more than 50 MiB."""
    in_process = Hardware(torch.device("cpu"), torch.float32).memory()
    assert in_process.total is None
    assert in_process.used > 50 * 1024**2
    Card(monkeypatch)
    assert choose_hardware(ModelConfig()).memory() == MemoryUse(GIB, 8 * GIB)


class Allocator:
    """Torch's, under one name or the other: what it was told, and whether it can then give any memory."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, newer: bool = True, able: bool = True) -> None:
        for name in ("PYTORCH_ALLOC_CONF", "PYTORCH_CUDA_ALLOC_CONF"):
            monkeypatch.delenv(name, raising=False)
        self.told: list[str] = []
        self.able = able
        if newer:
            monkeypatch.setattr(torch._C, "_accelerator_setAllocatorSettings", self.told.append, raising=False)
        else:
            monkeypatch.delattr(torch._C, "_accelerator_setAllocatorSettings", raising=False)
            monkeypatch.setattr(torch.cuda.memory, "_set_allocator_settings", self.told.append)
        monkeypatch.setattr(torch, "empty", self.give)

    def give(self, size: int, device: torch.device) -> None:
        """Give memory as it was told to."""
        if not self.able and self.told[-1].endswith("True"):
            raise RuntimeError("CUDA driver error: operation not supported")


GPU = Hardware(torch.device("cuda"), torch.bfloat16)


@pytest.mark.parametrize("newer", [False, True])
@pytest.mark.parametrize("able", [False, True])
def test_the_allocator_maps_piece_by_piece_if_it_can(monkeypatch: pytest.MonkeyPatch, newer: bool, able: bool) -> None:
    """By whatever name torch has for it."""
    allocator = Allocator(monkeypatch, newer=newer, able=able)
    GPU.let_memory_grow()
    assert allocator.told == ["expandable_segments:True"] + ([] if able else ["expandable_segments:False"])


@pytest.mark.parametrize("variable", ["PYTORCH_ALLOC_CONF", "PYTORCH_CUDA_ALLOC_CONF"])
def test_the_allocator_is_left_alone_where_somebody_has_set_it(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """And where there is no card."""
    allocator = Allocator(monkeypatch)
    Hardware(torch.device("cpu"), torch.float32).let_memory_grow()
    monkeypatch.setenv(variable, "max_split_size_mb:512")
    GPU.let_memory_grow()
    assert allocator.told == []
