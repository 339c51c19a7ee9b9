"""The notes under an answer: what it is about, what of that was seen, how it was read; and pictures' names."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from assistant.doubt import words_at
from assistant.markdown.marked import marks_in
from assistant.pictures.notes import flaw_notes, pages_note
from assistant.question import Parts, Question, Reading
from assistant.settings.chat_settings import Footer
from assistant.storage import Picture, Pictures
from assistant.takers import writer
from assistant.texts import Count, FamilySentence, LookSentence, ReaderSentence, Sentence, Texts
from assistant.together import is_of_pages
from assistant.wording.agreement import Difference
from assistant.wording.question import Task
from assistant.wording.regions import NAMES
from model_service import LEVEL_TOKENS, Detail, EngineInfo, FinishReason, GenerationOutput, Level

PHOTO_SIDE = 1280
"""The longest side, in pixels, to which Telegram shrinks a photo."""

CLOSE = Detail(LEVEL_TOKENS[Level.HIGH])
"""The level from which on Telegram's compression is what limits a photo."""

SEPARATOR = " · "

MOST_WORDS = 8
"""The most doubtful words that are named under an answer in which they cannot be marked."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A finished answer: the readings of its pictures, and all of it as one Markdown `text`.

    `hint`: the person was not told yet how the picture would keep its small print. `info` tells of the model. `hidden`
    is the note on pictures that belong to these, but were not seen. `first`: nothing was said about them before.
    """

    texts: Texts
    question: Question
    readings: Sequence[Reading]
    text: str
    hint: bool = True
    info: EngineInfo | None = None
    hidden: Sentence | None = None
    first: bool = False


def note_under(answered: Answered) -> str:
    """Return the notes in one line: what the answer is about, if in doubt; what was read, and how, if that is shown."""
    hidden = "" if answered.hidden is None else answered.texts.say(answered.hidden)
    flaws = flaw_notes(answered.texts, answered.question.pictures)
    notes = [
        *_doubts(answered),
        _earlier(answered),
        hidden,
        _unread(answered),
        *_no_room(answered),
        _turned(answered),
        _part(answered),
        _region(answered),
        *_pieces(answered),
        *_looks(answered),
        *flaws,
    ]
    if answered.question.settings.footer is not Footer.HIDDEN:
        notes.append(_reading(answered))
    return SEPARATOR.join(note for note in notes if note)


def _doubts(answered: Answered) -> list[str]:
    """Say what of the answer is not certain, and that the rest was not read, if so."""
    judged = [(reading, reading.judgement) for reading in answered.readings if reading.judgement is not None]
    places = [(reading, judgement.places) for reading, judgement in judged if judgement.places]
    texts, notes = answered.texts, list[str]()
    if places:
        as_it_is = answered.question.parsed.task in {Task.TEXT, Task.TABLE}
        if not as_it_is and all(marks_in(reading.marked) >= len(found) for reading, found in places):
            notes.append(texts.say(Sentence.UNSURE_MARKED))
        else:
            words = [word for reading, found in places for word in words_at(reading.text, found)]
            more = " …" if len(words) > MOST_WORDS else ""
            notes.append(texts.say(Sentence.UNSURE_OF, words=", ".join(words[:MOST_WORDS]) + more))
    outputs = [reading.output for reading in answered.readings if reading.output is not None]
    if any(output.finish_reason is FinishReason.BROKEN_OFF for output in outputs):
        notes.append(texts.say(Sentence.BROKEN_OFF))
    return notes


def _earlier(answered: Answered) -> str:
    """Say which pictures the answer is about, where that was assumed and can be doubted."""
    if answered.question.earlier is None:
        return ""
    came = datetime.fromtimestamp(answered.question.earlier).astimezone()
    today = came.date() == datetime.now().astimezone().date()
    moment = came.strftime("%H:%M" if today else "%Y-%m-%d %H:%M")
    return answered.texts.say(Sentence.ABOUT_EARLIER, time=moment)


def _unread(answered: Answered) -> str:
    """Say which of the pictures that the question is about could not be read."""
    texts, question = answered.texts, answered.question
    gone = [picture for reading in answered.readings for picture in reading.unread]
    numbers = sorted({*question.unread, *question.numbers_of(gone)})
    return texts.say(Sentence.SOME_UNREAD, pictures=nth_pictures(texts, numbers)) if numbers else ""


