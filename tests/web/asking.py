"""Requests to some routes of the page, from this machine or from elsewhere."""

from collections.abc import Mapping, Sequence

import httpx
from starlette.applications import Starlette
from starlette.routing import BaseRoute

HERE, ELSEWHERE = "127.0.0.1", "203.0.113.9"


async def get(
    routes: Sequence[BaseRoute],
    path: str,
    client: str = HERE,
    host: str = "127.0.0.1:8080",
    headers: Mapping[str, str] | None = None,
) -> httpx.Response:
    """Return the answer to a client at this address, who asks for the page by this name."""
    transport = httpx.ASGITransport(Starlette(routes=list(routes)), client=(client, 50_000))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://{host}") as session:
        return await session.get(path, headers=headers)
