"""Steps captured as CUDA graphs: the language model for a few new tokens at once, without a launch from Python each."""

import logging
import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from model_service.engines.hardware import Hardware
from model_service.engines.kernels.self_check import relative_error
from model_service.engines.model import VisionLanguageModel
from model_service.engines.runtime.kv_cache import KVCache
from model_service.engines.runtime.sampling import PARTS, rated
from model_service.engines.weights.nf4 import NF4Linear, in_fragments, product_of_fragments

ROWS = (16, 32)
"""Tokens of a text that one step reads at most: the fewer it takes, the sooner it is done."""

MOST_STEPS = 2
"""Steps by which a text is read; the model itself reads a longer one as fast."""

TRIED = 150
"""Positions of the sequence on which a step is compared with the model itself: attention joins parts of it."""

MOST_ERROR = 0.06
"""Relative error of its logits, in the 2-norm, up to which a step is used.

Rounding makes 0.017 to 0.026, in whatever model; a kernel that goes wrong makes one of 0.1 and more.
"""

CAPTURING = threading.Lock()
"""Held while a step is captured: torch captures one at a time in a process, whatever the card."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a token goes: its rotary position, and behind how many positions of a KV cache."""

    position: int
    length: int
    cache: KVCache

    def state(self) -> list[int]:
        """The fields of STATE but the token."""
        cache = self.cache
        return [self.position, self.length, 1, cache.keys.data_ptr(), cache.values.data_ptr(), cache.capacity]


def capture_steps(
    model: VisionLanguageModel,
    hardware: Hardware,
    sizes: Collection[int],
    forbidden: Tensor | None = None,
    sharing: "CapturedSteps | None" = None,
) -> "CapturedSteps | None":
    """Capture steps of these numbers of rows; None if one fails on this card, so that the model has to do the work.

    They share memory with other steps, `sharing`: the logits of either are overwritten by the other.
    """
    work = "decoding" if sharing is None else "reading follow-ups"
    try:
        steps = CapturedSteps(model, hardware, sizes, forbidden)
        error = _largest([steps.error(rows) for rows in steps.sizes])
        if not error <= MOST_ERROR:
            raise ValueError(f"its logits are off by {error:.3g}")
        if not steps.chooses_as_torch():
            raise ValueError("it does not choose the likeliest ids")
        steps.capture(sharing)
    except Exception as reason:  # A card or a driver that nobody tried: slower, but it works.
        logger.warning("%s without a CUDA graph: %r", work, reason, exc_info=True)
        return None
    logger.info("%s by a CUDA graph; its logits agree with the model's to within %.3g", work, error)
    return steps


