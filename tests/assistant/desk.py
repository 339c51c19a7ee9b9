"""Questions to an assistant whose model follows a script, and what it tells of their ends."""

import contextlib
from collections.abc import AsyncIterator
from itertools import count
from pathlib import Path

from assistant.access import Asker
from assistant.answering import AnswerState, Assistant, Ended
from assistant.open_questions import OpenQuestion, OpenQuestions
from assistant.pictures.library import Library, Origin
from assistant.question import Question
from assistant.settings.settings import ModelSettings, Settings, WaitingLimits
from assistant.storage import FOLDER, Chats, Database, Picture, Pictures, Turns, open_database
from assistant.texts import texts_in
from assistant.wording.question import parse
from model_service import (
    DetailPlan,
    GenerationRequest,
    ModelConfig,
    ModelService,
    local_service,
    open_picture,
    plan_detail,
)
from tests.bot.samples import picture
from tests.model_service.scripted_engine import PATIENCE, Script, ScriptedEngine

CHAT, ADA = -4711, 815


class PlanningEngine(ScriptedEngine):
    """An engine of the tests that plans as a real one does."""

    def plan(self, request: GenerationRequest) -> DetailPlan | None:
        """Return the plan for the request's picture."""
        (picture,) = request.pictures
        return plan_detail(self.info.dial, picture.detail, *open_picture(picture.data).size)


class Desk:
    """Ada asks; `ended` is what the assistant told."""

    def __init__(self, database: Database, model: ModelService, folder: Path, limits: WaitingLimits) -> None:
        self.database, self.model = database, model
        self.ended: list[Ended] = []
        self.questions = OpenQuestions(limits)
        self.assistant = Assistant(model, Turns(database), self.questions, ModelSettings(), self._hear)
        self.listeners = [self.ended.append]
        self._chats, self._pictures = Chats(database, Settings().chat_defaults()), Pictures(database)
        self.library = Library(folder / FOLDER, self._pictures, self._lost)
        self._numbers = count(1)

    def _hear(self, ended: Ended) -> None:
        for listener in self.listeners:
            listener(ended)

    async def _lost(self, picture: Picture) -> bytes:
        raise AssertionError(f"{picture} is not there")

    async def question(self, text: str = "What is it?", pictures: int = 1, detail: str = "") -> Question:
        """Return a new question about new pictures."""
        number, taken_in = next(self._numbers), list[Picture]()
        for index in range(pictures):
            origin = Origin("file", CHAT, number, None, f"{number}.{index}", f"{number}.{index}")
            data = picture(600 + 10 * number, 400 + 10 * index)
            taken_in += await self.library.take_in(data, origin, lambda _: [1])
        parsed = parse(f"{text} #{detail}" if detail else text, None, texts_in("en"))
        settings = parsed.settings(await self._chats.settings(CHAT))
        return Question(CHAT, number, number, Asker(ADA, "Ada", None), parsed, tuple(taken_in), settings)

    async def ask(self, question: Question) -> AnswerState:
        """Ask it, and return how it ended."""
        *_, last = [state async for state in self.assistant.ask(question, self.library)]
        return last

    async def cancel(self, question: Question) -> None:
        """Ask it, and cancel it as soon as the model wrote something."""
        async with contextlib.aclosing(self.assistant.ask(question, self.library)) as states:
            async for state in states:
                if state.output is not None and state.output.tokens and state.end is None:
                    state.question.cancel()

    def other(self, number: int) -> OpenQuestion:
        """Return somebody else's question."""
        return OpenQuestion(CHAT, 1000 + number, 1000 + number, 1000 + number, "?")


@contextlib.asynccontextmanager
async def desk_with(script: Script, folder: Path, limits: WaitingLimits | None = None) -> AsyncIterator[Desk]:
    """Open it, with a database of its own."""
    service = local_service(lambda: PlanningEngine(script), ModelConfig(drain_seconds=PATIENCE))
    async with open_database(folder) as database, service as model:
        await model.ready()
        yield Desk(database, model, folder, limits or WaitingLimits())


def text_of(request: GenerationRequest) -> str:
    """Return what a request asks."""
    return request.messages[-1].text
