"""/watch: answer every picture of a group or a topic, asked or not; the group's admins decide about it."""

from telegram import Chat, Update

from assistant.settings.chat_settings import Setting
from assistant.texts import Sentence
from bot.context import BotContext
from bot.delivery.message import topic_of
from bot.incoming.admins import may_change_settings

WORDS = {"on", "off"}


async def choose(update: Update, context: BotContext) -> None:
    """Handle /watch on and /watch off; explain the usage for anything else."""
    message = context.incoming.message
    word = " ".join(context.args or ()).casefold()
    if message.chat.type == Chat.PRIVATE:
        await context.say(Sentence.WATCH_PRIVATE)
    elif word not in WORDS:
        await context.say(Sentence.WATCH_USAGE)
    elif not await may_change_settings(context):
        await context.say(Sentence.GROUP_ADMINS_ONLY)
    else:
        said = await _watching(context) if word == "on" else Sentence.WATCH_OFF
        await context.services.chats.choose(Setting.WATCH, str(int(word == "on")), message.chat.id, topic_of(message))
        await context.say(said)


async def _watching(context: BotContext) -> Sentence:
    """Return the sentence for a group that is watched from now on, which says whether the bot sees all there."""
    sees_all = await context.services.sight.sees_all(context.bot, context.incoming.chat.id)
    return Sentence.WATCH_ON if sees_all else Sentence.WATCH_BLIND
