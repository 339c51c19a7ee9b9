"""Build the messages of a finished answer: text, a block to copy, a table as a file; pictures' names, the last line."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from telegram import MessageEntity

from assistant.combined_answer import APART
from assistant.pictures.notes import flaw_notes, pages_note
from assistant.question import Parts, Question, Reading
from assistant.settings.chat_settings import Footer
from assistant.storage import Picture, Pictures
from assistant.texts import Count, Sentence, Texts
from assistant.wording.question import Task
from assistant.wording.regions import NAMES
from bot.render import MOST_PARTS, MOST_UNITS, Part, Rendered, as_copyable, render, units
from bot.render.spreadsheet import as_csv, rows_of
from model_service import LEVEL_TOKENS, Detail, EngineInfo, FinishReason, GenerationOutput, Level

PHOTO_SIDE = 1280
"""The longest side, in pixels, to which Telegram shrinks a photo."""

CLOSE = Detail(LEVEL_TOKENS[Level.HIGH])
"""The level from which on Telegram's compression is what limits a photo."""

SEPARATOR = " · "
_FENCED = re.compile(r"\s*```[^\n]*\n(?P<text>.*?)\n?```\s*", re.DOTALL)


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


def whole_answer(answered: Answered) -> list[Part]:
    """Return the messages that show a finished answer, with the notes under it."""
    note, readings = note_under(answered), answered.readings
    task, pictures = answered.question.parsed.task, answered.question.pictures
    if task is Task.TEXT and len(readings) == len(pictures) and any(reading.text for reading in readings):
        return _to_copy(answered.texts, APART.join(_unfenced(reading.text) for reading in readings), note)
    if task is Task.TABLE:
        return _with_tables(answered, note)
    return parts_of(answered.texts, render(answered.text, note))


def parts_of(texts: Texts, answer: Rendered) -> list[Part]:
    """Return the messages of an answer; a very long one has a file under its beginning."""
    if answer.file is None:
        return list(answer.parts)
    return [*answer.parts, Part(texts.say(Sentence.WHOLE_ANSWER), file=answer.file)]


def _to_copy(texts: Texts, text: str, note: str) -> list[Part]:
    parts = as_copyable(text)
    if len(parts) > MOST_PARTS:
        whole = text.encode("utf-8", "replace")
        parts = [parts[0], Part(texts.say(Sentence.WHOLE_ANSWER), file=whole, file_name="text.txt")]
    return _signed(parts, note) if note else parts


def _signed(parts: Sequence[Part], note: str) -> list[Part]:
    """Add the note under the last message's block, or as a message of its own if that is full."""
    *others, last = parts
    if last.file is not None or units(last.text + APART + note) > MOST_UNITS:
        return [*parts, *render("", note).parts]
    italic = MessageEntity(MessageEntity.ITALIC, units(last.text + APART), units(note))
    return [*others, Part(last.text + APART + note, (*last.entities, italic))]


def _with_tables(answered: Answered, note: str) -> list[Part]:
    """Return the answer as it was written, and under it a file for each of its tables."""
    texts = answered.texts
    tables = [rows for rows in (rows_of(reading.text) for reading in answered.readings) if rows]
    if not tables:
        missing = texts.say(Sentence.NO_TABLE)
        return parts_of(texts, render(answered.text, f"{missing}\n{note}".strip()))
    names = ["table.csv"] if len(tables) == 1 else [f"table-{number}.csv" for number in range(1, len(tables) + 1)]
    said = texts.say(Sentence.TABLE_FILE)
    files = [Part(said, file=as_csv(rows), file_name=name) for rows, name in zip(tables, names, strict=True)]
    return [*parts_of(texts, render(answered.text, note)), *files]


def _unfenced(text: str) -> str:
    """Strip the fence that a model may put around all of a text."""
    match = _FENCED.fullmatch(text)
    return match["text"] if match else text


async def names_of(shown: Sequence[Picture], pictures: Pictures, texts: Texts) -> list[str]:
    """Return each picture's name in an answer: its page, or its place in the album; a single one needs no name."""
    if len(shown) == 1:
        return [""]
    first = shown[0]
    album = await pictures.sent(first.chat, first.album) if first.album else shown
    places = {picture.id: place for place, picture in enumerate(album, start=1) if picture is not None}
    return [
        texts.say(Sentence.PICTURE_NAME, number=places[picture.id])
        if picture.album
        else texts.say(Sentence.PAGE_NAME, number=picture.page)
        for picture in shown
    ]


def nth_pictures(texts: Texts, numbers: Sequence[int]) -> str:
    """Return the words for pictures by their numbers: "picture 2, picture 4"."""
    return ", ".join(texts.say(Sentence.NTH_PICTURE, number=number) for number in numbers)


def note_under(answered: Answered) -> str:
    """Return the notes in one line: what the answer is about, if in doubt; what was read, and how, if that is shown."""
    hidden = "" if answered.hidden is None else answered.texts.say(answered.hidden)
    flaws = flaw_notes(answered.texts, answered.question.pictures)
    notes = [
        _earlier(answered),
        hidden,
        _unread(answered),
        _turned(answered),
        _part(answered),
        _region(answered),
        *_pieces(answered),
        *flaws,
    ]
    if answered.question.settings.footer is not Footer.HIDDEN:
        notes.append(_reading(answered))
    return SEPARATOR.join(note for note in notes if note)


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
    texts, numbers = answered.texts, answered.question.unread
    return texts.say(Sentence.SOME_UNREAD, pictures=nth_pictures(texts, numbers)) if numbers else ""


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
    return "" if part is None else answered.texts.say(Sentence.PART_ONLY, part=answered.texts.say(NAMES[part]))


def _reading(answered: Answered) -> str:
    texts, question, shown = answered.texts, answered.question, answered.question.settings.footer
    outputs = [(reading.picture, reading.output) for reading in answered.readings if reading.output is not None]
    if len(question.pictures) == 1:
        picture, output = outputs[0]
        in_parts = any(reading.parts is not None for reading in answered.readings)  # Each is as fine as it has to be.
        asked = output.plan.detail if in_parts and output.plan else question.settings.detail
        return footer(texts, picture, asked, output, shown, hint=answered.hint, info=answered.info)
    tokens = sum(output.plan.tokens for _, output in outputs if output.plan)
    seconds = sum(output.seconds - output.seconds_waited for _, output in outputs)
    several = (Count.PICTURES if question.pictures[0].album else Count.PAGES).of(len(outputs))
    sentence = Sentence.FOOTER_SEVERAL if shown is Footer.EVERYTHING else Sentence.FOOTER_SECONDS
    notes = [texts.say(sentence, several=several, tokens=Count.TOKENS.of(tokens), seconds=f"{seconds:.1f}")]
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
    plan = output.plan
    if plan is None:
        return ""
    seconds = f"{output.seconds - output.seconds_waited:.1f}"
    sentence = Sentence.FOOTER if shown is Footer.EVERYTHING else Sentence.FOOTER_SECONDS
    tokens = Count.TOKENS.of(plan.tokens)
    notes = [texts.say(sentence, width=plan.width, height=plan.height, tokens=tokens, seconds=seconds)]
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
