"""`eyeglass run`: the model, the bot and, where the settings want it, an HTTP server beside them."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from pydantic import SecretStr
from starlette.routing import Route
from starlette.types import ASGIApp
from telegram.error import InvalidToken

from assistant.pictures.memory import keep_little
from assistant.pictures.normalize import begin_worker
from assistant.settings.settings import Settings
from assistant.tasks import background, spawn
from bot.app import RunningBot, open_bot, settle
from bot.context import Services
from cli.listening import listening_at
from cli.stopping import Stopped, ended_by, stop_signal
from cli.systemd import notify, up
from cli.web import ADDRESS, desk_of, show_link
from model_service import ModelService, open_service, pixel_workers
from web.app import finish_deletions, page_app, whole_app
from web.desk import Desk
from web.health import Checks, health_routes
from web.metrics import Metrics, metrics_routes
from web.services import page_services

_log = logging.getLogger(__name__)


async def run(settings: Settings, token: SecretStr, model: ModelService | None = None) -> None:
    """Run the bot until SIGTERM or SIGINT; a second signal ends the process at once.

    Without `model` it is opened as the settings say. A Telegram that cannot be reached is waited for.

    Raises:
        CheckpointError, EngineDead: the model cannot be used, or died; restart the process.
        InvalidToken: Telegram refuses the token.
        SettingsError: the address for HTTP cannot be used, or what is named as a proxy.
        StorageError: the storage cannot be used.
    """
    keep_little()
    stop = stop_signal()
    model = model or open_service(settings.model.config())
    async with contextlib.AsyncExitStack() as opened:
        opened.enter_context(pixel_workers(begin_worker))
        notify("STATUS=starting, or waiting for Telegram")
        try:
            async with ended_by(stop):
                bot = await opened.enter_async_context(open_all(settings, token, model))
        except Stopped:
            return
        await opened.enter_async_context(background(settle(model), "announce the model"))
        await opened.enter_async_context(up())
        await _until_end(bot, model, stop)


@contextlib.asynccontextmanager
async def open_all(settings: Settings, token: SecretStr, model: ModelService) -> AsyncIterator[RunningBot]:
    """Open the bot, and beside it the HTTP server if anything is to be served.

    The server listens before Telegram hears of a webhook, and the webhook takes no more before the server ends and the
    bot stops.

    Raises:
        as for `run`.
    """
    metrics, desks = Metrics(model), list[Desk]()

    async def drained() -> None:
        for desk in desks:
            await desk.answers.ended()

    async with contextlib.AsyncExitStack() as opened:
        bot = await opened.enter_async_context(open_bot(settings, token, model, metrics.on_end, drained))
        if settings.web.enabled or settings.web.health or bot.routes:
            metrics.follow(bot.services.questions, bot.services.faults.errors)
            await opened.enter_async_context(background(metrics.watch_lag(), "watch the event loop"))
            page = await _page_beside(bot.services, desks) if settings.web.enabled else None
            routes = [*bot.routes, *_routes_for_programs(bot.services, metrics)]
            app, web = whole_app(routes, page), settings.web
            listening = await opened.enter_async_context(listening_at(app, web.host, web.port, ADDRESS))
            _log.info("serving HTTP at %s", listening.url)
            if desks:
                show_link(listening, desks[0])
        await opened.enter_async_context(bot.hooked())
        yield bot


async def _page_beside(services: Services, desks: list[Desk]) -> ASGIApp:
    """Return the page for the bot's own model, queue and database, and have the bot send links to it."""
    settings = services.settings
    kept = page_services(settings, services.model, services.assistant, services.database, services.retention)
    desk = desk_of(kept)
    await finish_deletions(desk)
    desks.append(desk)
    services.page.link_for = desk.entrance.link_for
    return page_app(desk, settings.web.url)


def _routes_for_programs(services: Services, metrics: Metrics) -> list[Route]:
    """Return what monitoring asks for."""
    checks = Checks(services.model, lambda: services.database.outage, lambda: services.faults.silence)
    return [*health_routes(checks), *metrics_routes(metrics)]


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
