"""Answer a question, from the message that asks it to the answer on the screen."""

import asyncio
import contextlib
import logging
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import replace

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from assistant.answering import AnswerState, End
from assistant.combined_answer import CombinedAnswer
from assistant.notes_under import CLOSE, Answered, names_of, numbers_of
from assistant.open_questions import OpenQuestion
from assistant.progress import Progress
from assistant.question import Question, Reading
from assistant.settings.chat_settings import Stream
from assistant.storage import HeardMessage, Picture, surely
from assistant.tasks import spawn
from assistant.texts import Sentence, Texts
from assistant.texts.failures import excuse
from bot.context import BotContext
from bot.delivery.answer_buttons import buttons_under
from bot.delivery.answer_text import parts_of, whole_answer
from bot.delivery.drafts import Draft
from bot.delivery.message import place_of
from bot.delivery.reply import Reply
from bot.incoming.hidden import hidden_note
from bot.incoming.pictures import media_of
from bot.incoming.subject import Asked
from bot.render import Part, render

CANCEL = "cancel:"
"""The prefix of the data of a Cancel button; the number of the question's message follows."""

HOLD = 0.5
"""The seconds for which nothing is said about assumed pictures: one that the question is about may be on its way."""

_log = logging.getLogger(__name__)


async def answer(
    context: BotContext,
    pictures: Sequence[Picture],
    asked: Asked,
    *,
    among: Sequence[Picture] = (),
    heard: Sequence[HeardMessage] = (),
) -> None:
    """Answer a question about one or more pictures, once; say in one sentence why one cannot be answered.

    As soon as it is one of the open questions, the next update of the chat may begin. The next question is about the
    pictures `among` which these are, else about these; `heard` are the messages that brought question and pictures.
    """
    services, incoming = context.services, context.incoming
    chat, begun = incoming.chat.id, asked.begun
    if incoming.pressed or services.inbox.is_repeated(context.update_id):
        if await services.turns.answered(chat, asked.message):
            return
        begun = await services.inbox.answer_of(context.update_id) or begun
    if begun is None or begun == asked.begun:
        await asyncio.gather(
            services.pictures.look_at(among or pictures, chat, incoming.topic, incoming.asker.id),
            services.pictures.about(pictures, {asked.message, incoming.message.message_id}),
            *([services.heard.note(heard)] if heard else []),
            *([] if begun is None else [services.inbox.note_answer(context.update_id, begun)]),
        )
    question = Question(
        chat=chat,
        message=asked.message,
        number=context.update_id,
        asker=incoming.asker,
        parsed=asked.parsed,
        pictures=tuple(pictures),
        settings=asked.parsed.settings(incoming.settings),
        promised=begun is not None,
        suspect=services.inbox.attempts(context.update_id) > 0,
        earlier=asked.earlier,
        named=asked.named,
        unread=asked.unread,
        whole=asked.whole,
        numbers=await numbers_of(pictures, services.pictures) if len(pictures) > 1 else (),
        texts=incoming.texts,
    )
    await _Answer(context, question, begun, HOLD if asked.held and begun is None else 0.0).see_through()


class Hold:
    """A time for which an answer is written but not shown: some seconds, and while its person is sending pictures."""

    def __init__(self, context: BotContext, seconds: float) -> None:
        self._context = context
        self._until = time.monotonic() + seconds
        self._holds = seconds > 0

    @property
    def is_over(self) -> bool:
        """Whether it may be shown."""
        if self._holds and time.monotonic() >= self._until:
            self._holds = self._context.lanes.following(self._context.update_id) is not None
        return not self._holds

    async def end(self, question: OpenQuestion) -> None:
        """Wait until it may be shown, or another one is asked in place of the question."""
        if self._holds:
            waits = [spawn(self._rest(), "hold an answer"), spawn(question.superseded.wait(), "hold an answer")]
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()

    async def _rest(self) -> None:
        await asyncio.sleep(self._until - time.monotonic())
        await self._context.lanes.taken_in_since(self._context.update_id)


