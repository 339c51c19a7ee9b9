"""GLM-4.6V-Flash and GLM-OCR as transformers runs them: its own classes, four bits by bitsandbytes, `generate`."""

import time
from typing import Any

import torch
from torch import Tensor, nn
from transformers import (
    Glm4vConfig,
    Glm4vForConditionalGeneration,
    GlmOcrConfig,
    GlmOcrForConditionalGeneration,
)

from bench.naive import _packed
from model_service.engines.glm46v.config import OCR, GLM46VConfig

TEXT = 49
"""Ids around a picture."""


def original_config(config: GLM46VConfig) -> Any:
    """Return transformers' configuration of the same shapes."""
    ocr, tower = config.model_type == OCR, config.vision
    rope = {
        "rope_type": "default",
        "rope_theta": config.theta,
        "partial_rotary_factor": 2 * config.rotary_pairs / config.kv_channels,
        "mrope_section": [*config.sections],
    }
    text = {
        "vocab_size": config.padded_vocab_size,
        "hidden_size": config.hidden_size,
        "intermediate_size": config.ffn_hidden_size,
        "num_hidden_layers": config.num_layers,
        "num_attention_heads": config.num_attention_heads,
        "num_key_value_heads": config.multi_query_group_num,
        "max_position_embeddings": config.seq_length,
        "rope_parameters": rope,
        **({"head_dim": config.kv_channels} if ocr else {}),
    }
    vision = {
        "depth": tower.num_hidden_layers,
        "hidden_size": tower.hidden_size,
        "num_heads": tower.num_heads,
        "out_hidden_size": config.hidden_size,
        "intermediate_size": tower.inner if ocr else tower.merger,
        "image_size": 336 if ocr else tower.native_side * tower.patch_size,
    }
    return (GlmOcrConfig if ocr else Glm4vConfig)(
        text_config=text, vision_config=vision, image_token_id=config.image_token_id, tie_word_embeddings=False
    )


class Naive:
    """The model with random weights, made layer by layer where it lies."""

    def __init__(self, config: GLM46VConfig, device: torch.device, dtype: torch.dtype) -> None:
        self._image, self._device = config.image_token_id, device
        kind: Any = GlmOcrForConditionalGeneration if config.model_type == OCR else Glm4vForConditionalGeneration
        with torch.device("meta"):
            self.model: Any = kind._from_config(original_config(config), attn_implementation="sdpa")
        self.model.to(dtype)
        for name, module in list(self.model.named_modules()):
            if isinstance(module, nn.Linear) and name != "lm_head":
                weight = _random(module.weight, device, dtype)
                bias = None if module.bias is None else torch.zeros(module.out_features, device=device, dtype=dtype)
                self.model.set_submodule(name, _packed(weight, bias, device, dtype))
            elif type(module).__name__.endswith("RotaryEmbedding"):
                self.model.set_submodule(name, type(module)(config=module.config).to(device))
        for name, parameter in list(self.model.named_parameters()):
            if parameter.is_meta:
                owner, _, leaf = name.rpartition(".")
                made = (
                    _random(parameter, device, dtype)
                    if parameter.dim() > 1
                    else torch.ones_like(parameter, device=device)
                )
                setattr(self.model.get_submodule(owner), leaf, nn.Parameter(made, requires_grad=False))
        self.model.generation_config.eos_token_id, self.model.generation_config.pad_token_id = None, 0
        self.model.eval()

    def measured(self, grid: tuple[int, int], tokens: int) -> dict[str, object]:
        """Return milliseconds to the first token about a picture, and tokens a second behind it; medians of three."""
        rows, columns = grid
        ids = torch.arange(TEXT, device=self._device)
        image = torch.full((rows * columns,), self._image, device=self._device)
        asked = torch.cat((ids[:5], image, ids[5:]))[None]
        given = {
            "input_ids": asked,
            "attention_mask": torch.ones_like(asked),
            "mm_token_type_ids": (asked == self._image).int(),
            "pixel_values": torch.randn(4 * rows * columns, 1176, device=self._device),
            "image_grid_thw": torch.tensor([[1, 2 * rows, 2 * columns]], device=self._device),
        }
        self._seconds(given, 2)
        first = sorted(self._seconds(given, 1) for _ in range(3))[1]
        whole = sorted(self._seconds(given, tokens) for _ in range(3))[1]
        found: dict[str, object] = {"first token": first * 1e3, "tokens_per_second": (tokens - 1) / (whole - first)}
        if self._device.type == "cuda":
            found["peak"] = torch.cuda.max_memory_allocated() / 1024**3
        return found

    def _seconds(self, given: dict[str, Tensor], new: int) -> float:
        self.model.model.rope_deltas = None
        begun = time.perf_counter()
        made = self.model.generate(**given, max_new_tokens=new, min_new_tokens=new, do_sample=False)
        made.cpu()
        return time.perf_counter() - begun


def _random(like: Tensor, device: torch.device, dtype: torch.dtype) -> Tensor:
    return torch.randn(like.shape, device=device, dtype=dtype).mul_(like[0].numel() ** -0.5)
