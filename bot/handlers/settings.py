"""/settings: everything that a chat or a topic can choose, in one message that is edited in place."""

import logging

from telegram import Chat, InlineKeyboardMarkup, Message, Update

from assistant.settings.chat_settings import Setting
from assistant.texts import Label, Sentence
from bot.context import BotContext, Incoming
from bot.delivery import settings_menu as menu
from bot.delivery.say import acknowledge, redraw
from bot.incoming.admins import is_admin_here, may_change_settings

_log = logging.getLogger(__name__)


async def show(_: Update, context: BotContext) -> None:
    """Handle /settings: show the settings, and a button for each."""
    incoming = context.incoming
    await context.say_text(_overview(incoming), menu.first_page(incoming.texts, incoming.private))


async def press(update: Update, context: BotContext) -> None:
    """Handle a button: open a page, choose, or go back; say so if the person may not, or presses too late."""
    query, incoming = update.callback_query, context.incoming
    if query is None or query.data is None:
        return
    _, name, word = query.data.split(":")
    if incoming.said is None or not _is_offered(name, incoming.said):
        await acknowledge(query, incoming.texts.say(Sentence.BUTTON_STALE))
        return
    if not await _may(context, name, word):
        _log.info("user %d may not change the settings of chat %d", query.from_user.id, incoming.chat.id)
        await acknowledge(query, incoming.texts.say(Sentence.GROUP_ADMINS_ONLY))
        return
    if word:
        await context.services.chats.choose(Setting(name), word, incoming.chat.id, incoming.topic)
    elif name == menu.RESET:
        await context.services.chats.reset(incoming.chat.id, incoming.topic)
    incoming = await context.settings_changed()  # Another language may have been chosen.
    await acknowledge(query, _news(incoming, name, word))
    await redraw(query, *_next_page(incoming, name, word))


async def _may(context: BotContext, name: str, word: str) -> bool:
    """Whether the person may do this; who may change the settings is always up to the admins."""
    if name == Setting.CHANGED_BY and word:
        return await is_admin_here(context)
    return await may_change_settings(context)


def _news(incoming: Incoming, name: str, word: str) -> str | None:
    """Say what a press did, in a line; None if it only turned a page."""
    if name == menu.RESET:
        return incoming.texts.say(Label.SETTINGS_RESET)
    return menu.state(incoming.texts, incoming.settings, Setting(name)) if word else None


def _next_page(incoming: Incoming, name: str, word: str) -> tuple[str, InlineKeyboardMarkup | None]:
    """Return a setting's page if it was opened, else the overview; the overview alone when all is done."""
    if name in menu.WORDS and not word:
        return menu.page(incoming.texts, incoming.settings, Setting(name))
    keyboard = None if name == menu.DONE else menu.first_page(incoming.texts, incoming.private)
    return _overview(incoming), keyboard


def _overview(incoming: Incoming) -> str:
    title = Label.SETTINGS_CHAT if incoming.topic is None else Label.SETTINGS_TOPIC
    return menu.overview(incoming.texts, incoming.settings, title, incoming.private)


def _is_offered(name: str, message: Message) -> bool:
    """Whether the menu still exists and has, in such a chat, a button of this name."""
    offered = menu.offered(message.chat.type == Chat.PRIVATE)
    return message.is_accessible and (name not in menu.WORDS or name in offered)