class _Answer:
    """One question and the message that shows its answer."""

    def __init__(self, context: BotContext, question: Question, begun: int | None, hold: float = 0.0) -> None:
        self._hold = Hold(context, hold)
        self._context = context
        self._services = context.services
        self._question = question
        self._texts = context.incoming.texts
        self._reply = self._open_reply(begun)

    async def see_through(self) -> None:
        """Show the progress of the answer until its end, then show and remember the whole."""
        names = await names_of(self._question.pictures, self._services.pictures, self._texts)
        grows = self._question.settings.stream is not Stream.OFF
        progress = Progress(self._texts, self._services.model, CombinedAnswer(names), grows=grows)
        library = media_of(self._context).library
        async with contextlib.aclosing(self._services.assistant.ask(self._question, library)) as states:
            async with self._reply.growing(lambda: progress.text() if self._hold.is_over else ""):
                async for state in states:
                    news = progress.follow(state)
                    self._context.lanes.let_by(self._context.update_id)
                    if state.end is not None:
                        break
                    if news and self._hold.is_over:
                        await self._reply.show(progress.text())
                await self._hold.end(state.question)
            if state.question.superseded.is_set():
                return
            await self._finish(state, progress)

    async def _finish(self, state: AnswerState, progress: Progress) -> None:
        number = self._question.number
        if state.end is End.ANSWERED:
            await self._deliver(state.readings, progress.answer)
        elif state.end is End.CANCELLED:
            await self._give_up(progress.written)
        elif state.end is End.POSTPONED:
            await self._services.inbox.postpone(number)
            await self._reply.finish([Part(self._texts.say(Sentence.INTERRUPTED))])
        else:
            _log.warning("update %d: the question was not answered: %s", number, state.error)
            await self._reply.finish([Part(excuse(self._texts, state.error, number))])

    async def _deliver(self, readings: Sequence[Reading], answer: CombinedAnswer) -> None:
        """Show the whole answer, then remember the part about each picture."""
        question, services = self._question, self._services
        earlier = await services.turns.details(question.pictures[0])
        hint = all(detail.tokens < CLOSE.tokens for detail in earlier)
        read = [reading for reading in readings if reading.output is not None]
        arrived = self._context.lanes.utterance_of(self._context.update_id).messages
        hidden = await hidden_note(question.pictures, arrived, self._context)
        answered = Answered(
            self._texts,
            question,
            read,
            answer.text,
            hint=hint,
            info=services.model.info,
            hidden=hidden,
            first=not earlier,
        )
        heard = not self._context.incoming.pressed
        keyboard = buttons_under(self._texts, question, read, services.model.info, heard=heard)
        messages = await self._reply.finish(whole_answer(answered), keyboard, self._texts.say(Sentence.MAYBE_LOST))
        what = f"remembering the answer to update {question.number}"
        await surely(lambda: services.pictures.about(question.pictures, messages), what)
        await services.assistant.remember(question, read, messages)
        for reading in read:
            if (output := reading.output) is not None:
                level = reading.detail
                _log.info("answered in %.1f s: %d tokens of text at %s", output.seconds, output.tokens, level)

    async def _give_up(self, written: str) -> None:
        """Leave the text of a cancelled answer, marked as stopped; it is not remembered."""
        said = self._texts.say(Sentence.STOPPED if written else Sentence.CANCELLED)
        parts = parts_of(self._texts, render(written, said)) if written else [Part(said)]
        messages = await self._reply.finish(parts)
        await self._services.pictures.about(self._question.pictures, messages)
        _log.info("a question of chat %d was cancelled", self._question.chat)

    def _open_reply(self, begun: int | None) -> Reply:
        """Open the reply, with the message that a former run began, if any. It can be replied to early."""
        incoming, number = self._context.incoming, self._question.number
        previewed = self._question.settings.stream is Stream.DRAFT and incoming.private

        async def on_sent(message_id: int) -> None:
            try:
                await self._services.inbox.note_answer(number, message_id)
                await self._services.pictures.about(self._question.pictures, [message_id])
            except sqlite3.Error as error:  # The message is there, and the answer goes on in it.
                _log.error("update %d: the number of its answer could not be noted: %s", number, error)

        bot = self._context.bot
        return Reply(
            bot,
            replace(place_of(incoming.message), question=self._question.message),
            throttle=self._services.throttle,
            message_id=begun,
            on_sent=on_sent,
            keyboard=cancel_keyboard(self._texts, self._question.message),
            draft=Draft(bot, self._question.chat, number, incoming.topic) if previewed else None,
        )


def cancel_keyboard(texts: Texts, question: int) -> InlineKeyboardMarkup:
    """Return the button under an unfinished answer; `question` is the number of the question's message."""
    button = InlineKeyboardButton(texts.say(Sentence.BUTTON_CANCEL), callback_data=f"{CANCEL}{question}")
    return InlineKeyboardMarkup([[button]])
