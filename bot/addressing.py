"""Parse what a message says to the bot: whether it is addressed, the command, the question, the sender."""

import re
import unicodedata
from dataclasses import replace

from telegram import Chat, Message, MessageEntity, MessageOriginUser, Update, User
from telegram.constants import ChatID

from assistant.access import Asker, Verdict, judge, one_line
from assistant.settings.settings import AccessSettings
from assistant.texts import Texts
from assistant.wording.question import ASK, ParsedQuestion, parse
from assistant.wording.small_talk import SmallTalk, small_talk

QUESTIONS = frozenset({ASK, "text", "table", "describe"})
"""The commands that bring a question, or are one; they count in a caption too."""

_WIDE_COMMAND = re.compile(
    r"(?:／|/(?=[Ａ-Ｚａ-ｚ]))[A-Za-zＡ-Ｚａ-ｚ0-9０-９_＿]{1,64}(?:[@＠][A-Za-z0-9_＿]+)?(?![\w/／@＠])"
)

AGAIN = "again:"
"""The prefix of the data of a button that asks a question again."""


def asker_of(update: Update) -> Asker:
    """Return the person who wrote an update's message, or pressed its button."""
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


def judge_sender(access: AccessSettings, inside: bool, chat: Chat | None, user: User | None) -> Verdict:
    """Decide whether somebody may speak here; channels and other bots are ignored."""
    if chat is None or chat.type == Chat.CHANNEL:
        return Verdict.IGNORED
    if user is not None and user.is_bot and user.id != ChatID.ANONYMOUS_ADMIN:
        return Verdict.IGNORED
    person = None if user is None else user.id
    return judge(access, inside, chat.id, person, private=chat.type == Chat.PRIVATE)


def is_addressed(message: Message, bot: User) -> bool:
    """Whether the bot is addressed: in private always; in groups by a mention, a reply to it, or a command."""
    if message.chat.type == Chat.PRIVATE:
        return True
    answered = message.reply_to_message
    # In a forum every message without a reply seems to reply to the one that opened the topic.
    opens_topic = answered is not None and answered.forum_topic_created is not None
    if answered is not None and not opens_topic and answered.from_user is not None and answered.from_user.id == bot.id:
        return True
    return _mentions(message, bot) or command_of(message, bot) is not None


def command_of(message: Message, bot: User) -> str | None:
    """Return the command that a text or caption begins with, in lower case without the slash; None if another bot's."""
    word = leading_command(message)
    if word is None:
        return None
    name, _, addressee = word[1:].partition("@")
    if addressee and addressee.casefold() != (bot.username or "").casefold():
        return None
    return name.casefold()


def question_of(message: Message, bot: User) -> str:
    """Return the question of a text or caption, without the command before it and the bot's name; it may be empty."""
    text = message.text or message.caption or ""
    if command_of(message, bot) in QUESTIONS:
        text = text[len(leading_command(message) or "") :]
    return without_mention(text, bot)


def parse_question(message: Message, bot: User, texts: Texts) -> ParsedQuestion:
    """Parse the question of a text or caption, with what the message quotes; small talk in a caption asks nothing."""
    question = "" if message.text is None and small_talk_of(message, bot) else question_of(message, bot)
    return replace(parse(question, command_of(message, bot), texts), quote=quote_of(message))


def small_talk_of(message: Message, bot: User) -> SmallTalk | None:
    """Return the kind of small talk that a whole text or caption of the sender's own is; None if it is not."""
    if leading_command(message) is not None or is_foreign(message):
        return None
    return small_talk(question_of(message, bot), [name for name in (bot.first_name, bot.username) if name])


def quote_of(message: Message) -> str:
    """Return the part of another message that the sender chose to reply to; Telegram itself may quote, too."""
    quote = message.quote
    return quote.text if quote is not None and quote.is_manual else ""


def leading_command(message: Message) -> str | None:
    """Return the word with a slash that a text or caption begins with, whichever bot's it is, in plain letters.

    Telegram marks none that has full-width signs, as keyboards for Chinese write them. A stranger's words that somebody
    forwarded are no command of theirs.
    """
    if is_foreign(message):
        return None
    text = message.text or message.caption or ""
    entities = message.entities or message.caption_entities
    first = next((entity for entity in entities if entity.offset == 0), None)
    if first is not None and first.type == MessageEntity.BOT_COMMAND:
        return text[: first.length]  # A command is of ASCII, in which Telegram's UTF-16 units are characters.
    wide = _WIDE_COMMAND.match(text)
    return unicodedata.normalize("NFKC", wide[0]) if wide is not None else None


def names_its_bot(message: Message) -> bool:
    """Whether it is clear whose a command is: in a group one without a name may be any bot's."""
    return message.chat.type == Chat.PRIVATE or "@" in (leading_command(message) or "")


def arguments_of(message: Message) -> list[str]:
    """Return the words after a command, full-width signs as plain ones; "/detail=high" has one as well."""
    rest = (message.text or message.caption or "")[len(leading_command(message) or "") :]
    return unicodedata.normalize("NFKC", rest).strip().removeprefix("=").removeprefix(":").split()


def is_foreign(message: Message) -> bool:
    """Whether somebody else's message was forwarded: its words are not the sender's own."""
    origin, sender = message.forward_origin, message.from_user
    own = isinstance(origin, MessageOriginUser) and sender is not None and origin.sender_user.id == sender.id
    return origin is not None and not own


def without_mention(text: str, bot: User) -> str:
    """Return a text without the bot's name."""
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
