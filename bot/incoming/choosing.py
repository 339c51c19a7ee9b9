"""Choose the pages or pictures that a question names, and take the words that chose them out of the question."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from assistant.notes_under import nth_pictures
from assistant.pictures.refusals import BadSelection
from assistant.storage import Picture
from assistant.texts import Count, Sentence
from assistant.wording.about_one import about_one, asked_again
from assistant.wording.pages import PAGES, PICTURES, Noun, chosen, names_pages
from assistant.wording.question import ParsedQuestion
from assistant.wording.regions import named_in
from bot.attachments import document_of
from bot.context import BotContext
from bot.incoming.pictures import media_of, pages_of
from bot.incoming.subject import Asked


@dataclass(frozen=True, slots=True)
class Chosen:
    """The pictures that a question is about; what the model is asked about each, and what the person asked.

    `asked.parsed.text` is empty if the words that chose are all that was said.
    """

    pictures: list[Picture]
    asked: Asked
    said: Asked


async def choose(pictures: list[Picture], asked: Asked, context: BotContext) -> Chosen:
    """Return the pictures of the same album, or pages of the same document, that a question names; else `pictures`.

    A question of nothing but such words, as "and page 2?", is the person's former one about the album or document.

    Raises:
        PictureRejected, FetchFailed, DocumentRefused, BadSelection: they cannot be looked at.
    """
    first, text, known = pictures[0], asked.parsed.text, context.services.pictures
    if first.page and names_pages(text) and (first.album is None or len(pictures) == 1):
        shown = await pages_of(document_of(first), text, context, media_of(context))
        asked = replace(asked, named=len(chosen(text, PAGES, first.pages)))
        return await _asked_of(shown, await known.pages(first.chat, first.message_id), asked, PAGES, context)
    if first.album is None:
        return Chosen(pictures, asked, asked)
    sent = await known.sent(first.chat, first.album)
    numbers = chosen(text, PICTURES, len(sent)) if len(sent) > 1 else []
    if numbers and not 1 <= numbers[0] <= numbers[-1] <= len(sent):
        raise BadSelection(Sentence.NO_SUCH_PICTURE, pictures=Count.PICTURES.of(len(sent)))
    album = [picture for picture in sent if picture is not None]
    wanted = numbers or (range(1, len(sent) + 1) if len(pictures) == len(album) else ())
    asked = replace(asked, named=len(numbers), unread=tuple(one for one in wanted if sent[one - 1] is None))
    if not numbers:
        return Chosen(pictures, asked, asked)
    shown = [picture for one in numbers if (picture := sent[one - 1]) is not None]
    if not shown:
        raise BadSelection(Sentence.PICTURE_UNREAD, pictures=nth_pictures(context.incoming.texts, asked.unread))
    return await _asked_of(shown, album, asked, PICTURES, context)


async def _asked_of(
    shown: list[Picture], among: Sequence[Picture], asked: Asked, noun: Noun, context: BotContext
) -> Chosen:
    """Return what is asked of each of the pictures `shown`, which the question chose `among` others."""
    said, message = asked, context.incoming.message
    if not about_one(asked.parsed.text, noun):
        before = await context.services.heard.asked_about(among, context.incoming.asker.id, message.message_id)
        questions = (ParsedQuestion.load(one.asked or "") for one in before)
        former = next((question for question in questions if about_one(question.text, noun)), None)
        if former is not None:
            said = replace(asked, parsed=_again(former, asked.parsed, noun))
    text = about_one(said.parsed.text, noun)
    parsed = replace(said.parsed, text=text, part=said.parsed.part or named_in(text))
    return Chosen(shown, replace(said, parsed=parsed, whole=said.parsed.text), said)


def _again(former: ParsedQuestion, asked: ParsedQuestion, noun: Noun) -> ParsedQuestion:
    """Return a former question, asked of others than before."""
    part, detail = asked.part or former.part, asked.detail or former.detail
    return replace(former, text=asked_again(former.text, asked.text, noun), part=part, detail=detail, quote=asked.quote)