def _no_room(answered: Answered) -> list[str]:
    """Say which of the pictures were not seen, since there was no room for them beside the others."""
    left = [picture for reading in answered.readings for picture in reading.left]
    if not left:
        return []
    nth = FamilySentence.NTH_PAGE if is_of_pages(left) else Sentence.NTH_PICTURE
    named = [answered.texts.say(nth, number=number) for number in answered.question.numbers_of(left)]
    return [answered.texts.say(FamilySentence.NO_ROOM, pictures=", ".join(named))]


def _turned(answered: Answered) -> str:
    """Say, under the first answer, that a picture was turned without being asked to."""
    question = answered.question
    unasked = answered.first and not question.parsed.turn and any(picture.turns for picture in question.pictures)
    return answered.texts.say(Sentence.TURNED_UPRIGHT) if unasked else ""


def _part(answered: Answered) -> str:
    """Say which part of the attachment the model has seen, if that is not all."""
    pictures, texts = answered.question.pictures, answered.texts
    if any(picture.source == "preview" for picture in pictures):
        return texts.say(Sentence.PREVIEW_ONLY)
    of_one = len({picture.message_id for picture in pictures}) == 1
    return pages_note(texts, pictures, answered.question.named) if of_one else ""


def _pieces(answered: Answered) -> list[str]:
    """Say of each picture that was read in parts in how many, or which one, and what was left out."""
    return [
        parts_note(answered.texts, reading.parts)
        for reading in answered.readings
        if reading.parts is not None and reading.parts.count > 1
    ]


def _looks(answered: Answered) -> list[str]:
    """Say what two looks read otherwise; and, unless nothing is to be said of how it was read, that there were two."""
    shown = answered.question.settings.footer is not Footer.HIDDEN
    read = [(reading.looks if shown else (), reading.differ) for reading in answered.readings]
    return looks_notes(answered.texts, read)


def looks_notes(texts: Texts, read: Sequence[tuple[Sequence[Detail], Sequence[Difference]]]) -> list[str]:
    """Return the notes on the looks at each picture: what they read otherwise, and at which levels they were."""
    notes = list[str]()
    for _, differ in read:
        for sentence, overlap in ((LookSentence.LOOKS_DIFFER, False), (LookSentence.PARTS_DIFFER, True)):
            told = [each for each in differ if each.overlap is overlap]
            first, closer = (", ".join(words) for words in ([one.first for one in told], [one.closer for one in told]))
            if told:
                notes.append(texts.say(sentence, first=first, closer=closer))
    for first_level, second_level in dict.fromkeys(tuple(looks) for looks, _ in read if len(looks) > 1):
        first, second = texts.level(first_level), texts.level(second_level)
        notes.append(texts.say(LookSentence.LOOKED_TWICE, first=first, second=second))
    return notes


def parts_note(texts: Texts, parts: Parts) -> str:
    """Return the note on the parts in which a picture was read."""
    if parts.left:
        read, following = max(parts.read, default=0), max(parts.read, default=0) + 1
        return texts.say(Sentence.PARTS_LEFT, read=read, parts=Count.PARTS.of(parts.count), next=following)
    if len(parts.read) == 1:
        return texts.say(Sentence.PART_OF, part=parts.read[0], parts=parts.count)
    return texts.say(Sentence.READ_IN_PARTS, parts=Count.PARTS.of(len(parts.read)))


def _region(answered: Answered) -> str:
    """Say which part of the picture the question chose, so that nobody thinks that the rest was seen."""
    part = answered.question.parsed.part
    if answered.question.region is not None:
        return answered.texts.say(Sentence.MARKED_ONLY)
    return "" if part is None else answered.texts.say(Sentence.PART_ONLY, part=answered.texts.say(NAMES[part]))


