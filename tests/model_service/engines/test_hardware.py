"""One device and one dtype for the whole model, chosen from the machine."""

import pytest
import torch

from model_service.config import ModelConfig
from model_service.engines.hardware import GIB, Hardware, choose_hardware, let_memory_grow
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


@pytest.mark.parametrize("variable", [None, "PYTORCH_ALLOC_CONF", "PYTORCH_CUDA_ALLOC_CONF"])
@pytest.mark.parametrize("older", [False, True])
def test_the_allocator_is_told_to_map_piece_by_piece(
    monkeypatch: pytest.MonkeyPatch, variable: str | None, older: bool
) -> None:
    """By whatever name torch has for it; unless somebody has set the variable. Torch knows the words."""
    for name in ("PYTORCH_ALLOC_CONF", "PYTORCH_CUDA_ALLOC_CONF"):
        monkeypatch.delenv(name, raising=False)
    if variable is not None:
        monkeypatch.setenv(variable, "max_split_size_mb:512")
    Card(monkeypatch)
    told: list[str] = []
    if older:
        monkeypatch.delattr(torch._C, "_accelerator_setAllocatorSettings", raising=False)
        monkeypatch.setattr(torch.cuda.memory, "_set_allocator_settings", told.append)
    else:
        monkeypatch.setattr(torch._C, "_accelerator_setAllocatorSettings", told.append, raising=False)
    let_memory_grow()
    assert told == ([] if variable else ["expandable_segments:True"])


@pytest.mark.usefixtures("no_gpu")
def test_without_a_gpu_the_allocator_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """There is none."""
    monkeypatch.setattr(torch._C, "_accelerator_setAllocatorSettings", pytest.fail, raising=False)
    let_memory_grow()
