"""What every handler is given: the services, and a context that knows its types."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self

from telegram import Bot, Update
from telegram.ext import Application, CallbackContext, ExtBot, JobQueue

from bot.configuration.settings import Settings
from bot.delivery.looks import Looks
from bot.pairing import Pairing
from bot.pictures.downloads import MOST_WAIT
from bot.pictures.media import Media
from bot.questions.asked import AskedQuestions
from bot.retention import Retention
from bot.storage import Admissions, AtWork, Chats, Inbox, Moving, Pictures, Turns
from bot.timings import Timings
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
    moving: Moving
    retention: Retention
    looks: Looks
    asked: AskedQuestions
    timings: Timings
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
