"""The configuration of GLM-4V-9B, with the keys of the original config.json."""

import copy
from dataclasses import dataclass
from typing import Any

from transformers import PreTrainedConfig

from model_service.detail import MAX_TOKENS
from model_service.errors import CheckpointError

SPECIAL_TOKENS = (
    "<|endoftext|>",
    "[MASK]",
    "[gMASK]",
    "[sMASK]",
    "<sop>",
    "<eop>",
    "<|system|>",
    "<|user|>",
    "<|assistant|>",
    "<|observation|>",
    "<|begin_of_image|>",
    "<|end_of_image|>",
    "<|begin_of_video|>",
    "<|end_of_video|>",
)
"""The special tokens in the order of their ids, which follow the ordinary vocabulary."""


@dataclass(frozen=True, slots=True)
class VisionConfig:
    """The vision tower: `num_positions` is the native grid's patches plus the CLS row."""

    hidden_size: int
    intermediate_size: int
    num_heads: int
    num_hidden_layers: int
    num_positions: int
    image_size: int
    in_channels: int
    patch_size: int
    layer_norm_eps: float
    scaling_factor: float

    @property
    def head_dim(self) -> int:
        """Width of one attention head."""
        return self.hidden_size // self.num_heads

    @property
    def native_side(self) -> int:
        """Patches along one side of the square that the model was trained on."""
        return self.image_size // self.patch_size

    @property
    def held(self) -> int:
        """Numbers of each patch that are held at once at the peak: in attention, or in the MLP."""
        return max(8 * self.hidden_size, 3 * self.hidden_size + self.intermediate_size)

    @property
    def widest(self) -> int:
        """Weights of its largest matrix."""
        return self.hidden_size * self.intermediate_size


class GLM4VConfig(PreTrainedConfig):  # type: ignore[no-untyped-call]
    """The language model's keys, and `vision_config`, a plain mapping as in the original file.

    Six are not in the original's: above `max_visual_tokens` the model does not read better; one of `bare_questions`
    was trained without wishes about the answer, so it is not told them; `abilities` (None: all), `languages` (none: as
    many as it can) and `max_characters` say what it was trained for, as in EngineInfo; `sureness` is what was measured
    of it (see there).
    """

    model_type = "chatglm"

    num_layers: int = 40
    hidden_size: int = 4096
    ffn_hidden_size: int = 13696
    num_attention_heads: int = 32
    kv_channels: int = 128
    multi_query_group_num: int = 2
    layernorm_epsilon: float = 1.5625e-07
    seq_length: int = 8192
    padded_vocab_size: int = 151552
    tie_word_embeddings: bool = False
    eos_token_id: int | list[int] | None = None
    pad_token_id: int | None = None
    boi_token_id: int | None = None
    eoi_token_id: int | None = None
    rope_ratio: float = 1.0
    vision_config: dict[str, Any] | None = None
    max_visual_tokens: int = MAX_TOKENS
    bare_questions: bool = False
    abilities: list[str] | None = None
    languages: list[str] | None = None
    max_characters: int | None = None
    sureness: dict[str, float] | None = None

    def few_layers(self, vocabulary: int) -> "GLM4VConfig":
        """Return the same with a layer of each kind, and at most so many ids."""
        few = copy.deepcopy(self)
        few.num_layers, few.padded_vocab_size = 1, min(self.padded_vocab_size, vocabulary)
        few.vision_config = {**(self.vision_config or {}), "num_hidden_layers": 1}
        return few

    @property
    def vision(self) -> VisionConfig:
        """The vision tower's part, typed.

        Raises:
            CheckpointError: the checkpoint has no vision tower, or lacks one of its keys.
        """
        names = VisionConfig.__dataclass_fields__
        found = self.vision_config or {}
        missing = [name for name in names if name not in found]
        if missing:
            raise CheckpointError(f"config.json: vision_config lacks {', '.join(missing)}: not a GLM-4V checkpoint")
        return VisionConfig(**{name: found[name] for name in names})


NINE_BILLION = GLM4VConfig(
    vision_config={
        "hidden_size": 1792,
        "intermediate_size": 15360,
        "num_heads": 16,
        "num_hidden_layers": 63,
        "num_positions": 6401,
        "image_size": 1120,
        "in_channels": 3,
        "patch_size": 14,
        "layer_norm_eps": 1e-06,
        "scaling_factor": 8,
    }
)
"""GLM-4V-9B, for those who ask what it needs before they have it."""
