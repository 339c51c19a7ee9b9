"""Serve an ASGI application in the event loop that is running."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Generator
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from assistant.tasks import spawn

SHUTDOWN_SECONDS = 2
"""The seconds that requests get to end."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Where a server listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """The address for a browser on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104
        return f"http://{f'[{host}]' if ':' in host and not host.startswith('[') else host}:{self.port}"


class EmbeddedServer(uvicorn.Server):
    """A uvicorn for one application that leaves signals to its program, and closes when told, not at the next tick."""

    def __init__(self, app: ASGIApp) -> None:
        config = uvicorn.Config(
            app,
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        )
        super().__init__(config)
        self._closing = asyncio.Event()

    def end(self) -> None:
        """Take no more connections, and let `serve` return once running requests have ended."""
        self.should_exit = True
        self._closing.set()

    async def main_loop(self) -> None:
        """Wait for the end."""
        await self._closing.wait()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """Capture no signals."""
        yield


def listen(host: str, port: int) -> socket.socket:
    """Open a socket that listens; port 0 is any that is free.

    Raises:
        OSError: the address cannot be used.
    """
    opened = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # Else the end of an answer waits 40 ms.
    return opened


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, host: str, port: int) -> AsyncIterator[Listening]:
    """Serve `app` for as long as the block lasts.

    Raises:
        OSError: the address cannot be used.
    """
    with listen(host, port) as opened:
        server = EmbeddedServer(app)
        task = spawn(server.serve([opened]), "serve HTTP")  # A task group would wrap the errors of the block.
        try:
            yield Listening(host, opened.getsockname()[1])
        finally:
            server.end()
            await asyncio.wait([task])
