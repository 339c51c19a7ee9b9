"""Who decides about what happens in a chat: the bot's owner and admins, and in a group its admins."""

from telegram import Chat, ChatMember, Message, Update

from assistant.access import decides
from assistant.settings.chat_settings import ChangedBy
from bot.context import BotContext
from bot.delivery.message import topic_of

GROUP_ADMINS = frozenset({ChatMember.ADMINISTRATOR, ChatMember.OWNER})


async def may_change_settings(update: Update, context: BotContext) -> bool:
    """Whether whoever wrote or pressed may change what was chosen here: admins, and everybody where these say so.

    Raises:
        TelegramError: as for `is_admin_here`.
    """
    chat, message = update.effective_chat, update.effective_message
    if chat is None:
        return False
    topic = topic_of(message) if isinstance(message, Message) else None
    settings = await context.services.chats.settings(chat.id, topic)
    return settings.changed_by is ChangedBy.EVERYBODY or await is_admin_here(update, context)


async def is_admin_here(update: Update, context: BotContext) -> bool:
    """Whether whoever wrote or pressed may decide for the chat; in private everybody does for himself.

    Raises:
        TelegramError: Telegram did not say who is an admin.
    """
    chat, user, message = update.effective_chat, update.effective_user, update.message
    if chat is None:
        return False
    if chat.type == Chat.PRIVATE:
        return True
    if message is not None and message.sender_chat is not None and message.sender_chat.id == chat.id:
        return True  # A group's admins may write in its name.
    if user is None:
        return False
    if decides(await context.services.admissions.get(user.id)):
        return True
    return (await context.bot.get_chat_member(chat.id, user.id)).status in GROUP_ADMINS
