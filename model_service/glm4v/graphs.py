"""One decode step captured as a CUDA graph: the language model for one new token, without a launch from Python each."""

import logging
from typing import cast

import torch
from torch import Tensor, nn

from model_service.glm4v import kernels
from model_service.glm4v.cache import KVCache
from model_service.glm4v.hardware import Hardware
from model_service.glm4v.language import DecoderLayer
from model_service.glm4v.model import GLM4VForConditionalGeneration
from model_service.glm4v.nf4 import BLOCK, NF4Linear

TRIED = 4
"""Positions of the sequence on which a step is compared with the model itself."""

MOST_ERROR = 0.25
"""Relative error of its logits, in the 2-norm, up to which a step is used; rounding stays far below it."""

logger = logging.getLogger(__name__)


def capture_step(model: GLM4VForConditionalGeneration, hardware: Hardware) -> "DecodeStep | None":
    """The captured step; None if it fails on this card, so that the model itself has to decode."""
    try:
        step = DecodeStep(model, hardware)
        error = step.error()
        if not error <= MOST_ERROR:
            raise ValueError(f"its logits are off by {error:.3g}")
        step.capture()
    except Exception as reason:  # A card or a driver that nobody tried: slower, but it works.
        logger.warning("decoding without a CUDA graph: %r", reason, exc_info=True)
        return None
    logger.info("decoding by a CUDA graph; its logits agree with the model's to within %.3g", error)
    return step


class DecodeStep:
    """Puts one token behind a sequence: what the model does, by kernels that find everything in STATE on the device.

    So one graph serves all sequences, whatever their lengths and wherever their KV caches lie.
    """

    def __init__(self, model: GLM4VForConditionalGeneration, hardware: Hardware) -> None:
        from model_service.glm4v.kernels import step

        self._kernels, self._model, self._hardware = step, model, hardware
        decoder, device = model.transformer.encoder, hardware.device
        self._table = _reachable(model.transformer.embedding.word_embeddings.weight)
        positions = torch.arange(model.config.seq_length, device=device)
        self._rotary = decoder.rotary.table(positions[None], hardware.dtype)[0].contiguous()
        self._state = torch.zeros(step.FIELDS, dtype=torch.int64, device=device)
        self._onward = torch.zeros_like(self._state)
        self._onward[[step.POSITION, step.LENGTH]] = 1
        self._at: list[int] | None = None
        """What STATE holds besides the token, as far as it is known."""
        self._graph: torch.cuda.CUDAGraph | None = None
        self._logits = torch.empty(0)

    def __call__(self, token: Tensor, position: int, cache: KVCache) -> Tensor:
        """The (vocabulary,) logits behind a (1,) id at a position; they are overwritten by the next step.

        Nothing waits for the device. The keys and values are put behind those in the cache; its length is left alone.
        """
        self._put(token, position, cache)
        if self._graph is None:
            logits = self._run()
        else:
            self._graph.replay()
            logits = self._logits
        self._at = _at(position + 1, cache.length + 1, cache)
        return logits

    def capture(self) -> None:
        """From now on a step is one launch. The kernels have been compiled by an earlier step."""
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, capture_error_mode="thread_local"):
            self._logits = self._run()
        self._graph, self._at = graph, None

    def error(self) -> float:
        """How far a step's logits are from the model's own on a short text, as a relative error in the 2-norm."""
        device, dtype = self._hardware.device, self._hardware.dtype
        cache = KVCache(self._model.config, TRIED, device, dtype)
        ids = torch.arange(TRIED, device=device)
        embeds = self._model.embed(ids[None])
        self._model(embeds[:, :-1], ids[None, :-1], cache, last=True)
        wanted = self._model(embeds[:, -1:], ids[None, -1:], cache, last=True)[0, 0].float()
        cache.length = TRIED - 1
        found = self(ids[-1:], TRIED - 1, cache).float()
        return float((found - wanted).norm() / wanted.norm())

    def _put(self, token: Tensor, position: int, cache: KVCache) -> None:
        if (at := _at(position, cache.length, cache)) != self._at:
            self._state[1:].copy_(torch.tensor(at), non_blocking=True)  # So small a copy is taken over at once.
        self._at = None  # Until the step has been run.
        self._state[:1].copy_(token)

    def _run(self) -> Tensor:
        transformer, config = self._model.transformer, self._model.config
        x, delta = self._kernels.embed(self._state, self._table), None
        for number, layer in enumerate(transformer.encoder.layers):
            delta = self._layer(cast(DecoderLayer, layer), number, x, delta)
        head = transformer.output_layer
        norm = transformer.encoder.final_layernorm
        last = self._kernels.add_norm(x, delta, norm.weight, config.layernorm_epsilon, _in_eighths(head))
        self._state += self._onward
        return _project(head, last)[0]

    def _layer(self, layer: DecoderLayer, number: int, x: Tensor, delta: Tensor | None) -> Tensor:
        """Adds to `x` what the last block left over, and what attention computes; what the MLP adds is left over."""
        config, kernel = self._model.config, self._kernels
        attention, mlp = layer.self_attention, layer.mlp
        eps, projection, up = config.layernorm_epsilon, attention.query_key_value, mlp.dense_h_to_4h
        seen = kernel.add_norm(x, delta, layer.input_layernorm.weight, eps, _in_eighths(projection))
        mixed = kernel.attend(
            self._state,
            _project(projection, seen),
            self._rotary,
            number,
            (attention.heads, attention.groups, attention.head_dim),
            _in_eighths(attention.dense),
        )
        delta = _project(attention.dense, mixed)
        seen = kernel.add_norm(x, delta, layer.post_attention_layernorm.weight, eps, _in_eighths(up))
        return _project(mlp.dense_4h_to_h, kernel.gate(_project(up, seen), _in_eighths(mlp.dense_4h_to_h)))


def _at(position: int, length: int, cache: KVCache) -> list[int]:
    return [position, length, cache.keys.data_ptr(), cache.values.data_ptr(), cache.capacity]


def _reachable(table: Tensor) -> Tensor:
    """A table that kernels can read: one in host memory has to be pinned."""
    if table.device.type == "cpu" and torch.cuda.is_available() and not table.is_pinned():
        table.data = table.data.pin_memory()
    return table


def _in_eighths(layer: nn.Module) -> bool:
    """Whether our NF4 kernel computes a layer, which wants its input in that order."""
    return isinstance(layer, NF4Linear) and layer.in_features % BLOCK == 0


def _project(layer: nn.Module, x: Tensor) -> Tensor:
    """A linear layer of (1, in), in eighths where the layer wants that."""
    if not (isinstance(layer, NF4Linear) and _in_eighths(layer)):
        return layer(x)  # type: ignore[no-any-return]
    return kernels.nf4_product(layer, x)
