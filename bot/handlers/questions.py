"""Handle a question in a text or by /ask: about what it came with or replies to, else about the current pictures."""

import asyncio
import time
from dataclasses import replace

from telegram import Update

from assistant.abilities import examples
from assistant.pictures.refusals import USER_ERRORS
from assistant.storage import Picture, Subject
from assistant.texts import Sentence
from assistant.wording.links import without_links
from assistant.wording.question import ASK
from bot.addressing import command_of, is_foreign
from bot.answering import answer
from bot.attachments import brings_pictures
from bot.context import BotContext
from bot.delivery.message import place_of
from bot.delivery.reply import Reply
from bot.handlers.pictures import look, refuse
from bot.handlers.unasked import without_question
from bot.incoming.choosing import Chosen, choose
from bot.incoming.named import named_by
from bot.incoming.pictures import NoPicture, say_error
from bot.incoming.subject import Asked, asked_by, doubt, heard_now, last_heard, wanted_by
from bot.incoming.turning import turn_as_asked

FOLLOWS = 1.5
"""The seconds for which a question without a picture waits for one that may be on its way, before anything is said."""


async def ask(update: Update, context: BotContext) -> None:
    """Find the pictures that are meant, and answer about them; say so if there are none, and keep the question."""
    message = context.incoming.message
    if any(brings_pictures(one) for one in context.lanes.utterance_of(context.update_id).spoken_for(message)):
        await look(update, context)
        return
    asked = await asked_by(message, context)
    try:
        named = await named_by(context, asked.parsed.text)
    except USER_ERRORS as error:
        await say_error(error, message, context)
        return
    except NoPicture as error:
        if error.sentence is Sentence.LINKS_NOT_OPENED:  # The picture itself may come next.
            waits = replace(asked, parsed=replace(asked.parsed, text=without_links(asked.parsed.text)))
            await context.services.heard.note(heard_now([message], context.incoming, Subject.UNREAD, waits))
        await context.say(error.sentence)
        return
    if named:
        await _go_on(context, named, asked, Subject.NAMED)
    elif not asked.parsed.text and is_foreign(message):
        await context.say(Sentence.FORWARDED_WORDS)
    elif not asked.parsed.text and not asked.parsed.turn and command_of(message, context.bot.bot) == ASK:
        await context.say(Sentence.ASK_USAGE, None, **examples(context.incoming.texts, context.services.model.info))
    else:
        await _assume(context, asked)


async def _assume(context: BotContext, asked: Asked) -> None:
    """Answer about the current pictures; where they cannot be meant, keep the question for the one that comes next."""
    message, incoming, services = context.incoming.message, context.incoming, context.services
    last = await last_heard(context, message.message_id)
    said_before = None if last is None else last.subject
    current = await services.pictures.current(incoming.chat.id, incoming.topic)
    wanted = await wanted_by(last, current, context)
    looked_since = last is not None and current.looked_on > last.said_at + 1  # Telegram's dates are whole seconds.
    if wanted:
        await _go_on(context, wanted, asked, Subject.NAMED)
    elif said_before is Subject.UNREAD and not (current.pictures and looked_since):
        await _wait_for_picture(context, asked, Subject.UNREAD, Sentence.NOT_READ)
    elif not current.pictures:
        first = Sentence.SEND_PICTURE_FIRST if incoming.private else Sentence.NO_PICTURE_HERE
        await _wait_for_picture(context, asked, Subject.MISSING, first)
    else:
        fresh = message.edit_date is None and not services.inbox.is_repeated(context.update_id)
        doubtful = replace(asked, earlier=await doubt(current, context), held=fresh)
        await _go_on(context, current.pictures, doubtful, Subject.ASSUMED)


async def _go_on(context: BotContext, pictures: list[Picture], asked: Asked, subject: Subject) -> None:
    """Answer about those of the pictures that the question names, else about all; without one, say what they show."""
    message, incoming, chosen = context.incoming.message, context.incoming, Chosen(pictures, asked, asked)
    try:
        if asked.parsed.text:
            chosen = await choose(pictures, asked, context)
        chosen = await turn_as_asked(context, chosen)
    except USER_ERRORS as error:
        await refuse(context, error, pictures, heard_now([message], incoming, subject, asked))
        return
    if not chosen.asked.parsed.text:
        named = bool(asked.parsed.text)
        await without_question(context, chosen.pictures, chosen.pictures, [message], named=named)
        return
    await answer(context, chosen.pictures, chosen.asked, heard=heard_now([message], incoming, subject, chosen.said))


async def _wait_for_picture(context: BotContext, asked: Asked, subject: Subject, sentence: Sentence) -> None:
    """Keep the question for the picture that comes next; ask for it, unless it is on its way."""
    incoming, message, known = context.incoming, context.incoming.message, context.services.pictures
    begun = time.time()
    await context.services.heard.note(heard_now([message], incoming, subject, asked))
    if asked.told:
        return
    context.lanes.let_by(context.update_id)
    async with Reply(context.bot, place_of(message)).typing():
        await asyncio.sleep(0 if context.services.inbox.is_repeated(context.update_id) else FOLLOWS)
        await context.lanes.taken_in_since(context.update_id)
    row = await context.services.heard.get(message.chat.id, message.message_id)
    if row is None or row.subject is Subject.NONE or await known.of_message(message.chat.id, message.message_id):
        return  # It was dropped, or a picture took it over.
    current = await known.current(incoming.chat.id, incoming.topic)
    if current.pictures and current.looked_on > begun and current.person == incoming.asker.id:
        await _go_on(context, current.pictures, asked, Subject.NAMED)  # One came, with a question of its own.
    else:
        await context.say(sentence)
