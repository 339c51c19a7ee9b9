"""Find out what a message is about: which question and which pictures belong together."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

from telegram import Message

from assistant.storage import Current, HeardMessage, Picture, Subject
from assistant.wording.question import ParsedQuestion, together
from bot.addressing import asks, is_for_another, names_another, parse_question, replies, without_address
from bot.attachments import attachment_of, brings_pictures
from bot.context import BotContext, Incoming

FOREVER = 2**62
"""More than any message's number."""

CLOSE = 2.0
"""The seconds within which a picture belongs to the question before it, as when it is forwarded with a comment."""

PATIENCE, PATIENCE_IN_GROUPS = 600.0, 120.0
"""The seconds for which a question waits for a picture; in a group people also send pictures to each other."""

FRESH = 300.0
"""The seconds after a message within which an edit of it counts, even if it was answered already."""

DOUBTFUL = 600.0
"""The seconds after which it can be doubted that the next question is about the pictures looked at last."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the message that asks it, and the message in which an answer was begun, if any.

    `beside` is the message about whose pictures the same was asked a moment before. `earlier` is when its pictures
    came (in seconds since 1970), if it could be doubted that they are meant. `held`: one may follow that it is about.
    `whole`: its words if all pictures are seen at once, where each by itself is asked with others.
    `told`: it reads otherwise now, and was told before that it waits for a picture. `named` and `unread` are those of
    `Question`.
    """

    parsed: ParsedQuestion
    message: int
    begun: int | None = None
    beside: int | None = None
    earlier: float | None = None
    held: bool = False
    told: bool = False
    named: int = 0
    unread: tuple[int, ...] = ()
    whole: str = ""


async def asked_by(message: Message, context: BotContext) -> Asked:
    """Return what a message asks; if nothing by itself, the earlier question that its pictures belong to.

    What was answered already, about another picture or as it read before it was edited, is asked in place of that.
    """
    words = context.lanes.utterance_of(context.update_id).words_of(message)
    parsed = parse_question(message, words, context.bot.bot, context.incoming.texts)
    own = await _own(message, context)
    waited = own is not None and own.subject in {Subject.MISSING, Subject.UNREAD}
    begun = None
    if own is not None and message.edit_date is not None:
        own = await take_over(own, context)
        begun = own.answer
    if is_for_another(message, context.bot.bot):
        return Asked(parsed, message.message_id, begun)
    asks = bool(parsed.text or message.text)
    again = message.edit_date is None or not asks
    if again and own is not None and own.asked is not None:  # As found by a former run, or about the former picture.
        return Asked(ParsedQuestion.load(own.asked), own.question or own.message_id, own.answer)
    earlier = await _before(message, context, asks)
    if earlier is None or earlier.asked is None:
        return Asked(parsed, message.message_id, begun, told=waited and message.edit_date is not None)
    if earlier.subject is Subject.SENT:  # It is answered about the pictures that came before; these are asked the same.
        return Asked(ParsedQuestion.load(earlier.asked), message.message_id, beside=earlier.message_id)
    waiting = [ParsedQuestion.load(one.asked or "") for one in await _waiting_with(earlier, context)]
    taken = await take_over(earlier, context)
    return Asked(together([*waiting, parsed]), taken.question or taken.message_id, taken.answer or begun)


async def _before(message: Message, context: BotContext, asks: bool) -> HeardMessage | None:
    """Return the earlier message whose question belongs to a message's pictures, beside its own question if it `asks`.

    Pictures with a question of their own want no other, except one of the same moment that has no picture yet.
    """
    if not asks:
        return await question_before(message, context)
    said = context.lanes.utterance_of(context.update_id).spoken_for(message)
    shown = [one for one in said if brings_pictures(one)]
    alone = shown == [message] and not context.lanes.follows_up(context.update_id)
    earlier = await question_before(shown[0], context) if shown and not alone else None
    if earlier is None or earlier.subject is Subject.SENT or earlier.message_id == message.message_id:
        return None
    at_once = message.date.timestamp() - earlier.said_at <= CLOSE and earlier.subject is Subject.MISSING
    return earlier if shown[0] is not message or at_once else None


async def _own(message: Message, context: BotContext) -> HeardMessage | None:
    """Return the message as it was heard before, if it may have been."""
    if message.edit_date is None and not context.services.inbox.is_repeated(context.update_id):
        return None
    return await context.services.heard.get(message.chat.id, message.message_id)


async def question_before(message: Message, context: BotContext) -> HeardMessage | None:
    """Return the earlier message whose question a picture without one belongs to; None if it belongs to none."""
    heard, chat = context.services.heard, message.chat.id
    if message.media_group_id is not None:
        album = await context.services.pictures.of_album(chat, message.media_group_id)
        asked = await heard.asked(chat, [picture.message_id for picture in album])
        if asked is not None:
            return asked
    last = await last_heard(context, message.message_id)
    return last if last is not None and _belongs(last, message.date.timestamp(), context.incoming) else None


async def last_heard(context: BotContext, before: int) -> HeardMessage | None:
    """Return the sender's last message here numbered below `before`, if it has to do with pictures."""
    incoming = context.incoming
    return await context.services.heard.last(incoming.chat.id, incoming.topic or 0, incoming.asker.id, before)