class CapturedSteps:
    """Put a token into each of some KV caches, or several into one: what the model does, by kernels that find
    everything in STATE on the device.

    So one graph serves all sequences, whatever their lengths and wherever their KV caches lie. There is one for each
    of `sizes`, numbers of rows; the smallest that suffices is taken, and what a row computes does not depend on it.
    Ids that are `forbidden`, a (vocabulary,) mask, are never chosen. Without such a mask nothing is chosen, and only
    the last row has logits: that is enough to read a text.
    """

    def __init__(
        self, model: VisionLanguageModel, hardware: Hardware, sizes: Collection[int], forbidden: Tensor | None = None
    ) -> None:
        from model_service.engines.kernels import choice, step

        self._choice = choice
        self._kernels, self._hardware, self._forbidden = step, hardware, forbidden
        self._apart = forbidden is not None
        """Whether the rows are of sequences of their own; else they are those of one text."""
        self.sizes = tuple(sorted(sizes))
        # It goes through a decoder of GLM's layers piece by piece, which the protocol of models does not show.
        self._model = cast(Any, model)
        decoder, device = self._model.transformer.encoder, hardware.device
        self._table = _reachable(self._model.transformer.embedding.word_embeddings.weight)
        positions = torch.arange(model.config.seq_length, device=device)
        self._rotary = decoder.rotary.table(positions[None], hardware.dtype)[0].contiguous()
        self._state = torch.zeros(self.sizes[-1], step.FIELDS, dtype=torch.int64, device=device)
        self._chosen = torch.zeros(self.sizes[-1], 3, dtype=torch.int64, device=device)
        self._at: list[list[int]] | None = None
        """Contents of STATE but the tokens, as far as known, for the rows that take part."""
        self._graphs: dict[int, torch.cuda.CUDAGraph] = {}
        self._logits: dict[int, Tensor] = {}
        self._stream: torch.cuda.Stream | None = None

    def __call__(self, places: Sequence[Place], ids: Tensor | Sequence[Tensor]) -> Tensor:
        """The (rows, vocabulary) logits behind (rows,) ids, each put into its place, or those of the last.

        The next step overwrites them.

        Nothing waits for the device. `chosen` has the most likely ids. The caches' lengths are left alone. Ids that
        are those `chosen` by the step before, for the same sequences, are not looked at: they are there already.
        """
        count = len(places)
        rows = next(size for size in self.sizes if size >= count)
        self._put([place.state() for place in places], ids)
        if rows in self._graphs:
            self._graphs[rows].replay()
            logits = self._logits[rows]
        else:
            logits = self._run(rows)
        if self._forbidden is None:
            return logits
        self._at = [[place.position + 1, place.length + 1, *place.state()[2:]] for place in places]
        return logits[:count]

    def chosen(self, count: int) -> Tensor:
        """A copy of the most likely ids behind those of the last step, one a row: (count, 3), `rated`."""
        return self._chosen[:count].clone()

    def choose(self, row: int, rated: Tensor) -> None:
        """Put another id, (1, 3), `rated`, in the place of a row's most likely one."""
        self._chosen[row : row + 1].copy_(rated)
        self._state[row, self._kernels.TOKEN :].copy_(rated[0, :1])

    def reads(self, ids: int) -> bool:
        """Whether it reads a text of that many ids sooner than the model itself."""
        return ids <= MOST_STEPS * self.sizes[-1]

    def read(self, ids: Tensor, position: int, cache: KVCache) -> Tensor:
        """Put (n,) ids into one cache, some at a time; the (vocabulary,) logits behind the last."""
        logits = torch.empty(0)
        for part in torch.split(ids, self.sizes[-1]):
            places = [Place(position + number, cache.length + number, cache) for number in range(len(part))]
            logits = self(places, part)[-1]
            position += len(part)
            cache.advance(len(part))
        return logits.clone()

    def capture(self, sharing: "CapturedSteps | None" = None) -> None:
        """From now on a step is one launch. The kernels have been compiled by earlier steps."""
        # torch's own stream for this would be one of the card that captured first; who shares memory shares a stream.
        if sharing is None:
            shared, self._stream = None, torch.cuda.Stream(self._hardware.device)  # type: ignore[no-untyped-call]
        else:
            shared, self._stream = sharing.pool_and_stream()
        for rows in reversed(self.sizes):
            graph = torch.cuda.CUDAGraph()
            with CAPTURING, torch.cuda.graph(graph, shared, self._stream, capture_error_mode="thread_local"):
                self._logits[rows] = self._run(rows)
            self._graphs[rows], shared = graph, graph.pool()
        self._at = None

    def pool_and_stream(self) -> tuple[Any, torch.cuda.Stream]:
        """The memory in which captured steps compute, for others that compute in between, and the stream for that.

        Raises:
            ValueError: nothing is captured.
        """
        if self._stream is None:
            raise ValueError("nothing is captured yet")
        return next(iter(self._graphs.values())).pool(), self._stream

    def error(self, rows: int) -> float:
        """Measure how far a step's logits are from the model's own on a text, as a relative error in the 2-norm.

        A step of several rows leaves one of them free, and a quarter of them belong to a second sequence.
        """
        device, dtype = self._hardware.device, self._hardware.dtype
        ids = torch.arange(min(TRIED, len(self._rotary)), device=device)
        new = max(1, rows - 1)
        shares = (new,) if new < 4 else (new - new // 4, new // 4)
        places: list[Place] = []
        wanted: list[Tensor] = []
        put: list[Tensor] = []
        for number, share in enumerate(shares):
            text = ids[number:]
            known, cache = len(text) - share, KVCache(self._model.config, len(text), device, dtype)
            embeds = self._model.embed(text[None])
            self._model(embeds[:, :known], ids[None, :known], cache, last=True)
            logits = self._model(embeds[:, known:], ids[None, known : len(text)], cache)[0]
            cache.length = known
            places += [Place(known + step, known + step, self._holding(cache, known + step)) for step in range(share)]
            put.append(text[known:])
            wanted.append(logits)
        found = self(places, torch.cat(put))
        pairs = zip(found.flip(0), torch.cat(wanted).flip(0), strict=False)
        return _largest([relative_error(one, other) for one, other in pairs])

    def _holding(self, cache: KVCache, length: int) -> KVCache:
        """A cache that holds so many positions of this one, apart from others if rows are to be; with room for more."""
        if not self._apart:
            return cache
        other = KVCache(self._model.config, length + 1, self._hardware.device, self._hardware.dtype)
        other.fill(cache.keys[:, :, :length], cache.values[:, :, :length])
        return other

    def chooses_as_torch(self) -> bool:
        """Whether the last step chose, and rated, what torch does, in logits of chance."""
        if self._forbidden is None:
            return True
        rows, device = self.sizes[-1], self._hardware.device
        logits = torch.randn(rows, len(self._forbidden), device=device).mul(4).to(self._hardware.dtype)
        self._choice.choose(logits, self._forbidden, self._chosen, PARTS)
        allowed = logits.masked_fill(self._forbidden, float("-inf"))
        away = (self._chosen - rated(allowed, allowed.argmax(-1))).abs().amax(0).tolist()
        best = allowed.gather(1, self._chosen[:, :1])[:, 0]
        return bool(torch.equal(best, allowed.amax(-1))) and max(away[1:]) <= PARTS // 1000

    def _put(self, states: list[list[int]], ids: Tensor | Sequence[Tensor]) -> None:
        known, self._at = self._at, None  # Until the step has been run.
        if states == known:
            return
        count, token = len(states), self._kernels.TOKEN
        free = [[0] * token] * (len(self._state) - count)
        self._state[:, :token].copy_(torch.tensor(states + free), non_blocking=True)  # So small a copy is no wait.
        self._state[:count, token].copy_(ids if isinstance(ids, Tensor) else torch.cat(list(ids)))

    def _run(self, rows: int) -> Tensor:
        transformer, config, kernel = self._model.transformer, self._model.config, self._kernels
        state = self._state[:rows]
        x, delta, post = kernel.embed(state, self._table), None, None
        for number, layer in enumerate(transformer.encoder.layers):
            delta, post = self._layer(layer, number, state, x, (delta, post))
        norm, head = transformer.encoder.final_layernorm, transformer.output_layer
        active = state[:, kernel.ACTIVE]
        if self._forbidden is None:
            seen = kernel.add_norm(x, delta, norm.weight, config.layernorm_epsilon, False, post)
            last = seen.index_select(0, active.sum(0, keepdim=True) - 1)
            return _project(head, in_fragments(last) if _in_fragments(head) else last, 1)
        seen = kernel.add_norm(x, delta, norm.weight, config.layernorm_epsilon, _in_fragments(head), post)
        logits = _project(head, seen, rows)
        state[:, : kernel.ACTIVE].add_(active[:, None])  # POSITION and LENGTH
        self._choice.choose(logits, self._forbidden, self._chosen[:rows], PARTS)
        state[:, kernel.TOKEN].copy_(self._chosen[:rows, 0])
        return logits

    def _layer(
        self, layer: Any, number: int, state: Tensor, x: Tensor, left: tuple[Tensor | None, Tensor | None]
    ) -> tuple[Tensor, Tensor | None]:
        """Adds to `x` what the last block left over, and what attention computes; what the MLP adds is left over.

        With what is left over goes the weight of the norm that it is to have before it is added, if the model has one.
        """
        delta, post = left
        kernel, eps, rows = self._kernels, self._model.config.layernorm_epsilon, len(state)
        attention, mlp = layer.self_attention, layer.mlp
        qkv, out, up, down = attention.query_key_value, attention.dense, mlp.dense_h_to_4h, mlp.dense_4h_to_h
        seen = kernel.add_norm(x, delta, layer.input_layernorm.weight, eps, _in_fragments(qkv), post)
        shape = (attention.heads, attention.groups, attention.head_dim)
        mixed = kernel.attend(
            state, _project(qkv, seen, rows), self._rotary, number, shape, _in_fragments(out), self._apart
        )
        norm, post = layer.post_attention_layernorm, _norm_behind(layer, "post_self_attn_layernorm")
        seen = kernel.add_norm(x, _project(out, mixed, rows), norm.weight, eps, _in_fragments(up), post)
        added = _project(down, kernel.gate(_project(up, seen, rows), _in_fragments(down)), rows)
        return added, _norm_behind(layer, "post_mlp_layernorm")


def _norm_behind(layer: Any, name: str) -> Tensor | None:
    """The weight of a norm behind a branch, where the model has one."""
    norm = getattr(layer, name, None)
    return None if norm is None else norm.weight


def _largest(errors: list[float]) -> float:
    """The largest of some numbers, and NaN if one is: `max` may pass that over."""
    return float(torch.tensor(errors, dtype=torch.float64).max())


def _reachable(table: Tensor) -> Tensor:
    """A table that kernels can read: one in host memory has to be pinned."""
    if table.device.type == "cpu" and torch.cuda.is_available() and not table.is_pinned():
        table.data = table.data.pin_memory()
    return table


def _in_fragments(layer: nn.Module) -> bool:
    """Whether a layer wants its rows in the order in which tensor cores take them."""
    return isinstance(layer, NF4Linear) and layer.grouped


def _project(layer: nn.Module, x: Tensor, rows: int) -> Tensor:
    """A linear layer of (rows, in), in the order that it wants: what a row becomes does not depend on the others."""
    if isinstance(layer, NF4Linear):
        if layer.grouped:
            return product_of_fragments(layer, x, rows)
        return F.linear(x, layer.unpacked(), layer.bias)
    if x.is_cuda and torch.cuda.get_device_capability(x.device) < (8, 0):
        return layer(x)  # type: ignore[no-any-return]
    from model_service.engines.kernels import linear

    return linear.product(x, layer.weight, layer.bias)  # type: ignore[arg-type]
