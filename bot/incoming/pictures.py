"""Select the pictures or pages that a question is about."""

import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

from telegram import Message
from telegram.error import TelegramError

from assistant.pictures.refusals import PREVIEWED, DocumentRefused, refusal
from assistant.pictures.selection import pages_named
from assistant.storage import Picture
from assistant.texts import Sentence
from bot.attachments import Attachment, attachment_of, preview_of
from bot.context import BotContext
from bot.delivery.message import place_of, topic_of
from bot.delivery.rate_limiter import ONCE
from bot.delivery.reply import Reply
from bot.incoming.downloads import MOST_WAIT
from bot.incoming.media import Media
from bot.render import Part
from model_service import PictureFault, PictureRejected

_log = logging.getLogger(__name__)


class NoPicture(Exception):
    """A question about what is no picture; `sentence` says what it is."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.name)
        self.sentence = sentence


def media_of(
    context: BotContext, waiting: Callable[[], Awaitable[None]] | None = None, most_wait: float = MOST_WAIT
) -> Media:
    """Return the `Media` for an update; the other arguments are those of `Media`."""
    services = context.services
    return Media(context.bot, services.settings, services.pictures, waiting=waiting, most_wait=most_wait)


async def fetch_pictures(
    message: Message, question: str, context: BotContext, media: Media, album: str | None = None
) -> list[Picture]:
    """Return the picture of a message, or the pages of its document that the question names; fetch them if not known.

    Empty if the message has no readable attachment. A picture that comes with others belongs to their `album`.

    Raises:
        One of USER_ERRORS: it cannot be read.
    """
    attachment, known = attachment_of(message), context.services.pictures
    if attachment is None:
        return []
    attachment = replace(attachment, album=album or attachment.album)
    shown = await known.of_message(message.chat.id, message.message_id)
    may_have_pages = attachment.source != "photo" or message.edit_date is not None
    pages = await known.pages(message.chat.id, message.message_id) if may_have_pages else []
    if not _shows([*shown, *pages], attachment):  # Another file took its place, by an edit.
        await known.remove(message.chat.id, message.message_id)
        shown, pages = [], []
    if pages:
        return await pages_of(attachment, question, context, media)
    if shown:
        return shown
    preview = preview_of(message)
    try:
        return await media.take_in(attachment, partial(pages_named, question))
    except (PictureRejected, DocumentRefused) as error:
        if preview is None or error.fault not in {PictureFault.ANIMATED, *PREVIEWED}:
            raise
        return [await media.receive(preview)]


def _shows(pictures: Sequence[Picture], attachment: Attachment) -> bool:
    """Whether a message that showed these pictures, if it did itself, still has the file that they came from."""
    own = [picture for picture in pictures if picture.message_id == attachment.message_id]
    return not own or any(
        picture.source == "preview" or picture.file_unique_id == attachment.file_unique_id for picture in own
    )


async def pages_of(document: Attachment, question: str, context: BotContext, media: Media) -> list[Picture]:
    """Return the pages that the question names, rendered if not known; the first one if it names none.

    Raises:
        One of USER_ERRORS: they cannot be looked at.
    """
    known = {page.page: page for page in await context.services.pictures.pages(document.chat, document.message_id)}
    if not known:
        return await media.take_in(document, partial(pages_named, question))
    numbers = pages_named(question, next(iter(known.values())).pages)
    if missing := [number for number in numbers if number not in known]:
        known |= {page.page: page for page in await media.take_in(document, missing)}
    return [known[number] for number in numbers]


@contextlib.asynccontextmanager
async def at_work(message: Message, context: BotContext) -> AsyncIterator[Media]:
    """Show that the bot is at work on a message for as long as the block lasts, in which files are fetched.

    If Telegram holds them back for long, a message says so; it is deleted when the block ends.
    """
    said: list[int] = []

    async def waiting() -> None:
        text = context.incoming.texts.say(Sentence.FILE_KEPT_BACK)
        with contextlib.suppress(TelegramError):
            sent = await context.bot.send_message(
                message.chat.id, text, message_thread_id=topic_of(message), rate_limit_args=ONCE
            )
            said.append(sent.message_id)

    async with Reply(context.bot, place_of(message)).typing():
        try:
            yield media_of(context, waiting)
        finally:
            for number in said:
                with contextlib.suppress(TelegramError):  # What cannot be deleted stays.
                    await context.bot.delete_message(message.chat.id, number, rate_limit_args=ONCE)


async def say_error(error: Exception, message: Message, context: BotContext) -> list[int]:
    """Say under a message what is wrong with its attachment or its selection; return the numbers of what was said."""
    _log.info("what was sent cannot be looked at: %s", error)
    texts = context.incoming.texts
    said = texts.say(error.sentence) if isinstance(error, NoPicture) else refusal(texts, error)
    return await Reply(context.bot, place_of(message)).finish([Part(said)])
