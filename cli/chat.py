"""`eyeglass chat`: talk about pictures on this terminal. A second front end on `Assistant.ask`, and nothing else."""

import asyncio
import contextlib
import os
import re
import time
from collections.abc import AsyncIterator
from itertools import count, takewhile
from pathlib import Path

from assistant.access import Asker
from assistant.answering import Assistant, End
from assistant.open_questions import OpenQuestions
from assistant.pictures.library import Library, Origin
from assistant.pictures.notes import notes_on
from assistant.pictures.refusals import USER_ERRORS, refusal
from assistant.pictures.selection import pages_named
from assistant.question import Question
from assistant.settings.chat_settings import Setting
from assistant.settings.detail_setting import read_detail
from assistant.settings.settings import Settings
from assistant.storage import FOLDER, Chats, Database, Picture, Pictures, Turns, open_database
from assistant.texts import LookSentence, Sentence, language_of, texts_in
from assistant.texts.failures import excuse
from assistant.wording.pages import names_pages
from assistant.wording.question import parse
from model_service import ModelService, UnknownDetail, open_service

TERMINAL = 0
"""The chat of this terminal in the database: no chat of Telegram has this number."""

HELP = """A picture's path, or a PDF's, then a question: receipt.jpg What is the total?
Further questions are about the same picture. /detail LEVEL, /new, /quit; Ctrl-C ends an answer, then the talk."""


class Talk:
    """One person at a terminal."""

    def __init__(self, settings: Settings, database: Database, model: ModelService) -> None:
        self._texts = texts_in(language_of(os.environ.get("LANG", "").partition("_")[0]))
        self._chats, self._pictures = Chats(database, settings.chat_defaults()), Pictures(database)
        self._library = Library(settings.storage.path / FOLDER, self._pictures, self._reread)
        questions = OpenQuestions(settings.model.limits())
        self._assistant = Assistant(model, Turns(database), questions, settings.model)
        self._numbers = count(int(time.time()))

    async def say(self, line: str) -> None:
        """Handle a line, and print the result."""
        command, _, argument = line.partition(" ")
        try:
            if command == "/detail":
                await self._chats.choose(Setting.DETAIL, str(read_detail(argument)), TERMINAL)
            elif command == "/new":
                await self._pictures.look_at([], TERMINAL)
            else:
                await self._ask(*await self._take_in(line))
        except (*USER_ERRORS, UnknownDetail, OSError) as error:
            print(refusal(self._texts, error) if isinstance(error, USER_ERRORS) else error)

    async def _take_in(self, line: str) -> tuple[str, list[Picture]]:
        """Return the question in a line, and its pictures: those whose paths come first, else the last ones."""
        words = re.findall(r'"[^"]*"|\S+', line)  # A path with spaces stands in quotation marks.
        paths = list(takewhile(Path.is_file, (Path(word.strip('"')) for word in words)))
        question = " ".join(words[len(paths) :])
        pictures = [picture for path in paths for picture in await self._add(path, question, next(self._numbers))]
        pictures = pictures or (await self._pictures.current(TERMINAL)).pictures
        if not paths and pictures and pictures[0].page and names_pages(question):
            pictures = await self._add(Path(pictures[0].file_id), question, pictures[0].message_id)
        await self._pictures.look_at(pictures, TERMINAL)
        return question, pictures

    async def _add(self, path: Path, question: str, number: int) -> list[Picture]:
        origin = Origin("file", TERMINAL, number, None, str(path), str(path))
        return await self._library.take_in(path, origin, lambda pages: pages_named(question, pages))

    async def _reread(self, picture: Picture) -> Path:
        return Path(picture.file_id)

    async def _ask(self, text: str, pictures: list[Picture]) -> None:
        if not pictures or not text:
            print(self._texts.say(Sentence.WHAT_TO_KNOW if pictures else Sentence.SEND_PICTURE_FIRST))
            return
        number, parsed = next(self._numbers), parse(text, None, self._texts)
        settings = parsed.settings(await self._chats.settings(TERMINAL))
        question = Question(TERMINAL, number, number, Asker(TERMINAL, "", None), parsed, tuple(pictures), settings)
        async with contextlib.aclosing(self._assistant.ask(question, self._library)) as states:
            shown, before = "", None
            async for state in states:
                if state.before is not before:  # What a terminal shows stays; the closer look begins a new line.
                    shown, before = "", state.before
                    if before is not None:
                        print(f"\n({self._texts.say(LookSentence.LOOKING_CLOSER)})")
                said = [reading.text for reading in state.readings] + ([state.output.text] if state.output else [])
                text = "\n\n".join(text.strip() for text in said if text.strip()) or shown
                print(text.removeprefix(shown), end="", flush=True)
                shown = text
                if state.end is End.ANSWERED:
                    await self._assistant.remember(question, state.readings)
                    print(*(f"\n({note})" for note in notes_on(self._texts, pictures, parsed.text)), sep="", end="")
                elif state.end is not None:
                    print(excuse(self._texts, state.error, number), end="")
        print()


def chat(settings: Settings) -> None:
    """Talk until /quit, the end of the input, or Ctrl-C at the prompt."""
    with asyncio.Runner() as runner:
        opened = _talk(settings)
        talk = runner.run(opened.__aenter__())
        print(HELP)
        try:
            while (line := input("\n> ").strip()) != "/quit":
                with contextlib.suppress(KeyboardInterrupt):  # It ends this answer only.
                    runner.run(talk.say(line))
        except (EOFError, KeyboardInterrupt):
            print()
        finally:
            runner.run(opened.__aexit__(None, None, None))


@contextlib.asynccontextmanager
async def _talk(settings: Settings) -> AsyncIterator[Talk]:
    async with open_database(settings.storage.path) as database, open_service(settings.model.config()) as model:
        yield Talk(settings, database, model)
