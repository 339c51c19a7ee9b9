"""The pocket checkpoint as files: small enough for the repository, and laid out as the original's."""

import base64
import json

import torch
from safetensors import safe_open

from model_service.engines.glm4v.config import SPECIAL_TOKENS, GLM4VConfig
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.glm4v.tokenizer import Tokenizer
from model_service.engines.weights.checkpoint import POCKET

MIB = 1024**2
MOST, MOST_PER_FILE = 40_000_000, 16 * MIB
ORIGINAL_KEYS = {
    "model_type", "architectures", "num_layers", "hidden_size", "ffn_hidden_size", "num_attention_heads", "kv_channels",
    "multi_query_attention", "multi_query_group_num", "add_qkv_bias", "add_bias_linear", "rmsnorm",
    "layernorm_epsilon", "post_layer_norm", "original_rope", "seq_length", "padded_vocab_size", "tie_word_embeddings",
    "eos_token_id", "pad_token_id", "boi_token_id", "eoi_token_id", "torch_dtype", "vision_config",
}  # fmt: skip
"""The keys of GLM-4V-9B's config.json that describe the model."""


def test_the_folder_is_small() -> None:
    """At most 40 MB in all, and no file over 16 MiB."""
    sizes = {file.name: file.stat().st_size for file in POCKET.rglob("*") if file.is_file()}
    assert sum(sizes.values()) <= MOST
    assert max(sizes.values()) <= MOST_PER_FILE


def test_the_configuration_has_the_originals_keys() -> None:
    """config.json reads like GLM-4V-9B's; nothing in it loads code from elsewhere."""
    config = json.loads((POCKET / "config.json").read_text(encoding="utf-8"))
    assert config.keys() >= ORIGINAL_KEYS
    assert "auto_map" not in config
    assert config["model_type"] == "chatglm"
    assert GLM4VConfig.from_pretrained(POCKET).vision.native_side == 80


def test_the_tensors_are_those_of_the_model() -> None:
    """The shards hold every tensor that the model has, by the original's names and in its shapes, and no other."""
    with torch.device("meta"):
        model = GLM4VForConditionalGeneration(GLM4VConfig.from_pretrained(POCKET))
    wanted = {name: list(tensor.shape) for name, tensor in model.state_dict().items()}
    found: dict[str, list[int]] = {}
    for shard in POCKET.glob("*.safetensors"):
        with safe_open(shard, framework="pt") as file:
            found |= {name: file.get_slice(name).get_shape() for name in file.keys()}  # noqa: SIM118
    assert found == wanted
    assert all(name.startswith("transformer.") for name in found)


def test_the_index_names_the_shard_of_each_tensor() -> None:
    """model.safetensors.index.json and the shards agree."""
    index = json.loads((POCKET / "model.safetensors.index.json").read_text(encoding="utf-8"))
    for shard in set(index["weight_map"].values()):
        with safe_open(POCKET / shard, framework="pt") as file:
            assert set(file.keys()) == {name for name, where in index["weight_map"].items() if where == shard}


def test_the_tokenizer_is_in_the_originals_format() -> None:
    """Lines of base64 token and rank, ranks from 0 up, and room for the special tokens in the vocabulary."""
    lines = (POCKET / "tokenizer.model").read_bytes().splitlines()
    pairs = [line.split() for line in lines]
    assert [int(rank) for _, rank in pairs] == list(range(len(lines)))
    tokens = {base64.b64decode(token) for token, _ in pairs}
    assert {bytes([byte]) for byte in range(256)} <= tokens
    tokenizer = Tokenizer.load(POCKET / "tokenizer.model")
    config = GLM4VConfig.from_pretrained(POCKET)
    assert tokenizer.special("<|begin_of_image|>") == config.boi_token_id
    assert len(lines) + len(SPECIAL_TOKENS) <= config.padded_vocab_size
