"""Read one picture for a question: whole, or piece by piece where its print is too small or too much for one look."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from assistant.latency import Latency
from assistant.open_questions import OpenQuestion
from assistant.pictures.library import Library
from assistant.pieces import Piece, is_read_whole, needs_pieces, pieces_of
from assistant.piecewise import Piecewise
from assistant.question import Look, Question, Reading
from assistant.settings.settings import ModelSettings
from assistant.storage import Picture, Turns
from assistant.streaming import Streams, transcribed_by_reader
from model_service import Draining, GenerationOutput, Health, ModelService, Stage


class Reader:
    """Ask the model about one picture."""

    def __init__(self, model: ModelService, turns: Turns, settings: ModelSettings, latency: Latency) -> None:
        self._model = model
        self._streams = Streams(model, turns, settings)
        self._latency = latency

    async def read(
        self, question: Question, opened: OpenQuestion, picture: Picture, library: Library, look: Look
    ) -> AsyncGenerator[Reading, None]:
        """Yield what the model says about a picture whenever it says more; the last output is the whole answer.

        Raises:
            Cancelled: the person wants no answer any more.
            CheckpointError, Draining, EngineDead, ModelServiceError, FetchFailed: as in `Assistant.ask`.
            NoSuchPart: a part is named that the picture does not have.
            TimeoutError: the look has to end before it did.
        """
        if self._model.health is Health.DEAD:
            raise Draining("the engine died while the question waited for another")
        async with opened.cancellable():
            pieces = await self._pieces(question, picture, library, look)
        if pieces:
            piecewise = Piecewise(self._streams, question, opened, picture, pieces, look=look)
            async with aclosing(piecewise.read()) as readings:
                async for reading in readings:
                    yield reading
            return
        async with opened.cancellable():
            data = await library.read(picture)
            request = await self._streams.request(question, opened, picture, data, look.detail)
        output = GenerationOutput(Stage.WAITING)
        async with aclosing(self._streams.follow(opened, request, look.until)) as outputs:
            async for output in outputs:
                yield Reading(picture, output, detail=look.detail)
        if len(request.messages) == 1 and not question.parsed.reworded:  # Otherwise the model's caches may have served.
            self._latency.note(output)

    async def _pieces(self, question: Question, picture: Picture, library: Library, look: Look) -> list[Piece]:
        if picture.print_height is None or look.again:
            return []
        info = self._model.info or await self._model.ready()
        if transcribed_by_reader(question, info) and is_read_whole(picture, question.looked_at, info):
            return []
        if not needs_pieces(picture, question.parsed, question.looked_at, look.closest, info):
            return []
        return await pieces_of(picture, library, question.looked_at, look.detail, info)
