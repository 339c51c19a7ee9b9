"""GET /health, and what becomes of an error beside a server."""

from types import SimpleNamespace
from typing import cast

import httpx
import pytest
from starlette.applications import Starlette

from model_service import Health, ModelService
from web.health import health_route
from web.server import serving


@pytest.mark.parametrize(
    ("health", "status"),
    [(Health.LOADING, 200), (Health.READY, 200), (Health.DRAINING, 200), (Health.DEAD, 503), (Health.CLOSED, 503)],
)
async def test_health_is_that_of_the_model(health: Health, status: int) -> None:
    """A model that loads is well: it answers later."""
    app = Starlette(routes=[health_route(cast(ModelService, SimpleNamespace(health=health)))])
    async with serving(app, "127.0.0.1", 0) as listening, httpx.AsyncClient() as client:
        answer = await client.get(f"{listening.url}/health")
    assert (answer.status_code, answer.json()) == (status, {"model": str(health)})


async def test_an_error_beside_the_server_stays_as_it_is() -> None:
    """The command line makes a sentence of it by its kind; the port is free afterwards."""
    with pytest.raises(LookupError, match="beside"):
        async with serving(Starlette(), "127.0.0.1", 0) as listening:
            raise LookupError("beside")
    async with serving(Starlette(), "127.0.0.1", listening.port) as again:
        assert again.port == listening.port
