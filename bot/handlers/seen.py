"""The button "What you see" under /detail: show the current picture as the model sees it at the level that is set."""

from telegram import Message, Update

from assistant.pictures.enlarged import enlarged
from assistant.pictures.normalize import with_pixels
from assistant.pictures.refusals import USER_ERRORS, refusal
from assistant.progress import starting_up
from assistant.shown_part import usual_look
from assistant.storage import Picture
from assistant.texts import Count, Sentence
from bot.context import BotContext
from bot.delivery.reply import Reply
from bot.delivery.say import acknowledge
from bot.handlers.detail import SEEN
from bot.incoming.pictures import media_of
from bot.render import Part
from model_service import Detail, DetailPlan, EngineInfo

PATTERN = rf"^{SEEN}\Z"

MOST_ASPECT = 20
"""How many times as long as wide a photo may be in Telegram; longer ones go out as files."""


async def press(update: Update, context: BotContext) -> None:
    """Send what the model sees of the current picture, of several the first one; say so if there is none."""
    query, incoming, services = update.callback_query, context.incoming, context.services
    if query is None:
        return
    texts, info = incoming.texts, services.model.info
    if incoming.chat.is_forum and not isinstance(query.message, Message):
        await acknowledge(query, texts.say(Sentence.BUTTON_STALE))  # Nobody knows in which topic it stood.
        return
    pictures = (await services.pictures.current(incoming.chat.id, incoming.topic)).pictures
    if not pictures:
        private = incoming.private
        await acknowledge(query, texts.say(Sentence.SEND_PICTURE_FIRST if private else Sentence.NO_PICTURE_HERE))
    elif info is None:
        await acknowledge(query, starting_up(texts, services.model))
    else:
        await acknowledge(query)
        await _show(pictures[0], info, context)


async def _show(picture: Picture, info: EngineInfo, context: BotContext) -> None:
    """Send it; what is replied to it is about the picture. Say why, if the picture cannot be read any more."""
    incoming = context.incoming
    try:
        library = media_of(context).library
        detail, region = usual_look(incoming.settings.detail, picture, None, info)
        plan, png = await library.seen(picture, detail, info, region)
    except USER_ERRORS as error:
        await context.say_text(refusal(incoming.texts, error))
        return
    photo = await with_pixels(picture.chat, enlarged, png, plan)
    place = incoming.place
    if place is not None:
        sent = await Reply(context.bot, place).finish([_part(photo, plan, detail, context)])
        await context.services.pictures.about([picture], sent)


def _part(photo: bytes, plan: DetailPlan, detail: Detail, context: BotContext) -> Part:
    texts = context.incoming.texts
    level = texts.count(Count.TOKENS, detail.tokens) if detail.level is None else texts.level(detail)
    tokens = Count.TOKENS.of(plan.tokens)
    said = texts.say(Sentence.SEEN_AT, level=level, rows=plan.rows, columns=plan.columns, tokens=tokens)
    shown = max(plan.rows, plan.columns) <= MOST_ASPECT * min(plan.rows, plan.columns)
    return Part(said, file=photo, file_name="seen.jpg", photo=shown)
