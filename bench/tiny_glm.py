"""python -m bench.tiny_glm FOLDER: a tiny GLM-4.1V with random weights, for servers that `bench.remote_bot` plays with.

Its words are none, but it counts, waits, breaks off and refuses as the real one does. A token is a byte.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from transformers import Glm4vConfig, Glm4vForConditionalGeneration, PreTrainedTokenizerFast

from bench.family_tokens import BYTES, TEMPLATE, special_ids, tokenizer_json

MARKS = ("image", "video")
HEAD = 64
"""The size of a head: vLLM on a CPU wants 32 or more."""

CONTEXT = 4096
PIXELS = {"shortest_edge": 112 * 112, "longest_edge": 28 * 28 * 6144 * 2}


def config(ids: dict[str, Any]) -> Glm4vConfig:
    """Return the configuration of a model of two layers."""
    end, width = ids["<|endoftext|>"], 2 * HEAD
    rope = {"rope_type": "default", "rope_theta": 10000.0, "mrope_section": [4, 6, 6], "partial_rotary_factor": 0.5}
    text = {
        "vocab_size": 320, "hidden_size": width, "intermediate_size": 2 * width, "num_hidden_layers": 2,
        "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": HEAD, "max_position_embeddings": CONTEXT,
        "rope_parameters": rope, "eos_token_id": end, "pad_token_id": end,
    }  # fmt: skip
    vision = {
        "depth": 2, "hidden_size": width, "num_heads": 2, "intermediate_size": 2 * width, "out_hidden_size": width,
        "image_size": 336, "patch_size": 14, "spatial_merge_size": 2, "temporal_patch_size": 2,
    }  # fmt: skip
    marks: dict[str, Any] = {
        f"{kind}{name}_token_id": ids[mark]
        for kind in MARKS
        for name, mark in (("", f"<|{kind}|>"), ("_start", f"<|begin_of_{kind}|>"), ("_end", f"<|end_of_{kind}|>"))
    }
    return Glm4vConfig(text_config=text, vision_config=vision, **marks)


def write(folder: Path) -> int:
    """Write checkpoint, tokenizer and processors into a folder; return the number of weights."""
    ids = special_ids(BYTES)
    made = Tokenizer.from_str(tokenizer_json(ids))
    extra = {f"{kind}_token": f"<|{kind}|>" for kind in MARKS}
    end = "<|endoftext|>"
    fast = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=made, eos_token=end, pad_token=end, chat_template=TEMPLATE, extra_special_tokens=extra
    )
    fast.save_pretrained(folder)
    torch.manual_seed(0)
    model = Glm4vForConditionalGeneration(config(ids))
    model.save_pretrained(folder)
    (folder / "chat_template.jinja").write_text(TEMPLATE, encoding="utf-8")
    shared: dict[str, Any] = {"processor_class": "Glm4vProcessor", "size": PIXELS, "patch_size": 14, "merge_size": 2}
    shared["temporal_patch_size"] = 2
    image = shared | {"image_processor_type": "Glm4vImageProcessor"}
    video = shared | {"video_processor_type": "Glm4vVideoProcessor", "fps": 2.0, "max_duration": 300}
    _write(folder / "preprocessor_config.json", image)
    _write(folder / "video_preprocessor_config.json", video)
    file = folder / "tokenizer_config.json"
    _write(file, json.loads(file.read_text(encoding="utf-8")) | {"processor_class": "Glm4vProcessor"})
    return sum(weights.numel() for weights in model.parameters())


def _write(file: Path, said: dict[str, Any]) -> None:
    file.write_text(json.dumps(said, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.tiny_glm", description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    print(f"{write(folder):,} weights in {folder}")
