"""/people, /allow, /remove, and the buttons by which the owner and admins decide who may use the bot."""

import logging

from telegram import Chat, InlineKeyboardMarkup, Update

from assistant.access import OUTCOMES, Action, decides, may, one_line
from assistant.storage import Admission
from assistant.texts import Sentence
from bot.context import BotContext
from bot.delivery.command_menus import tell_person
from bot.delivery.people_list import DOOR, listing, shown_name
from bot.delivery.say import acknowledge, redraw, tell
from bot.handlers.introduction import introduction

DONE = {
    Action.ADMIT: Sentence.ADMITTED,
    Action.REFUSE: Sentence.REFUSED,
    Action.REMOVE: Sentence.REMOVED,
    Action.PROMOTE: Sentence.PROMOTED,
    Action.DEMOTE: Sentence.DEMOTED,
}
_log = logging.getLogger(__name__)


async def show(update: Update, context: BotContext) -> None:
    """Handle /people: list who may use the bot and who asks to, with buttons; for the owner and admins, in private."""
    actor = await _actor(context)
    if actor is None:
        return
    if context.incoming.message.chat.type != Chat.PRIVATE:
        await context.say(Sentence.PRIVATE_ONLY)
        return
    await context.say_text(*await _list(actor, context))


async def allow(update: Update, context: BotContext) -> None:
    """Handle /allow: with an id, let somebody in who need not have asked; alone in a group, let the group in."""
    actor = await _actor(context)
    if actor is None:
        return
    target = _target(update, context)
    if target is None:
        await context.say(Sentence.ALLOW_USAGE)
        return
    chat = context.incoming.message.chat
    name = one_line(chat.title or "") if target == chat.id else str(target)
    done = await context.services.admissions.let_in(target, name, actor.id, actor.language)
    subject = await context.services.admissions.get(target)
    if done and subject is not None:
        _log.info("access: user %d: %s %d", actor.id, Action.ADMIT, target)
        await _greet(context, subject)
    shown = shown_name(subject) if subject is not None else name
    await context.say(Sentence.ADMITTED if done else Sentence.SETTLED, name=shown)


async def remove(update: Update, context: BotContext) -> None:
    """Handle /remove: with an id, take somebody's access away; alone in a group, the group's."""
    actor = await _actor(context)
    if actor is None:
        return
    target = _target(update, context)
    subject = None if target is None else await context.services.admissions.get(target)
    if subject is None:
        await context.say(Sentence.ALLOW_USAGE)
    elif not may(actor, Action.REMOVE, subject):
        await context.say(Sentence.ADMINS_ONLY)
    else:
        done = await _decide(context, actor, Action.REMOVE, subject)
        await context.say(Sentence.REMOVED if done else Sentence.SETTLED, name=shown_name(subject))


async def press(update: Update, context: BotContext) -> None:
    """Handle a button: it counts only if the presser may decide so now, by the database."""
    query = update.callback_query
    if query is None or query.data is None:
        return
    place, word, number = query.data.split(":")
    action = Action(word)
    actor = await context.services.admissions.get(query.from_user.id)
    subject = await context.services.admissions.get(int(number))
    if actor is None or subject is None or not may(actor, action, subject):
        _log.warning("access: user %d may not %s %s", query.from_user.id, action, number)
        await acknowledge(query)
        return
    texts = context.incoming.texts
    done = await _decide(context, actor, action, subject)
    outcome = DONE[action] if done else Sentence.SETTLED
    await acknowledge(query, texts.say(outcome, name=subject.name))  # Nothing in a notice can be tapped.
    said = texts.say(outcome, name=shown_name(subject))
    await (redraw(query, said) if place == DOOR else redraw(query, *await _list(actor, context)))


async def _decide(context: BotContext, actor: Admission, action: Action, subject: Admission) -> bool:
    """Do it, log it, and greet a person who was let in; return False if it was settled before."""
    standing = OUTCOMES[action].get(subject.standing)
    if standing is None or not await context.services.admissions.change(subject, standing, actor.id):
        return False
    _log.info("access: user %d: %s %d (was %s)", actor.id, action, subject.id, subject.standing)
    if action is Action.ADMIT:
        await _greet(context, subject)
    elif decides(subject) or action is Action.PROMOTE:
        await tell_person(context.bot, context.services.admissions, subject.id, context.services.model.info)
    return True


async def _greet(context: BotContext, subject: Admission) -> None:
    texts = await context.texts_of(subject)
    said = texts.say(Sentence.COME_IN)
    if subject.is_group:
        said = f"{texts.say(Sentence.GROUP_COME_IN)} {await introduction(context, subject.id, texts)}"
    await tell(context.bot, subject.id, said)


async def _list(actor: Admission, context: BotContext) -> tuple[str, InlineKeyboardMarkup | None]:
    services = context.services
    return listing(actor, await services.admissions.all(), services.settings.access, context.incoming.texts)


async def _actor(context: BotContext) -> Admission | None:
    """Return the owner or admin who wrote; tell anybody else, in private, that it is not for them."""
    user = context.incoming.user
    actor = await context.services.admissions.get(user.id) if user else None
    if decides(actor):
        return actor
    _log.info("access: user %s may not decide who is let in", user.id if user else None)
    if context.incoming.message.chat.type == Chat.PRIVATE:
        await context.say(Sentence.ADMINS_ONLY)
    return None


def _target(update: Update, context: BotContext) -> int | None:
    """Return the id that a command names, or its group's; None if there is neither."""
    chat = context.incoming.message.chat
    if not context.args:
        return None if chat.type == Chat.PRIVATE else chat.id
    try:
        number = int(context.args[0])
    except ValueError:
        return None
    return number if number and abs(number) < 10**15 else None
