"""What every handler is given: the services, and a context that knows its types."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self

from telegram import Bot, Update
from telegram.ext import Application, CallbackContext, ExtBot, JobQueue

from assistant.latency import Latency
from assistant.open_questions import OpenQuestions
from assistant.retention import Retention
from assistant.settings.settings import Settings
from assistant.storage import Admissions, Chats, Pictures, Turns
from bot.delivery.edit_throttle import EditThrottle
from bot.incoming.downloads import MOST_WAIT
from bot.incoming.media import Media
from bot.pairing import Pairing
from bot.updates.at_work import AtWork
from bot.updates.group_migration import GroupMigration
from bot.updates.inbox import Inbox
from model_service import ModelService

Data = dict[Any, Any]


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that handlers use, opened and closed by the composition root.

    `pairing` is there if the bot had no owner at the start, and needs one. `notices` are the
    messages (a chat and their numbers) that said, for an update, that the storage cannot be used. `since` is the start,
    in seconds of `time.monotonic`.
    """

    settings: Settings
    model: ModelService
    inbox: Inbox
    at_work: AtWork
    chats: Chats
    pictures: Pictures
    turns: Turns
    admissions: Admissions
    moving: GroupMigration
    retention: Retention
    looks: EditThrottle
    asked: OpenQuestions
    timings: Latency
    pairing: Pairing | None
    notices: dict[int, tuple[int, list[int]]] = field(default_factory=dict)
    since: float = field(default_factory=time.monotonic)


class EyeglassApplication(Application[Bot, "BotContext", Data, Data, Data, JobQueue["BotContext"] | None]):
    """PTB's application together with the services."""

    def __init__(self, services: Services, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.services = services

    async def process_error(self, *args: Any, **kwargs: Any) -> bool:
        """Report an error; True always: an update whose handler failed goes no further, least of all past the gate."""
        await super().process_error(*args, **kwargs)
        return True


class BotContext(CallbackContext[ExtBot[int], Data, Data, Data]):
    """The context of one update."""

    update_id = 0

    @classmethod
    def from_update(cls, update: object, application: Any) -> Self:
        """The context of an update, which knows its number."""
        context = super().from_update(update, application)
        context.update_id = update.update_id if isinstance(update, Update) else 0
        return context

    def media(self, waiting: Callable[[], Awaitable[None]] | None = None, most_wait: float = MOST_WAIT) -> Media:
        """What fetches the files that this update needs; its arguments are those of `Media`."""
        services = self.services
        marked = partial(services.at_work.marked, self.update_id)
        return Media(self.bot, services.settings, services.pictures, marked, waiting=waiting, most_wait=most_wait)

    @property
    def services(self) -> Services:
        """What the composition root opened."""
        application = self.application
        assert isinstance(application, EyeglassApplication)  # noqa: S101
        return application.services
