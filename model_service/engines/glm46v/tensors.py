"""The checkpoint's tensors as the model's: renamed, and joined where the model computes at once what is kept apart."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from model_service.engines.glm46v.config import GLM46VConfig

LAYERS = re.compile(r"model\.language_model\.layers\.(\d+)\.")

RENAMED = (
    (r"^lm_head\.", "transformer.output_layer."),
    (r"^model\.language_model\.embed_tokens\.", "transformer.embedding.word_embeddings."),
    (r"^model\.language_model\.norm\.", "transformer.encoder.final_layernorm."),
    (r"^model\.language_model\.layers\.", "transformer.encoder.layers."),
    (r"\.self_attn\.o_proj\.", ".self_attention.dense."),
    (r"\.self_attn\.", ".self_attention."),
    (r"^(transformer\.encoder\.layers\.\d+\.mlp)\.gate_up_proj\.", r"\1.dense_h_to_4h."),
    (r"^(transformer\.encoder\.layers\.\d+\.mlp)\.down_proj\.", r"\1.dense_4h_to_h."),
    (r"^model\.visual\.patch_embed\.", "transformer.vision.patch_embedding."),
    (r"^model\.visual\.post_conv_layernorm\.", "transformer.vision.patch_embedding.norm."),
    (r"^model\.visual\.embeddings\.", "transformer.vision.patch_embedding."),
    (r"^model\.visual\.blocks\.", "transformer.vision.transformer.layers."),
    (r"^model\.visual\.downsample\.", "transformer.vision.conv."),
    (r"^model\.visual\.merger\.(gate|up|down)_proj\.", r"transformer.vision.merger.mlp.\1_proj."),
    (r"^model\.visual\.", "transformer.vision."),
)
"""Patterns of the checkpoint's names, and what becomes of them, one after the other."""

JOINED = re.compile(r"\.(?:([qkv])_proj|(gate|up)_proj)\.")


@dataclass(frozen=True, slots=True)
class _Join:
    """Parts that are one matrix here, in this order."""

    name: str
    parts: tuple[str, ...]


QKV, GATE_UP = _Join("query_key_value", ("q", "k", "v")), _Join("gate_up_proj", ("gate", "up"))


def renamed(config: GLM46VConfig, tensors: Iterable[tuple[str, Tensor]]) -> Iterator[tuple[str, Tensor]]:
    """Yield the tensors under the model's names; parts are kept, as copies, until all of a matrix are there.

    Layers behind the last are left out: GLM-OCR's checkpoint has one more, which guesses ahead.
    """
    waiting: dict[str, dict[str, Tensor]] = {}
    for original, tensor in tensors:
        layer = LAYERS.match(original)
        if layer and int(layer[1]) >= config.num_layers:
            continue
        name = original
        for pattern, new in RENAMED:
            name = re.sub(pattern, new, name)
        if config.tied and name == "transformer.output_layer.weight":
            continue
        if found := JOINED.search(name):
            join, part = (QKV, found[1]) if found[1] else (GATE_UP, found[2])
            name = f"{name[: found.start()]}.{join.name}.{name[found.end() :]}"
            held = waiting.setdefault(name, {})
            held[part] = tensor.clone()
            if len(held) < len(join.parts):
                continue
            yield name, torch.cat([waiting[name][each] for each in join.parts])
            del waiting[name]
            continue
        yield name, tensor
        if config.tied and name == "transformer.embedding.word_embeddings.weight":
            yield "transformer.output_layer.weight", tensor
    for name, held in waiting.items():  # Told apart from what is whole: the loader says what is missing.
        for part, tensor in held.items():
            yield f"{name} ({part} alone)", tensor
