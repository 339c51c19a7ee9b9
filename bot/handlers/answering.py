"""From a picture and a question to the answer on screen and in the storage."""

import contextlib
import logging
import math
from collections.abc import AsyncIterator
from dataclasses import dataclass

from telegram import InlineKeyboardMarkup, Message, Update

from bot.access import asker_name
from bot.asked import Asked, Cancelled, Step
from bot.chat_settings import ChatSettings, Stream
from bot.context import BotContext, Services
from bot.conversation import Question, compose, sampling_in
from bot.footer import footer
from bot.handlers.queue import asker_of, cancel_keyboard
from bot.handlers.speaking import message_of, texts_for
from bot.lanes import lanes_of
from bot.media import DownloadFailed, Media
from bot.progress import Progress
from bot.render import Part, Rendered, render
from bot.reply import Reply, place_of, topic_of
from bot.storage import Picture, Turn
from bot.texts import FAULTS, LIMITS, Sentence, Texts
from model_service import (
    Draining,
    EngineDead,
    FinishReason,
    GenerationOutput,
    GenerationRequest,
    Health,
    LimitReached,
    ModelServiceError,
    OutOfMemory,
    PictureRejected,
    QueueFull,
    Stage,
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Answering:
    """One question on its way to its answer."""

    services: Services
    message: Message
    picture: Picture
    asked: Asked
    settings: ChatSettings
    texts: Texts
    progress: Progress
    reply: Reply


async def answer(update: Update, context: BotContext, picture: Picture, question: str) -> None:
    """Answer a question about a picture, once; what cannot be answered gets its one sentence.

    As soon as it is one of the open questions, the next update of the chat may begin.
    """
    services, message = context.services, message_of(update)
    if await services.turns.answered(message.chat.id, message.message_id):
        return
    begun = await services.inbox.answer_of(update.update_id)
    if begun is None:
        await services.chats.look_at(picture.chat, picture.id, topic_of(message))
        await services.pictures.about(picture, [message.message_id])
    work = await _begin(update, context, picture, question, begun)
    try:
        with services.asked.open(work.asked, promised=begun is not None):
            lanes_of(context).let_by(update.update_id)
            await _see_through(work, Media(context.bot, services.settings))
    except (LimitReached, QueueFull) as error:
        await _decline(work, error)


async def _see_through(work: _Answering, media: Media) -> None:
    """The way of one question to its end, whatever that is."""
    try:
        async with work.asked.cancellable(), work.reply.growing(work.progress.text):
            async with _unclaimed(work):
                await work.reply.show(work.progress.text())
                await work.services.asked.turn(work.asked)
            output = await _generate(work, media)
    except Cancelled:
        await _give_up(work)
    except (Draining, EngineDead) as error:
        await _postpone(work, blameless=isinstance(error, Draining))
    except (ModelServiceError, DownloadFailed) as error:
        await _decline(work, error)
    else:
        await (_postpone(work, blameless=True) if _was_aborted(output) else _deliver(work, output))


def excuse(texts: Texts, error: Exception) -> str:
    """What a person is told about an answer that failed."""
    if isinstance(error, PictureRejected):
        return texts.say(FAULTS[error.fault])
    if isinstance(error, LimitReached):
        return texts.say(LIMITS[error.limit], most=int(error.most), minutes=math.ceil((error.retry_after or 0) / 60))
    sentences = {
        OutOfMemory: Sentence.OUT_OF_MEMORY,
        QueueFull: Sentence.QUEUE_FULL,
        DownloadFailed: Sentence.PICTURE_GONE,
    }
    return texts.say(sentences.get(type(error), Sentence.FAILED))


async def _begin(update: Update, context: BotContext, picture: Picture, question: str, begun: int | None) -> _Answering:
    services, message = context.services, message_of(update)
    settings = await services.chats.settings(message.chat.id, topic_of(message))
    texts = await texts_for(update, context)
    asked = Asked(message.chat.id, message.message_id, asker_of(message), update.update_id, question)
    return _Answering(
        services=services,
        message=message,
        picture=picture,
        asked=asked,
        settings=settings,
        texts=texts,
        progress=Progress(texts, services.model, asked, grows=settings.stream is not Stream.OFF),
        reply=_open_reply(update, context, picture, begun, cancel_keyboard(texts, asked)),
    )


def _open_reply(
    update: Update, context: BotContext, picture: Picture, begun: int | None, keyboard: InlineKeyboardMarkup
) -> Reply:
    """The reply's message: the one that a former run began, where there is one. It can be replied to while it grows."""
    services, message = context.services, message_of(update)

    async def began(message_id: int) -> None:
        await services.inbox.note_answer(update.update_id, message_id)
        await services.pictures.about(picture, [message_id])

    return Reply(
        context.bot,
        place_of(message),
        looks=services.looks,
        message_id=begun,
        began=began,
        keyboard=keyboard,
    )


@contextlib.asynccontextmanager
async def _unclaimed(work: _Answering) -> AsyncIterator[None]:
    """To the inbox a question that waits for another is not being worked on: what happens then is not its fault."""
    inbox, update_id = work.services.inbox, work.asked.update_id
    behind = work.asked.step is Step.BEHIND
    if behind:
        await inbox.postpone(update_id, blameless=True)
    try:
        yield
    finally:
        if behind:
            await inbox.claim(update_id)


async def _generate(work: _Answering, media: Media) -> GenerationOutput:
    """Stream the answer to the screen; returns its last state. Of places in line `growing` shows the later ones."""
    if work.services.model.health is Health.DEAD:
        raise Draining("the engine died while the question waited for another")
    output = GenerationOutput(Stage.WAITING)
    request = await _request(work, media)
    async with contextlib.aclosing(work.services.model.generate(request)) as outputs:
        async for output in outputs:
            news = work.progress.output is None or output.stage is not Stage.WAITING
            work.progress.output = output
            if output.stage is not Stage.WAITING:
                work.asked.step = Step.ANSWERING
            if news and output.finish_reason is None:
                await work.reply.show(work.progress.text())
    return output


async def _request(work: _Answering, media: Media) -> GenerationRequest:
    model = work.services.settings.model
    question = Question(
        id=work.asked.request,
        chat=str(work.message.chat.id),
        text=work.asked.text,
        picture=await media.read(work.picture),
        detail=work.settings.detail,
        person=_person(work.message),
        length=work.settings.length,
    )
    history = await work.services.turns.history(work.picture, work.asked.asker)
    return compose(question, history, sampling_in(work.settings, model), model.history_tokens)


def _person(message: Message) -> str:
    """Who asks; empty for those who hide behind a channel or a group."""
    return "" if message.from_user is None or message.sender_chat else str(message.from_user.id)


def _was_aborted(output: GenerationOutput) -> bool:
    return output.finish_reason in {None, FinishReason.ABORT}


async def _deliver(work: _Answering, output: GenerationOutput) -> None:
    """Show the whole answer, then remember it."""
    text = output.text.strip()
    detail, footed = work.settings.detail, work.settings.footer
    note = footer(work.texts, work.picture, detail, output) if footed else ""
    parts = _parts(work, render(text or work.texts.say(Sentence.NO_WORDS), note))
    messages = await work.reply.finish(parts, doubt=work.texts.say(Sentence.MAYBE_LOST))
    turn = Turn(
        question=work.asked.text,
        answer=text,
        user=work.asked.asker,
        name=asker_name(work.message),
        question_message=work.message.message_id,
        answer_messages=tuple(messages),
        detail=detail,
        finish=output.finish_reason or FinishReason.STOP,
    )
    if text:
        await work.services.turns.add(work.picture, turn)
    else:
        await work.services.pictures.about(work.picture, messages)
    _log.info("answered in %.1f s: %d tokens of text at %s", output.seconds, output.tokens, detail)


def _parts(work: _Answering, answer: Rendered) -> list[Part]:
    """The messages of an answer; a very long one has a file under its beginning."""
    if answer.file is None:
        return list(answer.parts)
    return [*answer.parts, Part(work.texts.say(Sentence.WHOLE_ANSWER), file=answer.file)]


async def _decline(work: _Answering, error: Exception) -> None:
    """The question is not answered: its one sentence says why."""
    _log.warning("a question was not answered: %s", error)
    await work.reply.finish([Part(excuse(work.texts, error))])


async def _give_up(work: _Answering) -> None:
    """The question was cancelled: what was written of the answer stays, marked as stopped, and is not remembered."""
    written = work.progress.written
    said = work.texts.say(Sentence.STOPPED if written else Sentence.CANCELLED)
    messages = await work.reply.finish(_parts(work, render(written, said)) if written else [Part(said)])
    await work.services.pictures.about(work.picture, messages)
    _log.info("a question of chat %d was cancelled", work.asked.chat)


async def _postpone(work: _Answering, *, blameless: bool) -> None:
    """The process is about to end: the next run answers, in the same message."""
    await work.services.inbox.postpone(work.asked.update_id, blameless=blameless)
    await work.reply.finish([Part(work.texts.say(Sentence.INTERRUPTED))])
