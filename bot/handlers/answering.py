"""From a question and the pictures it is about to the answer on screen and in the storage."""

import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import replace

from telegram import Chat, InlineKeyboardMarkup, Update
from telegram.ext import ExtBot

from assistant.combined_answer import CombinedAnswer
from assistant.open_questions import Cancelled, OpenQuestion
from assistant.settings.chat_settings import Stream
from assistant.storage import Picture, Turn, surely
from assistant.texts import Sentence
from assistant.wording.question import ParsedQuestion
from bot.addressing import asker_of
from bot.context import BotContext
from bot.delivery.answer_buttons import buttons_under
from bot.delivery.answer_text import CLOSE, names_of, parts_of, whole_answer
from bot.delivery.drafts import Draft
from bot.delivery.message import place_of, topic_of
from bot.delivery.orphans import remove_orphans
from bot.delivery.progress import Progress
from bot.delivery.reply import Reply
from bot.delivery.say import message_of, texts_for
from bot.handlers.queue import cancel_keyboard
from bot.handlers.reading import Answering, Reading, excuse, read_all
from bot.incoming.downloads import DownloadFailed
from bot.incoming.media import Media
from bot.render import Part, render
from bot.updates.lanes import lanes_of
from model_service import (
    CheckpointError,
    Draining,
    EngineDead,
    FinishReason,
    LimitReached,
    ModelServiceError,
    QueueFull,
)

_log = logging.getLogger(__name__)


async def answer(update: Update, context: BotContext, pictures: Sequence[Picture], wanted: ParsedQuestion) -> None:
    """Answer a question about one or more pictures, once; what cannot be answered gets its one sentence.

    As soon as it is one of the open questions, the next update of the chat may begin.
    """
    services, message = context.services, message_of(update)
    if await services.turns.answered(message.chat.id, message.message_id):
        return
    begun = await services.inbox.answer_of(update.update_id)
    if begun is None:
        await services.pictures.look_at(pictures, message.chat.id, topic_of(message))
        await services.pictures.about(pictures, [message.message_id])
    work = await _begin(update, context, pictures, wanted, begun)
    try:
        with services.asked.open(work.asked, promised=begun is not None):
            lanes_of(context).let_by(update.update_id)
            await _see_through(work, context.media())
            if services.inbox.may_be_begun(update.update_id):
                await _tidy_up(work, context.bot)
    except (LimitReached, QueueFull) as error:
        await _decline(work, error)


async def _see_through(work: Answering, media: Media) -> None:
    """The way of one question to its end, whatever that is."""
    try:
        async with work.asked.cancellable(), work.reply.growing(work.progress.text):
            await work.reply.show(work.progress.text())
            await work.services.asked.turn(work.asked)
            if work.asked.suspect:
                await work.services.model.ready()
                await work.services.asked.others_first(work.asked)
            readings = await read_all(work, media)
    except Cancelled:
        await _give_up(work)
    except (CheckpointError, Draining, EngineDead):
        await _postpone(work)
    except (ModelServiceError, DownloadFailed) as error:
        await _decline(work, error)
    else:
        await _deliver(work, readings)


async def _begin(
    update: Update, context: BotContext, pictures: Sequence[Picture], wanted: ParsedQuestion, begun: int | None
) -> Answering:
    services, message = context.services, message_of(update)
    settings = wanted.settings(await services.chats.settings(message.chat.id, topic_of(message)))
    texts, asker = await texts_for(update, context), asker_of(update)
    combined = CombinedAnswer(await names_of(pictures, services, texts))
    suspect = services.inbox.attempts(update.update_id) > 0
    asked = OpenQuestion(message.chat.id, message.message_id, asker.id, update.update_id, wanted.text, suspect=suspect)
    return Answering(
        services=services,
        message=message,
        asker=asker,
        wanted=wanted,
        pictures=list(pictures),
        asked=asked,
        settings=settings,
        texts=texts,
        progress=Progress(texts, services.model, asked, combined, grows=settings.stream is not Stream.OFF),
        reply=_open_reply(
            update, context, pictures, begun, keyboard=cancel_keyboard(texts, asked), stream=settings.stream
        ),
    )


