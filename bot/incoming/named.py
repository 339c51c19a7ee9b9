"""Find the pictures of the message that a question replies to, or say what else that holds."""

from telegram import ExternalReplyInfo, Message

from assistant.pictures.refusals import SENTENCES
from assistant.storage import Picture
from assistant.texts import Sentence
from bot.addressing import replies
from bot.attachments import attachment_of, refused_as
from bot.context import BotContext
from bot.incoming.links import is_about_link
from bot.incoming.pictures import NoPicture, at_work, fetch_pictures
from bot.incoming.quotes import select_quoted

KINDS = {
    "sticker": Sentence.STICKER,
    "animation": Sentence.MOVING,
    "video": Sentence.MOVING,
    "video_note": Sentence.MOVING,
    "voice": Sentence.SOUND,
    "audio": Sentence.SOUND,
    "paid_media": Sentence.PAID,
}
"""The sentence for each kind of attachment that cannot be looked at, by its name in a message."""


async def named_by(context: BotContext, question: str) -> list[Picture]:
    """Return the pictures of the message that is replied to, or that this message was about before; maybe none.

    Raises:
        One of USER_ERRORS: they cannot be looked at.
        NoPicture: it replies to something else that was sent to be seen or heard, or is about a link.
    """
    message, known = context.incoming.message, context.services.pictures
    if message.edit_date is not None or context.services.inbox.is_repeated(context.update_id):
        settled = await known.of_message(message.chat.id, message.message_id)
        if settled:
            return settled
    if not replies(message):
        if is_about_link(message, context.bot.bot):
            raise NoPicture(Sentence.LINKS_NOT_OPENED)
        return []
    replied = message if message.external_reply is not None else message.reply_to_message
    assert replied is not None  # noqa: S101
    pictures: list[Picture] = []
    if attachment_of(replied) is None:
        pictures = await known.of_message(message.chat.id, replied.message_id)
        pictures = await select_quoted(pictures, message, context)
    else:
        async with at_work(message, context) as media:
            pictures = await fetch_pictures(replied, question, context, media)
    sentence = sentence_about(message.external_reply or replied)
    if not pictures and is_about_link(message, context.bot.bot):
        sentence = Sentence.LINKS_NOT_OPENED
    if not pictures and sentence is None and await known.is_unread(message.chat.id, replied.message_id):
        sentence = Sentence.REPLY_UNREAD
    if not pictures and sentence is not None:
        raise NoPicture(sentence)
    return pictures


def sentence_about(message: Message | ExternalReplyInfo) -> Sentence | None:
    """Return the sentence for what a message holds that is no picture; None for a text."""
    if message.document is not None and not message.animation:
        return SENTENCES[refused_as(message.document)]
    for kind, sentence in KINDS.items():
        if getattr(message, kind, None):
            return sentence
    if isinstance(message, ExternalReplyInfo):
        return Sentence.REPLY_ELSEWHERE
    return Sentence.OTHER if message.effective_attachment else None
