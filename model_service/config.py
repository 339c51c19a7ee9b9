"""How the model service is set up."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """What to load and how much work to take on.

    `name` is `auto`, `pocket`, a folder, or a hub id such as `zai-org/glm-4v-9b`. `auto` is the 9B where a big enough
    GPU is found, else pocket. Each `*_cache_mib` bounds, in MiB of the model's device, what is kept of earlier
    requests: the vision features of pictures, and the KV prefixes of chats; 0 keeps nothing.
    """

    name: str = "auto"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    dtype: Literal["auto", "bfloat16", "float16", "float32"] = "auto"
    quantize: Literal["auto", "nf4", "none"] = "auto"
    feature_cache_mib: int = 64
    prefix_cache_mib: int = 256
    max_waiting: int = 64
    drain_seconds: float = 30.0
