"""The bodies of answers: one object, or the chunks of a stream."""

import json
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from model_service import FinishReason, GenerationOutput

DONE = b"data: [DONE]\n\n"
WAITING = b": waiting\n\n"
"""A comment: it tells whatever lies between that the connection is alive."""


Ratings = Sequence[dict[str, Any]] | None
"""How probable tokens were, as `api.ratings` tells it; None where that was not asked for."""


@dataclass(frozen=True, slots=True)
class Bodies:
    """The bodies of one answer."""

    model: str
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid.uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))

    def whole(
        self, text: str, reason: FinishReason, output: GenerationOutput, ratings: Ratings = None
    ) -> dict[str, Any]:
        """Return the answer as one object."""
        message = {"role": "assistant", "content": text, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": _logprobs(ratings), "finish_reason": reason.value}
        return self._object("chat.completion", [choice]) | {"usage": usage(output)}

    def chunk(self, reason: FinishReason | None = None, ratings: Ratings = None, **delta: str) -> dict[str, Any]:
        """Return a chunk: what is new of the message, and at its end the reason."""
        ended = reason and reason.value
        choice = {"index": 0, "delta": delta, "logprobs": _logprobs(ratings or None), "finish_reason": ended}
        return self._object("chat.completion.chunk", [choice])

    def usage_chunk(self, output: GenerationOutput) -> dict[str, Any]:
        """Return the chunk without a choice that tells the numbers of tokens."""
        return self._object("chat.completion.chunk", []) | {"usage": usage(output)}

    def _object(self, kind: str, choices: list[dict[str, Any]]) -> dict[str, Any]:
        return {"id": self.id, "object": kind, "created": self.created, "model": self.model, "choices": choices}


def _logprobs(ratings: Ratings) -> dict[str, Any] | None:
    return None if ratings is None else {"content": list(ratings), "refusal": None}


def usage(output: GenerationOutput) -> dict[str, Any]:
    """Return the numbers of tokens; where the engine does not say how many it read, only the picture's are counted."""
    image = 0 if output.plan is None else output.plan.tokens
    prompt = image if output.prompt_tokens is None else output.prompt_tokens
    return {
        "prompt_tokens": prompt,
        "completion_tokens": output.tokens,
        "total_tokens": prompt + output.tokens,
        "prompt_tokens_details": {"image_tokens": image},
    }


def event(data: dict[str, Any]) -> bytes:
    """Return an event of a stream."""
    return f"data: {json.dumps(data, ensure_ascii=False, separators=(',', ':'))}\n\n".encode()
