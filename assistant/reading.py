"""Read pictures for a question: whole, or one piece by piece where its print is too small or too much at once."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from assistant.latency import Latency
from assistant.open_questions import OpenQuestion
from assistant.pictures.library import Library
from assistant.pictures.refusals import FetchFailed, PictureGone
from assistant.pieces import Piece, is_read_whole, needs_pieces, pieces_of
from assistant.piecewise import Piecewise
from assistant.question import Look, Question, Reading
from assistant.settings.settings import ModelSettings
from assistant.storage import Picture, Turns
from assistant.streaming import Streams, transcribed_by_reader
from assistant.together import tokens_of
from model_service import Draining, GenerationOutput, Health, ModelService, Stage


class Reader:
    """Ask the model about pictures."""

    def __init__(self, model: ModelService, turns: Turns, settings: ModelSettings, latency: Latency) -> None:
        self._model = model
        self._streams = Streams(model, turns, settings)
        self._latency = latency

    async def read(
        self, question: Question, opened: OpenQuestion, pictures: Sequence[Picture], library: Library, look: Look
    ) -> AsyncGenerator[Reading, None]:
        """Yield what the model says about a picture, or several seen together, whenever it says more.

        The last output is the whole answer.

        Raises:
            Cancelled: the person wants no answer any more.
            CheckpointError, Draining, EngineDead, ModelServiceError, FetchFailed: as in `Assistant.ask`.
            PictureGone: one of several pictures cannot be read any more.
            NoSuchPart: a part is named that the picture does not have.
            TimeoutError: the look has to end before it did.
        """
        if self._model.health is Health.DEAD:
            raise Draining("the engine died while the question waited for another")
        first, *others = pictures
        async with opened.cancellable():
            pieces = [] if others else await self._pieces(question, first, library, look)
        if pieces:
            piecewise = Piecewise(self._streams, question, opened, first, pieces, look=look)
            async with aclosing(piecewise.read()) as readings:
                async for reading in readings:
                    yield reading
            return
        async with opened.cancellable():
            encoded = await _copies(pictures, library)
            request = await self._streams.request(question, opened, pictures, encoded, look)
        info = self._model.info
        tokens = tokens_of(question, pictures, look, info) if others and info is not None else 0
        reading = Reading(first, detail=look.finest, others=tuple(others), tokens=tokens)
        output = GenerationOutput(Stage.WAITING)
        async with aclosing(self._streams.follow(opened, request, look.until)) as outputs:
            async for output in outputs:
                yield replace(reading, output=output)
        alone = not others and len(request.messages) == 1
        if alone and not question.parsed.reworded:  # Otherwise the model's caches may have served.
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


async def _copies(pictures: Sequence[Picture], library: Library) -> list[bytes]:
    """Return the copies of pictures.

    Raises:
        FetchFailed: the only one cannot be read.
        PictureGone: one of several cannot.
    """
    copies = list[bytes]()
    for picture in pictures:
        try:
            copies.append(await library.read(picture))
        except FetchFailed as error:
            if len(pictures) == 1:
                raise
            raise PictureGone(picture, error) from error
    return copies
