"""What stands around an answer: the names of its pictures before, and notes under it on how they were read."""

from collections.abc import Sequence

from bot.context import Services
from bot.delivery.footer import SEPARATOR, footer
from bot.handlers.reading import Answering, Reading
from bot.questions.pages import names_pages
from bot.questions.regions import NAMES
from bot.storage import Picture
from bot.texts import Sentence, Texts
from model_service import FinishReason


async def names_of(pictures: Sequence[Picture], services: Services, texts: Texts) -> list[str]:
    """How an answer says which picture is meant: by page, or by place in the album; a single one needs no name."""
    if len(pictures) == 1:
        return [""]
    first = pictures[0]
    album = await services.pictures.of_album(first.chat, first.album) if first.album else pictures
    places = {picture.id: place for place, picture in enumerate(album, start=1)}
    return [
        texts.say(Sentence.PICTURE_NAME, number=places[picture.id])
        if picture.album
        else texts.say(Sentence.PAGE_NAME, number=picture.page)
        for picture in pictures
    ]


def note_under(work: Answering, readings: Sequence[Reading]) -> str:
    """One line: what of it all was looked at, and how closely, if the chat wants to know that."""
    notes = [_part(work), _region(work), _closeness(work, readings) if work.settings.footer else ""]
    return SEPARATOR.join(note for note in notes if note)


def _part(work: Answering) -> str:
    """What of the thing that was sent the model has seen, where that is not all."""
    if any(picture.source == "preview" for picture in work.pictures):
        return work.texts.say(Sentence.PREVIEW_ONLY)
    picture = work.pictures[0]
    if len(work.pictures) > 1 or picture.pages < 2:
        return ""
    chosen = picture.page > 1 or names_pages(work.asked.text)
    return work.texts.say(Sentence.PAGE_OF if chosen else Sentence.PAGE_UNASKED, page=picture.page, pages=picture.pages)


def _region(work: Answering) -> str:
    """Which part of the picture the question chose, lest somebody thinks that the rest was seen."""
    part = work.wanted.part
    return "" if part is None else work.texts.say(Sentence.PART_ONLY, part=work.texts.say(NAMES[part]))


def _closeness(work: Answering, readings: Sequence[Reading]) -> str:
    if len(work.pictures) == 1:
        return footer(work.texts, readings[0].picture, work.settings.detail, readings[0].output, hint=work.hint)
    tokens = sum(reading.output.plan.tokens for reading in readings if reading.output.plan)
    seconds = sum(reading.output.seconds - reading.output.seconds_waited for reading in readings)
    sentence = Sentence.FOOTER_PICTURES if work.pictures[0].album else Sentence.FOOTER_PAGES
    notes = [work.texts.say(sentence, count=len(readings), tokens=tokens, seconds=f"{seconds:.1f}")]
    if any(reading.output.finish_reason is FinishReason.LENGTH for reading in readings):
        notes.append(work.texts.say(Sentence.CUT_SHORT))
    return SEPARATOR.join(notes)
