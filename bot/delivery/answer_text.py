"""Build the messages of a finished answer: text, a block to copy, a table as a file, the notes under it."""

from collections.abc import Sequence

from telegram import MessageEntity

from assistant.combined_answer import APART
from assistant.markdown.reading import unfenced
from assistant.markdown.spreadsheet import as_csv, rows_of
from assistant.notes_under import Answered, note_under
from assistant.texts import FamilySentence, Sentence, Texts
from assistant.wording.question import Task
from bot.render import MOST_PARTS, MOST_UNITS, Part, Rendered, as_copyable, render, units

MORE = "\n…"


def whole_answer(answered: Answered) -> list[Part]:
    """Return the messages that show a finished answer, with the notes under it, and what was thought."""
    return _with_thoughts(answered, _parts(answered))


def _parts(answered: Answered) -> list[Part]:
    note, readings = note_under(answered), answered.readings
    task, pictures = answered.question.parsed.task, answered.question.pictures
    if task is Task.TEXT and len(readings) == len(pictures) and any(reading.text for reading in readings):
        return _to_copy(answered.texts, APART.join(unfenced(reading.text) for reading in readings), note)
    if task is Task.TABLE:
        return _with_tables(answered, note)
    return parts_of(answered.texts, render(answered.text, note))


def parts_of(texts: Texts, answer: Rendered) -> list[Part]:
    """Return the messages of an answer; a very long one has a file under its beginning."""
    if answer.file is None:
        return list(answer.parts)
    return [*answer.parts, Part(texts.say(Sentence.WHOLE_ANSWER), file=answer.file)]


def _with_thoughts(answered: Answered, parts: list[Part]) -> list[Part]:
    """Add what the model thought, in a collapsed quote of its own: under the last message, or as one of its own."""
    thoughts = APART.join(reading.thoughts for reading in answered.readings if reading.thoughts)
    if not thoughts:
        return parts
    said = f"{answered.texts.say(FamilySentence.THOUGHTS)}\n{thoughts}"
    *others, last = parts
    if last.file is None and units(last.text + APART + said) <= MOST_UNITS:
        quote = _quoted(last.text + APART, said)
        return [*others, Part(quote.text, (*last.entities, *quote.entities))]
    while units(said) > MOST_UNITS:
        over = units(said) + units(MORE) - MOST_UNITS
        said = said.removesuffix(MORE)[: -max(1, over // 2)] + MORE  # A character has two units at most.
    return [*parts, _quoted("", said)]


def _quoted(before: str, said: str) -> Part:
    entity = MessageEntity(MessageEntity.EXPANDABLE_BLOCKQUOTE, units(before), units(said))
    return Part(before + said, (entity,))


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
    (signed,) = render("", note).parts
    behind = units(last.text + APART)
    forms = (MessageEntity(each.type, each.offset + behind, each.length) for each in signed.entities)
    return [*others, Part(last.text + APART + signed.text, (*last.entities, *forms))]


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
