"""A model with a reader beside it: what is to be written down goes to the reader, all else to the model."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from model_service.detail import DetailPlan
from model_service.engines.engine import Ability, Engine, EngineInfo, EngineStep, ReaderInfo
from model_service.types import GenerationRequest


class Reader(Protocol):
    """Writes down what is printed in a picture. Every call is made on the thread that loaded it."""

    @property
    def info(self) -> ReaderInfo:
        """Its name, and how it reads."""

    def plan(self, request: GenerationRequest) -> DetailPlan | None:
        """As `Engine.plan`; None too where it has no grid of visual tokens."""

    def generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """As `Engine.generate`."""

    def forget(self, chat: str) -> None:
        """As `Engine.forget`."""

    def close(self) -> None:
        """Give back the memory."""


class WithReader:
    """Both behind the Engine protocol, so that they share one line of turns."""

    def __init__(self, model: Engine, reader: Reader) -> None:
        """Join two that are loaded."""
        self._model, self._reader = model, reader
        learned = (ability for ability in Ability if str(ability) in reader.info.writes)
        abilities = tuple(dict.fromkeys((*model.info.abilities, *learned)))
        self._info = replace(model.info, reader=reader.info, abilities=abilities)

    @property
    def info(self) -> EngineInfo:
        """The facts about the model, and about its reader."""
        return self._info

    def plan(self, request: GenerationRequest) -> DetailPlan | None:
        """Return the grid at which the one that takes the request reads its picture."""
        return self._taker(request).plan(request)

    def generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Yield the steps of the one that takes the request."""
        return self._taker(request).generate(request)

    def forget(self, chat: str) -> None:
        """Have both forget a chat."""
        self._reader.forget(chat)
        self._model.forget(chat)

    def close(self) -> None:
        """Close both."""
        try:
            self._reader.close()
        finally:
            self._model.close()

    def _taker(self, request: GenerationRequest) -> Engine | Reader:
        return self._reader if request.transcription in self._reader.info.writes else self._model
