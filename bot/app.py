"""The composition root: open everything in order, run it, and close it in reverse order."""

import asyncio
import contextlib
import gc
import logging
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from pydantic import SecretStr
from starlette.routing import Route
from telegram import Bot, Message, Update
from telegram.error import TelegramError
from telegram.ext import Application, ContextTypes, ExtBot

from assistant.abilities import NEEDS, missing_for
from assistant.answering import Assistant, Ended
from assistant.open_questions import OpenQuestion, OpenQuestions
from assistant.retention import Retention
from assistant.settings.settings import Settings
from assistant.storage import Admissions, Chats, Database, Heard, Pictures, StorageError, Turns, open_database
from assistant.tasks import background, spawn
from bot.addressing import asks
from bot.context import BotContext, Data, EyeglassApplication, Services
from bot.delivery import command_menus
from bot.delivery.edit_throttle import EditThrottle
from bot.delivery.faults import CountedRequest
from bot.delivery.rate_limiter import RetryAfterLimiter
from bot.delivery.transport import transport
from bot.handlers import errors, gate, register
from bot.incoming.bodies import HEADERS, bound
from bot.pairing import Pairing
from bot.updates.at_work import AtWork
from bot.updates.group_migration import GroupMigration
from bot.updates.inbox import Inbox
from bot.updates.inbox_queue import InboxQueue
from bot.updates.lanes import Lanes, is_quick
from bot.updates.left_behind import adopt
from bot.updates.polling import PollingFaults, PollingRequest
from bot.updates.reach import name_webhook, reach
from bot.updates.reports import Reports
from bot.updates.sift import ALLOWED_UPDATES
from bot.updates.succession import Succession
from bot.updates.webhook import Webhook
from model_service import ModelService, ModelServiceError

CONNECTIONS = 48
"""The most connections to Telegram. A request searches all of them, which with hundreds halts the event loop."""

SWITCH_SECONDS = 0.001
"""How long a thread that reads pictures keeps the event loop waiting when this wakes; Python's own 5 ms add up."""

LAST_SECONDS = 15.0
"""The seconds for handlers, once the model is drained, to deliver what they hold."""

