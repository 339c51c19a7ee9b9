"""/settings: everything that a chat or a topic can choose, in one message that is edited in place."""

import logging

from telegram import Chat, InlineKeyboardMarkup, Message, Update

from assistant.settings.chat_settings import Setting
from assistant.texts import Label, Sentence, Texts
from bot.context import BotContext
from bot.delivery import settings_menu as menu
from bot.delivery.message import topic_of
from bot.delivery.say import acknowledge, message_of, redraw, say_text, texts_for
from bot.incoming.admins import is_admin_here, may_change_settings

_log = logging.getLogger(__name__)


async def show(update: Update, context: BotContext) -> None:
    """/settings: what holds here, and a button for each of it."""
    message, texts = message_of(update), await texts_for(update, context)
    private = message.chat.type == Chat.PRIVATE
    await say_text(update, context, await _overview(message, texts, context), menu.first_page(texts, private))


async def press(update: Update, context: BotContext) -> None:
    """A button: open a page, choose, or go back; whoever may not, and whoever presses too late, is told so."""
    query = update.callback_query
    if query is None or query.data is None:
        return
    texts, message = await texts_for(update, context), query.message
    _, name, word = query.data.split(":")
    if not isinstance(message, Message) or not _is_offered(name, message):
        await acknowledge(query, texts.say(Sentence.BUTTON_STALE))
        return
    if not await _may(update, context, name, word):
        _log.info("user %d may not change the settings of chat %d", query.from_user.id, message.chat.id)
        await acknowledge(query, texts.say(Sentence.GROUP_ADMINS_ONLY))
        return
    if word:
        await context.services.chats.choose(Setting(name), word, message.chat.id, topic_of(message))
    elif name == menu.RESET:
        await context.services.chats.reset(message.chat.id, topic_of(message))
    texts = await texts_for(update, context)  # Another language may have been chosen.
    await acknowledge(query, await _news(message, texts, context, name, word))
    await redraw(query, *await _next_page(message, texts, context, name, word))


async def _may(update: Update, context: BotContext, name: str, word: str) -> bool:
    """Who may change the settings is up to the admins, whatever else everybody may change."""
    if name == Setting.CHANGED_BY and word:
        return await is_admin_here(update, context)
    return await may_change_settings(update, context)


async def _news(message: Message, texts: Texts, context: BotContext, name: str, word: str) -> str | None:
    """What a press did, in a line; None if it only turned a page."""
    if name == menu.RESET:
        return texts.say(Label.SETTINGS_RESET)
    if not word:
        return None
    settings = await context.services.chats.settings(message.chat.id, topic_of(message))
    return menu.state(texts, settings, Setting(name))


async def _next_page(
    message: Message, texts: Texts, context: BotContext, name: str, word: str
) -> tuple[str, InlineKeyboardMarkup | None]:
    """A setting's page where that was opened, else the overview; the overview alone when all is done."""
    if name in menu.WORDS and not word:
        settings = await context.services.chats.settings(message.chat.id, topic_of(message))
        return menu.page(texts, settings, Setting(name))
    keyboard = None if name == menu.DONE else menu.first_page(texts, message.chat.type == Chat.PRIVATE)
    return await _overview(message, texts, context), keyboard


async def _overview(message: Message, texts: Texts, context: BotContext) -> str:
    topic = topic_of(message)
    settings = await context.services.chats.settings(message.chat.id, topic)
    title = Label.SETTINGS_CHAT if topic is None else Label.SETTINGS_TOPIC
    return menu.overview(texts, settings, title, message.chat.type == Chat.PRIVATE)


def _is_offered(name: str, message: Message) -> bool:
    """Whether the menu is still there and has, in such a chat, a button of this name."""
    offered = menu.offered(message.chat.type == Chat.PRIVATE)
    return message.is_accessible and (name not in menu.WORDS or name in offered)
