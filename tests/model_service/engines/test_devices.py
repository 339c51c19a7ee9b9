"""Which devices engines are loaded on, and what is kept apart where there are several."""

import threading
from pathlib import Path

import pytest
import torch

from model_service import CheckpointError, Gauges, ModelConfig, open_service
from model_service.engines import load as load_module
from model_service.engines.hardware import GIB, choose_hardware
from model_service.engines.kernels import dispatch
from model_service.engines.kernels.self_check import NONE, Checked
from model_service.engines.load import load_engine
from model_service.engines.runtime import warmup
from model_service.engines.weights.layout import Layout, Plan
from model_service.engines.weights.loading import FROM_SHARDS
from model_service.engines.weights.packed_cache_writer import KEEPING
from model_service.gauges import MemoryUse
from tests.model_service.scripted_engine import ScriptedEngine, ask, follow


@pytest.fixture
def two_cards(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, torch.device]]:
    """A machine with two; whoever takes a thread for one is noted, with the thread's name."""
    taken: list[tuple[str, torch.device]] = []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: (8, 6))
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device: ((5 + device.index) * GIB, 8 * GIB))
    monkeypatch.setattr(
        torch.cuda, "set_device", lambda device: taken.append((threading.current_thread().name, device))
    )
    return taken


@pytest.mark.usefixtures("two_cards")
def test_a_card_is_chosen_by_its_number() -> None:
    """Its own memory counts."""
    hardware = choose_hardware(ModelConfig(device="cuda:1"))
    assert (hardware.device, hardware.dtype) == (torch.device("cuda", 1), torch.bfloat16)
    assert (hardware.free_bytes(), hardware.memory()) == (6 * GIB, MemoryUse(2 * GIB, 8 * GIB))


@pytest.mark.usefixtures("two_cards")
def test_a_card_that_is_not_there_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says which are."""
    with pytest.raises(CheckpointError, match=r"model\.device is cuda:2, but only cuda:0 to cuda:1 were found"):
        choose_hardware(ModelConfig(device="cuda:2"))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    with pytest.raises(CheckpointError, match=r"model\.device is cuda:1, but only cuda:0 was found"):
        choose_hardware(ModelConfig(device="cuda:1"))
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(CheckpointError, match=r"model\.device is cuda:0, but no CUDA device was found"):
        choose_hardware(ModelConfig(device="cuda:0"))


def test_a_thread_works_on_its_card(
    two_cards: list[tuple[str, torch.device]], checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one that loads, and the one that warms up; without a number there is nothing to choose."""
    for device in ("cpu", "cuda", "cuda:1"):
        choose_hardware(ModelConfig(device=device)).take_thread()
    assert two_cards == [("MainThread", torch.device("cuda", 1))]
    monkeypatch.setattr(warmup, "check_kernels", lambda hardware: NONE)
    monkeypatch.setattr(warmup, "warm_up", lambda *args: None)
    hardware = choose_hardware(ModelConfig(device="cuda:1"))
    with warmup.warming_up(checkpoint, Layout(Plan.FULL, False, torch.bfloat16), hardware, Gauges()):
        pass
    assert two_cards[1:] == [("warm-up", torch.device("cuda", 1))]


def test_each_card_has_the_kernels_that_were_right_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What proved wrong on one is used on another, if it is right there."""
    monkeypatch.setattr(dispatch, "_checked", {})

    class Card0(torch.Tensor):
        """Stands for a tensor on a card."""

        is_cuda = True

        def get_device(self) -> int:
            return 0

    class Card1(Card0):
        def get_device(self) -> int:
            return 1

    first, second = torch.ones(1).as_subclass(Card0), torch.ones(1).as_subclass(Card1)
    with torch.inference_mode():
        dispatch.use(Checked(products=True, layers=torch.float32), torch.device("cuda", 0))
        assert (dispatch.unpacks(first), dispatch.applies(first)) == (True, True)
        assert (dispatch.unpacks(second), dispatch.applies(second)) == (False, False)
        dispatch.use(Checked(products=True), torch.device("cuda", 1))
        dispatch.use(NONE, torch.device("cuda", 0))
        assert (dispatch.unpacks(first), dispatch.applies(first)) == (False, False)
        assert (dispatch.unpacks(second), dispatch.applies(second)) == (True, False)


async def test_each_card_that_is_named_has_an_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of its own configuration and gauges, which are read as one; only the first is to keep packed weights."""
    loaded: dict[str, tuple[bool, Gauges]] = {}

    def load(config: ModelConfig, gauges: Gauges) -> ScriptedEngine:
        loaded[config.device] = (config.keep, gauges)
        gauges.memory = MemoryUse(1, 8)
        return ScriptedEngine()

    monkeypatch.setattr(load_module, "load_engine", load)
    async with open_service(ModelConfig(device="cuda:0,cuda:1")) as service:
        info = await service.ready()
        assert (await follow(service, ask("a")))[-1].text == "one two three "
        assert (info.device, service.memory) == ("cpu, cpu", MemoryUse(2, 16))
    assert {device: keep for device, (keep, _) in loaded.items()} == {"cuda:0": True, "cuda:1": False}
    assert loaded["cuda:0"][1] is not loaded["cuda:1"][1]
    async with open_service(ModelConfig(device="cuda:1")) as service:
        await service.ready()
    assert loaded["cuda:1"][0]


def test_an_engine_that_is_not_to_keep_packed_weights_reads_those_of_another(checkpoint: Path) -> None:
    """So two that load at once do not both write them."""
    cache, stages = checkpoint.parent / "cache", []
    for keep in (False, True, False):
        gauges = Gauges()
        config = ModelConfig(name=str(checkpoint), device="cpu", quantize="nf4", cache=cache, keep=keep)
        engine = load_engine(config, gauges)
        if engine._writer is not None:
            engine._writer.join()
        stages.append((FROM_SHARDS in gauges.stages, KEEPING in gauges.stages))
        engine.close()
    assert stages == [(True, False), (True, True), (False, False)]
