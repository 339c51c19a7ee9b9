"""Layers captured as CUDA graphs: a small picture is seen, and what is asked about it read, by a few launches.

Python takes longer to launch the kernels of so few positions than a fast card takes to run them.
"""

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import torch
from torch import Tensor, nn

from model_service.engines.hardware import Hardware
from model_service.engines.kernels.self_check import relative_error
from model_service.engines.model import Cache, Paused, VisionLanguageModel
from model_service.engines.runtime.cuda_graph import CAPTURING, MOST_ERROR, CapturedSteps
from model_service.engines.runtime.kv_cache import KVCache
from model_service.engines.weights.memory_plan import PATCHES, POSITIONS

AT_ONCE = 4
"""Layers in one graph: after each graph others can have a step."""

logger = logging.getLogger(__name__)


def capture_layers(model: VisionLanguageModel, hardware: Hardware, sharing: CapturedSteps) -> "CapturedLayers | None":
    """Capture the layers; None if that fails on this card, so that the model has to do the work.

    Memory is shared with the steps.
    """
    try:
        layers = CapturedLayers(model, hardware, PATCHES, POSITIONS)
        error = layers.capture(sharing)
        if not error <= MOST_ERROR:
            raise ValueError(f"what they compute is off by {error:.3g}")
    except Exception as reason:  # A card or a driver that nobody tried: slower, but it works.
        logger.warning("small pictures are read without CUDA graphs: %r", reason, exc_info=True)
        return None
    logger.info("small pictures are read by CUDA graphs, which agree with the model to within %.3g", error)
    return layers


