"""Answers that are written together in tests: what is asked, what each comes to alone, and a card that is too small."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor

from model_service import ModelConfig
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.model import Prompt
from model_service.engines.runtime.batch import Batch, Row
from model_service.engines.runtime.kv_cache import KVCache
from model_service.engines.runtime.prefix_cache import Sequence
from model_service.engines.runtime.runner import ModelRunner
from model_service.engines.runtime.sampling import Sampler
from model_service.types import SamplingParams
from tests.model_service.engines.reading import CPU, prefill, prompt, view

GREEDY = SamplingParams()
LIMIT = 8


@dataclass(frozen=True)
class Asked:
    """A question in a chat, about a picture or none, and how its answer is chosen."""

    chat: str
    prompt: Prompt
    picture: int | None = 1
    params: SamplingParams = GREEDY
    limit: int = LIMIT


def drawn(seed: int) -> SamplingParams:
    """Drawn from all that is likely."""
    return SamplingParams(temperature=1.0, top_p=0.95, seed=seed)


QUESTIONS = (
    Asked("one", prompt(1)),
    Asked("two", prompt(2, 3, 4), 2, limit=12),
    Asked("three", prompt(*range(5, 25), seen=False), None, drawn(5), limit=6),
    Asked("four", prompt(7, 8), 1, drawn(6), limit=10),
    Asked("five", prompt(9, seen=False), None, limit=1),
)
"""Of several lengths, drawn and not."""


class Watched(Sampler):
    """Keeps the logits that it chose from."""

    def __init__(self, params: SamplingParams, allowed: Tensor) -> None:
        super().__init__(params, allowed)
        self.logits: list[Tensor] = []

    def choose(self, logits: Tensor) -> Tensor:
        """Choose as always."""
        self.logits.append(logits)
        return super().choose(logits)


@dataclass(frozen=True)
class Answer:
    """Ids of a whole answer, and the logits that each was chosen from."""

    ids: list[int]
    logits: list[Tensor]


def begin(runner: ModelRunner, batch: Batch, asked: Asked) -> Row:
    """Read a question; its answer joins the others, watched."""
    look = None if asked.picture is None else view(asked.picture)
    sequence, logits = prefill(runner, asked.chat, asked.prompt, look, asked.limit)
    allowed = torch.ones(runner._model.config.padded_vocab_size, dtype=torch.bool)
    return batch.join(sequence, logits, Watched(asked.params, allowed), asked.limit)


def end(runner: ModelRunner, batch: Batch, row: Row) -> None:
    """Take an answer out, as its caller does, whyever it ends."""
    batch.leave(row)
    runner.keep(row.sequence)


def alone(model: GLM4VForConditionalGeneration, asked: Asked) -> Answer:
    """A whole answer, with no other on the card."""
    runner = ModelRunner(model, CPU, ModelConfig())
    batch = Batch(runner, ahead=False)
    row = begin(runner, batch, asked)
    return Answer([known(batch.next_id(row)) for _ in range(asked.limit)], logits_of(row))


def logits_of(row: Row) -> list[Tensor]:
    """What the ids of a row were chosen from, so far."""
    assert isinstance(row.sampler, Watched)
    return row.sampler.logits


def known(token: int | None) -> int:
    """An id that has to be there."""
    assert token is not None
    return token


class Card:
    """A device with room for the KV caches of some rows of a batch; `failing` more steps fail for another reason."""

    def __init__(self, batch: Batch, room: int) -> None:
        self.room, self.failing = room, 0
        self.steps: list[list[Sequence]] = []
        """Sequences in each step that was computed."""
        self.refused = 0
        """Count of steps and ways back for which there was no room."""
        self.hopeless: list[Sequence] = []
        """Those for which memory did not suffice where no other was on the card."""
        self._batch = batch

    def held(self) -> list[Sequence]:
        """Sequences whose caches are on the card."""
        return [row.sequence for row in self._batch._rows if not row.sequence.cache.parked]

    def decode(self, runner: ModelRunner, sequences: list[Sequence], *given: Any) -> Tensor:
        """A step of the runner, if there is room for it."""
        assert not any(each.cache.parked for each in sequences)
        if len(self.held()) > self.room or self.failing:
            self.failing = max(0, self.failing - 1)
            self._note(sequences[0])
            raise torch.OutOfMemoryError("no memory")
        self.steps.append(sequences)
        return DECODE(runner, sequences, *given)

    def extend(self, runner: ModelRunner, sequence: Sequence, ids: list[int]) -> Tensor:
        """Ids that are put behind an answer, if there is room for it."""
        assert not sequence.cache.parked
        if len(self.held()) > self.room or self.failing:
            self.failing = max(0, self.failing - 1)
            self._note(sequence)
            raise torch.OutOfMemoryError("no memory")
        return EXTEND(runner, sequence, ids)

    def unpark(self, cache: KVCache) -> None:
        """Bring a cache back, if there is room for it."""
        if len(self.held()) >= self.room and any(row.sequence.cache is cache for row in self._batch._rows):
            self._note(next(row.sequence for row in self._batch._rows if row.sequence.cache is cache))
            raise torch.OutOfMemoryError("no memory")
        UNPARK(cache)

    def _note(self, sequence: Sequence) -> None:
        self.refused += 1
        if all(each is sequence for each in self.held()):
            self.hopeless.append(sequence)


DECODE, EXTEND, UNPARK = ModelRunner._decode, ModelRunner._extend, KVCache.unpark


@contextmanager
def card(batch: Batch, room: int) -> Iterator[Card]:
    """Let all that runs meanwhile run on such a card."""
    made = Card(batch, room)

    def decode(runner: ModelRunner, *given: Any) -> Tensor:
        return made.decode(runner, *given)

    def extend(runner: ModelRunner, *given: Any) -> Tensor:
        return made.extend(runner, *given)

    def unpark(cache: KVCache) -> None:
        made.unpark(cache)

    with (
        patch.object(ModelRunner, "_decode", decode),
        patch.object(ModelRunner, "_extend", extend),
        patch.object(KVCache, "unpark", unpark),
    ):
        yield made
