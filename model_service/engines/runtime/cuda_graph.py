"""Steps captured as CUDA graphs: the language model for one new token or a few, without a launch from Python each."""

import logging
from typing import Any, TypeGuard, cast

import torch
from torch import Tensor, nn

from model_service.engines.hardware import Hardware
from model_service.engines.kernels.self_check import relative_error
from model_service.engines.model import VisionLanguageModel
from model_service.engines.runtime.kv_cache import KVCache
from model_service.engines.weights import nf4
from model_service.engines.weights.nf4 import NF4Linear

ROWS = 32
"""Tokens that a step for follow-ups takes at most."""

MOST_STEPS = 2
"""Steps by which a text is read; the model itself reads a longer one as fast."""

TRIED = 150
"""Positions of the sequence on which a step is compared with the model itself: attention joins parts of it."""

MOST_ERROR = 0.06
"""Relative error of its logits, in the 2-norm, up to which a step is used.

Rounding makes 0.017 to 0.026, in whatever model; a kernel that goes wrong makes one of 0.1 and more.
"""

logger = logging.getLogger(__name__)


def capture_step(
    model: VisionLanguageModel, hardware: Hardware, rows: int = 1, sharing: "DecodeStep | None" = None
) -> "DecodeStep | None":
    """Capture the step of `rows` rows; None if it fails on this card, so that the model itself has to do its work.

    It shares memory with another step, `sharing`: the logits of either are overwritten by the other.
    """
    work = "decoding" if rows == 1 else "reading follow-ups"
    try:
        step = DecodeStep(model, hardware, rows)
        error = step.error()
        if not error <= MOST_ERROR:
            raise ValueError(f"its logits are off by {error:.3g}")
        step.capture(sharing)
    except Exception as reason:  # A card or a driver that nobody tried: slower, but it works.
        logger.warning("%s without a CUDA graph: %r", work, reason, exc_info=True)
        return None
    logger.info("%s by a CUDA graph; its logits agree with the model's to within %.3g", work, error)
    return step


