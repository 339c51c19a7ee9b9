"""Select the pictures or pages that a question is about."""

import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from functools import partial

from telegram import Message
from telegram.error import TelegramError

from assistant.pictures.library import FetchFailed
from assistant.pictures.pdf import DocumentFault, DocumentRefused, render_pages
from assistant.storage import Picture
from assistant.texts import FAULTS, Count, Sentence, Texts
from assistant.wording.pages import PAGES, chosen
from bot.attachments import Attachment, attachment_of, preview_of
from bot.context import BotContext
from bot.delivery.message import place_of, topic_of
from bot.delivery.rate_limiter import ONCE
from bot.delivery.reply import Reply
from bot.incoming.downloads import MOST_WAIT
from bot.incoming.media import Media
from bot.render import Part
from model_service import PictureFault, PictureRejected

MOST_PAGES = 10
"""The most pages of a document that one question is about; of more, the first ones are read."""

DOCUMENT_FAULTS = {
    DocumentFault.LOCKED: Sentence.PDF_LOCKED,
    DocumentFault.BROKEN: Sentence.PDF_BROKEN,
    DocumentFault.EMPTY: Sentence.PDF_EMPTY,
    DocumentFault.TOO_MUCH: Sentence.PDF_TOO_MUCH,
}
"""The message for each fault of a document."""

_log = logging.getLogger(__name__)


class BadSelection(Exception):
    """A question that names pages or pictures that do not exist."""

    def __init__(self, sentence: Sentence, **values: object) -> None:
        super().__init__(sentence.name)
        self.sentence = sentence
        self.values = values


class NoPicture(Exception):
    """A question about what is no picture; `sentence` says what it is."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.name)
        self.sentence = sentence


USER_ERRORS = (PictureRejected, FetchFailed, DocumentRefused, BadSelection)
"""The reasons why something that was sent cannot be read."""


def media_of(
    context: BotContext, waiting: Callable[[], Awaitable[None]] | None = None, most_wait: float = MOST_WAIT
) -> Media:
    """Return the `Media` for an update; the other arguments are those of `Media`."""
    services = context.services
    marked = partial(services.at_work.marked, context.update_id)
    return Media(context.bot, services.settings, services.pictures, marked, waiting=waiting, most_wait=most_wait)


async def fetch_pictures(
    message: Message, question: str, context: BotContext, media: Media, album: str | None = None
) -> list[Picture]:
    """Return the picture of a message, or the pages of its document that the question names; fetch them if not known.

    Empty if the message has no readable attachment. A picture that comes with others belongs to their `album`.

    Raises:
        PictureRejected, FetchFailed, DocumentRefused, BadSelection: it cannot be read.
    """
    attachment, services = attachment_of(message), context.services
    if attachment is None:
        return []
    attachment = replace(attachment, album=album or attachment.album)
    shown = await services.pictures.of_message(message.chat.id, message.message_id)
    if shown and not _shows(shown, attachment):  # Another picture took its place, by an edit.
        await services.pictures.remove(message.chat.id, message.message_id)
        shown = []
    if attachment.source == "page":
        return await pages_of(attachment, question, context, media)
    if shown:
        return shown
    preview = preview_of(message)
    try:
        return [await media.receive(attachment)]
    except PictureRejected as error:
        if error.fault is not PictureFault.ANIMATED or preview is None:
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
        raise BadSelection(Sentence.NO_SUCH_PAGE, pages=Count.PAGES.of(pages))
    return numbers[:MOST_PAGES]


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
    said = texts.say(error.sentence) if isinstance(error, NoPicture) else _sentence(texts, error)
    return await Reply(context.bot, place_of(message)).finish([Part(said)])


def _sentence(texts: Texts, error: Exception) -> str:
    if isinstance(error, PictureRejected):
        return texts.say(FAULTS[error.fault])
    if isinstance(error, DocumentRefused):
        return texts.say(DOCUMENT_FAULTS[error.fault])
    if isinstance(error, BadSelection):
        return texts.say(error.sentence, **error.values)
    return texts.say(Sentence.DOWNLOAD_FAILED)
