"""Listen at an address that somebody chose."""

import contextlib
from collections.abc import AsyncIterator

from starlette.types import ASGIApp

from assistant.settings.errors import SettingsError
from web.server import Listening, serving


@contextlib.asynccontextmanager
async def listening_at(app: ASGIApp, host: str, port: int, named: str) -> AsyncIterator[Listening]:
    """Serve an application for as long as the block lasts; `named` are the settings or options that chose the address.

    Raises:
        SettingsError: that address cannot be used.
    """
    async with contextlib.AsyncExitStack() as opened:
        try:
            listening = await opened.enter_async_context(serving(app, host, port))
        except OSError as error:
            raise SettingsError(f"{named}: {host}:{port} cannot be used: {error}.") from None
        yield listening
