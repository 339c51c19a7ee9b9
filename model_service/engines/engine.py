"""What the service asks of a model: an engine is loaded, used and closed on one and the same thread."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from model_service.detail import DetailPlan
from model_service.types import FinishReason, GenerationRequest


@dataclass(frozen=True, slots=True)
class EngineInfo:
    """Facts about a loaded engine: the model's name, its device and dtype, and the most visual tokens it may spend."""

    model: str
    device: str
    dtype: str
    max_visual_tokens: int


@dataclass(frozen=True, slots=True)
class EngineStep:
    """What one step added: `text` may be empty (nothing printable yet). The last step carries `finish_reason`.

    A step with a `plan` stands before the first token: memory was short, so the picture was read at this grid.
    """

    text: str
    finish_reason: FinishReason | None = None
    plan: DetailPlan | None = None


class Engine(Protocol):
    """A loaded model. Every call is made on the thread that loaded it."""

    @property
    def info(self) -> EngineInfo:
        """Facts for /status, logs and the command line."""

    def plan(self, request: GenerationRequest) -> DetailPlan | None:
        """The grid the request's picture will be read at; None without a picture.

        Raises:
            PictureRejected: the bytes cannot be looked at.
        """

    def generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Yield one step per new token; closing the iterator (GeneratorExit) stops the work.

        Raises:
            GenerationFailed, OutOfMemory, PictureRejected.
        """

    def forget(self, chat: str) -> None:
        """Drop what was remembered of a chat to answer it sooner; an answer on its way will not be remembered."""

    def close(self) -> None:
        """Give back the memory."""
