"""Telegram's command menus: for private chats, groups, groups' admins, and the owner and admins of the bot."""

import logging
from collections.abc import Sequence

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
)
from telegram.error import TelegramError

from assistant.abilities import missing_for
from assistant.access import decides
from assistant.storage import Admissions
from assistant.texts import LANGUAGES, Label, Texts, texts_in
from model_service import EngineInfo

ASKING = ("ask", "text", "table", "describe")
LATER = ("pictures", "new", "cancel", "queue", "status")
PRIVATE = (*ASKING, "detail", "settings", *LATER, "forget", "help")
GROUP = (*ASKING, "settings", *LATER, "help")
GROUP_ADMINS = (*ASKING, "detail", "settings", "watch", *LATER, "forget", "help")
DECIDING = (*ASKING, "detail", "settings", "people", *LATER, "aside", "forget", "help")
"""The menus. /start is pressed by everybody; /allow and /remove are explained where they are needed."""

_log = logging.getLogger(__name__)


def offered(names: Sequence[str], info: EngineInfo | None) -> list[str]:
    """Return the commands without those that the loaded model cannot do; all of them before it is loaded."""
    return [name for name in names if missing_for(name, info) is None]


def listing(texts: Texts, private: bool, info: EngineInfo | None) -> str:
    """List the commands of a chat, one a line; in a group those of its admins too."""
    names = offered(PRIVATE if private else GROUP_ADMINS, info)
    return "\n".join(f"/{name} – {texts.say(Label[f'COMMAND_{name.upper()}'])}" for name in names)


async def tell_everybody(bot: Bot, admissions: Admissions, info: EngineInfo | None) -> None:
    """Set the menus of all chats, and those of the owner and the admins."""
    await _fill(bot, BotCommandScopeAllPrivateChats(), offered(PRIVATE, info))
    await _fill(bot, BotCommandScopeAllGroupChats(), offered(GROUP, info))
    await _fill(bot, BotCommandScopeAllChatAdministrators(), offered(GROUP_ADMINS, info))
    for somebody in await admissions.all():
        if decides(somebody):
            await _fill(bot, BotCommandScopeChat(somebody.id), offered(DECIDING, info))


async def tell_person(bot: Bot, admissions: Admissions, person: int, info: EngineInfo | None) -> None:
    """Set the menu of one person, who may have become or ceased to be an admin of the bot."""
    deciding = decides(await admissions.get(person))
    await _fill(bot, BotCommandScopeChat(person), offered(DECIDING, info) if deciding else ())


async def _fill(bot: Bot, scope: BotCommandScope, names: Sequence[str]) -> None:
    """Set a menu in each language; without any names, delete it, so that the wider scope's holds. Never fails."""
    for language in LANGUAGES:
        code, texts = None if language == "en" else language, texts_in(language)
        commands = [BotCommand(name, texts.say(Label[f"COMMAND_{name.upper()}"])) for name in names]
        try:
            if commands:
                await bot.set_my_commands(commands, scope, code)
            else:
                await bot.delete_my_commands(scope, code)
        except TelegramError as error:
            _log.warning("the menu of commands could not be set (%s): %s", scope.type, error)
