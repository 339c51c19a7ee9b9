"""Choose those of several pictures that the quote of a reply is about."""

from telegram import Message

from assistant.storage import Picture
from assistant.wording.pages import PICTURES, chosen
from assistant.wording.quotes import has_words, numbers_quoted
from bot.context import BotContext


async def select_quoted(pictures: list[Picture], message: Message, context: BotContext) -> list[Picture]:
    """Return those of the pictures of a replied-to message that its quote is from, or names; all if that is unclear."""
    quote, answered = message.quote, message.reply_to_message
    if len(pictures) < 2 or quote is None or answered is None:
        return pictures
    first = pictures[0]
    album = await context.services.pictures.sent(first.chat, first.album) if first.album else pictures
    numbers = {picture.id: place for place, picture in enumerate(album, start=1) if picture is not None}
    numbers |= {picture.id: picture.page for picture in pictures if picture.page and not first.album}
    said = answered.text or answered.caption or ""
    wanted = numbers_quoted(said, quote.text, quote.position) or set(chosen(quote.text, PICTURES, len(album)))
    found = [picture for picture in pictures if numbers[picture.id] in wanted]
    return found or await _answered_so(pictures, quote.text, context) or pictures


async def _answered_so(pictures: list[Picture], quote: str, context: BotContext) -> list[Picture]:
    """Return the one picture about which an answer holds these words; nothing if there are several."""
    found = []
    for picture in pictures:
        turns = await context.services.turns.history(picture, None)
        if any(turn.role == "assistant" and has_words(turn.text, quote) for turn in turns):
            found.append(picture)
    return found if len(found) == 1 else []
