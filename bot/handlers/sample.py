"""The example for new people: a receipt, and questions about it to press."""

import functools
import logging
from importlib import resources

from telegram import Chat, Message, ReplyKeyboardMarkup, Update
from telegram.error import TelegramError

from assistant.abilities import in_known_language
from assistant.pictures.refusals import FetchFailed
from assistant.texts import Sentence, Texts
from bot.attachments import attachment_of
from bot.context import BotContext
from bot.delivery.model_facts import with_limits
from bot.delivery.say import tell
from bot.incoming.pictures import media_of
from model_service import EngineInfo, PictureRejected

QUESTIONS = (Sentence.SAMPLE_TOTAL, Sentence.SAMPLE_DATE, Sentence.SAMPLE_SHOP)

MOST_WAIT = 5.0
"""The seconds to wait while Telegram does not return the file: the welcome does not need it."""

_log = logging.getLogger(__name__)


async def show(update: Update, context: BotContext) -> bool:
    """Show the receipt, in a private chat, with its questions; return False if that was not possible.

    The questions are the keys of a keyboard, so that a press sends them as the person's own words. They come once the
    picture is known as the one that the next question is about.
    """
    chat = update.effective_chat
    if chat is None or chat.type != Chat.PRIVATE:
        return False
    try:
        await _take_in(await context.bot.send_photo(chat.id, receipt(), filename="receipt.jpg"), context)
    except (TelegramError, FetchFailed, PictureRejected) as error:
        _log.warning("the sample could not be shown: %s", error)
        return False
    texts, info = context.incoming.texts, context.services.model.info
    said = with_limits(texts, texts.say(Sentence.WELCOME_SAMPLE), info)
    await tell(context.bot, chat.id, said, questions(texts, info))
    return True


@functools.cache
def receipt() -> bytes:
    """Return the sample picture, a JPEG."""
    return (resources.files("bot") / "samples" / "receipt.jpg").read_bytes()


def questions(texts: Texts, info: EngineInfo | None) -> ReplyKeyboardMarkup:
    """Return a key for each question, in a language that the model takes; the keyboard folds up after a press."""
    rows = [[in_known_language(question, texts, info)] for question in QUESTIONS]
    return ReplyKeyboardMarkup(rows, resize_keyboard=True, one_time_keyboard=True)


async def _take_in(shown: Message, context: BotContext) -> None:
    services, attachment = context.services, attachment_of(shown)
    assert attachment is not None  # noqa: S101
    picture = await media_of(context, most_wait=MOST_WAIT).receive(attachment)
    await services.pictures.look_at([picture], picture.chat)
