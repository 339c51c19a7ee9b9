"""People without access: the owner who sends the pairing code, strangers, and groups that the bot was added to."""

import logging
import time

from telegram import Chat, ChatMember, InlineKeyboardMarkup, Message, Update, User

from assistant.access import STRANGER_PAUSE, Action, inert, one_line
from assistant.storage import Admission
from assistant.texts import Count, Sentence, language_of
from bot.context import BotContext
from bot.delivery.command_menus import tell_person
from bot.delivery.people_list import DOOR, button
from bot.delivery.say import tell
from bot.handlers.introduction import introduction
from bot.pairing import Attempt

MOST_QUESTIONS = 20
"""The most strangers an hour that the owner is asked about; /people lists the others, so a crowd is no nuisance."""

IN_A_GROUP = frozenset({ChatMember.MEMBER, ChatMember.ADMINISTRATOR})

_log = logging.getLogger(__name__)


async def meet(message: Message, update: Update, context: BotContext) -> None:
    """Handle a stranger's private message: ask the owner about them, and tell them so, both at most once an hour."""
    services, chat = context.services, message.chat
    owner = await services.admissions.owner()
    if owner is None and await _pair(message, update, context):
        return
    name, now = _name(chat), time.time()
    if owner is not None and await services.admissions.ask(chat.id, name, _language(update), now, STRANGER_PAUSE):
        await _ask_owner(context, owner, chat.id, Sentence.ASKS_IN, name=inert(name), id=chat.id)
    if await services.chats.may_tell_stranger(chat.id, now, STRANGER_PAUSE):
        _log.info("access: user %d wrote and is not let in", chat.id)
        await context.say(Sentence.STRANGER if owner is not None else _unpaired(chat, context), id=chat.id)


async def invited(update: Update, context: BotContext) -> None:
    """Handle a change of the bot's own membership: introduce it where it was added, or ask the owner about that."""
    change, services = update.my_chat_member, context.services
    incoming = await context.take_apart(update)
    if change is None or incoming is None or incoming.private:
        return
    services.sight.forget(change.chat.id)
    if change.old_chat_member.status in IN_A_GROUP or change.new_chat_member.status not in IN_A_GROUP:
        return
    chat, by, access = change.chat, change.from_user, services.settings.access
    known = access.mode == "open" or by.id in access.users or await services.admissions.inside(by.id)
    if chat.type == Chat.CHANNEL:
        if known:
            await tell(context.bot, by.id, incoming.texts.say(Sentence.NOT_IN_CHANNELS, name=inert(_name(chat))))
    elif access.mode == "open" or chat.id in access.chats or await services.admissions.inside(chat.id):
        await tell(context.bot, chat.id, await introduction(context, chat.id, incoming.texts))
    else:
        await _ask_about_group(chat, by, update, context, known=known)


async def _ask_about_group(chat: Chat, by: User, update: Update, context: BotContext, *, known: bool) -> None:
    """Ask the owner whether to answer in a group. A stranger may cause that once an hour."""
    services, now = context.services, time.time()
    owner = await services.admissions.owner()
    if owner is None:
        return
    _log.info("access: user %d added the bot to the group %d", by.id, chat.id)
    if not known and not await services.chats.may_tell_stranger(by.id, now, STRANGER_PAUSE):
        return
    if await services.admissions.ask(chat.id, _name(chat), _language(update), now, STRANGER_PAUSE):
        name, who = inert(_name(chat)), inert(one_line(by.full_name))
        await _ask_owner(context, owner, chat.id, Sentence.GROUP_ASKS_IN, name=name, by=who, by_id=by.id)


async def _pair(message: Message, update: Update, context: BotContext) -> bool:
    """Whether the message was a pairing code, right or wrong; if so, its sender is told the result."""
    pairing, chat = context.services.pairing, message.chat
    if pairing is None:
        return False
    attempt = pairing.attempt(chat.id, message.text or "")
    if attempt is Attempt.WRONG:
        _log.warning("access: user %d sent a wrong pairing code", chat.id)
        await context.say(Sentence.WRONG_CODE, attempts=Count.ATTEMPTS.of(pairing.left(chat.id)))
    elif attempt is Attempt.RIGHT and await context.services.admissions.pair(chat.id, _name(chat), _language(update)):
        _log.info("access: user %d sent the pairing code and is the owner now", chat.id)
        await context.say(Sentence.PAIRED)
        await tell_person(context.bot, context.services.admissions, chat.id, context.services.model.info)
    elif attempt is Attempt.LOCKED:
        if not pairing.may_tell(chat.id):
            return False
        await context.say(Sentence.CODES_LOCKED)
    return attempt is not Attempt.NONE


def _unpaired(chat: Chat, context: BotContext) -> Sentence:
    """Return the notice while there is no owner; a person out of attempts is not asked for the code."""
    pairing = context.services.pairing
    locked = pairing is not None and pairing.left(chat.id) <= 0
    return Sentence.CODES_LOCKED if locked else Sentence.UNPAIRED


async def _ask_owner(
    context: BotContext, owner: Admission, applicant: int, sentence: Sentence, **values: object
) -> None:
    if await context.services.admissions.asked_since(time.time() - STRANGER_PAUSE) > MOST_QUESTIONS:
        _log.info("access: the owner is not asked about %d: too many ask", applicant)
        return
    texts = await context.texts_of(owner)
    buttons = [button(texts, DOOR, action, applicant) for action in (Action.ADMIT, Action.REFUSE)]
    await tell(context.bot, owner.id, texts.say(sentence, **values), InlineKeyboardMarkup([buttons]))


def _name(chat: Chat) -> str:
    name = one_line(chat.effective_name or "")
    return f"{name} (@{chat.username})" if chat.username else name


def _language(update: Update) -> str:
    user = update.effective_user
    return language_of(user.language_code if user else None)
