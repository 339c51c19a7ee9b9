"""/aside: list the updates set aside, with the button by which the owner or an admin has them tried again."""

import logging
import time

from telegram import Chat, InlineKeyboardMarkup, Update

from assistant.access import decides
from assistant.texts import Count, Sentence, Texts
from bot.context import BotContext
from bot.delivery.say import acknowledge, redraw
from bot.handlers.queue import lasting
from bot.updates.inbox import SetAside
from bot.updates.reports import RETRY, retry_button

PATTERN = rf"^{RETRY}([0-9]{{1,15}}):([0-9]{{1,15}})\Z"
MOST_SHOWN = 20

_log = logging.getLogger(__name__)


async def show(update: Update, context: BotContext) -> None:
    """Handle /aside: list the updates set aside and their age, each with a button; in private."""
    user = context.incoming.user
    if user is None or not decides(await context.services.admissions.get(user.id)):
        await context.say(Sentence.ADMINS_ONLY)
    elif context.incoming.message.chat.type != Chat.PRIVATE:
        await context.say(Sentence.PRIVATE_ONLY)
    else:
        await context.say_text(*_list(context.incoming.texts, await context.services.inbox.aside()))


async def press(update: Update, context: BotContext) -> None:
    """Try again the updates of the button, if the person who presses is the owner or an admin now."""
    query = update.callback_query
    if query is None or query.data is None:
        return
    if not decides(await context.services.admissions.get(query.from_user.id)):
        _log.warning("access: user %d may not have anything tried again", query.from_user.id)
        await acknowledge(query)
        return
    first, last = (int(number) for number in query.data.removeprefix(RETRY).split(":"))
    count = await context.queue.bring_back(first, last)
    _log.info("user %d has %d updates tried again (%d to %d)", query.from_user.id, count, first, last)
    texts = context.incoming.texts
    messages = Count.MESSAGES.of(count)
    said = texts.say(Sentence.TRIED_AGAIN, messages=messages) if count else texts.say(Sentence.SETTLED)
    await acknowledge(query, said)
    text, keyboard = _list(texts, await context.services.inbox.aside())
    await redraw(query, f"{said}\n\n{text}" if keyboard else said, keyboard)


def _list(texts: Texts, aside: list[SetAside]) -> tuple[str, InlineKeyboardMarkup | None]:
    if not aside:
        return texts.say(Sentence.NOTHING_ASIDE), None
    lines, rows = [texts.say(Sentence.ASIDE)], []
    for one in aside[-MOST_SHOWN:]:
        age = lasting(texts, max(0.0, time.time() - one.received_at))
        lines.append(texts.say(Sentence.ASIDE_LINE, number=one.update_id, age=age))
        rows.append([retry_button(texts.say(Sentence.BUTTON_TRY_ONE, number=one.update_id), one.update_id)])
    if len(aside) > 1:
        rows.append([retry_button(texts.say(Sentence.BUTTON_TRY_ALL), aside[0].update_id, aside[-1].update_id)])
    return "\n".join(lines), InlineKeyboardMarkup(rows)
