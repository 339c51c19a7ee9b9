"""The Cancel button, /cancel, /queue and /status."""

import logging
import time

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update

from assistant.access import inert, one_line
from assistant.open_questions import OpenQuestion, OpenQuestions, Step
from assistant.progress import in_line
from assistant.texts import Count, Sentence, Texts
from assistant.wording.question import as_typed
from bot.context import BotContext
from bot.delivery.model_facts import family_lines, model_line, reader_lines, server_lines
from bot.delivery.say import acknowledge
from bot.incoming.admins import is_admin_here
from bot.incoming.subject import drop_waiting
from model_service import MemoryUse, ModelService

PREFIX = "cancel:"
PATTERN = rf"^{PREFIX}([0-9]{{1,15}})\Z"
GIB = 1024**3
DAY = 24

_log = logging.getLogger(__name__)


def cancel_keyboard(texts: Texts, asked: OpenQuestion) -> InlineKeyboardMarkup:
    """Return the button under a question's unfinished answer."""
    button = InlineKeyboardButton(texts.say(Sentence.BUTTON_CANCEL), callback_data=f"{PREFIX}{asked.message}")
    return InlineKeyboardMarkup([[button]])


async def press(update: Update, context: BotContext) -> None:
    """Cancel the button's question, if the person who presses asked it or decides here; else say that they may not."""
    query, chat = update.callback_query, update.effective_chat
    if query is None or query.data is None or chat is None:
        return
    asked = context.services.questions.get(chat.id, int(query.data.removeprefix(PREFIX)))
    if asked is None:
        _log.info("user %d cancels in chat %d what is not open", query.from_user.id, chat.id)
        await acknowledge(query)
        return
    texts = context.incoming.texts
    if query.from_user.id != asked.asker and not await is_admin_here(context):
        _log.warning("user %d may not cancel a question in chat %d", query.from_user.id, chat.id)
        await acknowledge(query, texts.say(Sentence.CANCEL_NOT_YOURS))
        return
    asked.cancel()
    await acknowledge(query, texts.say(Sentence.CANCELLED))


async def cancel(update: Update, context: BotContext) -> None:
    """Handle /cancel: drop one's own questions in this chat, also those that wait.

    Those that are not taken in yet are dropped when they are; each is told so in its own place. A question that waits
    for its picture waits no longer.
    """
    message = context.incoming.message
    dropped = context.services.questions.cancel_all(message.chat.id, context.incoming.asker.id, update.update_id)
    dropped += await drop_waiting(context)
    if dropped:
        await context.say(Sentence.DROPPED, questions=Count.QUESTIONS.of(dropped))
    else:
        await context.say(Sentence.NOTHING_WAITS)


async def show(update: Update, context: BotContext) -> None:
    """Handle /queue: say how many questions wait, and list one's own in this chat; of others only the number."""
    message, services = context.incoming.message, context.services
    texts = context.incoming.texts
    lines = [_counts(texts, services.questions)]
    for asked in services.questions.of(message.chat.id, context.incoming.asker.id):
        state = _state(texts, asked, services.model)
        question = inert(one_line(as_typed(asked.text)))
        lines.append(texts.say(Sentence.QUEUE_YOURS, question=question, state=state))
    await context.say_text("\n".join(lines))


def _counts(texts: Texts, questions: OpenQuestions) -> str:
    counts = {Sentence.QUEUE_UNDER_WAY: questions.answering, Sentence.QUEUE_WAITING: questions.waiting}
    said = [texts.say(sentence, questions=Count.QUESTIONS.of(count)) for sentence, count in counts.items() if count]
    return " ".join(said) or texts.say(Sentence.QUEUE_EMPTY)


def _state(texts: Texts, asked: OpenQuestion, model: ModelService) -> str:
    if asked.step is Step.BEHIND:
        return texts.say(Sentence.QUEUE_BEHIND)
    place = model.place(asked.request)
    return texts.say(Sentence.QUEUE_BEGUN) if place is None else in_line(texts, place.ahead, place.seconds)


def _memory(texts: Texts, memory: MemoryUse) -> str:
    used = f"{memory.used / GIB:.1f}"
    if memory.total is None:
        return texts.say(Sentence.STATUS_PROCESS, used=used)
    return texts.say(Sentence.STATUS_MEMORY, used=used, total=f"{memory.total / GIB:.1f}")


def lasting(texts: Texts, seconds: float) -> str:
    """Return a long duration in words."""
    hours, minutes = divmod(int(seconds) // 60, 60)
    if hours >= DAY:
        return f"{texts.count(Count.DAYS, hours // DAY)} {texts.count(Count.HOURS, hours % DAY)}"
    in_minutes = texts.count(Count.MINUTES, minutes)
    return f"{texts.count(Count.HOURS, hours)} {in_minutes}" if hours else in_minutes


async def status(update: Update, context: BotContext) -> None:
    """Handle /status: show the model, its limits, the load, and the uptime."""
    model, texts = context.services.model, context.incoming.texts
    info = model.info
    lines = [] if model.server else [texts.say(Sentence.STATUS_LOADING, percent=int(100 * model.load_progress))]
    if info is not None:
        lines = [
            model_line(texts, info),
            *family_lines(texts, info),
            *reader_lines(texts, info),
            texts.say(Sentence.STATUS_CAP, tokens=Count.TOKENS.of(info.max_visual_tokens)),
        ]
    lines += server_lines(texts, model.server)
    if model.memory is not None:
        lines.append(_memory(texts, model.memory))
    lines.append(_counts(texts, context.services.questions))
    uptime = time.monotonic() - context.services.since
    lines.append(texts.say(Sentence.STATUS_UPTIME, uptime=lasting(texts, uptime)))
    await context.say_text("\n".join(lines))
