"""Handle small talk without the model: react to thanks, greet back, and look again where somebody doubts."""

import logging
from dataclasses import replace

from telegram import Message, Update
from telegram.constants import ReactionEmoji
from telegram.ext import filters

from assistant.next_looks import closer_level
from assistant.pieces import size_of
from assistant.storage import AnsweredQuestion, Picture
from assistant.texts import Sentence
from assistant.wording.question import ParsedQuestion, parse_again
from assistant.wording.small_talk import SmallTalk
from bot.addressing import small_talk_of
from bot.answering import answer
from bot.context import BotContext
from bot.delivery.react import react
from bot.incoming.subject import Asked
from model_service import plan_detail

REACTIONS = {SmallTalk.THANKS: ReactionEmoji.RED_HEART, SmallTalk.AGREEMENT: ReactionEmoji.THUMBS_UP}

_log = logging.getLogger(__name__)


class _SmallTalk(filters.MessageFilter):
    """Texts that are small talk as a whole."""

    def filter(self, message: Message) -> bool:
        """Whether it is one."""
        return message.text is not None and small_talk_of(message, message.get_bot().bot) is not None


SMALL_TALK = _SmallTalk()
GESTURE = filters.Sticker.ALL | (filters.ANIMATION & ~filters.CAPTION)


async def meet(_: Update, context: BotContext) -> None:
    """React, greet, or look again at what was answered."""
    message = context.incoming.message
    kind = small_talk_of(message, context.bot.bot)
    if kind is SmallTalk.DOUBT:
        await _look_again(context)
    elif kind is SmallTalk.GREETING:
        await context.say(Sentence.HELLO if context.incoming.private else Sentence.HELLO_GROUP)
    elif kind is not None:
        await react(context.bot, message, REACTIONS[kind])


async def nod(_: Update, context: BotContext) -> None:
    """React to a sticker or a GIF: people thank and joke with them, and go on about the picture before."""
    await react(context.bot, context.incoming.message, ReactionEmoji.THUMBS_UP)


async def _look_again(context: BotContext) -> None:
    """Ask the question of the doubted answer again, a level closer, as the button under it does."""
    message, services = context.incoming.message, context.services
    if await services.turns.answered(message.chat.id, message.message_id):
        return
    asked = await _doubted(context)
    found = [await services.pictures.get(number) for number in asked.pictures] if asked is not None else []
    pictures = [picture for picture in found if picture is not None]
    if asked is None or not pictures:
        await context.say(Sentence.DOUBT_WHAT)
    elif (wanted := _closer(context, asked, pictures[0])) is None:
        await context.say(Sentence.NO_CLOSER)
    else:
        _log.info("an answer in chat %d is doubted: %s is looked at more closely", message.chat.id, asked.message)
        await answer(context, pictures, Asked(wanted, message.message_id))


async def _doubted(context: BotContext) -> AnsweredQuestion | None:
    """Return the question of the answer that the message replies to, else of the last one to this person here."""
    message, asker, services = context.incoming.message, context.incoming.asker, context.services
    chat, replied = message.chat.id, message.reply_to_message
    if replied is not None and replied.forum_topic_created is None:
        pictures = await services.pictures.of_message(chat, replied.message_id)
        return await services.turns.last_asked(chat, replied.message_id, pictures=pictures) if pictures else None
    # Nothing else tells what was answered in which topic.
    topic = context.incoming.topic
    pictures = (await services.pictures.current(chat, topic)).pictures if topic else []
    if asker.id is None or (topic and not pictures):
        return None
    return await services.turns.last_asked(chat, message.message_id, user=asker.id, pictures=pictures)


def _closer(context: BotContext, asked: AnsweredQuestion, picture: Picture) -> ParsedQuestion | None:
    """Return the question to ask again; None if nothing more can be seen."""
    wanted, info = parse_again(asked.text, asked.detail, context.incoming.texts), context.services.model.info
    if info is None:
        return replace(wanted, reworded=True)
    plan = plan_detail(info.dial, asked.detail, *size_of(picture, wanted.region), info.max_visual_tokens)
    closer = closer_level(picture, wanted.region, plan, info)
    return None if closer is None else replace(wanted, detail=closer)
