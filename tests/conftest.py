"""What every test may use."""

import pytest

import model_service.engines.glm4v  # noqa: F401 - before anything imports torch: it sets how torch's threads wait.


@pytest.fixture
def anyio_backend() -> str:
    """Asynchronous tests run on asyncio, as the bot does."""
    return "asyncio"