class DecodeStep:
    """Puts a token, or as many as it has rows, behind a sequence: what the model does, by kernels that find everything
    in STATE on the device.

    So one graph serves all sequences, whatever their lengths and wherever their KV caches lie.
    """

    def __init__(self, model: VisionLanguageModel, hardware: Hardware, rows: int = 1) -> None:
        from model_service.engines.kernels import step

        self._kernels, self._hardware, self._rows = step, hardware, rows
        # It goes through a decoder of GLM-4's layers piece by piece, which the protocol of models does not show.
        self._model = cast(Any, model)
        decoder, device = self._model.transformer.encoder, hardware.device
        self._table = _reachable(self._model.transformer.embedding.word_embeddings.weight)
        positions = torch.arange(model.config.seq_length, device=device)
        self._rotary = decoder.rotary.table(positions[None], hardware.dtype)[0].contiguous()
        self._state = torch.zeros(step.TOKENS + rows, dtype=torch.int64, device=device)
        self._at: list[int] | None = None
        """Contents of STATE besides the tokens, as far as known."""
        self._graph: torch.cuda.CUDAGraph | None = None
        self._logits = torch.empty(0)

    def __call__(self, ids: Tensor, position: int, cache: KVCache) -> Tensor:
        """The (vocabulary,) logits behind the last of (n,) ids from a position on; the next step overwrites them.

        Nothing waits for the device. The keys and values are put behind those in the cache; its length is left alone.
        """
        new = len(ids)
        self._put(ids, position, cache)
        if self._graph is None:
            logits = self._run()
        else:
            self._graph.replay()
            logits = self._logits
        self._at = _at(position + new, cache.length + new, new, cache)
        return logits

    def reads(self, ids: int) -> bool:
        """Whether it reads a text of that many ids sooner than the model itself."""
        return ids <= MOST_STEPS * self._rows

    def read(self, ids: Tensor, position: int, cache: KVCache) -> Tensor:
        """Put (n,) ids into the cache, as many at a time as it has rows; the (vocabulary,) logits behind the last."""
        logits = torch.empty(0)
        for part in torch.split(ids, self._rows):
            logits = self(part, position, cache)
            position += len(part)
            cache.advance(len(part))
        return logits.clone()

    def capture(self, sharing: "DecodeStep | None" = None) -> None:
        """From now on a step is one launch. The kernels have been compiled by an earlier step."""
        graph = torch.cuda.CUDAGraph()
        shared = None if sharing is None or sharing._graph is None else sharing._graph.pool()
        with torch.cuda.graph(graph, shared, capture_error_mode="thread_local"):
            self._logits = self._run()
        self._graph, self._at = graph, None

    def error(self) -> float:
        """Measure how far a step's logits are from the model's own on a text, as a relative error in the 2-norm.

        A step of several rows leaves one of them free.
        """
        device, dtype = self._hardware.device, self._hardware.dtype
        ids = torch.arange(min(TRIED, len(self._rotary)), device=device)
        known = len(ids) - max(1, self._rows - 1)
        cache = KVCache(self._model.config, len(ids), device, dtype)
        embeds = self._model.embed(ids[None])
        self._model(embeds[:, :known], ids[None, :known], cache, last=True)
        wanted = self._model(embeds[:, known:], ids[None, known:], cache, last=True)[0, 0]
        cache.length = known
        return relative_error(self(ids[known:], known, cache), wanted)

    def _put(self, ids: Tensor, position: int, cache: KVCache) -> None:
        tokens, new = self._kernels.TOKENS, len(ids)
        if (at := _at(position, cache.length, new, cache)) != self._at:
            self._state[:tokens].copy_(torch.tensor(at), non_blocking=True)  # So small a copy is taken over at once.
        self._at = None  # Until the step has been run.
        self._state[tokens : tokens + new].copy_(ids)

    def _run(self) -> Tensor:
        transformer, config = self._model.transformer, self._model.config
        x, delta = self._kernels.embed(self._state, self._table), None
        for number, layer in enumerate(transformer.encoder.layers):
            delta = self._layer(layer, number, x, delta)
        head = transformer.output_layer
        norm = transformer.encoder.final_layernorm
        seen = self._kernels.add_norm(x, delta, norm.weight, config.layernorm_epsilon)
        count = self._state[self._kernels.COUNT]
        if self._rows > 1:
            seen = seen.index_select(0, count - 1)
        self._state[: self._kernels.COUNT].add_(count)  # POSITION and LENGTH
        return _project(head, seen)[0]

    def _layer(self, layer: Any, number: int, x: Tensor, delta: Tensor | None) -> Tensor:
        """Adds to `x` what the last block left over, and what attention computes; what the MLP adds is left over."""
        config, kernel = self._model.config, self._kernels
        attention, mlp = layer.self_attention, layer.mlp
        eps, projection, up = config.layernorm_epsilon, attention.query_key_value, mlp.dense_h_to_4h
        seen = kernel.add_norm(x, delta, layer.input_layernorm.weight, eps)
        mixed = kernel.attend(
            self._state,
            _project(projection, seen),
            self._rotary,
            number,
            (attention.heads, attention.groups, attention.head_dim),
        )
        delta = _project(attention.dense, mixed)
        seen = kernel.add_norm(x, delta, layer.post_attention_layernorm.weight, eps)
        gated = kernel.gate(_project(up, seen))
        return _project(mlp.dense_4h_to_h, gated)


def _at(position: int, length: int, new: int, cache: KVCache) -> list[int]:
    return [position, length, new, cache.keys.data_ptr(), cache.values.data_ptr(), cache.capacity]


def _reachable(table: Tensor) -> Tensor:
    """A table that kernels can read: one in host memory has to be pinned."""
    if table.device.type == "cpu" and torch.cuda.is_available() and not table.is_pinned():
        table.data = table.data.pin_memory()
    return table


def _ours(layer: nn.Module) -> TypeGuard[NF4Linear]:
    """Whether our NF4 kernels compute a layer."""
    return isinstance(layer, NF4Linear) and nf4.has_product(layer)


def _project(layer: nn.Module, x: Tensor) -> Tensor:
    """A linear layer of (rows, in)."""
    return nf4.nf4_product(layer, x) if _ours(layer) else layer(x)
