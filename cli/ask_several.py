"""`eyeglass ask` about several pictures, for a model that sees some together: as the bot asks about an album."""

import json
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TextIO

from assistant.access import Asker
from assistant.answering import AnswerState, Assistant, End
from assistant.notes_under import Answered, names_of, note_under
from assistant.open_questions import OpenQuestions
from assistant.pictures.library import Library, Origin
from assistant.pictures.selection import pages_named
from assistant.question import Question, Reading
from assistant.settings.chat_settings import Footer
from assistant.settings.detail_setting import DetailSetting
from assistant.settings.errors import SettingsError
from assistant.settings.settings import Settings
from assistant.storage import FOLDER, Picture, Pictures, Turns, open_database
from assistant.texts import LookSentence, texts_in
from assistant.texts.failures import excuse
from assistant.wording.about_one import about_one
from assistant.wording.pages import PAGES, PICTURES, chosen
from assistant.wording.question import parse
from cli.answer_facts import as_object
from model_service import ModelService, ModelServiceError

TERMINAL, ALBUM = 0, "terminal"
"""The chat and the album of these pictures, in a database that is gone afterwards."""

TEXTS = texts_in("en")


async def ask_about_several(
    settings: Settings,
    files: Sequence[Path],
    asked: str,
    detail: DetailSetting,
    *,
    service: ModelService,
    out: TextIO,
    as_json: bool,
) -> None:
    """Write one answer about the pictures that are seen together, or one about each, as it grows; or JSON at the end.

    Raises:
        SettingsError: the model cannot be asked this.
        ModelServiceError: the model could not answer.
    """
    with TemporaryDirectory(prefix="eyeglass-") as folder:
        async with open_database(Path(folder)) as database:
            library = Library(Path(folder) / FOLDER, Pictures(database), _reread)
            question = await _question(settings, files, asked, detail, library)
            names = await names_of(question.pictures, Pictures(database), TEXTS)
            written = _Written(names, None if as_json else out)
            assistant = Assistant(service, Turns(database), OpenQuestions(settings.model.limits()), settings.model)
            readings = await _answers(assistant, question, library, written)
    if as_json:
        out.writelines(json.dumps(_told(question, one), ensure_ascii=False) + "\n" for one in readings)
    elif note := _note(question, readings, service):
        out.write(f"({note})\n")


async def _question(
    settings: Settings, files: Sequence[Path], asked: str, detail: DetailSetting, library: Library
) -> Question:
    """Return the question about those of the pictures that it names, or all."""
    pictures = list[Picture]()
    for number, file in enumerate(files, start=1):
        origin = Origin("file", TERMINAL, number, ALBUM if len(files) > 1 else None, str(file), str(file))
        pictures += await library.take_in(file, origin, partial(pages_named, asked))
    noun, known = (PICTURES, len(pictures)) if len(files) > 1 else (PAGES, pictures[0].pages)
    named = chosen(asked, noun, known)
    numbers = range(1, len(pictures) + 1) if len(files) > 1 else [picture.page for picture in pictures]
    if named and len(files) > 1:
        pictures, numbers = [pictures[one - 1] for one in named], named
    parsed = parse(asked, None, TEXTS)
    whole = parsed.text
    parsed = replace(parsed, text=about_one(whole, noun) or whole)
    defaults = replace(settings.chat_defaults(), detail=detail, footer=Footer.HIDDEN)
    return Question(
        TERMINAL,
        0,
        1,
        Asker(TERMINAL, "", None),
        parsed,
        tuple(pictures),
        parsed.settings(defaults),
        named=len(named),
        whole=whole,
        numbers=tuple(numbers),
        texts=TEXTS,
    )


async def _answers(
    assistant: Assistant, question: Question, library: Library, written: "_Written"
) -> tuple[Reading, ...]:
    """Return the answers, which are written as they grow.

    Raises:
        SettingsError: the model cannot be asked this.
        ModelServiceError: the model could not answer.
    """
    async with aclosing(assistant.ask(question, library)) as states:
        async for state in states:
            written.follow(state)
    if isinstance(state.error, ModelServiceError):
        raise state.error
    if state.end is not End.ANSWERED:
        raise SettingsError(excuse(TEXTS, state.error, question.number))
    return state.readings


class _Written:
    """Writes answers as they grow, each behind its picture's name where there are several; to nobody, if `out` is None.

    What a terminal shows stays: where an answer becomes another one, that begins a new line.
    """

    def __init__(self, names: Sequence[str], out: TextIO | None) -> None:
        self._names, self._out = names, out
        self._done, self._shown, self._titled = 0, "", False
        self._before: Reading | None = None

    def follow(self, state: AnswerState) -> None:
        """Write what is new."""
        if self._out is None:
            return
        if state.before is not None and self._before is None:
            self._grow(state, f"{self._shown}\n({TEXTS.say(LookSentence.LOOKING_CLOSER)})\n")
            self._shown = ""
        self._before = state.before
        for reading in state.readings[self._done :]:
            self._grow(state, reading.text if reading.error is None else excuse(TEXTS, reading.error, 1))
            self._out.write("\n")
            self._done, self._shown, self._titled = self._done + 1, "", False
        if state.output is not None:
            self._grow(state, state.output.text.strip())

    def _grow(self, state: AnswerState, text: str) -> None:
        assert self._out is not None  # noqa: S101
        if not text or text == self._shown:
            return
        if not self._titled and not state.together:
            self._out.write(f"{self._names[self._done]}\n")
        self._titled = True
        if not text.startswith(self._shown):
            self._out.write("\n")
            self._shown = ""
        self._out.write(text.removeprefix(self._shown))
        self._out.flush()
        self._shown = text


def _told(question: Question, reading: Reading) -> dict[str, object]:
    """Return an answer with the facts about it, and which of the pictures it is about, by their numbers from 1.

    Where several were seen together, `tokens` are those of all, and the grid is that of the first.
    """
    pictures = {"pictures": question.numbers_of(reading.pictures)}
    if reading.output is None:
        return {**pictures, "error": excuse(TEXTS, reading.error, 1)}
    told = as_object(reading.output, reading.picture)
    if reading.others:
        told |= {"tokens": reading.tokens}
    looks = {"looks": [str(look) for look in reading.looks]} if len(reading.looks) > 1 else {}
    left = {"left_out": question.numbers_of(reading.left)} if reading.left else {}
    return {**told, **looks, **pictures, **left}


def _note(question: Question, readings: Sequence[Reading], service: ModelService) -> str:
    """Return what is said under the answers; empty: nothing."""
    read = [reading for reading in readings if reading.output is not None]
    return note_under(Answered(TEXTS, question, read, "", hint=False, info=service.info))


async def _reread(picture: Picture) -> Path:
    return Path(picture.file_id)
