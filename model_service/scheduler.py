"""Who is next: pure data, without a clock, a thread or a loop."""

from model_service.errors import QueueFull
from model_service.types import GenerationRequest


class Scheduler:
    """The requests that wait, first come first served, at most `limit` of them."""

    def __init__(self, limit: int) -> None:
        if limit < 1:
            raise ValueError(f"limit is {limit}: at least one request must be able to wait")
        self._limit = limit
        self._waiting: dict[str, GenerationRequest] = {}

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def add(self, request: GenerationRequest) -> None:
        """Put a request in line.

        Raises:
            QueueFull: `limit` requests wait already.
            ValueError: a request of the same id waits already.
        """
        if request.id in self._waiting:
            raise ValueError(f"request {request.id!r} waits already")
        if len(self._waiting) >= self._limit:
            raise QueueFull(f"{len(self._waiting)} requests wait already")
        self._waiting[request.id] = request

    def next(self) -> GenerationRequest | None:
        """Take out the request whose turn it is; None when nobody waits."""
        first = next(iter(self._waiting), None)
        return None if first is None else self._waiting.pop(first)

    def remove(self, request_id: str) -> bool:
        """Take out a request that gave up; False when it does not wait (any more)."""
        return self._waiting.pop(request_id, None) is not None

    def position(self, request_id: str) -> int | None:
        """How many of those who wait go before this one; None when it does not wait."""
        return next((place for place, waiting in enumerate(self._waiting) if waiting == request_id), None)
