"""Handle pictures: answer the question that came with them, or before them."""

import asyncio
import contextlib
from collections.abc import Sequence

from telegram import Message, Update
from telegram.error import TelegramError

from assistant.pictures.refusals import USER_ERRORS, BadSelection
from assistant.storage import HeardMessage, Picture, Subject
from assistant.texts import Sentence
from bot.answering import answer
from bot.attachments import attachment_of
from bot.context import BotContext
from bot.delivery.react import react
from bot.handlers.unasked import SEEN, without_question
from bot.incoming.choosing import Chosen, choose
from bot.incoming.downloads import MOST_OF_A_CHAT
from bot.incoming.named import sentence_about
from bot.incoming.pictures import NoPicture, at_work, fetch_pictures, say_error
from bot.incoming.subject import Asked, asked_by, heard_now, question_before
from bot.incoming.turning import turn_as_asked


async def look(_: Update, context: BotContext) -> None:
    """Handle the pictures of an utterance, as far as this message speaks for them."""
    await _look(context)


async def _look(context: BotContext) -> None:
    message, incoming = context.incoming.message, context.incoming
    utterance = context.lanes.utterance_of(context.update_id)
    shown = _shown_with(message, context)
    asked = await asked_by(message, context)
    new = await _take_in(shown, asked.parsed.text, context)
    if not new:
        await context.services.heard.note(heard_now([message], incoming, Subject.UNREAD, asked))
        await _withdraw(asked, context)
        return
    whole = await _whole(new, asked, context)
    alone, together = len(utterance.asking) > 1 or asked.beside is not None, list({*shown, message})
    try:
        if not asked.parsed.text:
            turned = await turn_as_asked(context, Chosen(new, asked, asked))
            await without_question(context, turned.pictures, whole, shown)
            return
        each = alone and new[0].album is not None
        chosen = Chosen(new, asked, asked) if each else await choose(new if alone else whole, asked, context)
        chosen = await turn_as_asked(context, chosen)
    except USER_ERRORS as error:
        await refuse(context, error, whole, heard_now(together, incoming, Subject.SENT, asked))
        return
    if not chosen.asked.parsed.text:
        await without_question(context, chosen.pictures, chosen.pictures, shown, named=True)
        return
    heard = heard_now(together, incoming, Subject.SENT, chosen.said)
    await answer(context, chosen.pictures, chosen.asked, among=whole, heard=heard)


async def refuse(
    context: BotContext, error: Exception, pictures: Sequence[Picture], heard: Sequence[HeardMessage]
) -> None:
    """Say why a question cannot be asked of these pictures, which the next one is about all the same."""
    incoming, known = context.incoming, context.services.pictures
    await say_error(error, incoming.message, context)
    await known.look_at(pictures, incoming.chat.id, incoming.topic, incoming.asker.id)
    await known.about(pictures, [incoming.message.message_id])
    await context.services.heard.note(heard)


async def take_in(context: BotContext) -> None:
    """Take in what an utterance shows without a word: the next question is about it, or that before it."""
    incoming, message = context.incoming, context.incoming.message
    earlier = await question_before(message, context)
    if earlier is not None and earlier.subject is not Subject.SENT:
        await _look(context)
        return
    pictures = await _take_in(_shown_with(message, context), "", context)
    if pictures:
        await context.services.pictures.look_at(pictures, incoming.chat.id, incoming.topic, incoming.asker.id)
        await react(context.bot, message, SEEN)
    subject = Subject.SENT if pictures else Subject.UNREAD
    await context.services.heard.note(heard_now([message], incoming, subject))


def _shown_with(message: Message, context: BotContext) -> list[Message]:
    """Return the messages with the pictures that this one speaks for; itself if there are none."""
    together = context.lanes.utterance_of(context.update_id).spoken_for(message)
    return [one for one in together if one.media_group_id or (not one.text and attachment_of(one))] or [message]


async def _take_in(messages: Sequence[Message], question: str, context: BotContext) -> list[Picture]:
    """Return the pictures of these messages, fetched if not known; say under the others why they cannot be read.

    Pictures that came together become an album. Only of a document that came alone the question names the pages.
    """
    few, alone = asyncio.Semaphore(MOST_OF_A_CHAT), len(messages) == 1  # Each may have 20 MB in memory.
    album = next((one.media_group_id for one in messages if one.media_group_id), None)
    album = album if alone or album else f"together-{messages[0].message_id}"
    known = context.services.pictures

    async def fetch(message: Message) -> list[Picture]:
        try:
            async with few:
                try:
                    shown = await fetch_pictures(message, question if alone else "", context, media, album)
                except BadSelection:  # It is said when the pages are chosen; the document is there.
                    shown = await fetch_pictures(message, "", context, media, album)
            if not shown:
                raise NoPicture(sentence_about(message) or Sentence.OTHER)
            await known.about(shown, [message.message_id])
        except (*USER_ERRORS, NoPicture) as error:
            said = await say_error(error, message, context)
            await known.note_unread(message.chat.id, [message.message_id], album)
            await known.note_unread(message.chat.id, said)
            return []
        return shown

    async with at_work(context.incoming.message, context) as media:
        found = await asyncio.gather(*(fetch(message) for message in messages))
    return [picture for shown in found for picture in shown]


async def _whole(new: Sequence[Picture], asked: Asked, context: BotContext) -> list[Picture]:
    """Return the whole set that new pictures belong to: an album as far as it came, or those asked the same before."""
    known, first = context.services.pictures, new[0]
    together, album = list(new), first.album
    if asked.beside is not None:
        together = list(dict.fromkeys([*await known.of_message(first.chat, asked.beside), *new]))
        album = next((picture.album for picture in together if picture.album), f"together-{asked.beside}")
        await known.join(together, album)
    return together if album is None else await known.of_album(first.chat, album)


async def _withdraw(asked: Asked, context: BotContext) -> None:
    """Delete the message in which an answer was begun, to a question that still waits for its picture."""
    if asked.begun is not None:
        with contextlib.suppress(TelegramError):
            await context.bot.delete_message(context.incoming.chat.id, asked.begun)
