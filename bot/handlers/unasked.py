"""Handle pictures without a question: say what they show, ask what to know, or only show that they were seen."""

from collections.abc import Sequence

from telegram import ForceReply, Message

from assistant.abilities import one_line_prompt
from assistant.settings.chat_settings import Unasked
from assistant.storage import Picture, Subject
from assistant.texts import Count, Sentence
from assistant.wording.question import ParsedQuestion
from bot.addressing import is_addressed
from bot.answering import answer
from bot.context import BotContext
from bot.delivery.react import react
from bot.incoming.subject import Asked, heard_now, is_awaited

SEEN = "👀"


async def without_question(
    context: BotContext,
    new: Sequence[Picture],
    whole: Sequence[Picture],
    shown: Sequence[Message],
    *,
    named: bool = False,
) -> None:
    """Say what the pictures show, ask what to know about them, or only show that they were seen.

    `named`: the person named just these pages or pictures.
    """
    incoming, services, message = context.incoming, context.services, context.incoming.message
    late, document = len(whole) > len(new), new[0].pages > 1 and len(new) == 1 and not named
    addressed = incoming.private or any(is_addressed(one, context.bot.bot) for one in [message, *shown])
    meant = addressed or await is_awaited(message, context)
    unasked = incoming.settings.unasked
    going_on = context.lanes.expects_question(context.update_id) and not incoming.settings.watch
    prompt = None if going_on or document or late or unasked is not Unasked.DESCRIBE else _one_line_prompt(context)
    if prompt is not None:
        heard = heard_now(shown, incoming, Subject.SENT)
        await answer(context, whole, Asked(ParsedQuestion(prompt), message.message_id), heard=heard)
        return
    await services.pictures.look_at(whole, message.chat.id, incoming.topic, incoming.asker.id)
    asks = meant and not late and not going_on and unasked is not Unasked.REACT
    await services.heard.note(heard_now(shown, incoming, Subject.WANTED if asks else Subject.SENT))
    if asks:
        said = await _ask_back(context, whole, named=named)
        await services.pictures.about(whole, [message.message_id, *said])
    else:
        await react(context.bot, message, SEEN)


def _one_line_prompt(context: BotContext) -> str | None:
    """Return the question that describes a picture, if nobody waits for the model or every picture is answered here."""
    questions, model, incoming = context.services.questions, context.services.model, context.incoming
    busy = questions.waiting or questions.answering
    return None if busy and not incoming.settings.watch else one_line_prompt(incoming.texts, model.info)


async def _ask_back(context: BotContext, pictures: Sequence[Picture], *, named: bool) -> list[int]:
    """Ask what to know about the pictures; in a group so that the answer is a reply, which reaches the bot."""
    keyboard = None if context.incoming.private else ForceReply(selective=True)
    first = pictures[0]
    if named and first.pages > 1 and len(pictures) > 1:
        return await context.say(Sentence.PAGES_WHAT_TO_KNOW, keyboard, pages=Count.PAGES.of(len(pictures)))
    if named and first.pages > 1:
        return await context.say(Sentence.PAGE_WHAT_TO_KNOW, keyboard, page=first.page, pages=first.pages)
    if first.pages > 1 and first.album is None:
        return await context.say(Sentence.DOCUMENT_WHAT_TO_KNOW, keyboard, pages=Count.PAGES.of(first.pages))
    if len(pictures) > 1:
        return await context.say(Sentence.ALBUM_WHAT_TO_KNOW, keyboard, pictures=Count.PICTURES.of(len(pictures)))
    return await context.say(Sentence.WHAT_TO_KNOW, keyboard)
