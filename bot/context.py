"""The context of every handler: the services, and the parsed update."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Self

from telegram import Bot, Chat, Message, Update, User
from telegram.ext import Application, CallbackContext, ExtBot, JobQueue

from assistant.access import Asker
from assistant.answering import Assistant
from assistant.latency import Latency
from assistant.open_questions import OpenQuestions
from assistant.retention import Retention
from assistant.settings.chat_settings import AUTO, ChatSettings
from assistant.settings.settings import Settings
from assistant.storage import Admission, Admissions, Chats, Database, Heard, Pictures, Turns
from assistant.texts import Sentence, Texts, language_of, texts_in
from bot.addressing import asker_of, asks_again, message_of, person_of
from bot.delivery.edit_throttle import EditThrottle
from bot.delivery.faults import TelegramFaults
from bot.delivery.message import Keyboard, Place, place_of, topic_of
from bot.delivery.reply import Reply
from bot.pairing import Pairing
from bot.render import Part
from bot.updates.at_work import AtWork
from bot.updates.group_migration import GroupMigration
from bot.updates.inbox import Inbox
from bot.updates.inbox_queue import InboxQueue
from bot.updates.lanes import Lanes
from bot.updates.sight import Sight
from bot.updates.succession import Succession
from model_service import ModelService

Data = dict[Any, Any]


@dataclass(slots=True)
class PageLinks:
    """The links to the page that runs beside the bot; `link_for` is None where none runs."""

    link_for: Callable[[int], str | None] | None = None


@dataclass(frozen=True, slots=True)
class Services:
    """The services of all handlers, opened and closed by the composition root.

    `pairing` is set if the bot had no owner at the start, and needs one. `notices` are the messages (a chat and their
    numbers) that said, for an update, that the storage cannot be used. `faults` are the failed requests to Telegram.
    `since` is the start, in seconds of `time.monotonic`.
    """

    settings: Settings
    model: ModelService
    database: Database
    assistant: Assistant
    inbox: Inbox
    at_work: AtWork
    chats: Chats
    heard: Heard
    pictures: Pictures
    turns: Turns
    admissions: Admissions
    groups: GroupMigration
    succession: Succession
    retention: Retention
    throttle: EditThrottle
    pairing: Pairing | None
    sight: Sight = field(default_factory=Sight)
    page: PageLinks = field(default_factory=PageLinks)
    notices: dict[int, tuple[int, list[int]]] = field(default_factory=dict)
    faults: TelegramFaults = field(default_factory=TelegramFaults)
    since: float = field(default_factory=time.monotonic)

    @property
    def latency(self) -> Latency:
        """The time that reading pictures takes on this machine."""
        return self.assistant.latency

    @property
    def questions(self) -> OpenQuestions:
        """The questions that are being answered or wait for it."""
        return self.assistant.questions


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update, parsed.

    `said` is a new message, or the one under which a button was pressed, None if it is no longer known. `settings` hold
    in its chat, or topic; `texts` are in the language that was chosen there, else in the person's own. `user` is None
    for those who write in the name of a chat. `pressed`: the update is a button press. `asks`: an answer may be
    expected under the message.
    """

    chat: Chat
    said: Message | None
    topic: int | None
    user: User | None
    asker: Asker
    settings: ChatSettings
    texts: Texts
    pressed: bool
    asks: bool

    @property
    def message(self) -> Message:
        """The message, of an update that has one."""
        assert self.said is not None  # noqa: S101
        return self.said

    @property
    def place(self) -> Place | None:
        """Where a reply goes: to the message, or to the chat if a pressed button's message is gone; None: nowhere."""
        if self.said is not None:
            return place_of(self.said)
        return Place(self.chat.id, question=None) if self.pressed else None

    @property
    def private(self) -> bool:
        """Whether this is a chat with one person."""
        return self.chat.type == Chat.PRIVATE

    @property
    def question(self) -> Message | None:
        """The message that an answer would reply to: a new one, or one under which a button asks again; else None."""
        return self.said if self.asks else None


