"""Who may speak, who decides about that, and whether the bot is meant: pure decisions."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from telegram import Chat, Message, MessageEntity, Update, User
from telegram.constants import ChatID

from bot.configuration.settings import AccessSettings
from bot.storage import Admission, Standing

STRANGER_PAUSE = 3600.0
"""Seconds between two times that a stranger is told that the bot is private, and that the owner is asked about him."""

LONGEST_NAME = 64

JOINER = "\u2060"
"""The word joiner: nobody sees it, and nothing that is found in a text goes on beyond it."""

_SIGN = re.compile(r"(?<=[/@#$.:])(?!\s)")
"""Behind a sign with which a command, a mention, a tag or the next part of an address begins."""

_NUMBER = re.compile(r"\+?\d[\d ()+-]{3,}\d")
_THREE = re.compile(r".{1,3}", re.DOTALL)

ASK = "ask"
QUESTIONS = frozenset({ASK, "text", "table", "describe"})
"""The commands that bring a question, or are one; they count in a caption too."""

AGAIN = "again:"
"""The data of a button that asks a question again begins so."""


class Verdict(StrEnum):
    """What becomes of an update."""

    WELCOME = "welcome"
    STRANGER = "stranger"
    IGNORED = "ignored"


class Action(StrEnum):
    """What can be decided about a person or a group."""

    ADMIT = "admit"
    REFUSE = "refuse"
    REMOVE = "remove"
    PROMOTE = "promote"
    DEMOTE = "demote"


OUTCOMES: Mapping[Action, Mapping[Standing, Standing]] = {
    Action.ADMIT: {Standing.ASKING: Standing.GUEST, Standing.REFUSED: Standing.GUEST},
    Action.REFUSE: {Standing.ASKING: Standing.REFUSED},
    Action.REMOVE: {Standing.GUEST: Standing.REFUSED, Standing.ADMIN: Standing.REFUSED},
    Action.PROMOTE: {Standing.GUEST: Standing.ADMIN},
    Action.DEMOTE: {Standing.ADMIN: Standing.GUEST},
}
"""What each action makes of whom; where nothing stands, it is too late for it."""


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks. `id` is the Telegram id of the person, or of the channel or group he hides behind; None: unknown.

    `person` is that id as a text, empty for those who hide. By `name` the model tells people apart; None in private.
    """

    id: int | None
    person: str
    name: str | None


def decides(somebody: Admission | None) -> bool:
    """Whether this is the owner or an admin."""
    return somebody is not None and somebody.standing in {Standing.OWNER, Standing.ADMIN}


def may(actor: Admission | None, action: Action, subject: Admission) -> bool:
    """The owner decides about everybody; admins only about guests, groups and strangers."""
    if actor is None or not decides(actor) or (subject.is_group and action is Action.PROMOTE):
        return False
    if actor.standing is Standing.OWNER:
        return True
    return action in {Action.ADMIT, Action.REFUSE, Action.REMOVE} and not decides(subject)


def one_line(name: str) -> str:
    """A name as people may choose it, without line breaks and invisible signs, and not too long."""
    shown = "".join(sign for sign in name if sign.isspace() or unicodedata.category(sign)[0] != "C")
    return " ".join(shown.split())[:LONGEST_NAME] or "?"


def inert(words: str) -> str:
    """Words that somebody chose, with nothing in them that Telegram would make tappable; they look the same.

    Telegram finds commands, mentions, tags, addresses, and numbers to call or to pay with in what the bot says, and one
    tap on a command sends it in the reader's name.
    """
    apart = _SIGN.sub(JOINER, words)
    return _NUMBER.sub(lambda found: JOINER.join(_THREE.findall(found[0])), apart)


def asker_of(update: Update) -> Asker:
    """Who wrote an update's message, or pressed its button."""
    query, message, chat = update.callback_query, update.message, update.effective_chat
    hidden = message.sender_chat if message is not None else None
    user = query.from_user if query is not None else message.from_user if message is not None else None
    if hidden is not None:
        number, person, name = hidden.id, "", hidden.effective_name or ""
    elif user is not None:
        number, person, name = user.id, str(user.id), user.first_name
    else:
        return Asker(None, "", None)
    private = chat is None or chat.type == Chat.PRIVATE
    return Asker(number, person, None if private else one_line(name))


def asks_again(update: Update) -> bool:
    """Whether somebody pressed a button that asks a question again."""
    query = update.callback_query
    return query is not None and (query.data or "").startswith(AGAIN)


def judge(access: AccessSettings, inside: bool, chat: Chat | None, user: User | None) -> Verdict:
    """May this person speak here? A stranger is answered in private only; in groups he is met with silence.

    `inside` says that the person or the group was let in by the owner or an admin.
    """
    if chat is None or chat.type == Chat.CHANNEL:
        return Verdict.IGNORED
    if user is not None and user.is_bot and user.id != ChatID.ANONYMOUS_ADMIN:
        return Verdict.IGNORED
    known = inside or chat.id in access.chats or (user is not None and user.id in access.users)
    if access.mode == "open" or known:
        return Verdict.WELCOME
    return Verdict.STRANGER if chat.type == Chat.PRIVATE else Verdict.IGNORED


def is_addressed(message: Message, bot: User) -> bool:
    """Is the bot meant? In private always; in groups by a mention, a reply to it, or a command."""
    if message.chat.type == Chat.PRIVATE:
        return True
    answered = message.reply_to_message
    # In a forum every message without a reply seems to reply to the one that opened the topic.
    opens_topic = answered is not None and answered.forum_topic_created is not None
    if answered is not None and not opens_topic and answered.from_user is not None and answered.from_user.id == bot.id:
        return True
    command = command_of(message, bot)
    return _mentions(message, bot) or command in QUESTIONS or (command is not None and message.text is not None)


def command_of(message: Message, bot: User) -> str | None:
    """The command that a text or caption begins with, in lower case without the slash; None if it is not this bot's."""
    word = leading_command(message)
    if word is None:
        return None
    name, _, addressee = word[1:].partition("@")
    if addressee and addressee.casefold() != (bot.username or "").casefold():
        return None
    return name.casefold()


def question_of(message: Message, bot: User) -> str:
    """What a text or caption asks, less the command that it begins with and the bot's name; empty if that is all."""
    text = message.text or message.caption or ""
    if command_of(message, bot) in QUESTIONS:
        text = text.removeprefix(leading_command(message) or "")
    return without_mention(text, bot)


def leading_command(message: Message) -> str | None:
    """The word with a slash that a text or caption begins with, whichever bot's it is."""
    text = message.text or message.caption or ""
    entities = message.entities or message.caption_entities
    first = next((entity for entity in entities if entity.offset == 0), None)
    # A command is of ASCII, in which Telegram's UTF-16 units are characters.
    return text[: first.length] if first is not None and first.type == MessageEntity.BOT_COMMAND else None


def without_mention(text: str, bot: User) -> str:
    """What a person says once the bot's name is taken out."""
    if not bot.username:
        return text.strip()
    bare, found = re.subn(rf"[, \t]*(?<!\w)@{re.escape(bot.username)}\b[,:]?[ \t]*", " ", text, flags=re.IGNORECASE)
    return re.sub(r" ([?!.])", r"\1", bare).strip() if found else text.strip()


def _mentions(message: Message, bot: User) -> bool:
    for entity, text in (message.parse_entities() | message.parse_caption_entities()).items():
        if entity.type == MessageEntity.MENTION and text.casefold() == f"@{bot.username}".casefold():
            return True
        if entity.type == MessageEntity.TEXT_MENTION and entity.user is not None and entity.user.id == bot.id:
            return True
    return False
