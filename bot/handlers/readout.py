"""What an answer looks like in the end: text to read, all of a picture's text to copy, or a table as a file."""

import re
from collections.abc import Sequence

from telegram import MessageEntity

from bot.handlers.notes import note_under
from bot.handlers.reading import Answering, Reading
from bot.questions.override import Task
from bot.render import MOST_PARTS, MOST_UNITS, Part, Rendered, as_copyable, render, units
from bot.render.spreadsheet import as_csv, rows_of
from bot.texts import Sentence

APART = "\n\n"
_FENCED = re.compile(r"\s*```[^\n]*\n(?P<text>.*?)\n?```\s*", re.DOTALL)


def whole_answer(work: Answering, readings: Sequence[Reading]) -> list[Part]:
    """The messages that show a finished answer, with the notes under it."""
    note = note_under(work, readings)
    if work.wanted.task is Task.TEXT and len(readings) == len(work.pictures) and any(r.text for r in readings):
        return _to_copy(work, APART.join(_unfenced(reading.text) for reading in readings), note)
    if work.wanted.task is Task.TABLE:
        return _with_tables(work, readings, note)
    return parts_of(work, render(work.progress.answer.text, note))


def parts_of(work: Answering, answer: Rendered) -> list[Part]:
    """The messages of an answer; a very long one has a file under its beginning."""
    if answer.file is None:
        return list(answer.parts)
    return [*answer.parts, Part(work.texts.say(Sentence.WHOLE_ANSWER), file=answer.file)]


def _to_copy(work: Answering, text: str, note: str) -> list[Part]:
    parts = as_copyable(text)
    if len(parts) > MOST_PARTS:
        whole = text.encode("utf-8", "replace")
        parts = [parts[0], Part(work.texts.say(Sentence.WHOLE_ANSWER), file=whole, file_name="text.txt")]
    return _signed(parts, note) if note else parts


def _signed(parts: Sequence[Part], note: str) -> list[Part]:
    """With the note under the last message's block, or as a message of its own where that is full."""
    *others, last = parts
    if last.file is not None or units(last.text + APART + note) > MOST_UNITS:
        return [*parts, *render("", note).parts]
    italic = MessageEntity(MessageEntity.ITALIC, units(last.text + APART), units(note))
    return [*others, Part(last.text + APART + note, (*last.entities, italic))]


def _with_tables(work: Answering, readings: Sequence[Reading], note: str) -> list[Part]:
    """The answer as it was written, and under it a file for each of its tables."""
    tables = [rows for rows in (rows_of(reading.text) for reading in readings) if rows]
    if not tables:
        missing = work.texts.say(Sentence.NO_TABLE)
        return parts_of(work, render(work.progress.answer.text, f"{missing}\n{note}".strip()))
    names = ["table.csv"] if len(tables) == 1 else [f"table-{number}.csv" for number in range(1, len(tables) + 1)]
    said = work.texts.say(Sentence.TABLE_FILE)
    files = [Part(said, file=as_csv(rows), file_name=name) for rows, name in zip(tables, names, strict=True)]
    return [*parts_of(work, render(work.progress.answer.text, note)), *files]


def _unfenced(text: str) -> str:
    """The text without the fence that a model may put around all of it."""
    match = _FENCED.fullmatch(text)
    return match["text"] if match else text
