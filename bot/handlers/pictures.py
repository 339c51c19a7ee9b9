"""Handle pictures: answer at once if there is a question, else remember them."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from telegram import Message, Update

from assistant.storage import Picture
from assistant.texts import Sentence
from assistant.wording.question import ParsedQuestion
from bot.addressing import parse_question
from bot.answering import answer
from bot.context import BotContext
from bot.delivery.message import topic_of
from bot.handlers.unsupported import explain
from bot.incoming.downloads import MOST_OF_A_CHAT
from bot.incoming.media import Media
from bot.incoming.pictures import USER_ERRORS, at_work, fetch_pictures, say_error, select_named


async def look(update: Update, context: BotContext) -> None:
    """Handle a message with a picture, an album as a whole: answer its caption, or ask what is wanted."""
    message = context.incoming.message
    wanted = parse_question(message, context.bot.bot, context.incoming.texts)
    if message.media_group_id is not None:
        await _look_at_album(context, message.media_group_id, wanted)
        return
    try:
        async with at_work(message, context) as media:
            pictures = await fetch_pictures(message, wanted.text, context, media)
    except USER_ERRORS as error:
        await say_error(error, message, context)
        return
    if pictures:
        await go_on(context, pictures, wanted)
    else:
        await explain(context)


async def go_on(context: BotContext, pictures: Sequence[Picture], wanted: ParsedQuestion) -> None:
    """Answer the question about these pictures; if there is none, ask for it."""
    if wanted.text:
        await answer(context, pictures, wanted)
        return
    services, message = context.services, context.incoming.message
    await services.pictures.look_at(pictures, message.chat.id, topic_of(message))
    if pictures[0].pages > 1 and pictures[0].album is None:
        said = await context.say(Sentence.DOCUMENT_WHAT_TO_KNOW, pages=pictures[0].pages)
    elif len(pictures) > 1:
        said = await context.say(Sentence.ALBUM_WHAT_TO_KNOW, count=len(pictures))
    else:
        said = await context.say(Sentence.WHAT_TO_KNOW)
    await services.pictures.about(pictures, [message.message_id, *said])


async def take_in(context: BotContext) -> None:
    """Take in what a message shows, or its album, without a word: the next question is about it."""
    message, services = context.incoming.message, context.services
    try:
        async with at_work(message, context) as media:
            if message.media_group_id is None:
                pictures = await fetch_pictures(message, "", context, media)
            else:
                came = [
                    one.message for one in context.lanes.taken_in_with(context.update_id) if one.message is not None
                ]
                await _take_in_all(context, _mine(message, came), media)
                pictures = await services.pictures.of_album(message.chat.id, message.media_group_id)
    except USER_ERRORS as error:
        await say_error(error, message, context)
        return
    if pictures:
        await services.pictures.look_at(pictures, message.chat.id, topic_of(message))
    elif message.media_group_id is None:
        await explain(context)


async def _look_at_album(context: BotContext, album: str, wanted: ParsedQuestion) -> None:
    """Answer about all pictures of an album; if several have captions, about each picture on its own.

    A late picture is asked the question of its album.
    """
    message, services = context.incoming.message, context.services
    came = [one.message for one in context.lanes.taken_in_with(context.update_id) if one.message is not None]
    mine = _mine(message, came)
    async with at_work(message, context) as media:
        await _take_in_all(context, mine, media)
    ids = {one.message_id for one in mine}
    pictures = await services.pictures.of_album(message.chat.id, album)
    new = [picture for picture in pictures if picture.message_id in ids]
    earlier = {picture.message_id for picture in pictures} - {one.message_id for one in came}
    asked = await _asked(message.chat.id, earlier, context)
    if not new:
        return
    if asked or mine != came:
        await go_on(context, new, wanted if wanted.text else replace(wanted, text=asked or ""))
    elif wanted.text or not earlier:
        await _answer_about(context, pictures, wanted)
    else:
        await services.pictures.look_at(pictures, message.chat.id, topic_of(message))


def _mine(message: Message, came: list[Message]) -> list[Message]:
    """Return the messages of an album that this one speaks for; the first with a caption also for those without."""
    captioned = [one for one in came if one.caption]
    if len(captioned) < 2:
        return came
    first = message.message_id == captioned[0].message_id
    return [one for one in came if one.message_id == message.message_id or (first and not one.caption)]


async def _take_in_all(context: BotContext, messages: Sequence[Message], media: Media) -> None:
    """Fetch pictures that are not known yet, a few at a time; say under the others why they cannot be read."""
    few = asyncio.Semaphore(MOST_OF_A_CHAT)  # Each may have 20 MB, and is in memory until it is looked at.

    async def fetch(message: Message) -> None:
        try:
            async with few:
                shown = await fetch_pictures(message, "", context, media)
            if shown:
                await context.services.pictures.about(shown, [message.message_id])
            else:
                await explain(context)
        except USER_ERRORS as error:
            await say_error(error, message, context)

    await asyncio.gather(*(fetch(message) for message in messages))


async def _asked(chat: int, messages: set[int], context: BotContext) -> str | None:
    """Return the question under one of these messages, answered or not yet."""
    under_way = (context.services.questions.get(chat, message) for message in messages)
    asking = next((asked.text for asked in under_way if asked is not None), None)
    return asking or await context.services.turns.question(chat, messages)


async def _answer_about(context: BotContext, pictures: list[Picture], wanted: ParsedQuestion) -> None:
    """Answer about the pictures of an album that its caption names, else about all."""
    try:
        await go_on(context, await select_named(pictures, wanted.text, context), wanted)
    except USER_ERRORS as error:
        await say_error(error, context.incoming.message, context)
