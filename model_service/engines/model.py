"""The protocol of a network that looks at pictures and writes text, as weights and runtime know it."""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor

Result = TypeVar("Result")

Sizes = Any
"""A model's sizes, by the names of GLM-4V's config.json: see there."""

Paused = Generator[None, None, Result]
"""Work that pauses after each layer, so that its caller can do something else there; it returns its result."""


def at_once(work: Paused[Result]) -> Result:
    """Do such work without a pause."""
    while True:
        try:
            next(work)
        except StopIteration as done:
            return done.value  # type: ignore[no-any-return]


@dataclass(frozen=True, slots=True)
class Prompt:
    """Ids, with each picture still as `placeholders`; `image_begin` is the index of the first, None without.

    Of further pictures `further` has the indices, in order. `thinking`: it ends within a thought.
    """

    ids: tuple[int, ...]
    image_begin: int | None
    further: tuple[int, ...] = ()
    thinking: bool = False

    @property
    def begins(self) -> tuple[int, ...]:
        """The indices of all pictures."""
        return () if self.image_begin is None else (self.image_begin, *self.further)


class Vocabulary(Protocol):
    """Text to ids and back."""

    ordinary_ids: Sequence[int]
    """Ids that an answer may hold, but for those that end it."""

    def encode(self, text: str) -> list[int]:
        """Ids of plain text; nothing in it is special."""

    def decode_bytes(self, token: int) -> bytes:
        """The bytes of one token that an answer may hold: perhaps only a part of a character."""

    def forget(self) -> None:
        """Drop what is remembered of texts."""


class Cache(Protocol):
    """Keys and values of all layers for one sequence, (layers, groups, capacity, head_dim) each."""

    keys: Tensor
    values: Tensor
    length: int

    def extend(self, layer: int, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Write (1, groups, T, head_dim) behind what is there; return all filled keys and values of the layer."""

    def advance(self, tokens: int) -> None:
        """Count what the last forward pass wrote."""


class VisionLanguageModel(Protocol):
    """Pictures and ids in, logits out."""

    config: Sizes

    placeholders: int
    """Ids that stand for a picture in a prompt."""

    def see(self, pixels: Tensor) -> Paused[Tensor]:
        """(1, 3, height, width) -> the picture's (1, places, hidden) embeddings."""

    def embed(self, ids: Tensor, image: Tensor | None = None, begin: int = 0) -> Tensor:
        """(1, T) ids -> (1, T', hidden); the picture takes the place of the placeholders from `begin` on."""

    def extent(self, rows: int, columns: int) -> tuple[int, int]:
        """How many places of a cache, and positions, a picture on a grid takes more than its placeholders."""

    def positions(self, length: int, begin: int | None, grid: tuple[int, int] | None, device: torch.device) -> Tensor:
        """(1, T', ...) positions, counted from 0, of `length` ids with a picture on a grid at `begin`."""

    def read(self, embeds: Tensor, positions: Tensor, cache: Cache) -> Paused[Tensor]:
        """The (vocabulary,) logits of the last of (1, T', hidden) embeddings; the cache is filled."""

    def decode(self, ids: Tensor, positions: Tensor, caches: Sequence[Cache]) -> Tensor:
        """(B, vocabulary) logits of (B,) ids at (B,) positions, each put into a cache of its own."""

    def __call__(self, embeds: Tensor, positions: Tensor, cache: Cache | None = None, last: bool = False) -> Tensor:
        """Logits, (1, T', vocabulary), or with `last` (1, 1, vocabulary); the cache is filled."""
