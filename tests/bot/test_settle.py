"""What is set for the whole process once it serves, so that its event loop is not halted."""

import gc
import sys
from collections.abc import Iterator

import pytest

from bot.app import SWITCH_SECONDS, settle
from model_service import ModelConfig, local_service
from tests.model_service.scripted_engine import ScriptedEngine


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Leave the process as it was."""
    before = sys.getswitchinterval()
    yield
    sys.setswitchinterval(before)
    gc.unfreeze()


async def test_the_event_loop_is_not_halted() -> None:
    """Threads give way to it sooner than Python's own 5 ms; what is loaded is not gone through for garbage again."""
    async with local_service(ScriptedEngine, ModelConfig(drain_seconds=0.1)) as model:
        frozen = gc.get_freeze_count()
        await settle(model)
    assert sys.getswitchinterval() == pytest.approx(SWITCH_SECONDS) and SWITCH_SECONDS < 0.005
    assert gc.get_freeze_count() > frozen
