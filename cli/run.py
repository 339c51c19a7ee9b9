"""`eyeglass run`: the model, the bot and, where the settings want it, an HTTP server beside them."""

import asyncio
import contextlib
import logging
import signal
from collections.abc import AsyncIterator

from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.routing import BaseRoute
from telegram.error import InvalidToken

from assistant.settings.errors import SettingsError
from assistant.settings.settings import Settings, WebSettings
from assistant.tasks import background, spawn
from bot.app import RunningBot, open_bot, settle
from model_service import ModelService, open_service
from web.health import health_route
from web.server import Listening, serving

_log = logging.getLogger(__name__)


async def run(settings: Settings, token: SecretStr, model: ModelService | None = None) -> None:
    """Run the bot until SIGTERM or SIGINT; a second signal ends the process at once.

    Without `model` it is opened as the settings say.

    Raises:
        CheckpointError, EngineDead: the model cannot be used, or died; restart the process.
        InvalidToken: Telegram refuses the token.
        SettingsError: the address for HTTP cannot be used.
        StorageError: the storage cannot be used.
        TelegramError: Telegram could not be reached at the start.
    """
    stop = stop_signal()
    model = model or open_service(settings.model.config())
    async with open_all(settings, token, model) as bot, background(settle(model), "announce the model"):
        await _until_end(bot, model, stop)


@contextlib.asynccontextmanager
async def open_all(settings: Settings, token: SecretStr, model: ModelService) -> AsyncIterator[RunningBot]:
    """Open the bot, and beside it the HTTP server if anything is to be served.

    The server listens before Telegram hears of a webhook, and the webhook takes no more before the server ends and the
    bot stops.

    Raises:
        as for `run`.
    """
    async with contextlib.AsyncExitStack() as opened:
        bot = await opened.enter_async_context(open_bot(settings, token, model))
        if routes := routes_of(settings, bot):
            await opened.enter_async_context(_serving(routes, settings.web))
        await opened.enter_async_context(bot.hooked())
        yield bot


def routes_of(settings: Settings, bot: RunningBot) -> list[BaseRoute]:
    """Return everything that is served over HTTP; none: no server is needed."""
    routes: list[BaseRoute] = [*bot.routes]
    return [*routes, health_route(bot.services.model)] if routes else []


@contextlib.asynccontextmanager
async def _serving(routes: list[BaseRoute], web: WebSettings) -> AsyncIterator[Listening]:
    server = serving(Starlette(routes=routes), web.host, web.port)
    async with contextlib.AsyncExitStack() as opened:
        try:
            listening = await opened.enter_async_context(server)
        except OSError as error:
            raise SettingsError(f"web.host and web.port: {web.host}:{web.port} cannot be used: {error}.") from None
        _log.info("serving HTTP at %s", listening.url)
        yield listening


def stop_signal() -> asyncio.Event:
    """Return an event that SIGTERM or SIGINT sets; after the first one both signals have their default effect."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    signals = (signal.SIGTERM, signal.SIGINT)

    def on_signal() -> None:
        _log.info("stopping: running answers may end; another signal ends at once")
        stop.set()
        for number in signals:
            loop.remove_signal_handler(number)
            # Everything worth keeping is in the database, so the process may be killed at any moment.
            signal.signal(number, signal.SIG_DFL)

    for number in signals:
        loop.add_signal_handler(number, on_signal)
    return stop


async def _until_end(bot: RunningBot, model: ModelService, stop: asyncio.Event) -> None:
    """Wait for a signal, the engine's death, or the token's refusal."""
    died = spawn(model.died(), "wait for the engine's death")
    refused = spawn(bot.refused.wait(), "wait for the token's refusal")
    stopped = spawn(stop.wait(), "wait for a signal")
    waits = (died, refused, stopped)
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        if died.done():
            raise died.result()
        bot.services.at_work.forgive()
        if refused.done():
            raise InvalidToken
    finally:
        for wait in waits:
            wait.cancel()
