"""What one event of a streamed answer says, or the body of one that is not streamed. Pure data."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from model_service.backends.remote.events import Event
from model_service.backends.remote.faults import Kind, RemoteFault, judge
from model_service.backends.remote.ratings import Rating, read_ratings

END = "[DONE]"


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of an answer: its `text`, and what else is known with it.

    `finish` is the server's word for why it ended, `end` that nothing follows. Tokens are those of the whole prompt and
    the whole answer. `ratings` say how probable its tokens were, where that is told.
    """

    text: str = ""
    finish: str = ""
    end: bool = False
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    ratings: tuple[Rating, ...] = ()


def read_event(event: Event) -> Piece:
    """Read an event.

    Raises:
        RemoteFault: it is an error, or cannot be read.
    """
    if event.error or event.name == "error":
        raise judge(200, event.error or event.data)
    data = event.data.strip()
    return Piece(end=True) if data == END or not data else read_body(data)


def read_body(data: str) -> Piece:
    """Read a JSON object: a chunk of a streamed answer, or a whole one.

    Raises:
        RemoteFault: it is an error, or cannot be read.
    """
    try:
        said = json.loads(data)
        if not isinstance(said, Mapping):
            raise TypeError("no object")
        if said.get("error") or said.get("object") == "error" or ("detail" in said and "choices" not in said):
            raise judge(200, data)
        usage = said.get("usage") or {}
        choice = next(iter(said["choices"]), None) or {}
        message = choice.get("delta") or choice.get("message") or {}
        return Piece(
            _text(message.get("content")),
            str(choice.get("finish_reason") or ""),
            prompt_tokens=_count(usage.get("prompt_tokens")),
            completion_tokens=_count(usage.get("completion_tokens")),
            ratings=read_ratings(choice.get("logprobs")),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise RemoteFault(Kind.GARBLED, f"{type(error).__name__} in an event of {len(data)} characters") from None


def _text(content: Any) -> str:
    """Return a content's text: it is a string, nothing, or a list of parts of which some are text."""
    if isinstance(content, list):
        return "".join(str(part.get("text") or "") for part in content if part.get("type") == "text")
    if content is not None and not isinstance(content, str):
        raise TypeError("content that is no text")
    return content or ""


def _count(number: Any) -> int | None:
    return number if isinstance(number, int) and number >= 0 else None
