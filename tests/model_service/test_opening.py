"""Promises of the package's door."""

import subprocess
import sys

import model_service
from model_service import Health, ModelConfig, open_service


def test_importing_and_opening_loads_no_torch() -> None:
    """The bot and its command line start without torch: only the engine's thread imports it."""
    code = (
        "import sys, model_service as m; m.open_service(m.ModelConfig());"
        "print([name for name in ('torch', 'transformers', 'telegram') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)  # noqa: S603
    assert done.stdout.strip() == "[]"


def test_everything_named_is_there() -> None:
    """`__all__` names what exists."""
    assert all(hasattr(model_service, name) for name in model_service.__all__)


async def test_an_opened_service_is_not_started() -> None:
    """Opening costs nothing until `async with`."""
    assert open_service(ModelConfig(name="pocket")).health is Health.CLOSED
