"""A tokenizer of single bytes and a chat template in the manner of GLM-4.6V's, for models with random weights."""

import json
from collections.abc import Mapping

from model_service.engines.glm4v.config import SPECIAL_TOKENS
from model_service.engines.glm46v.tokenizer import BYTES as ALPHABET

BYTES = 256

SPECIAL = (
    *SPECIAL_TOKENS,
    "<|image|>",
    "<|begin_of_box|>",
    "<|end_of_box|>",
    "/nothink",
    "<think>",
    "</think>",
    "<|video|>",
)
"""Special tokens in the order of their ids."""

TEMPLATE = """[gMASK]<sop>
{%- macro said(content) -%}
    {%- if content is string -%}
        {{- content }}
    {%- else -%}
        {%- for item in content -%}
            {%- if item.type in ['image', 'image_url'] -%}
                <|begin_of_image|><|image|><|end_of_image|>
            {%- else -%}
                {{- item.text }}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro -%}
{%- for m in messages %}
{%- if m.role == 'user' %}<|user|>
{{ said(m.content) }}
{{- '/nothink' if (enable_thinking is defined and not enable_thinking) else '' -}}
{%- elif m.role == 'system' %}<|system|>
{{ said(m.content) }}
{%- else %}<|assistant|>
{{- '\\n<think></think>\\n' + said(m.content).strip() }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}<|assistant|>
{{- '\\n<think></think>' if (enable_thinking is defined and not enable_thinking) else '' -}}
{%- endif %}"""
"""With a switch for thinking, and pictures in place."""


def special_ids(first: int, **other: int) -> dict[str, int]:
    """Return an id for each special token, from `first` on; `image` may be given apart."""
    return {token: first + at for at, token in enumerate(SPECIAL)} | {f"<|{name}|>": id_ for name, id_ in other.items()}


def tokenizer_json(ids: Mapping[str, int]) -> str:
    """Return a tokenizer.json of single bytes, and special tokens; `<think>` is not marked as special, as in some."""
    letters = {byte: letter for letter, byte in ALPHABET.items()}
    fixed = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False}
    added = [fixed | {"id": id_, "content": token, "special": "think" not in token} for token, id_ in ids.items()]
    words = {"type": "Split", "pattern": {"Regex": r"\s+|\S+"}, "behavior": "Isolated", "invert": False}
    bytes_ = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False}
    model = {"type": "BPE", "vocab": {letters[byte]: byte for byte in range(BYTES)}, "merges": []}
    unused = ("dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix")
    return json.dumps(
        {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": added,
            "normalizer": None,
            "pre_tokenizer": {"type": "Sequence", "pretokenizers": [words, bytes_]},
            "post_processor": None,
            "decoder": bytes_,
            "model": model
            | dict.fromkeys(unused)
            | {"fuse_unk": False, "byte_fallback": False, "ignore_merges": False},
        }
    )
