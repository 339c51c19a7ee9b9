"""/forget: everything of a chat is deleted, now and for good."""

import contextlib
import logging

from telegram import Chat, ChatMember, Message, Update
from telegram.error import TelegramError

from bot.access import decides
from bot.context import BotContext
from bot.handlers.speaking import message_of, say
from bot.lanes import Lanes
from bot.texts import Sentence

GROUP_ADMINS = frozenset({ChatMember.ADMINISTRATOR, ChatMember.OWNER})

_log = logging.getLogger(__name__)


async def forget(update: Update, context: BotContext) -> None:
    """Drop the chat's questions, delete its pictures, turns and updates; in a group that is up to its admins."""
    message = message_of(update)
    if not await _may_forget(message, context):
        await say(update, context, Sentence.GROUP_ADMINS_ONLY)
        return
    lanes, chat = context.application.update_processor, message.chat.id
    assert isinstance(lanes, Lanes)  # noqa: S101
    await lanes.drop(chat, update.update_id)
    forgotten = await context.services.retention.forget(chat, update.update_id)
    context.services.model.forget(str(chat))
    for begun in forgotten.answers:
        with contextlib.suppress(TelegramError):
            await context.bot.delete_message(chat, begun)
    _log.info("chat %d is forgotten: %d pictures, %d turns", chat, len(forgotten.files), forgotten.turns)
    await say(update, context, Sentence.FORGOTTEN, pictures=len(forgotten.files), answers=forgotten.turns // 2)


async def _may_forget(message: Message, context: BotContext) -> bool:
    if message.chat.type == Chat.PRIVATE or (message.sender_chat and message.sender_chat.id == message.chat.id):
        return True  # A group's admins may write in its name.
    if message.from_user is None:
        return False
    if decides(await context.services.admissions.get(message.from_user.id)):
        return True
    member = await context.bot.get_chat_member(message.chat.id, message.from_user.id)
    return member.status in GROUP_ADMINS
