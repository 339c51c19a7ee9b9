"""The configuration of GLM-4.1V, GLM-4.6V-Flash and GLM-OCR, read from the original config.json, defaults and all."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from model_service.detail import MAX_TOKENS
from model_service.errors import CheckpointError

GLM4V, OCR = "glm4v", "glm_ocr"
"""The `model_type` of GLM-4.1V-9B and GLM-4.6V-Flash, and that of GLM-OCR."""

CONTEXT = 32768
"""Positions of a conversation that are read at most, though the models go on to 64 or 128 thousand: nobody's album and
talk is longer, and each position takes 40 to 64 KiB."""


@dataclass(frozen=True, slots=True)
class VisionConfig:
    """The vision tower. `native_side`: patches along a side of its learned table of positions, 0 without a table.

    `inner` is the width within a layer's MLP, `merger` that within the last one, behind the layers. With `norms` the
    queries and keys of a head are normalised; with `bias` each linear layer of a layer has one, else none.
    """

    hidden_size: int
    num_heads: int
    num_hidden_layers: int
    patch_size: int
    inner: int
    merger: int
    native_side: int
    norms: bool
    bias: bool
    theta: float
    layer_norm_eps: float

    @property
    def head_dim(self) -> int:
        """Width of one attention head."""
        return self.hidden_size // self.num_heads

    @property
    def held(self) -> int:
        """Numbers of each patch that are held at once at the peak: in attention, or in the MLP."""
        width, inner = self.hidden_size, self.inner
        return max(6 * width, 3 * width + 3 * inner)

    @property
    def widest(self) -> int:
        """Weights of the largest matrix, which is unpacked whole."""
        return max(3 * self.hidden_size, 2 * self.inner) * self.hidden_size


@dataclass(frozen=True, slots=True)
class GLM46VConfig:
    """The language model's sizes by the names that the runtime knows them by, and the tower's.

    `sections` are the pairs of a head that turn by time, by row and by column. `biased`: queries, keys and values have
    a bias. `stop` are the ids that end an answer.
    """

    model_type: str
    num_layers: int
    hidden_size: int
    ffn_hidden_size: int
    num_attention_heads: int
    kv_channels: int
    multi_query_group_num: int
    layernorm_epsilon: float
    seq_length: int
    padded_vocab_size: int
    theta: float
    sections: tuple[int, ...]
    biased: bool
    tied: bool
    image_token_id: int
    eos_token_id: tuple[int, ...]
    vision: VisionConfig
    bare_questions: bool = False
    max_visual_tokens: int = MAX_TOKENS
    abilities: tuple[str, ...] | None = None
    languages: tuple[str, ...] = ()
    max_characters: int | None = None
    sureness: Mapping[str, float] = field(default_factory=dict)

    @property
    def rotary_pairs(self) -> int:
        """Pairs of a head that are turned."""
        return sum(self.sections)

    def few_layers(self, vocabulary: int) -> "GLM46VConfig":
        """Return the same with a layer of each kind, and at most so many ids."""
        vision = replace(self.vision, num_hidden_layers=1)
        return replace(self, num_layers=1, padded_vocab_size=min(self.padded_vocab_size, vocabulary), vision=vision)


def parse(told: Mapping[str, Any], generation: Mapping[str, Any] | None = None) -> GLM46VConfig:
    """Return what a config.json says, and a generation_config.json of the ids that end an answer.

    Raises:
        CheckpointError: it lacks a number, or asks for what is not supported; the text says which.
    """
    try:
        return _parsed(told, generation or {})
    except (KeyError, TypeError, ValueError, ZeroDivisionError, AttributeError) as error:
        raise CheckpointError(f"config.json lacks what a model of its kind needs ({error!r})") from error


def _parsed(told: Mapping[str, Any], generation: Mapping[str, Any]) -> GLM46VConfig:
    text, kind = told["text_config"], told["model_type"]
    ocr, hidden, heads = kind == OCR, int(text["hidden_size"]), int(text["num_attention_heads"])
    dim = int((text.get("head_dim") if ocr else None) or hidden // heads)
    theta, share, sections = _rope(text)
    for part in (text, told["vision_config"]):
        if part.get("hidden_act", "silu") != "silu":
            raise CheckpointError(f"config.json asks for the activation {part['hidden_act']!r}, and silu is supported")
    if 2 * sum(sections) != int(dim * share):
        raise CheckpointError(
            f"config.json: mrope_section {list(sections)} does not fit heads of {dim}, {share} turned"
        )
    stop = generation.get("eos_token_id") or told.get("eos_token_id") or text.get("eos_token_id")
    if stop is None:
        raise CheckpointError("neither generation_config.json nor config.json says which ids end an answer")
    return GLM46VConfig(
        model_type=kind,
        num_layers=int(text["num_hidden_layers"]),
        hidden_size=hidden,
        ffn_hidden_size=int(text["intermediate_size"]),
        num_attention_heads=heads,
        kv_channels=dim,
        multi_query_group_num=int(text.get("num_key_value_heads") or heads),
        layernorm_epsilon=float(text.get("rms_norm_eps", 1e-5)),
        seq_length=min(int(text["max_position_embeddings"]), CONTEXT),
        padded_vocab_size=int(text["vocab_size"]),
        theta=theta,
        sections=sections,
        biased=not ocr,
        tied=bool(told.get("tie_word_embeddings") or text.get("tie_word_embeddings")),
        image_token_id=int(told["image_token_id"]),
        eos_token_id=(int(stop),) if isinstance(stop, int) else tuple(map(int, stop)),
        vision=_vision(told["vision_config"], hidden, ocr),
        bare_questions=ocr,
        abilities=("text", "table") if ocr else None,
    )


def _vision(told: Mapping[str, Any], out: int, ocr: bool) -> VisionConfig:
    for name, wanted in (("spatial_merge_size", 2), ("temporal_patch_size", 2), ("in_channels", 3)):
        if told.get(name, wanted) != wanted:
            raise CheckpointError(f"config.json: {name} is {told[name]}, and {wanted} is supported")
    if told["out_hidden_size"] != out:
        raise CheckpointError(
            f"config.json: the tower's out_hidden_size is {told['out_hidden_size']}, the text's {out}"
        )
    inner = int(told["intermediate_size"])
    patch = int(told.get("patch_size", 14))
    rope = told.get("rope_parameters") or {}
    return VisionConfig(
        hidden_size=int(told["hidden_size"]),
        num_heads=int(told["num_heads"]),
        num_hidden_layers=int(told["depth"]),
        patch_size=patch,
        inner=inner if ocr else out,
        merger=3 * out if ocr else inner,
        native_side=0 if ocr else int(told.get("image_size", 336)) // patch,
        norms=ocr,
        bias=bool(told.get("attention_bias", ocr)),
        theta=float(rope.get("rope_theta") or told.get("rope_theta") or 10000.0),
        layer_norm_eps=float(told.get("rms_norm_eps", 1e-5)),
    )


def _rope(text: Mapping[str, Any]) -> tuple[float, float, tuple[int, ...]]:
    """The base of the angles, the share of a head that turns, and its sections; as new files say it, and as old ones.

    Older ones have `rope_scaling` for the sections, and the rest beside it.
    """
    told = {**text, **(text.get("rope_scaling") or {}), **(text.get("rope_parameters") or {})}
    kind = told.get("rope_type") or told.get("type") or "default"
    if kind not in {"default", "mrope"}:
        raise CheckpointError(f"config.json asks for rope_type {kind!r}, and the default is supported")
    sections = tuple(int(each) for each in told["mrope_section"])
    if len(sections) != 3:
        raise CheckpointError(f"config.json: mrope_section has {len(sections)} parts, and three are supported")
    return float(told["rope_theta"]), float(told.get("partial_rotary_factor", 1.0)), sections


FLASH = GLM46VConfig(
    GLM4V, 40, 4096, 13696, 32, 128, 2, 1e-5, CONTEXT, 151552, 500000.0, (8, 12, 12), True, False, 151363,
    (151329, 151336, 151338), VisionConfig(1536, 12, 24, 14, 4096, 13696, 24, False, False, 10000.0, 1e-5),
)  # fmt: skip
"""GLM-4.6V-Flash, for those who ask what it needs before they have it. GLM-4.1V-9B has the same shapes."""

SMALL_READER = GLM46VConfig(
    OCR, 16, 1536, 4608, 16, 128, 8, 1e-5, CONTEXT, 59392, 10000.0, (16, 24, 24), False, False, 59280, (59246, 59253),
    VisionConfig(1024, 16, 24, 14, 4096, 4608, 0, True, True, 10000.0, 1e-5), True,
    abilities=("text", "table"),
)  # fmt: skip
"""GLM-OCR, the same for it."""
