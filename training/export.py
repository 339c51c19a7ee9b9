"""Export the pocket model as a checkpoint in GLM-4V-9B's original layout."""

import base64
import json
import shutil
from collections.abc import Mapping
from pathlib import Path

import torch
from huggingface_hub import save_torch_state_dict
from torch import Tensor

from model_service.engines.glm4v.config import SPECIAL_TOKENS
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.glm4v.tokenizer import Tokenizer
from training.learner import CONFIG, ORDINARY

SHARD = "14MB"
"""The largest shard: no file of the project may exceed 16 MiB."""


def byte_tokenizer() -> Tokenizer:
    """Return a tokenizer with a token for each byte."""
    return Tokenizer({bytes([byte]): byte for byte in range(ORDINARY)})


def export(model: GLM4VForConditionalGeneration, folder: Path, instead: Mapping[str, Tensor] | None = None) -> None:
    """Write config.json, tokenizer.model, generation_config.json and bf16 shards; a torn write leaves the old one.

    `instead` replaces weights by name.
    """
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    weights = {**model.state_dict(), **(instead or {})}
    tensors = {name: tensor.detach().to("cpu", torch.bfloat16) for name, tensor in weights.items()}
    save_torch_state_dict(tensors, part, max_shard_size=SHARD)
    lines = [f"{base64.b64encode(bytes([byte])).decode()} {byte}\n" for byte in range(ORDINARY)]
    (part / "tokenizer.model").write_text("".join(lines))
    (part / "config.json").write_text(json.dumps(CONFIG, indent=2) + "\n")
    (part / "tokenizer_config.json").write_text(json.dumps(_tokenizer_config(), indent=2) + "\n")
    shutil.rmtree(folder, ignore_errors=True)
    part.replace(folder)


def _tokenizer_config() -> dict[str, object]:
    special = {str(ORDINARY + index): {"content": token, "special": True} for index, token in enumerate(SPECIAL_TOKENS)}
    return {"added_tokens_decoder": special, "padding_side": "left", "tokenizer_class": "ChatGLM4Tokenizer"}
