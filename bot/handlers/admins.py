"""Who decides about what happens in a chat: the bot's owner and admins, and in a group its admins."""

from telegram import Chat, ChatMember, Update

from bot.access import decides
from bot.context import BotContext

GROUP_ADMINS = frozenset({ChatMember.ADMINISTRATOR, ChatMember.OWNER})


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