class CapturedLayers:
    """Sees pictures and reads prompts as the model does, as far as they are small: one at a time.

    A graph has one shape, so there are some for each size, and what is shorter is padded. The last layer, which goes on
    with the last position alone, is left to the model.
    """

    def __init__(
        self, model: VisionLanguageModel, hardware: Hardware, patches: Sequence[int], positions: Sequence[int]
    ) -> None:
        """Take sizes of pictures, in patches and the position before them, and of prompts, both ascending."""
        # It goes through GLM's layers, which the protocol of models does not show.
        self._model, self._hardware = cast(Any, model), hardware
        encoder, tower = self._model.transformer.encoder, self._model.transformer.vision.transformer
        device, dtype = hardware.device, hardware.dtype
        x = torch.zeros(1, patches[-1], self._model.config.vision.hidden_size, device=device, dtype=dtype)
        vision = self._model.transformer.vision
        side = 2 * vision.patch_size
        _, *beside = vision.begin(torch.zeros(1, 3, side, side, device=device, dtype=dtype))
        room = [each.new_zeros(patches[-1], *each.shape[1:]) for each in beside]
        self._towers = [_Tower(tower.layers, x[:, :length], [each[:length] for each in room]) for length in patches]
        x = torch.zeros(1, positions[-1], self._model.config.hidden_size, device=device, dtype=dtype)
        cache = KVCache(self._model.config, positions[-1], device, dtype)
        table = encoder.rotary.table(torch.arange(positions[-1], device=device)[None], dtype)
        self._readers = [_Reader(encoder.layers[:-1], x[:, :length], table[:, :length], cache) for length in positions]
        self._busy = False

    def sees(self, pixels: Tensor) -> bool:
        """Whether a picture, (1, 3, height, width), is small enough, and no other one is being seen or read."""
        rows, columns = (side // self._model.transformer.vision.patch_size for side in pixels.shape[-2:])
        return not self._busy and 1 + rows * columns <= self._towers[-1].length

    def reads(self, embeds: Tensor, cache: Cache) -> bool:
        """Whether a prompt, (1, T, hidden), is short enough, with nothing before it, and no other one is being read."""
        return not self._busy and not cache.length and embeds.shape[1] <= self._readers[-1].length

    def see(self, pixels: Tensor) -> Paused[Tensor]:
        """(1, 3, height, width) -> the picture's (1, places, hidden) embeddings."""
        vision = self._model.transformer.vision
        with self._at_work():
            x, *beside = vision.begin(pixels)
            tower = next(each for each in self._towers if each.length >= x.shape[1])
            return vision.end((yield from tower.by_layer(x, *beside)), pixels)  # type: ignore[no-any-return]

    def read(self, embeds: Tensor, positions: Tensor, cache: Cache) -> Paused[Tensor]:
        """The (vocabulary,) logits of the last of (1, T, hidden) at (1, T) positions; the cache is filled."""
        transformer, length = self._model.transformer, embeds.shape[1]
        with self._at_work():
            reader = next(each for each in self._readers if each.length >= length)
            table = transformer.encoder.rotary.table(positions, embeds.dtype)
            x = yield from reader.by_layer(embeds, table)
            reader.hand_over(cache, length)
            hidden = transformer.encoder.layers[-1](x, table, (cache,), last=True)
            cache.advance(length)
        return transformer.output_layer(transformer.encoder.final_layernorm(hidden))[0, -1]  # type: ignore[no-any-return]

    def capture(self, sharing: CapturedSteps) -> float:
        """From now on some layers are one launch. Return how far the result is from the model's, in the 2-norm."""
        pool, stream = sharing.pool_and_stream()
        stacks = (*self._towers, *self._readers)
        for stack in stacks:
            stack.prepare()
            stack.capture(pool, stream)
        return float(torch.tensor([stack.error() for stack in stacks], dtype=torch.float64).max())

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        self._busy = True
        try:
            yield
        finally:
            self._busy = False


class _Stack(ABC):
    """Layers for up to `length` positions, which compute in place in `x`, (1, length, hidden): all sizes in one."""

    def __init__(self, layers: nn.ModuleList, x: Tensor) -> None:
        self.length, self.x = x.shape[1], x
        self._parts = [layers[first : first + AT_ONCE] for first in range(0, len(layers), AT_ONCE)]
        self._graphs: list[torch.cuda.CUDAGraph] = []

    @abstractmethod
    def layer(self, layer: nn.Module, x: Tensor) -> Tensor:
        """One layer, (1, length, hidden) -> (1, length, hidden)."""

    @abstractmethod
    def alone(self, layer: nn.Module, x: Tensor) -> Tensor:
        """What the layer makes of (1, T, hidden) that are not padded."""

    def prepare(self) -> None:
        """Launch the kernels once, which libraries load then."""
        self._run(self._parts[0][:1])

    def capture(self, pool: Any, stream: torch.cuda.Stream) -> None:
        """From now on a part is one launch."""
        for part in self._parts:
            graph = torch.cuda.CUDAGraph()
            with CAPTURING, torch.cuda.graph(graph, pool, stream, capture_error_mode="thread_local"):
                self._run(part)
            self._graphs.append(graph)

    def part_by_part(self, x: Tensor) -> Paused[Tensor]:
        """(1, T, hidden) -> (1, T, hidden), which the next call overwrites; pauses after each part."""
        self._put(x)
        for number in range(len(self._parts)):
            self._compute(number)
            yield
        return self.x[:, : x.shape[1]]

    def error(self) -> float:
        """How far the first part is from its layers themselves, of fewer positions than there is room for."""
        x = torch.randn(1, max(1, self.length - 7), self.x.shape[2], device=self.x.device).to(self.x.dtype)
        self._put(x)
        self._compute(0)
        for layer in self._parts[0]:
            x = self.alone(layer, x)
        return relative_error(self.x[:, : x.shape[1]], x)

    def _put(self, x: Tensor) -> None:
        self.x[:, : x.shape[1]].copy_(x)
        self.x[:, x.shape[1] :].zero_()  # What was there could grow without end.

    def _compute(self, number: int) -> None:
        if self._graphs:
            self._graphs[number].replay()
        else:
            self._run(self._parts[number])

    def _run(self, part: nn.ModuleList) -> None:
        x = self.x
        for layer in part:
            x = self.layer(layer, x)
        self.x.copy_(x)


class _Tower(_Stack):
    """The layers of the vision tower."""

    def __init__(self, layers: nn.ModuleList, x: Tensor, beside: Sequence[Tensor] = ()) -> None:
        """With room, (length, ...) each, for what the layers take beside `x`."""
        super().__init__(layers, x)
        self._beside = tuple(beside)
        self._seen = torch.tensor([0, self.length, self.length], device=x.device, dtype=torch.int32)

    def layer(self, layer: nn.Module, x: Tensor) -> Tensor:
        return layer(x, *self._beside, self._seen)  # type: ignore[no-any-return]

    def alone(self, layer: nn.Module, x: Tensor) -> Tensor:
        return layer(x, *(each[: x.shape[1]] for each in self._beside))  # type: ignore[no-any-return]

    def by_layer(self, x: Tensor, *beside: Tensor) -> Paused[Tensor]:
        """(1, T, hidden), and (T, ...) beside it -> (1, T, hidden), which the next call overwrites."""
        for room, each in zip(self._beside, beside, strict=True):
            room[: len(each)].copy_(each)
        return (yield from self.part_by_part(x))

    def _put(self, x: Tensor) -> None:
        super()._put(x)
        self._seen[2:].fill_(x.shape[1])


class _Reader(_Stack):
    """The layers of the language model but the last; what is padded comes last, so nothing attends to it."""

    def __init__(self, layers: nn.ModuleList, x: Tensor, table: Tensor, cache: KVCache) -> None:
        super().__init__(layers, x)
        self._table, self._cache = table, cache

    def layer(self, layer: nn.Module, x: Tensor) -> Tensor:
        return layer(x, self._table, (self._cache,))  # type: ignore[no-any-return]

    def alone(self, layer: nn.Module, x: Tensor) -> Tensor:
        # It writes what the captured layer wrote there, more or less.
        return layer(x, self._table[:, : x.shape[1]], (self._cache,))  # type: ignore[no-any-return]

    def by_layer(self, x: Tensor, table: Tensor) -> Paused[Tensor]:
        """(1, T, hidden) with its table -> (1, T, hidden), which the next call overwrites."""
        self._table[:, : x.shape[1]].copy_(table)
        return (yield from self.part_by_part(x))

    def hand_over(self, cache: Cache, length: int) -> None:
        """Put the keys and values of these layers at the beginning of a cache."""
        for mine, theirs in ((self._cache.keys, cache.keys), (self._cache.values, cache.values)):
            theirs[:-1, :, :length].copy_(mine[:-1, :, :length])