def _reading(answered: Answered) -> str:
    texts, question, shown = answered.texts, answered.question, answered.question.settings.footer
    outputs = [(reading.picture, reading.output) for reading in answered.readings if reading.output is not None]
    if len(question.pictures) == 1:
        picture, output = outputs[0]
        reading = next(reading for reading in answered.readings if reading.output is output)
        in_parts = any(reading.parts is not None for reading in answered.readings)  # Each is as fine as it has to be.
        asked = output.plan.detail if in_parts and output.plan else reading.detail
        return footer(texts, picture, asked, output, shown, hint=answered.hint, info=answered.info)
    seconds = sum(output.seconds - output.seconds_waited for _, output in outputs)
    tokens = sum(output.plan.tokens for _, output in outputs if output.plan)
    number = len(outputs)
    sentences: tuple[Sentence | FamilySentence, ...] = (Sentence.FOOTER_SEVERAL, Sentence.FOOTER_SECONDS)
    short = next((output.plan for _, output in outputs if output.memory_short and output.plan), None)
    together = next((reading for reading in answered.readings if reading.others), None)
    if together is not None:
        number, tokens = len(together.pictures), 0 if short else together.tokens  # More were planned.
        sentences = FamilySentence.FOOTER_TOGETHER, FamilySentence.FOOTER_TOGETHER_SECONDS
    several = (Count.PAGES if is_of_pages(question.pictures) else Count.PICTURES).of(number)
    sentence = sentences[0] if shown is Footer.EVERYTHING and tokens else sentences[1]
    notes = [texts.say(sentence, several=several, tokens=Count.TOKENS.of(tokens), seconds=f"{seconds:.1f}")]
    readers = dict.fromkeys(output.reader for _, output in outputs)
    if any(readers):
        own = "" if answered.info is None else answered.info.model
        notes.append(texts.say(ReaderSentence.WRITTEN_BY, readers=", ".join(name or own for name in readers)))
    if together is not None and short is not None:
        notes.append(texts.say(Sentence.MEMORY_SHORT, level=texts.level(short.detail)))
    if any(output.finish_reason is FinishReason.LENGTH for _, output in outputs):
        notes.append(texts.say(Sentence.CUT_SHORT))
    return SEPARATOR.join(notes)


def footer(
    texts: Texts,
    picture: Picture,
    asked: Detail,
    output: GenerationOutput,
    shown: Footer = Footer.SECONDS,
    *,
    hint: bool = True,
    info: EngineInfo | None = None,
) -> str:
    """Return one line of notes; empty if nothing was read. The seconds are those since the question's turn came.

    `shown` is not HIDDEN. Without `hint`, leave out how the picture would have kept its small print.
    """
    plan, seconds = output.plan, f"{output.seconds - output.seconds_waited:.1f}"
    info = writer(output, info)
    if plan is None:
        return texts.say(ReaderSentence.READ_BY, reader=output.reader, seconds=seconds) if output.reader else ""
    sentence: Sentence | ReaderSentence = Sentence.FOOTER if shown is Footer.EVERYTHING else Sentence.FOOTER_SECONDS
    if output.reader:
        sentence = ReaderSentence.READ_CLOSELY_BY if shown is Footer.EVERYTHING else ReaderSentence.READ_BY
    size = {"width": plan.width, "height": plan.height, "tokens": Count.TOKENS.of(plan.tokens)}
    notes = [texts.say(sentence, seconds=seconds, reader=output.reader, **size)]
    if output.memory_short:
        notes.append(texts.say(Sentence.MEMORY_SHORT, level=texts.level(plan.detail)))
    elif plan.detail.tokens < asked.tokens:
        closest = info is not None and not info.short_of_memory
        notes.append(texts.say(Sentence.CLOSEST if closest else Sentence.STEPPED_DOWN))
    if output.finish_reason is FinishReason.LENGTH:
        notes.append(texts.say(Sentence.CUT_SHORT))
    if hint and photo_is_the_limit(picture, plan.detail):
        notes.append(texts.say(Sentence.SEND_AS_FILE))
    return SEPARATOR.join(notes)


def photo_is_the_limit(picture: Picture, detail: Detail) -> bool:
    """Whether the level would show more than Telegram's compression left of the picture."""
    shrunk = picture.source == "photo" and max(picture.width, picture.height) >= PHOTO_SIDE
    return shrunk and detail.tokens >= CLOSE.tokens


async def names_of(shown: Sequence[Picture], pictures: Pictures, texts: Texts) -> list[str]:
    """Return each picture's name in an answer: its page, or its place in the album; a single one needs no name."""
    if len(shown) == 1:
        return [""]
    numbers = await numbers_of(shown, pictures)
    return [
        texts.say(Sentence.PAGE_NAME if picture.page and not picture.album else Sentence.PICTURE_NAME, number=number)
        for picture, number in zip(shown, numbers, strict=True)
    ]


async def numbers_of(shown: Sequence[Picture], pictures: Pictures) -> tuple[int, ...]:
    """Return each picture's number: that of its page, or its place in the album."""
    first = shown[0]
    album = await pictures.sent(first.chat, first.album) if first.album else []
    places = {picture.id: place for place, picture in enumerate(album, start=1) if picture is not None}
    if any(picture.id not in places for picture in shown):  # They did not come together.
        places = {picture.id: place for place, picture in enumerate(shown, start=1)}
    return tuple(picture.page if picture.page and not picture.album else places[picture.id] for picture in shown)


def nth_pictures(texts: Texts, numbers: Sequence[int]) -> str:
    """Return the words for pictures by their numbers: "picture 2, picture 4"."""
    return ", ".join(texts.say(Sentence.NTH_PICTURE, number=number) for number in numbers)
