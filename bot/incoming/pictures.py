"""Select the pictures or pages that a question is about."""

import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

from telegram import Message
from telegram.error import TelegramError

from assistant.pictures.library import FetchFailed
from assistant.pictures.pdf import DocumentFault, DocumentRefused, render_pages
from assistant.storage import Picture
from assistant.texts import FAULTS, Sentence, Texts
from assistant.wording.pages import PAGES, PICTURES, chosen, names_pages
from bot.context import BotContext
from bot.delivery.message import place_of, topic_of
from bot.delivery.rate_limiter import ONCE
from bot.delivery.reply import Reply
from bot.incoming.attachments import Attachment, attachment_of, document_of, preview_of
from bot.incoming.downloads import MOST_WAIT
from bot.incoming.media import Media
from bot.render import Part
from model_service import PictureFault, PictureRejected

MOST_PAGES = 10
"""The most pages of a document that one question may be about."""

DOCUMENT_FAULTS = {
    DocumentFault.LOCKED: Sentence.PDF_LOCKED,
    DocumentFault.BROKEN: Sentence.PDF_BROKEN,
    DocumentFault.EMPTY: Sentence.PDF_EMPTY,
    DocumentFault.TOO_MUCH: Sentence.PDF_TOO_MUCH,
}
"""The message for each fault of a document."""

_log = logging.getLogger(__name__)


class BadSelection(Exception):
    """A question that names pages or pictures that do not exist, or too many, or what leads elsewhere."""

    def __init__(self, sentence: Sentence, **values: object) -> None:
        super().__init__(sentence.name)
        self.sentence = sentence
        self.values = values


USER_ERRORS = (PictureRejected, FetchFailed, DocumentRefused, BadSelection)
"""The reasons why something that was sent cannot be read."""


def media_of(
    context: BotContext, waiting: Callable[[], Awaitable[None]] | None = None, most_wait: float = MOST_WAIT
) -> Media:
    """Return the `Media` for an update; the other arguments are those of `Media`."""
    services = context.services
    marked = partial(services.at_work.marked, context.update_id)
    return Media(context.bot, services.settings, services.pictures, marked, waiting=waiting, most_wait=most_wait)


async def fetch_pictures(message: Message, question: str, context: BotContext, media: Media) -> list[Picture]:
    """Return the picture of a message, or the pages of its document that the question names; fetch them if not known.

    Empty if the message has no readable attachment.

    Raises:
        PictureRejected, FetchFailed, DocumentRefused, BadSelection: it cannot be read.
    """
    attachment, services = attachment_of(message), context.services
    if attachment is None:
        return []
    if attachment.source == "page":
        return await pages_of(attachment, question, context, media)
    shown = await services.pictures.of_message(message.chat.id, message.message_id)
    if shown:
        return shown
    preview = preview_of(message)
    try:
        return [await media.receive(attachment)]
    except PictureRejected as error:
        if error.fault is not PictureFault.ANIMATED or preview is None:
            raise
        return [await media.receive(preview)]


async def pages_of(document: Attachment, question: str, context: BotContext, media: Media) -> list[Picture]:
    """Return the pages that the question names, rendered if not known; the first one if it names none.

    Raises:
        PictureRejected, FetchFailed, DocumentRefused, BadSelection: they cannot be looked at.
    """
    known = {page.page: page for page in await context.services.pictures.pages(document.chat, document.message_id)}
    data = b"" if known else await media.fetch(document)
    pages = next(iter(known.values())).pages if known else (await render_pages(data, [], document.chat)).pages
    numbers = _numbers(question, pages)
    if missing := [number for number in numbers if number not in known]:
        for new in await media.library.add_pages(data or await media.fetch(document), document, missing):
            known[new.page] = new
    return [known[number] for number in numbers]


def _numbers(question: str, pages: int) -> list[int]:
    numbers = chosen(question, PAGES, pages) or [1]
    if not 1 <= numbers[0] <= numbers[-1] <= pages:
        raise BadSelection(Sentence.NO_SUCH_PAGE, pages=pages)
    if len(numbers) > MOST_PAGES:
        raise BadSelection(Sentence.TOO_MANY_PAGES, most=MOST_PAGES)
    return numbers


async def select_named(pictures: list[Picture], question: str, context: BotContext) -> list[Picture]:
    """Return the pictures of the same album, or pages of the same document, that a question names; else `pictures`.

    Raises:
        PictureRejected, FetchFailed, DocumentRefused, BadSelection: they cannot be looked at.
    """
    first = pictures[0]
    if first.page and names_pages(question) and (first.album is None or len(pictures) == 1):
        return await pages_of(document_of(first), question, context, media_of(context))
    if first.album is None:
        return pictures
    album = await context.services.pictures.of_album(first.chat, first.album)
    numbers = chosen(question, PICTURES, len(album)) if len(album) > 1 else []
    if numbers and not 1 <= numbers[0] <= numbers[-1] <= len(album):
        raise BadSelection(Sentence.NO_SUCH_PICTURE, count=len(album))
    return [album[number - 1] for number in numbers] or pictures


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


async def say_error(error: Exception, message: Message, context: BotContext) -> None:
    """Say under a message what is wrong with its attachment or its selection."""
    _log.info("what was sent cannot be looked at: %s", error)
    texts = context.incoming.texts
    await Reply(context.bot, place_of(message)).finish([Part(_sentence(texts, error))])


def _sentence(texts: Texts, error: Exception) -> str:
    if isinstance(error, PictureRejected):
        return texts.say(FAULTS[error.fault])
    if isinstance(error, DocumentRefused):
        return texts.say(DOCUMENT_FAULTS[error.fault])
    if isinstance(error, BadSelection):
        return texts.say(error.sentence, **error.values)
    return texts.say(Sentence.DOWNLOAD_FAILED)
