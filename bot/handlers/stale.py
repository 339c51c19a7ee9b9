"""Stale updates: apologize for an old question, and pass over the rest.

A command that protects somebody holds at any age: people who sent it while the bot was off believe that it is done.
"""

import logging
import re
import time

from telegram import Message, Update, User
from telegram.ext import ApplicationHandlerStop

from assistant.access import Action
from assistant.texts import Sentence
from assistant.wording.small_talk import SmallTalk
from bot.addressing import arguments_of, command_of, message_of, small_talk_of
from bot.attachments import attachment_of
from bot.context import BotContext
from bot.delivery import forget_buttons, people_list
from bot.updates.inbox import Inbox
from bot.updates.lanes import is_quick

HELD_BY_TELEGRAM = 24 * 3600.0
"""The seconds for which Telegram keeps an update that was not fetched."""

TOLERANCE = 3600.0
"""The seconds by which a message may seem older than possible before the clock is held to be wrong."""

PROTECTING = frozenset({"forget", "cancel", "remove"})
"""The commands that hold at any age, as does /watch off: they delete, end or take away, and never the opposite.

/forget asks before it deletes, and says that it was not done.
"""

SHUTTING_OUT = frozenset({Action.REFUSE, Action.REMOVE, Action.DEMOTE})

_log = logging.getLogger(__name__)


async def turn_away(update: Update, context: BotContext) -> None:
    """Let pass updates within `model.stale_minutes`, those that protect somebody, and those that no person caused.

    Raises:
        ApplicationHandlerStop: it goes no further.
    """
    if update.my_chat_member is not None or not await is_stale(update, context):
        return
    if holds_at_any_age(update, context.bot.bot):
        return
    message = context.incoming.question if update.edited_message is None else None  # One apology is enough.
    if message is not None and not is_quick(update) and _expects_an_answer(message, context.bot.bot):
        _log.info("a message of chat %d is too old to be answered", message.chat.id)
        await context.say_as_answer(Sentence.STALE)
    raise ApplicationHandlerStop


async def is_stale(update: Update, context: BotContext) -> bool:
    """Whether the update is older than `model.stale_minutes`, if that is a limit."""
    most = context.services.settings.model.stale_minutes * 60
    return bool(most) and await _age(update, context.services.inbox, most) > most


def holds_at_any_age(update: Update, bot: User) -> bool:
    """Whether it deletes, ends or takes away something, by a command to this bot or by a button; or keeps what is."""
    query, message = update.callback_query, message_of(update)
    if query is not None:
        data = query.data or ""
        pressed = re.match(people_list.PATTERN, data)
        shuts_out = pressed is not None and Action(pressed[2]) in SHUTTING_OUT
        return shuts_out or re.match(forget_buttons.PATTERN, data) is not None
    if message is None:
        return False
    command = command_of(message, bot)
    return command in PROTECTING or (
        command == "watch" and [word.casefold() for word in arguments_of(message)] == ["off"]
    )


async def _age(update: Update, inbox: Inbox, most: float) -> float:
    """Return an update's age in seconds. Telegram does not date presses: theirs is counted from when they arrived."""
    now = time.time()
    message = message_of(update)
    said = None if message is None else (message.edit_date or message.date).timestamp()
    if said is not None and now - said <= most:
        return now - said
    moments = await inbox.moments(update.update_id)
    if moments.retried is not None:
        return now - moments.retried  # A person who has it tried again wants it now.
    received = moments.received or now
    if said is None or said + HELD_BY_TELEGRAM + TOLERANCE < received <= now + TOLERANCE:
        # Telegram had long forgotten the message by then: it is not old, but this machine's clock is ahead.
        return now - received
    return now - said


def _expects_an_answer(message: Message, bot: User) -> bool:
    """Whether it is a text that asks, or a picture; of an album only the one with the caption."""
    if message.text:
        return small_talk_of(message, bot) in {None, SmallTalk.DOUBT}
    if message.caption:
        return True
    return attachment_of(message) is not None and message.media_group_id is None
