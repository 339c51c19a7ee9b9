"""Configuration of the model service."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from pydantic import SecretStr

RAPIDOCR = "rapidocr"
"""The reader that is a library, and no checkpoint."""

Memory = Literal["auto", "full", "lean", "tiny"]
"""Contents of the device: everything; less the embeddings, the head packed; less the vision tower too."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits on the work that is taken on.

    `begun` is the most answers that are written in turns at once, or as many as are written together: each keeps its
    KV cache. Seconds are of GPU time within an hour; 0 is no limit.
    """

    seconds_per_person: float = 0.0
    seconds_per_chat: float = 0.0
    begun: int = 4

    def __post_init__(self) -> None:
        """Refuse a limit under which nobody would be answered."""
        if self.begun < 1:
            raise ValueError(f"begun is {self.begun}: at least one answer must be begun")


@dataclass(frozen=True, slots=True)
class RemoteConfig:
    """A server that speaks OpenAI's protocol, at an address such as `https://host/v1`.

    `model` is the name it is asked for; empty: the only one that it lists. `slots` answers are asked for at once; None:
    as many as the server says, else a number that suits most. It may say nothing for `timeout` seconds. Without
    `patient`, a server that does not answer at the start is an error, instead of being waited for.
    """

    address: str
    key: SecretStr | None = None
    model: str = ""
    slots: int | None = None
    timeout: float = 120.0
    patient: bool = True


@dataclass(frozen=True, slots=True)
class ModelConfig:
    """What to load and how much work to take on, in turns of `slice_tokens` tokens.

    `name` is `auto`, `pocket`, a folder, or a hub id such as `zai-org/glm-4v-9b`. `auto` is the 9B where a big enough
    GPU is found, else pocket. `device` is `auto`, `cpu`, `cuda`, or cards such as `cuda:0,cuda:1`, each with an engine
    of its own. Up to `together` answers are written in one step of an engine; None: as many as memory allows. Each
    `*_cache_mib` bounds, in MiB of a device, what is kept of earlier requests: the vision features of pictures, and the
    KV prefixes of chats; 0 keeps nothing. `cache` is the folder of packed weights: of those that an earlier start kept,
    and with `keep` of those that this one keeps; None: there is none. With `remote` nothing is loaded here: a server
    answers, and what is said of devices and memory counts for nothing. `reader` is what writes down print beside the
    model: `rapidocr`, or a folder or hub id of GLM-OCR, on the same device; empty for none.
    """

    name: str = "auto"
    reader: str = ""
    remote: RemoteConfig | None = None
    device: str = "auto"
    dtype: Literal["auto", "bfloat16", "float16", "float32"] = "auto"
    quantize: Literal["auto", "nf4", "none"] = "auto"
    memory: Memory = "auto"
    together: int | None = None
    cache: Path | None = None
    keep: bool = True
    feature_cache_mib: int = 64
    prefix_cache_mib: int = 256
    limits: Limits = field(default_factory=Limits)
    slice_tokens: int = 64
    drain_seconds: float = 30.0

    @property
    def devices(self) -> list[str]:
        """The devices that `device` names, each for an engine of its own."""
        return self.device.split(",")
