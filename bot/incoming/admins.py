"""Check who decides in a chat: the bot's owner and admins, and in a group its admins."""

from telegram import ChatMember

from assistant.access import decides
from assistant.settings.chat_settings import ChangedBy
from bot.context import BotContext

GROUP_ADMINS = frozenset({ChatMember.ADMINISTRATOR, ChatMember.OWNER})


async def may_change_settings(context: BotContext) -> bool:
    """Whether the sender may change the settings here: admins, and everybody where these say so.

    Raises:
        TelegramError: as for `is_admin_here`.
    """
    return context.incoming.settings.changed_by is ChangedBy.EVERYBODY or await is_admin_here(context)


async def is_admin_here(context: BotContext) -> bool:
    """Whether the sender may decide for the chat; in private everybody does for themselves.

    Raises:
        TelegramError: Telegram did not say who is an admin.
    """
    incoming = context.incoming
    if incoming.private or incoming.asker.id == incoming.chat.id:
        return True  # A group's admins may write in its name.
    if incoming.user is None:
        return False
    if decides(await context.services.admissions.get(incoming.user.id)):
        return True
    return (await context.bot.get_chat_member(incoming.chat.id, incoming.user.id)).status in GROUP_ADMINS
