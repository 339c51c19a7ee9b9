"""Introduce the bot to a group: what it is for, how it is asked, and what of the talk it sees."""

import logging

from telegram.error import TelegramError

from assistant.abilities import examples
from assistant.texts import Sentence, Texts
from bot.context import BotContext

_log = logging.getLogger(__name__)


async def introduction(context: BotContext, group: int, texts: Texts) -> str:
    """Return what the bot says of itself in a group. Commands and replies come first: they reach it in any case."""
    said = [texts.say(Sentence.WELCOME_GROUP, **examples(texts, context.services.model.info))]
    try:
        sees_all = await context.services.sight.sees_all(context.bot, group)
        said.append(texts.say(Sentence.SEES_ALL if sees_all else Sentence.SEES_SOME))
    except TelegramError as error:
        _log.warning("Telegram did not say whether chat %d shows everything: %s", group, error)
    return "\n\n".join(said)