POLLING_SECONDS = 3.0
"""The seconds for polling to end."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RunningBot:
    """A running bot. `refused` is set if Telegram no longer takes its token; `webhook` is None where it polls."""

    application: EyeglassApplication = field(repr=False)  # Its description holds the token.
    services: Services
    refused: asyncio.Event
    webhook: Webhook | None = None

    @property
    def routes(self) -> Sequence[Route]:
        """What the HTTP server has to serve while `hooked` is open."""
        return () if self.webhook is None else (self.webhook.route,)

    def hooked(self) -> contextlib.AbstractAsyncContextManager[None]:
        """Have Telegram bring updates to `routes` for as long as the block lasts; nothing to do where it polls."""
        return contextlib.nullcontext() if self.webhook is None else self.webhook.open()


@contextlib.asynccontextmanager
async def open_bot(
    settings: Settings,
    token: SecretStr,
    model: ModelService,
    on_end: Callable[[Ended], None] | None = None,
    on_drained: Callable[[], Awaitable[None]] | None = None,
) -> AsyncIterator[RunningBot]:
    """Open a bot that answers for as long as the block lasts. It polls, unless it has a webhook (`RunningBot.hooked`).

    `model` is not started yet: that happens once the storage and the token are known to be good; at the end it is
    drained and closed. Questions may come while it loads. `on_end` hears of each question's end;
    `on_drained` is called, while the storage is still open, when the model has given its last answer.

    A Telegram that cannot be reached is waited for: cancel the start to end that.

    Raises:
        InvalidToken: Telegram refuses the token.
        SettingsError: what is named as a proxy can be none.
        StorageError: the storage cannot be used.
    """
    async with open_database(settings.storage.path) as database, _open_marks(settings, model) as at_work:
        services = await _services(settings, model, database, at_work, on_end)
        queue = InboxQueue(services.inbox, is_quick)
        polling = PollingRequest(queue, settings.telegram, services.faults)
        application = build_application(services, token, polling, queue)
        address = settings.telegram.webhook_url
        webhook = Webhook(application.bot, queue, address) if address else None
        await reach(application.bot)
        async with (
            application,
            model,
            background(services.retention.keep_sweeping(), "delete what is too old"),
            background(
                Reports(application.bot, services.inbox, services.admissions, services.chats).keep_telling(),
                "tell of what was set aside",
            ),
            background(_fit_menus(application.bot, services), "offer what the model can do"),
        ):
            _show_code(services.pairing, application.bot)
            await command_menus.tell_everybody(application.bot, services.admissions, model.info)
            await _replay(application, queue)
            await application.start()
            try:
                if webhook is None:
                    await _start_polling(application, settings)
                yield RunningBot(application, services, (webhook or polling).refused, webhook)
            finally:
                await _stop(application, polling, model, on_drained)
                with contextlib.suppress(sqlite3.Error):  # The next start does the same.
                    await services.inbox.release()


@contextlib.asynccontextmanager
async def _open_marks(settings: Settings, model: ModelService) -> AsyncIterator[AtWork]:
    """Open the marks of running work, which the engine's turns set from now on.

    Raises:
        StorageError: the folder cannot be written.
    """
    try:
        marks = AtWork(settings.storage.path)
    except OSError as error:
        raise StorageError(f"storage.path: {settings.storage.path} cannot be used: {error}.") from None
    model.watch_turns(lambda requests: marks.turn(map(OpenQuestion.update_of, requests)))
    try:
        yield marks
    finally:
        marks.close()


def build_application(
    services: Services, token: SecretStr, polling: PollingRequest, queue: InboxQueue
) -> EyeglassApplication:
    """Build PTB's application with the project's queue, lanes, rate limiter and table of handlers."""
    telegram = services.settings.telegram
    seconds = telegram.timeout_seconds
    request = CountedRequest(
        services.faults,
        CONNECTIONS,
        read_timeout=seconds,
        write_timeout=seconds,
        connect_timeout=seconds,
        pool_timeout=5.0,
        httpx_kwargs={
            "transport": transport(telegram, CONNECTIONS),
            "event_hooks": {"response": [bound]},
            "headers": HEADERS,
        },
    )

    async def handle(update: Update) -> None:
        await application.process_update(update)

    def ended(update_id: int) -> None:
        queue.done(update_id)
        if update_id in services.notices:
            spawn(errors.take_back(application.bot, services, update_id), "take back a notice")

    def brings_question(message: Message) -> bool:
        return asks(message, application.bot.bot)

    lanes = Lanes(services.inbox, handle, ended, brings_question)
    builder = (
        Application.builder()
        .application_class(EyeglassApplication, {"services": services})
        .token(token.get_secret_value())
        .base_url(telegram.base_url)
        .base_file_url(telegram.base_file_url)
        .local_mode(telegram.local_mode)
        .request(request)
        .get_updates_request(polling)
        .update_queue(queue)
        .concurrent_updates(lanes)
        .rate_limiter(RetryAfterLimiter())
        .context_types(ContextTypes[BotContext, Data, Data, Data](context=BotContext))
        .job_queue(None)
    )
    application = builder.build()
    assert isinstance(application, EyeglassApplication)  # noqa: S101
    register(application)
    lanes.arriving_sign = partial(gate.show_arriving, application)
    return application


async def _services(
    settings: Settings,
    model: ModelService,
    database: Database,
    at_work: AtWork,
    on_end: Callable[[Ended], None] | None,
) -> Services:
    admissions = Admissions(database)
    orphan = settings.access.mode == "closed" and await admissions.owner() is None
    turns = Turns(database)
    questions = OpenQuestions(settings.model.limits())
    return Services(
        settings=settings,
        model=model,
        database=database,
        assistant=Assistant(model, turns, questions, settings.model, on_end),
        inbox=Inbox(database),
        at_work=at_work,
        chats=Chats(database, settings.chat_defaults()),
        heard=Heard(database),
        pictures=Pictures(database),
        turns=turns,
        admissions=admissions,
        groups=GroupMigration(database),
        succession=Succession(database),
        retention=Retention(database, settings.storage.path, settings.storage.keep_days * 86_400.0),
        throttle=EditThrottle(settings.reply.private_interval, settings.reply.group_interval),
        pairing=Pairing() if orphan else None,
    )


async def _fit_menus(bot: Bot, services: Services) -> None:
    """Set the menus again once it is known that the model cannot do all that they offer."""
    with contextlib.suppress(ModelServiceError, sqlite3.Error):  # `died` reports it; a menu is not worth more.
        info = await services.model.ready()
        if any(missing_for(command, info) for command in NEEDS):
            await command_menus.tell_everybody(bot, services.admissions, info)


def _show_code(pairing: Pairing | None, bot: Bot) -> None:
    """Print the pairing code; it is a secret, so it goes to the terminal and into no log."""
    if pairing is not None:
        link = f"https://t.me/{bot.username}?start={pairing.code}"
        print(
            f"\nThis bot has no owner yet. Send it this code to own it:\n\n    {pairing.code}\n\n{link}\n", flush=True
        )


async def _replay(application: EyeglassApplication, queue: InboxQueue) -> None:
    services = application.services
    dropped = await services.succession.begin(application.bot.id)
    if dropped is not None:
        _log.warning("another bot goes on with this data; unanswered updates of the former one, dropped: %d", dropped)
    await services.inbox.recover(services.at_work.left if dropped is None else ())
    assert isinstance(application.bot, ExtBot)  # noqa: S101
    await adopt(application.bot, services.inbox, services.heard, services.pictures)
    try:
        await services.retention.delete_loose()
    except OSError as error:
        _log.warning("copies that no picture needs could not be deleted: %s", error)
    if left := await queue.replay(application.bot):
        _log.info("going on with %d updates of the last run", left)


async def _start_polling(application: EyeglassApplication, settings: Settings) -> None:
    assert application.updater is not None  # noqa: S101
    await name_webhook(application.bot)
    await application.updater.start_polling(
        timeout=settings.telegram.poll_seconds,
        bootstrap_retries=-1,  # Without end: as polling itself.
        allowed_updates=ALLOWED_UPDATES,
        error_callback=PollingFaults(application.bot),
    )
    _log.info("@%s is listening", application.bot.username)


async def _stop(
    application: EyeglassApplication,
    polling: PollingRequest,
    model: ModelService,
    on_drained: Callable[[], Awaitable[None]] | None,
) -> None:
    if application.updater is not None and application.updater.running:
        polling.ending = True
        for _ in range(3):  # If a request has just failed the library takes note of it; else nobody would.
            await asyncio.sleep(0)
        # What ended polling was reported when it did. After a failure the library sleeps for up to 30 s.
        with contextlib.suppress(TelegramError, TimeoutError):
            async with asyncio.timeout(POLLING_SECONDS):
                await application.updater.stop()
    lanes = application.update_processor
    assert isinstance(lanes, Lanes)  # noqa: S101
    await lanes.leave_waiting()
    await model.drain()
    if on_drained is not None:
        await on_drained()
    try:
        async with asyncio.timeout(LAST_SECONDS):
            await application.stop()
    except TimeoutError:
        _log.warning("some updates are not finished: the next start goes on with them")
        await lanes.leave_all()  # They must not go on without the database.


async def settle(model: ModelService) -> None:
    """Have threads give way to the event loop; log when the model is ready, and exempt what is loaded from collection.

    The collector would go through all of it now and then, and halt the event loop for about 70 ms each time.
    """
    sys.setswitchinterval(SWITCH_SECONDS)
    with contextlib.suppress(ModelServiceError):  # `died` reports it.
        info = await model.ready()
        _log.info("%s is ready on %s (%s)", info.model, info.device, info.dtype)
        gc.freeze()
