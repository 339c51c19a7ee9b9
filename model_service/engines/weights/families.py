"""The families of models that can be loaded, by the `model_type` of their config.json."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from model_service.detail import DetailDial
from model_service.engines.glm4v.config import GLM4VConfig
from model_service.engines.glm4v.dial import dial_up_to
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.glm4v.prompt import build_prompt
from model_service.engines.glm4v.tokenizer import Tokenizer
from model_service.engines.glm46v.answer import AnswerText
from model_service.engines.glm46v.chat import Chat
from model_service.engines.glm46v.config import GLM4V, OCR, GLM46VConfig, parse
from model_service.engines.glm46v.dial import GLM46V_DIAL
from model_service.engines.glm46v.model import GLM46VForConditionalGeneration
from model_service.engines.glm46v.tensors import renamed
from model_service.engines.model import Prompt
from model_service.errors import CheckpointError, WrongFamily
from model_service.types import Message, Transcription

Tensors = Iterable[tuple[str, Tensor]]

Config = GLM4VConfig | GLM46VConfig


@dataclass(frozen=True, slots=True)
class Family:
    """A family: its common name, how its config.json is read and its model made, and what it needs beside the shards.

    `tensors` gives a checkpoint's tensors, as they come, the names that they have in the model. `tokenizer` reads what
    turns text into ids, and `prompt` writes a conversation with that, `thinking` or not. `dial` is how pictures are
    looked at, up to `pictures` in a prompt. With `answer`, not all that is written is the answer. `prompts` are the
    only questions that it was made for; None: any.
    """

    name: str
    config: Callable[[Path], Any]
    model: Callable[[Any], Any]
    files: tuple[str, ...]
    tensors: Callable[[Any, Tensors], Iterator[tuple[str, Tensor]]]
    tokenizer: Callable[[Path, Any], Any]
    prompt: Callable[..., Prompt]
    dial: Callable[[Any], DetailDial]
    pictures: int = 1
    answer: Callable[..., AnswerText] | None = None
    prompts: Mapping[Transcription, str] | None = None


PICTURES = 8
"""Pictures that the newer models see in one prompt at most; more of them make a prompt long, and an answer vague."""

READING = {
    Transcription.TEXT: "Text Recognition:",
    Transcription.TABLE: "Table Recognition:",
    Transcription.FORMULA: "Formula Recognition:",
    Transcription.FIELDS: "请按下列JSON格式输出图中信息:\n",
}
"""The prompts of GLM-OCR, as its card has them; behind the last one stands the JSON object to be filled in."""


def _glm46v(folder: Path) -> GLM46VConfig:
    generation = folder / "generation_config.json"
    told = json.loads(generation.read_text(encoding="utf-8")) if generation.is_file() else None
    try:
        return parse(json.loads((folder / "config.json").read_text(encoding="utf-8")), told)
    except CheckpointError as error:
        raise CheckpointError(f"{folder}: {error}") from error


def _as_they_are(_: Any, tensors: Tensors) -> Iterator[tuple[str, Tensor]]:
    yield from tensors


def _glm4v_tokenizer(folder: Path, config: GLM4VConfig) -> Tokenizer:
    tokenizer = Tokenizer.load(folder / "tokenizer.model")
    if tokenizer.special("<|begin_of_image|>") != config.boi_token_id:
        raise CheckpointError(f"{folder}: tokenizer.model does not fit config.json (boi_token_id)")
    return tokenizer


def _glm4v_prompt(tokenizer: Tokenizer, messages: Sequence[Message], *, thinking: bool = False) -> Prompt:
    return build_prompt(tokenizer, messages, any(message.pictures for message in messages))


def _newer(name: str, **facts: Any) -> Family:
    return Family(
        name,
        _glm46v,
        GLM46VForConditionalGeneration,
        ("config.json", "tokenizer.json"),
        renamed,
        Chat.load,
        Chat.prompt,
        lambda _: GLM46V_DIAL,
        PICTURES,
        AnswerText,
        **facts,
    )


FAMILIES = {
    GLM4VConfig.model_type: Family(
        "GLM-4V",
        GLM4VConfig.from_pretrained,
        GLM4VForConditionalGeneration,
        ("config.json", "tokenizer.model"),
        _as_they_are,
        _glm4v_tokenizer,
        _glm4v_prompt,
        lambda config: dial_up_to(config.max_visual_tokens),
    ),
    GLM4V: _newer("GLM-4.1V and GLM-4.6V-Flash"),
    OCR: _newer("GLM-OCR", prompts=READING),
}


def family_of(folder: Path) -> Family:
    """Return the family of a checkpoint.

    Raises:
        OSError, ValueError: config.json is missing or torn.
        CheckpointError: it is of no known family.
    """
    kind = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type")
    if kind not in FAMILIES:
        raise WrongFamily(f"{folder}: config.json says model_type {kind!r}, not {known_families()}")
    return FAMILIES[kind]


def known_families() -> str:
    """Return the supported values of model_type, with what they are."""
    return " or ".join(f"{kind!r} ({family.name})" for kind, family in FAMILIES.items())


def read_config(folder: Path) -> Config:
    """Read a checkpoint's configuration.

    Raises:
        OSError, ValueError: config.json is missing or torn.
        CheckpointError: it is of no known family, or not one of that.
    """
    config: Config = family_of(folder).config(folder)
    return config
