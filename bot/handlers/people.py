"""/people, /allow, /remove, and the buttons by which the owner and admins decide who may use the bot."""

import logging

from telegram import Chat, InlineKeyboardButton, InlineKeyboardMarkup, Update

from assistant.access import OUTCOMES, Action, decides, inert, may, one_line
from assistant.storage import Admission, Standing
from assistant.texts import Sentence, Texts
from bot.context import BotContext
from bot.delivery.command_menus import tell_person
from bot.delivery.say import acknowledge, redraw, tell
from bot.render import units

DOOR, LIST = "door", "people"
"""Where a button stands: under the question about one stranger, or under the list of all."""

PATTERN = rf"^({DOOR}|{LIST}):({'|'.join(Action)}):(-?[0-9]{{1,15}})\Z"
MOST_SHOWN = 24
ROOM = 3900
"""As many of the list as fit into one message, with what stands around it; in Telegram's units."""

SHORT_NAME = 24

LABELS = {
    Action.ADMIT: Sentence.BUTTON_ADMIT,
    Action.REFUSE: Sentence.BUTTON_REFUSE,
    Action.REMOVE: Sentence.BUTTON_REMOVE,
    Action.PROMOTE: Sentence.BUTTON_PROMOTE,
    Action.DEMOTE: Sentence.BUTTON_DEMOTE,
}
DONE = {
    Action.ADMIT: Sentence.ADMITTED,
    Action.REFUSE: Sentence.REFUSED,
    Action.REMOVE: Sentence.REMOVED,
    Action.PROMOTE: Sentence.PROMOTED,
    Action.DEMOTE: Sentence.DEMOTED,
}
STANDINGS = {
    Standing.OWNER: Sentence.IS_OWNER,
    Standing.ADMIN: Sentence.IS_ADMIN,
    Standing.GUEST: Sentence.IS_GUEST,
    Standing.ASKING: Sentence.IS_ASKING,
}

_log = logging.getLogger(__name__)


async def show(update: Update, context: BotContext) -> None:
    """/people: who may use the bot and who asks to, with buttons; for the owner and admins, in private."""
    actor = await _actor(update, context)
    if actor is None:
        return
    if context.incoming.message.chat.type != Chat.PRIVATE:
        await context.say(Sentence.PRIVATE_ONLY)
        return
    await context.say_text(*await _list(actor, context.incoming.texts, context))


async def allow(update: Update, context: BotContext) -> None:
    """/allow ID lets somebody in who need not have asked; /allow in a group lets the group in."""
    actor = await _actor(update, context)
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
    shown = _shown_name(subject) if subject is not None else name
    await context.say(Sentence.ADMITTED if done else Sentence.SETTLED, name=shown)


async def remove(update: Update, context: BotContext) -> None:
    """/remove ID takes somebody out again; /remove in a group takes out the group."""
    actor = await _actor(update, context)
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
        await context.say(Sentence.REMOVED if done else Sentence.SETTLED, name=_shown_name(subject))


async def press(update: Update, context: BotContext) -> None:
    """A button: what it says counts only if the presser may decide so, as the database knows it now."""
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
    said = texts.say(outcome, name=_shown_name(subject))
    await (redraw(query, said) if place == DOOR else redraw(query, *await _list(actor, texts, context)))


def button(texts: Texts, place: str, action: Action, id: int, name: str = "") -> InlineKeyboardButton:
    """The button for an action upon somebody."""
    label = f"{texts.say(LABELS[action])} {name[:SHORT_NAME]}".strip()
    return InlineKeyboardButton(label, callback_data=f"{place}:{action}:{id}")


async def _decide(context: BotContext, actor: Admission, action: Action, subject: Admission) -> bool:
    """Do it, log it, and greet who was let in; False where it was settled before."""
    standing = OUTCOMES[action].get(subject.standing)
    if standing is None or not await context.services.admissions.change(subject, standing, actor.id):
        return False
    _log.info("access: user %d: %s %d (was %s)", actor.id, action, subject.id, subject.standing)
    if action is Action.ADMIT:
        await _greet(context, subject)
    elif decides(subject) or action is Action.PROMOTE:
        await tell_person(context.bot, context.services.admissions, subject.id)
    return True


async def _greet(context: BotContext, subject: Admission) -> None:
    texts = await context.texts_of(subject)
    await tell(context.bot, subject.id, texts.say(Sentence.GROUP_COME_IN if subject.is_group else Sentence.COME_IN))


async def _list(actor: Admission, texts: Texts, context: BotContext) -> tuple[str, InlineKeyboardMarkup | None]:
    """The list of all, and a row of buttons for everybody about whom `actor` may decide something."""
    everybody, access = await context.services.admissions.all(), context.services.settings.access
    lines, rows, room = [texts.say(Sentence.PEOPLE)], [], ROOM
    for one in everybody[:MOST_SHOWN]:
        line = _line(one, texts)
        room -= units(line) + 1
        if room < 0:
            break
        lines.append(line)
        actions = [action for action in Action if one.standing in OUTCOMES[action] and may(actor, action, one)]
        if actions:
            rows.append([button(texts, LIST, action, one.id, one.name) for action in actions])
    if more := len(everybody) - len(lines) + 1:
        lines.append(texts.say(Sentence.PEOPLE_MORE, count=more))
    if access.users or access.chats:
        lines.append(texts.say(Sentence.PEOPLE_LISTED, users=len(access.users), chats=len(access.chats)))
    return "\n".join(lines), InlineKeyboardMarkup(rows) if rows else None


def _line(one: Admission, texts: Texts) -> str:
    is_group = one.is_group and one.standing is Standing.GUEST
    standing = texts.say(Sentence.IS_GROUP if is_group else STANDINGS[one.standing])
    return texts.say(Sentence.PERSON, name=_shown_name(one), id=one.id, standing=standing)


def _shown_name(admission: Admission) -> str:
    """What somebody is called, for a message; an id that stands for a name stays one that can be copied."""
    return admission.name if admission.name == str(admission.id) else inert(admission.name)


async def _actor(update: Update, context: BotContext) -> Admission | None:
    """The owner or admin who wrote; anybody else is told, in private, that it is not for them."""
    user = update.effective_user
    actor = await context.services.admissions.get(user.id) if user else None
    if decides(actor):
        return actor
    _log.info("access: user %s may not decide who is let in", user.id if user else None)
    if context.incoming.message.chat.type == Chat.PRIVATE:
        await context.say(Sentence.ADMINS_ONLY)
    return None


def _target(update: Update, context: BotContext) -> int | None:
    """The id that a command names, or its group's; None where there is neither."""
    chat = context.incoming.message.chat
    if not context.args:
        return None if chat.type == Chat.PRIVATE else chat.id
    try:
        number = int(context.args[0])
    except ValueError:
        return None
    return number if number and abs(number) < 10**15 else None