def _belongs(last: HeardMessage, said_at: float, incoming: Incoming) -> bool:
    """Whether a picture that came at `said_at` belongs to the question of the same person's message before it."""
    if last.subject is Subject.MISSING or _waits(last, said_at, incoming):
        return said_at - last.said_at <= _patience(incoming)
    follows = last.subject in {Subject.SENT, Subject.ASSUMED} and last.asked is not None
    return follows and said_at - last.said_at <= CLOSE


def _waits(last: HeardMessage, now: float, incoming: Incoming) -> bool:
    """Whether the question of a message still waits for a picture."""
    waits = last.subject in {Subject.MISSING, Subject.UNREAD} and last.asked is not None
    return waits and now - last.said_at <= _patience(incoming)


def _patience(incoming: Incoming) -> float:
    return PATIENCE if incoming.private else PATIENCE_IN_GROUPS


async def _waiting_with(last: HeardMessage, context: BotContext) -> list[HeardMessage]:
    """Return a question, after those just before it that wait for a picture as it does."""
    if last.subject is not Subject.MISSING:
        return [last]
    since = last.said_at - _patience(context.incoming)
    return [*await context.services.heard.waiting_before(last, since), last]


async def take_over(said: HeardMessage, context: BotContext) -> HeardMessage:
    """End the answer to a question in silence, begun or done: it waits for another picture, or reads otherwise now."""
    services, number = context.services, said.question or said.message_id
    open_ = await services.questions.supersede(said.chat, number)
    begun = None if open_ is None else await services.inbox.answer_of(open_.update_id)
    begun = await services.turns.retract(said.chat, number) or begun
    waiting = replace(said, subject=Subject.MISSING, answer=begun or said.answer)
    await services.heard.note([waiting])
    return waiting


async def drop_waiting(context: BotContext) -> int:
    """Let a person's questions at this place wait for a picture no longer; return how many did."""
    last = await last_heard(context, FOREVER)
    if last is None or not _waits(last, time.time(), context.incoming):
        return 0
    waiting = await _waiting_with(last, context)
    await context.services.heard.note(
        [
            replace(one, subject=Subject.NONE if one.subject is Subject.MISSING else one.subject, asked=None)
            for one in waiting
        ]
    )
    return len(waiting)


async def is_awaited(message: Message, context: BotContext) -> bool:
    """Whether a group's message goes on with what its sender said to the bot: a picture, or a reply to its question."""
    incoming, bot, pictures = context.incoming, context.bot.bot, brings_pictures(message)
    if pictures and asks(message, bot):
        return False  # Its words are for others.
    if not pictures and (not asks(message, bot) or replies(message) or names_another(message, bot)):
        return False
    if not pictures and not without_address(message, message.text or "", bot):
        return False  # "..." answers nothing.
    last = await last_heard(context, message.message_id)
    if last is None:
        return False
    said_at = message.date.timestamp()
    if pictures:
        return _belongs(last, said_at, incoming)
    return last.subject is Subject.WANTED and said_at - last.said_at <= PATIENCE_IN_GROUPS


async def is_news(message: Message, context: BotContext) -> bool:
    """Whether an edit changes what is to be answered: a question that is open, or a message sent a little while ago."""
    if context.services.inbox.is_repeated(context.update_id):
        return True
    before = await context.services.heard.get(message.chat.id, message.message_id)
    if before is not None:
        words = message.text or message.caption or ""
        if before.file == file_of(message) and (not words or words == before.words):
            return False  # To take a caption away asks nothing else.
        if context.services.questions.is_open(before.chat, before.question or before.message_id):
            return True
    edited = message.edit_date or message.date
    return (edited - message.date).total_seconds() <= FRESH


def heard_now(
    messages: Sequence[Message], incoming: Incoming, subject: Subject, asked: Asked | None = None
) -> list[HeardMessage]:
    """Return messages of one utterance as they read now. What cannot be read was said when that turned out."""
    return [
        HeardMessage(
            chat=message.chat.id,
            message_id=message.message_id,
            topic=incoming.topic or 0,
            person=incoming.asker.id,
            said_at=time.time() if subject is Subject.UNREAD else message.date.timestamp(),
            words=message.text or message.caption or "",
            file=file_of(message),
            subject=subject,
            asked=asked.parsed.dump() if asked is not None and asked.parsed.text else None,
            question=None if asked is None or asked.message == message.message_id else asked.message,
            answer=None if asked is None else asked.begun,
        )
        for message in messages
    ]


def file_of(message: Message) -> str | None:
    """Return what names the attachment of a message itself; None if it has none that can be read."""
    attachment = None if message.text else attachment_of(message)
    return None if attachment is None else attachment.file_unique_id


async def doubt(current: Current, context: BotContext) -> float | None:
    """Return when the current pictures came, if it could be doubted that a question without others is about them."""
    incoming, heard = context.incoming, context.services.heard
    others = not incoming.private and current.person != incoming.asker.id
    late = time.time() - current.looked_on > DOUBTFUL
    refused = await heard.unread_since(incoming.chat.id, incoming.topic or 0, current.looked_on)  # By whomever.
    return current.pictures[-1].created_at if others or late or refused else None


async def wanted_by(last: HeardMessage | None, current: Current, context: BotContext) -> list[Picture]:
    """Return the pictures about which the bot asked this person what to know: others may look at theirs meanwhile."""
    if last is None or last.subject is not Subject.WANTED:
        return []
    if current.person == context.incoming.asker.id:
        return current.pictures
    known = context.services.pictures
    pictures = await known.of_message(last.chat, last.message_id)
    album = pictures[0].album if pictures else None
    return pictures if album is None else await known.of_album(last.chat, album)
