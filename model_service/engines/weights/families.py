"""The families of models that can be loaded, by the `model_type` of their config.json."""

import json
from dataclasses import dataclass
from pathlib import Path

from model_service.engines.glm4v.config import GLM4VConfig
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration


@dataclass(frozen=True, slots=True)
class Family:
    """What people call it, and its classes."""

    name: str
    config: type[GLM4VConfig]
    model: type[GLM4VForConditionalGeneration]


FAMILIES = {GLM4VConfig.model_type: Family("GLM-4V", GLM4VConfig, GLM4VForConditionalGeneration)}


def read_config(folder: Path) -> GLM4VConfig:
    """Read a checkpoint's configuration.

    Raises:
        OSError, ValueError: config.json is missing, torn or of no known family.
    """
    kind = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type")
    if kind not in FAMILIES:
        raise ValueError(f"model_type {kind!r}")
    config: GLM4VConfig = FAMILIES[kind].config.from_pretrained(folder)
    return config
