"""Write a GGUF file of GLM-4-9B's language model as llama.cpp's quantizer lays it out in Q4_0, of random blocks."""

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.weights import configuration

ARCHITECTURE = "chatglm"
"""llama.cpp's name for GLM-4-9B and the language model of GLM-4V-9B."""

BLOCKS = {"F32": (1, 4), "Q4_0": (32, 18), "Q6_K": (256, 210)}
"""Weights and bytes of one block of each kind."""

WIDER = {"hidden_size": 256, "kv_channels": 64}
"""What the tiny model has otherwise than in `bench.weights`: rows that Q6_K's blocks of 256 divide."""

Tensors = Iterator[tuple[str, str, tuple[int, ...]]]


def shapes(tiny: bool) -> dict[str, Any]:
    """Return the language model's configuration, by config.json's names."""
    return configuration(tiny) | (WIDER if tiny else {})


def tensors(config: dict[str, Any]) -> Tensors:
    """Name each tensor, with its kind and shape (outputs, inputs)."""
    hidden, ffn, vocabulary = config["hidden_size"], config["ffn_hidden_size"], config["padded_vocab_size"]
    inner = config["num_attention_heads"] * config["kv_channels"]
    qkv = inner + 2 * config["multi_query_group_num"] * config["kv_channels"]
    yield "token_embd.weight", "Q4_0", (vocabulary, hidden)
    for layer in range(config["num_layers"]):
        yield f"blk.{layer}.attn_norm.weight", "F32", (hidden,)
        yield f"blk.{layer}.attn_qkv.weight", "Q4_0", (qkv, hidden)
        yield f"blk.{layer}.attn_qkv.bias", "F32", (qkv,)
        yield f"blk.{layer}.attn_output.weight", "Q4_0", (hidden, inner)
        yield f"blk.{layer}.ffn_norm.weight", "F32", (hidden,)
        yield f"blk.{layer}.ffn_up.weight", "Q4_0", (2 * ffn, hidden)  # The gate's rows come first.
        yield f"blk.{layer}.ffn_down.weight", "Q4_0", (hidden, ffn)
    yield "output_norm.weight", "F32", (hidden,)
    yield "output.weight", "Q6_K", (vocabulary, hidden)


def draw(name: str, kind: str, shape: tuple[int, ...], generator: np.random.Generator) -> NDArray[Any]:
    """Draw a tensor: norms are ones, biases small; random blocks of uint8 keep the scale of their input."""
    if kind == "F32":
        drawn = np.ones(shape) if "norm" in name else generator.normal(0, 0.02, shape)
        return drawn.astype(np.float32)
    weights, size = BLOCKS[kind]
    count = shape[0] * shape[1] // weights
    words = generator.integers(0, 2**32, -(-count * size // 4), dtype=np.uint32)
    blocks = words.view(np.uint8)[: count * size].reshape(count, size)
    spread = shape[1] ** -0.5 * generator.uniform(0.5, 1.5, (count, 1))
    if kind == "Q4_0":  # A scale and 32 fours of bits less 8, whose deviation is 4.6.
        blocks[:, :2] = (spread / 4.6).astype(np.float16).view(np.uint8)
    else:  # Sixes of bits less 32, of deviation 18.5; then a scale for each 16 weights, and one for all.
        blocks[:, 192:208] = blocks[:, 192:208] % 16 + 1
        blocks[:, 208:] = (spread / (18.5 * 8.5)).astype(np.float16).view(np.uint8)
    return blocks.reshape(shape[0], -1)


def write(file: Path, source: Path, tiny: bool) -> None:
    """Write the file with the `gguf` package of llama.cpp's tree `source`, if it is not there yet.

    It has no tokenizer: llama.cpp's benches draw ids from the size of the vocabulary.
    """
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    config, generator = shapes(tiny), np.random.Generator(np.random.SFC64(0))
    part = file.with_suffix(".part")
    gguf = _gguf(source)
    writer = gguf.GGUFWriter(part, ARCHITECTURE)
    _describe(writer, config, gguf)
    for name, kind, shape in tensors(config):
        weights, size = BLOCKS[kind]
        told = shape if kind == "F32" else (shape[0], shape[1] // weights * size)
        raw = None if kind == "F32" else gguf.GGMLQuantizationType[kind]
        kept = np.dtype(np.float32 if raw is None else np.uint8)
        writer.add_tensor_info(name, told, kept, int(np.prod(told)) * kept.itemsize, raw_dtype=raw)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    for name, kind, shape in tensors(config):
        writer.write_tensor_data(draw(name, kind, shape, generator))
    writer.close()
    part.rename(file)


def _gguf(source: Path) -> Any:
    """Import the package `gguf` from llama.cpp's tree."""
    sys.path.insert(0, str(source / "gguf-py"))
    try:
        return importlib.import_module("gguf")
    finally:
        del sys.path[0]


def _describe(writer: Any, config: dict[str, Any], gguf: Any) -> None:
    writer.add_context_length(config["seq_length"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_feed_forward_length(config["ffn_hidden_size"])
    writer.add_block_count(config["num_layers"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["multi_query_group_num"])
    writer.add_layer_norm_rms_eps(config["layernorm_epsilon"])
    writer.add_rope_dimension_count(config["kv_channels"] // 2)
    writer.add_rope_freq_base(10_000 * config["rope_ratio"])
    writer.add_file_type(gguf.LlamaFileType.MOSTLY_Q4_0)
    writer.add_tokenizer_model("none")
    writer.add_vocab_size(config["padded_vocab_size"])
