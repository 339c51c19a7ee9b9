"""Write a checkpoint of random weights in the original's layout and size."""

import base64
import copy
import json
import math
import time
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from model_service.engines.glm4v.config import NINE_BILLION, GLM4VConfig
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration

SHARD_BYTES = 1536 * 1024**2
ORDINARY = {False: 151329, True: 256}
"""Ids of text, of the full size and of the tiny one; 14 special ones follow."""

SMALL = {
    "num_layers": 2,
    "hidden_size": 128,
    "ffn_hidden_size": 256,
    "num_attention_heads": 4,
    "kv_channels": 32,
    "multi_query_group_num": 2,
    "seq_length": 4096,
    "padded_vocab_size": 320,
}
SMALL_VISION = {"num_hidden_layers": 2, "hidden_size": 64, "intermediate_size": 128, "num_heads": 4}


def configuration(tiny: bool) -> dict[str, Any]:
    """Return config.json: GLM-4V-9B's, or a tiny model's of the same architecture."""
    config = NINE_BILLION.to_dict()
    first = ORDINARY[tiny]
    config |= {"eos_token_id": [first, first + 7, first + 9], "pad_token_id": first}
    config |= {"boi_token_id": first + 10, "eoi_token_id": first + 11, "torch_dtype": "bfloat16"}
    if tiny:
        config |= SMALL | {"vision_config": NINE_BILLION.to_dict()["vision_config"] | SMALL_VISION}
    return config


def write_checkpoint(folder: Path, tiny: bool, device: torch.device) -> dict[str, float]:
    """Write a checkpoint drawn on a device; return the seconds and its bytes. An existing one is kept."""
    if (folder / "config.json").exists():
        return {}
    begun = time.perf_counter()
    folder.mkdir(parents=True, exist_ok=True)
    config = configuration(tiny)
    with torch.device("meta"):
        empty = GLM4VForConditionalGeneration(GLM4VConfig(**copy.deepcopy(config)))
    generator = torch.Generator(device).manual_seed(0)
    where: dict[str, str] = {}
    held: dict[str, Tensor] = {}
    for name, parameter in empty.state_dict().items():
        held[name] = _draw(name, parameter.shape, generator)
        if sum(tensor.nbytes for tensor in held.values()) >= SHARD_BYTES:
            _write_shard(folder, held, where)
    _write_shard(folder, held, where)
    total = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    index = {"metadata": {"total_size": total}, "weight_map": where}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), encoding="utf-8")
    (folder / "tokenizer.model").write_text(vocabulary(ORDINARY[tiny]), encoding="utf-8")
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return {"seconds": round(time.perf_counter() - begun, 1), "bytes": total}


def _draw(name: str, shape: torch.Size, generator: torch.Generator) -> Tensor:
    """Draw a tensor: norms are ones, biases small; a matrix keeps the scale of its input."""
    if "norm" in name and name.endswith("weight"):
        return torch.ones(shape, dtype=torch.bfloat16)
    inputs = math.prod(shape[1:]) if len(shape) > 1 else 2500
    drawn = torch.randn(shape, generator=generator, device=generator.device, dtype=torch.bfloat16)
    return drawn.mul_(inputs**-0.5).cpu()


def _write_shard(folder: Path, held: dict[str, Tensor], where: dict[str, str]) -> None:
    """Write the held tensors as the next shard, and drop them."""
    if held:
        shard = f"model-{len(set(where.values())) + 1:05}.safetensors"
        save_file(held, folder / shard, metadata={"format": "pt"})
        where |= dict.fromkeys(held, shard)
        held.clear()


def vocabulary(size: int) -> str:
    """Write a tokenizer.model: single bytes and words of four letters, which encode to the same ids again."""
    tokens = [bytes([byte]) for byte in range(256)]
    tokens += [b" " + _word(number) for number in range(size - 256)]
    return "".join(f"{base64.b64encode(token).decode()} {rank}\n" for rank, token in enumerate(tokens))


def _word(number: int) -> bytes:
    """Return its four last digits in base 26, as letters."""
    return bytes(ord("a") + number // 26**place % 26 for place in range(4))