def _open_reply(
    update: Update,
    context: BotContext,
    pictures: Sequence[Picture],
    begun: int | None,
    *,
    keyboard: InlineKeyboardMarkup,
    stream: Stream,
) -> Reply:
    """The reply's message: the one that a former run began, where there is one. It can be replied to while it grows."""
    services, message = context.services, message_of(update)
    previewed = stream is Stream.DRAFT and message.chat.type == Chat.PRIVATE

    async def began(message_id: int) -> None:
        try:
            await services.inbox.note_answer(update.update_id, message_id)
            await services.pictures.about(pictures, [message_id])
        except sqlite3.Error as error:  # The message is there, and the answer goes on in it.
            _log.error("update %d: the number of its answer could not be noted: %s", update.update_id, error)

    return Reply(
        context.bot,
        place_of(message),
        looks=services.looks,
        message_id=begun,
        began=began,
        keyboard=keyboard,
        draft=Draft(context.bot, message.chat.id, update.update_id, topic_of(message)) if previewed else None,
    )


async def _deliver(work: Answering, readings: list[Reading]) -> None:
    """Show the whole answer, then remember what it says about each picture."""
    earlier = await work.services.turns.details(work.pictures[0])
    work = replace(work, hint=all(detail.tokens < CLOSE.tokens for detail in earlier))
    parts = whole_answer(work, readings)
    messages = await work.reply.finish(parts, buttons_under(work, readings), work.texts.say(Sentence.MAYBE_LOST))
    turns = [(reading.picture, _turn(work, reading, messages)) for reading in readings if reading.text]
    what = f"remembering the answer to update {work.asked.update_id}"
    await surely(lambda: work.services.pictures.about(work.pictures, messages), what)
    if turns:
        await surely(lambda: work.services.turns.add(turns), what)
    for output in (reading.output for reading in readings):
        _log.info("answered in %.1f s: %d tokens of text at %s", output.seconds, output.tokens, work.settings.detail)


def _turn(work: Answering, reading: Reading, messages: Sequence[int]) -> Turn:
    return Turn(
        question=work.asked.text,
        answer=reading.text,
        user=work.asker.id,
        name=work.asker.name,
        question_message=work.message.message_id,
        answer_messages=tuple(messages),
        detail=work.settings.detail,
        finish=reading.output.finish_reason or FinishReason.STOP,
    )


async def _tidy_up(work: Answering, bot: ExtBot[int]) -> None:
    """Remove what a run that was killed left under the question."""
    chat, question, services = work.message.chat.id, work.message.message_id, work.services
    answer = await services.inbox.answer_of(work.asked.update_id)
    if answer is not None:
        known = await services.pictures.messages_about(chat, question, answer)
        await remove_orphans(bot, chat, question, answer, known)


async def _decline(work: Answering, error: Exception) -> None:
    """The question is not answered: its one sentence says why."""
    _log.warning("update %d: the question was not answered: %s", work.asked.update_id, error)
    await work.reply.finish([Part(excuse(work, error))])


async def _give_up(work: Answering) -> None:
    """The question was cancelled: what was written of the answer stays, marked as stopped, and is not remembered."""
    written = work.progress.written
    said = work.texts.say(Sentence.STOPPED if written else Sentence.CANCELLED)
    messages = await work.reply.finish(parts_of(work, render(written, said)) if written else [Part(said)])
    await work.services.pictures.about(work.pictures, messages)
    _log.info("a question of chat %d was cancelled", work.asked.chat)


async def _postpone(work: Answering) -> None:
    """The process is about to end: the next run answers, in the same message."""
    await work.services.inbox.postpone(work.asked.update_id)
    await work.reply.finish([Part(work.texts.say(Sentence.INTERRUPTED))])
