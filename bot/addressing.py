"""Parse what a message says to the bot: whether it is addressed, the command, the question, the sender."""

import re
import unicodedata
from dataclasses import replace

from telegram import Chat, Message, MessageEntity, MessageOriginUser, Update, User
from telegram.constants import ChatID

from assistant.access import Asker, Verdict, judge, one_line
from assistant.settings.settings import AccessSettings
from assistant.texts import Texts
from assistant.wording.question import ASK, ParsedQuestion, Task, parse
from assistant.wording.small_talk import SmallTalk, small_talk

QUESTIONS = frozenset({ASK, *Task})
"""The commands that bring a question, or are one; they count in a caption too."""

STAND_INS = frozenset({ChatID.ANONYMOUS_ADMIN, ChatID.FAKE_CHANNEL, ChatID.SERVICE_CHAT})
"""The accounts that Telegram names as senders of what is written in the name of a chat: none is a person."""

_NAME = re.compile(r"\s*@([A-Za-z][A-Za-z0-9_]*|[^\W\d])")
_WIDE_COMMAND = re.compile(
    r"(?:／|/(?=[Ａ-Ｚａ-ｚ]))[A-Za-zＡ-Ｚａ-ｚ0-9０-９_＿]{1,64}(?:[@＠][A-Za-z0-9_＿]+)?(?![\w/／@＠])"
)

AGAIN = "again:"
"""The prefix of the data of a button that asks a question again."""


def message_of(update: Update) -> Message | None:
    """Return the message that an update brings, a new one or an edited one."""
    return update.message or update.edited_message


def asker_of(update: Update) -> Asker:
    """Return the person who wrote an update's message, or pressed its button."""
    query, message, chat = update.callback_query, message_of(update), update.effective_chat
    hidden = message.sender_chat if message is not None else None
    user = query.from_user if query is not None else message.from_user if message is not None else None
    if hidden is not None:
        own = chat is not None and hidden.id == chat.id  # Any of its admins, who share the group's name.
        number, person, name = hidden.id, "" if own else str(hidden.id), hidden.effective_name or ""
    elif user is not None:
        number, person, name = user.id, str(user.id), user.first_name
    else:
        return Asker(None, "", None)
    private = chat is None or chat.type == Chat.PRIVATE
    return Asker(number, person, None if private else one_line(name))


def person_of(update: Update) -> User | None:
    """Return the account of the person behind an update; None for those who write in the name of a chat."""
    user = update.effective_user
    return None if user is None or user.id in STAND_INS else user


def asks_again(update: Update) -> bool:
    """Whether somebody pressed a button that asks a question again."""
    query = update.callback_query
    return query is not None and (query.data or "").startswith(AGAIN)


def judge_sender(access: AccessSettings, inside: bool, chat: Chat | None, user: User | None) -> Verdict:
    """Decide whether somebody may speak here, in whoever's name; other bots, and posts in channels, are ignored."""
    if chat is None or chat.type == Chat.CHANNEL:
        return Verdict.IGNORED
    hidden = user is not None and user.id in STAND_INS
    if user is not None and user.is_bot and not hidden:
        return Verdict.IGNORED
    person = None if user is None or hidden else user.id
    return judge(access, inside, chat.id, person, private=chat.type == Chat.PRIVATE)


def is_addressed(message: Message, bot: User) -> bool:
    """Whether the bot is addressed: in private always; in groups by a mention, a command, or a reply to it alone."""
    if message.chat.type == Chat.PRIVATE:
        return True
    if _mentions(message, bot) or command_of(message, bot) is not None:
        return True
    return _answers(message, bot) and not names_another(message, bot)


def replies(message: Message) -> bool:
    """Whether a message replies to another one. In a forum the first one of a topic seems to be replied to by all."""
    answered = message.reply_to_message
    return message.external_reply is not None or (answered is not None and answered.forum_topic_created is None)


def command_of(message: Message, bot: User) -> str | None:
    """Return the command that a text or caption begins with, in lower case without the slash; None if another bot's."""
    word = leading_command(message)
    if word is None:
        return None
    name, _, addressee = word[1:].partition("@")
    if addressee and addressee.casefold() != (bot.username or "").casefold():
        return None
    return name.casefold()


def asks(message: Message, bot: User) -> bool:
    """Whether a message brings a question of its sender's, or is a text that calls the bot without a word."""
    if is_foreign(message) or small_talk_of(message, bot):
        return False
    command = command_of(message, bot)
    if command is not None and command not in QUESTIONS:
        return False
    return command in set(Task) or bool(message.text or without_address(message, message.caption or "", bot))


def without_address(message: Message, words: str, bot: User) -> str:
    """Return the words of a message without the command before them and the bot's name.

    They may be empty; a question mark alone is no word.
    """
    if command_of(message, bot) in QUESTIONS:
        words = words[len(leading_command(message) or "") :]
    words = without_mention(words, bot)
    return words if any(unicodedata.category(sign)[0] in "LNS" for sign in words) else ""


def parse_question(message: Message, words: str, bot: User, texts: Texts) -> ParsedQuestion:
    """Parse the question of a message of which these are the whole words, with what it quotes.

    It is empty if the words are somebody else's, or for somebody else, or a caption that is small talk or a command.
    """
    if is_foreign(message) or is_for_another(message, bot) or (message.text is None and not asks(message, bot)):
        return ParsedQuestion("")
    parsed = parse(without_address(message, words, bot), command_of(message, bot), texts)
    return replace(parsed, quote=quote_of(message))


def small_talk_of(message: Message, bot: User) -> SmallTalk | None:
    """Return the kind of small talk that a whole text or caption of the sender's own is; None if it is not."""
    if leading_command(message) is not None or is_foreign(message):
        return None
    words = without_mention(message.text or message.caption or "", bot)
    return small_talk(words, [name for name in (bot.first_name, bot.username) if name])


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


def _answers(message: Message, bot: User) -> bool:
    answered = message.reply_to_message if replies(message) else None
    return answered is not None and answered.from_user is not None and answered.from_user.id == bot.id


def _mentions(message: Message, bot: User) -> bool:
    """Whether the bot is mentioned, by name or by id."""
    return any(_is_bot(entity, text, bot) for entity, text in _people_in(message).items())


def names_another(message: Message, bot: User) -> bool:
    """Whether somebody else is mentioned, or another bot's command used.

    Telegram marks no short name, as @bob, as a mention; at the beginning it is one all the same.
    """
    if any(not _is_bot(entity, text, bot) for entity, text in _people_in(message).items()):
        return True
    if leading_command(message) is not None:
        return command_of(message, bot) is None
    name = _NAME.match(message.text or message.caption or "")
    return name is not None and name[1].casefold() != (bot.username or "").casefold()


def is_for_another(message: Message, bot: User) -> bool:
    """Whether a group's message names somebody else, and does not call the bot by its name or a command."""
    private, called = message.chat.type == Chat.PRIVATE, command_of(message, bot) is not None or _mentions(message, bot)
    return not private and not called and names_another(message, bot)


def _people_in(message: Message) -> dict[MessageEntity, str]:
    """Return the people that a text or caption mentions."""
    kinds: list[str | None] = [MessageEntity.MENTION, MessageEntity.TEXT_MENTION]
    return message.parse_entities(kinds) | message.parse_caption_entities(kinds)


def _is_bot(entity: MessageEntity, text: str, bot: User) -> bool:
    if entity.type == MessageEntity.TEXT_MENTION:
        return entity.user is not None and entity.user.id == bot.id
    return text.casefold() == f"@{bot.username}".casefold()
