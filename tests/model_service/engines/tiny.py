"""A tiny model of GLM-4V's architecture with random weights, in memory and as a checkpoint in the original layout."""

import base64
import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from model_service.engines.glm4v.config import GLM4VConfig
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared" / "data"
"""Reference data that is too large for the repository; tests that want it are skipped where it is absent."""

ORDINARY = 256
NATIVE_SIDE = 8
"""Patches along one side of the native square."""

CONFIG: dict[str, Any] = {
    "model_type": "chatglm",
    "architectures": ["ChatGLMModel"],
    "num_layers": 2,
    "hidden_size": 64,
    "ffn_hidden_size": 128,
    "num_attention_heads": 4,
    "kv_channels": 16,
    "multi_query_group_num": 2,
    "layernorm_epsilon": 1.5625e-07,
    "seq_length": 64,
    "padded_vocab_size": 288,
    "tie_word_embeddings": False,
    "eos_token_id": [ORDINARY, ORDINARY + 7, ORDINARY + 9],
    "pad_token_id": ORDINARY,
    "boi_token_id": ORDINARY + 10,
    "eoi_token_id": ORDINARY + 11,
    "torch_dtype": "float32",
    "vision_config": {
        "num_hidden_layers": 2,
        "hidden_size": 64,
        "num_heads": 4,
        "intermediate_size": 128,
        "layer_norm_eps": 1e-06,
        "in_channels": 3,
        "patch_size": 14,
        "image_size": 14 * NATIVE_SIDE,
        "num_positions": NATIVE_SIDE**2 + 1,
        "scaling_factor": 8,
    },
}
"""Every width is a multiple of 64, as the 4-bit layers want it."""


def tiny_config() -> GLM4VConfig:
    """The configuration as the loader makes it."""
    return GLM4VConfig(**CONFIG)


def tiny_model(seed: int = 0) -> GLM4VForConditionalGeneration:
    """Random weights in fp32, the same for the same seed."""
    generator = torch.Generator().manual_seed(seed)
    model = GLM4VForConditionalGeneration(tiny_config())
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.normal_(0.0, 0.2, generator=generator)
    model.eval()  # type: ignore[no-untyped-call]
    return model


def tokenizer_lines() -> str:
    """A tokenizer.model of single bytes."""
    return "".join(f"{base64.b64encode(bytes([byte])).decode()} {byte}\n" for byte in range(ORDINARY))


def write_checkpoint(folder: Path, model: GLM4VForConditionalGeneration | None = None) -> Path:
    """Write a checkpoint of two shards, with the tensor that old checkpoints carry besides; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors: dict[str, Tensor] = {**(model or tiny_model()).state_dict()}
    names = sorted(tensors)
    shards = {"model-00001-of-00002.safetensors": names[::2], "model-00002-of-00002.safetensors": names[1::2]}
    tensors["transformer.rotary_pos_emb.inv_freq"] = torch.ones(4)
    shards["model-00001-of-00002.safetensors"].append("transformer.rotary_pos_emb.inv_freq")
    for shard, held in shards.items():
        save_file({name: tensors[name].contiguous() for name in held}, folder / shard, metadata={"format": "pt"})
    where = {name: shard for shard, held in shards.items() for name in held}
    index = {"metadata": {"total_size": 0}, "weight_map": where}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    (folder / "config.json").write_text(json.dumps(CONFIG))
    (folder / "tokenizer.model").write_text(tokenizer_lines())
    return folder
