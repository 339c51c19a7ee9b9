"""Answers for the page: written whoever is looking, told to those who look, and kept once they end."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from assistant.answering import AnswerState, End
from assistant.combined_answer import APART, CombinedAnswer
from assistant.markdown.marked import plain
from assistant.markdown.reading import unfenced
from assistant.markdown.spreadsheet import rows_of
from assistant.next_looks import closer_than, may_differ, may_think
from assistant.notes_under import Answered, names_of, note_under
from assistant.progress import Progress
from assistant.question import Question, Reading
from assistant.storage import Conversation, surely
from assistant.tasks import background, spawn
from assistant.texts import PageSentence, Sentence, Texts
from assistant.texts.failures import excuse
from assistant.wording.question import Task
from model_service import Stage
from web.markup import as_html, verbatim
from web.news import Event, News
from web.services import PageServices

TICK = 0.5
"""The seconds between two looks at the place in line, which changes without an output."""

STAGES = {
    Stage.WAITING: "waiting",
    Stage.LOOKING: "looking",
    Stage.WRITING: "writing",
    Stage.DONE: "writing",
}
ENDS = {
    End.ANSWERED: "answered",
    End.CANCELLED: "stopped",
    End.REFUSED: "refused",
    End.FAILED: "failed",
    End.POSTPONED: "interrupted",
}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is shown.

    `state` is one of STAGES or ENDS. `notice` is said where there is no text, or under what was written of it. `closer`
    are the tokens of a look that would show more; `retry`: another answer may come out; `think`: it can be thought
    over. `tables` are texts with one each. `thoughts` are what the model thought before, in pure text.
    """

    state: str
    notice: str = ""
    html: str = ""
    text: str = ""
    notes: str = ""
    closer: int | None = None
    retry: bool = False
    tables: tuple[str, ...] = ()
    thoughts: str = ""
    think: bool = False

    @property
    def ended(self) -> bool:
        """Whether nothing more comes."""
        return self.state in ENDS.values()

    def dump(self) -> str:
        """Return it in JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @staticmethod
    def load(dumped: str) -> "Answer":
        """Return what `dump` was called on."""
        return Answer(**json.loads(dumped))

    def shown(self, conversation: int, number: int) -> dict[str, Any]:
        """Return it as the page reads it: with its tables as files."""
        values = asdict(self)
        count = len(values.pop("tables"))
        path = f"/api/conversations/{conversation}/questions/{number}/tables"
        names = ["table.csv"] if count == 1 else [f"table-{one}.csv" for one in range(1, count + 1)]
        return {**values, "files": [{"name": name, "url": f"{path}/{one}"} for one, name in enumerate(names, start=1)]}


def interrupted(texts: Texts) -> Answer:
    """Return what is shown of a question that a former run did not end."""
    return Answer("interrupted", texts.say(PageSentence.INTERRUPTED), retry=True)


@dataclass(slots=True, eq=False)
class _Running:
    conversation: int
    answer: Answer
    work: asyncio.Task[None] | None = None


class Answers:
    """The answers that are being written."""

    def __init__(self, services: PageServices) -> None:
        self.news = News()
        self._services = services
        self._running: dict[int, _Running] = {}

    def begin(self, conversation: Conversation, question: Question) -> Answer:
        """Begin to answer a question, which goes on whoever looks at it; return its first state."""
        running = _Running(conversation.id, Answer("waiting"))
        self._running[question.message] = running
        running.work = spawn(self._see_through(running, question), "answer a question of the page")
        return running.answer

    def answer_to(self, number: int) -> Answer | None:
        """Return the state of an answer that is being written."""
        running = self._running.get(number)
        return None if running is None else running.answer

    def running(self, conversation: int) -> dict[int, Answer]:
        """Return the answers that are being written in a conversation, by the questions' numbers."""
        return {
            number: running.answer for number, running in self._running.items() if running.conversation == conversation
        }

    def stop(self, conversation: Conversation, number: int) -> None:
        """Have no answer to a question any more."""
        opened = self._services.assistant.questions.get(conversation.chat, number)
        if opened is not None:
            opened.cancel()

    async def stop_all(self, conversation: Conversation) -> None:
        """Have no answer any more to whatever was asked in a conversation, and wait until nothing is written there."""
        for number in self.running(conversation.id):
            self.stop(conversation, number)
        await self.ended(conversation.id)

    async def ended(self, conversation: int | None = None) -> None:
        """Wait until all answers have ended, or those of a conversation."""
        works = [one.work for one in self._running.values() if conversation in {None, one.conversation} and one.work]
        if works:
            await asyncio.wait(works)

    async def _see_through(self, running: _Running, question: Question) -> None:
        services, number = self._services, question.message
        try:
            progress = await self._progress(question)
            async with contextlib.aclosing(services.assistant.ask(question, services.library)) as states:
                async with background(self._keep_telling(running, number, progress), "tell the place in line"):
                    async for state in states:
                        progress.follow(state)
                        self._tell(running, number, _under_way(state, progress))
                        if state.end is not None:
                            break
                answer = await self._end_of(question, state, progress)
                await surely(lambda: services.conversations.tell(number, answer.dump()), f"answer {number} of the page")
                if state.end is End.ANSWERED:
                    read = [reading for reading in state.readings if reading.output is not None]
                    await services.assistant.remember(question, read)
        except Exception:
            _log.exception("question %d of the page failed", number)
            answer = Answer("failed", question.texts.say(Sentence.FAILED, number=number), retry=True)
            with contextlib.suppress(Exception):  # It is logged above.
                await services.conversations.tell(number, answer.dump())
        finally:
            del self._running[number]
        running.answer = answer
        self.news.publish(running.conversation, number, self._event(running, number))

    async def _progress(self, question: Question) -> Progress:
        names = await names_of(question.pictures, self._services.pictures, question.texts)
        return Progress(question.texts, self._services.model, CombinedAnswer(names))

    async def _keep_telling(self, running: _Running, number: int, progress: Progress) -> None:
        while True:
            await asyncio.sleep(TICK)
            if not running.answer.html and (notice := progress.text()) != running.answer.notice:
                self._tell(running, number, Answer(running.answer.state, notice))

    def _tell(self, running: _Running, number: int, answer: Answer) -> None:
        if answer != running.answer and not answer.ended:
            running.answer = answer
            self.news.publish(running.conversation, number, self._event(running, number))

    def _event(self, running: _Running, number: int) -> Event:
        return Event("answer", {"message": number, **running.answer.shown(running.conversation, number)})

    async def _end_of(self, question: Question, state: AnswerState, progress: Progress) -> Answer:
        """Return the answer as it stays."""
        texts, end = question.texts, ENDS[state.end or End.FAILED]
        if state.end is End.ANSWERED:
            return await self._whole(question, state.readings, progress.answer.text)
        if state.end is End.CANCELLED:
            said = texts.say(Sentence.STOPPED if progress.written else Sentence.CANCELLED)
            return Answer(end, said, as_html(progress.written, grows=True), plain(progress.written), retry=True)
        if state.end is End.POSTPONED:
            return interrupted(texts)
        _log.warning("question %d of the page was not answered: %s", question.message, state.error)
        return Answer(end, excuse(texts, state.error, question.number), retry=True)

    async def _whole(self, question: Question, readings: Sequence[Reading], text: str) -> Answer:
        services, info = self._services, self._services.model.info
        read = [reading for reading in readings if reading.output is not None]
        before = await services.turns.details(question.pictures[0])
        answered = Answered(question.texts, question, read, text, hint=False, info=info, first=not before)
        told = [reading for reading in read if reading.text]
        closer = next(filter(None, (closer_than(question, reading, info) for reading in told)), None)
        task = question.parsed.task
        out = APART.join(unfenced(reading.marked) for reading in told) if task is Task.TEXT and told else None
        tables = tuple(reading.text for reading in read if rows_of(reading.text)) if task is Task.TABLE else ()
        missing = question.texts.say(Sentence.NO_TABLE) if task is Task.TABLE and not tables else ""
        return Answer(
            "answered",
            missing,
            as_html(text) if out is None else verbatim(out),
            plain(text if out is None else out),
            plain(note_under(answered)),
            None if closer is None else closer.tokens,
            bool(told) and may_differ(question, told, info),
            tables,
            APART.join(reading.thoughts for reading in read if reading.thoughts),
            bool(told) and may_think(question, told, info),
        )


def _under_way(state: AnswerState, progress: Progress) -> Answer:
    """Return an answer that is being written."""
    stage = Stage.WAITING if state.output is None else state.output.stage
    written = progress.written
    if written:
        return Answer(STAGES[stage], progress.notice, as_html(written, grows=True), plain(written))
    return Answer(STAGES[stage], progress.text())