class EyeglassApplication(Application[Bot, "BotContext", Data, Data, Data, JobQueue["BotContext"] | None]):
    """PTB's application with the services."""

    def __init__(self, services: Services, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.services = services

    async def process_error(self, *args: Any, **kwargs: Any) -> bool:
        """Report an error; return True, so that an update whose handler failed never goes further, past the gate."""
        await super().process_error(*args, **kwargs)
        return True


class BotContext(CallbackContext[ExtBot[int], Data, Data, Data]):
    """The context of one update."""

    update_id = 0
    """The number of the update."""
    _incoming: Incoming | None = None

    @classmethod
    def from_update(cls, update: object, application: Any) -> Self:
        """Return the context of an update, with its number."""
        context = super().from_update(update, application)
        context.update_id = update.update_id if isinstance(update, Update) else 0
        return context

    @property
    def services(self) -> Services:
        """The services that the composition root opened."""
        application = self.application
        assert isinstance(application, EyeglassApplication)  # noqa: S101
        return application.services

    @property
    def lanes(self) -> Lanes:
        """The lanes of the update."""
        lanes = self.application.update_processor
        assert isinstance(lanes, Lanes)  # noqa: S101
        return lanes

    @property
    def queue(self) -> InboxQueue:
        """The queue of the update."""
        queue = self.application.update_queue
        assert isinstance(queue, InboxQueue)  # noqa: S101
        return queue

    @property
    def incoming(self) -> Incoming:
        """The parsed update; the gate parsed it."""
        assert self._incoming is not None  # noqa: S101
        return self._incoming

    async def take_apart(self, update: Update) -> Incoming | None:
        """Parse the update, once; return None if it belongs to no chat."""
        if self._incoming is None and update.effective_chat is not None:
            self._incoming = await _incoming(update, update.effective_chat, self.services.chats)
        return self._incoming

    async def settings_changed(self) -> Incoming:
        """Reload the settings, after the handler has changed them."""
        incoming = self.incoming
        settings = await self.services.chats.settings(incoming.chat.id, incoming.topic)
        self._incoming = replace(incoming, settings=settings, texts=_texts(settings, incoming.user))
        return self._incoming

    async def say(self, sentence: Sentence, keyboard: Keyboard | None = None, **values: object) -> list[int]:
        """Reply to the update's message with one sentence; return the numbers of the messages sent, as far as known."""
        return await self.say_text(self.incoming.texts.say(sentence, **values), keyboard)

    async def say_text(self, text: str, keyboard: Keyboard | None = None) -> list[int]:
        """Reply with a text that is in the person's language already."""
        place = self.incoming.place
        return [] if place is None else await Reply(self.bot, place).finish([Part(text)], keyboard)

    async def say_as_answer(self, sentence: Sentence, **values: object) -> None:
        """Say one sentence in place of the answer, in the message that a former run may have begun."""
        await self.say_text_as_answer(self.incoming.texts.say(sentence, **values))

    async def say_text_as_answer(self, text: str, keyboard: Keyboard | None = None) -> None:
        """Say a text that is in the person's language already in place of the answer, as `say_as_answer`."""
        inbox, place = self.services.inbox, self.incoming.place
        if place is None:
            return
        if place.question is not None and await self.services.turns.answered(place.chat, place.question):
            return
        begun = await inbox.answer_of(self.update_id)
        on_sent = partial(inbox.note_answer, self.update_id)
        await Reply(self.bot, place, message_id=begun, on_sent=on_sent).finish([Part(text)], keyboard)

    async def texts_of(self, admission: Admission) -> Texts:
        """Return the sentences for somebody who did not write just now."""
        chosen = (await self.services.chats.settings(admission.id)).language
        return texts_in((admission.language or language_of(None)) if chosen == AUTO else chosen)


async def _incoming(update: Update, chat: Chat, chats: Chats) -> Incoming:
    message, user = update.effective_message, person_of(update)
    said = message if isinstance(message, Message) else None  # Of a deleted one nobody knows the topic.
    topic = None if said is None else topic_of(said)
    settings = await chats.settings(chat.id, topic)
    return Incoming(
        chat=chat,
        said=said,
        topic=topic,
        user=user,
        asker=asker_of(update),
        settings=settings,
        texts=_texts(settings, user),
        pressed=update.callback_query is not None,
        asks=message_of(update) is not None or asks_again(update),
    )


def _texts(settings: ChatSettings, user: User | None) -> Texts:
    own = language_of(user.language_code if user else None)
    return texts_in(own if settings.language == AUTO else settings.language)
