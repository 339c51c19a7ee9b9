"""The gate: only new messages and button presses of people with access, meant for the bot, reach other handlers."""

import contextlib
import logging

from telegram import Chat, Message, Update
from telegram.constants import ChatAction
from telegram.error import TelegramError
from telegram.ext import ApplicationHandlerStop

from assistant.access import Verdict
from assistant.storage import Subject
from bot.addressing import asks, is_addressed, judge_sender, leading_command, message_of, person_of
from bot.attachments import brings_pictures
from bot.context import BotContext, EyeglassApplication
from bot.delivery.message import topic_of
from bot.delivery.rate_limiter import ONCE
from bot.handlers import strangers
from bot.incoming.subject import heard_now, is_awaited, is_news

_log = logging.getLogger(__name__)


async def admit(update: Update, context: BotContext) -> None:
    """Drop updates from people without access; tell a stranger how to ask for it.

    Raises:
        ApplicationHandlerStop: the update goes no further.
    """
    if update.my_chat_member is not None:
        return  # Telegram itself says so, and a person who adds the bot to a group need not be known to it.
    message = message_of(update)
    if message is None and update.callback_query is None:
        raise ApplicationHandlerStop
    if message is not None and (move := _move(message)) is not None:
        _log.info("group %d is supergroup %d now", *move)
        await context.services.groups.group(*move)
        raise ApplicationHandlerStop
    verdict = await _verdict(update, context)
    if await context.take_apart(update) is None:
        raise ApplicationHandlerStop
    together = context.lanes.utterance_of(context.update_id).spoken_for(message) if message is not None else []
    if verdict is Verdict.WELCOME and (message is None or await _is_meant(message, together, context)):
        await _keep_for_edits(message, context)
        return
    if verdict is Verdict.STRANGER and message is not None:
        await strangers.meet(message, update, context)
    if verdict is not Verdict.WELCOME and update.callback_query is not None:
        _log.warning("access: user %d pressed a button without being let in", update.callback_query.from_user.id)
    raise ApplicationHandlerStop


async def show_arriving(application: EyeglassApplication, update: Update) -> None:
    """Show "typing" while more of an utterance is awaited, to those who are going to be answered."""
    context, message = BotContext.from_update(update, application), update.message
    if message is None or await _verdict(update, context) is not Verdict.WELCOME:
        return
    await context.take_apart(update)
    if not await _is_meant(message, [message], context):
        return
    with contextlib.suppress(TelegramError):
        await context.bot.send_chat_action(
            message.chat.id, ChatAction.TYPING, message_thread_id=topic_of(message), rate_limit_args=ONCE
        )


def _move(message: Message) -> tuple[int, int] | None:
    """Return the former and the new id of a group that became a supergroup: both chats get such a message."""
    before = message.migrate_from_chat_id or message.chat.id
    after = message.migrate_to_chat_id or message.chat.id
    # Only Telegram itself says this, and only of groups, whose ids are negative.
    return (before, after) if before != after and max(before, after) < 0 else None


async def _is_meant(message: Message, together: list[Message], context: BotContext) -> bool:
    """Whether the bot is addressed, in any message of these, or this one goes on with what was said to it.

    In a chat where every picture is answered, each is meant for it; an edit that changes nothing is for nobody.
    """
    if message.edit_date is not None and not await is_news(message, context):
        return False
    if any(is_addressed(one, context.bot.bot) for one in together):
        return True
    if leading_command(message) is not None:
        return False
    if context.incoming.settings.watch and any(brings_pictures(one, documents=False) for one in together):
        return True
    return message.edit_date is None and await is_awaited(message, context)


async def _keep_for_edits(message: Message | None, context: BotContext) -> None:
    """Remember how a command, or anything without a picture, reads: an edit that changes nothing is passed over."""
    if message is not None and not asks(message, context.bot.bot) and not brings_pictures(message):
        await context.services.heard.note(heard_now([message], context.incoming, Subject.NONE))


async def _verdict(update: Update, context: BotContext) -> Verdict:
    chat, user = update.effective_chat, update.effective_user
    group = chat is not None and chat.type != Chat.PRIVATE
    ids = [somebody.id for somebody in (chat if group else None, person_of(update)) if somebody is not None]
    inside = await context.services.admissions.inside(*ids)
    return judge_sender(context.services.settings.access, inside, chat, user)
