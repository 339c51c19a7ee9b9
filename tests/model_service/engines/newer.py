"""Tiny checkpoints of GLM-4.1V / 4.6V and of GLM-OCR with random weights, as transformers' own classes write them."""

from pathlib import Path
from typing import Any

import torch
from transformers import (
    Glm4vConfig,
    Glm4vForConditionalGeneration,
    GlmOcrConfig,
    GlmOcrForConditionalGeneration,
    PreTrainedModel,
)

from bench.family_tokens import BYTES, TEMPLATE, special_ids, tokenizer_json

KINDS = ("glm4v", "glm_ocr")

ID = special_ids(BYTES)
VOCABULARY = 320

ALWAYS_THINKS = TEMPLATE.replace("enable_thinking is defined and not enable_thinking", "false")
"""One without a switch."""

BEGINS_THOUGHT = TEMPLATE.replace(
    "{%- if add_generation_prompt %}<|assistant|>\n",
    "{%- if add_generation_prompt %}<|assistant|>\n{{- '\\n<think>' if enable_thinking else '' -}}\n",
)
"""One that writes the mark of a thought itself where the model is to think."""


def facts(kind: str) -> dict[str, Any]:
    """The configuration, of widths that four bits can be made of."""
    ocr = kind == "glm_ocr"
    text = {
        "vocab_size": VOCABULARY,
        "hidden_size": 128,
        "intermediate_size": 256,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "max_position_embeddings": 4096,
        "rope_parameters": {
            "rope_type": "default",
            "rope_theta": 10000.0,
            "partial_rotary_factor": 1.0 if ocr else 0.5,
            "mrope_section": [8, 12, 12] if ocr else [2, 3, 3],
        },
        "eos_token_id": [ID["<|endoftext|>"], ID["<|user|>"], ID["<|observation|>"]],
        "pad_token_id": ID["<|endoftext|>"],
    }
    if ocr:
        text["head_dim"] = 64
    vision = {
        "depth": 2,
        "hidden_size": 64,
        "num_heads": 2,
        "out_hidden_size": 128,
        "intermediate_size": 192,
        "image_size": 56,
    }
    return {
        "text_config": text,
        "vision_config": vision,
        "image_token_id": ID["<|image|>"],
        "image_start_token_id": ID["<|begin_of_image|>"],
        "image_end_token_id": ID["<|end_of_image|>"],
        "tie_word_embeddings": False,
    }


def original(kind: str, seed: int = 0) -> PreTrainedModel:
    """Transformers' model with random weights in fp32, large enough that answers are of many ids."""
    classes: Any = {
        "glm4v": (Glm4vConfig, Glm4vForConditionalGeneration),
        "glm_ocr": (GlmOcrConfig, GlmOcrForConditionalGeneration),
    }
    config_type, model_type = classes[kind]
    model: Any = model_type._from_config(config_type(**facts(kind)), attn_implementation="sdpa")
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.normal_(0, 1.5 * parameter[0].numel() ** -0.5, generator=generator)
            else:
                parameter.add_(torch.randn(parameter.shape, generator=generator), alpha=0.3)
    made: PreTrainedModel = model.eval()
    return made


def write_checkpoint(folder: Path, kind: str, template: str = TEMPLATE, shard: str = "200KB") -> PreTrainedModel:
    """Write a checkpoint in shards; return the model that it is of."""
    model = original(kind)
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder, max_shard_size=shard)
    (folder / "tokenizer.json").write_text(tokenizer_json(ID), encoding="utf-8")
    (folder / "chat_template.jinja").write_text(template, encoding="utf-8")
    return model
