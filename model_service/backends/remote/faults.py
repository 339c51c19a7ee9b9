"""What a server says when it does not answer, in all its shapes, judged into a few kinds. Pure data."""

import json
import re
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """Kinds of failure, by what is to be done."""

    AWAY = "away"
    """The server was not reached."""
    BUSY = "busy"
    """It asks to come back later."""
    CUT = "cut"
    """It broke off, or a gateway before it did."""
    HUNG = "hung"
    """It said nothing for too long."""
    GARBLED = "garbled"
    """It said what cannot be read."""
    FAILED = "failed"
    """It failed by itself."""
    KEY = "key"
    """It does not let this key in."""
    MODEL = "model"
    """It does not have this model, or nothing at this address."""
    TOO_LONG = "too_long"
    """Prompt and answer do not fit into the model's context."""
    REFUSED = "refused"
    """It does not take the request as it is."""


UNRATED = (400, 403, 404, 422)
"""What servers say where they do not tell probabilities; OpenAI's says that one is not allowed to ask."""


class RemoteFault(Exception):
    """An attempt that brought no answer. The text is for the log; the client takes the key out of it.

    `status` is HTTP's, 0 without one. `retry_after` is in seconds, where the server says so. `prompt` and `most` are
    the tokens asked for and those that fit, where it says so.
    """

    def __init__(
        self,
        kind: Kind,
        text: str,
        *,
        status: int = 0,
        retry_after: float | None = None,
        prompt: int | None = None,
        most: int | None = None,
    ) -> None:
        super().__init__(text)
        self.kind, self.text, self.status = kind, text, status
        self.retry_after, self.prompt, self.most = retry_after, prompt, most


_TOO_LONG = re.compile(
    r"exceed_context_size|context_length_exceeded|maximum context length|context[ _](?:length|size|window)"
    r"|max_model_len|maximum model length|prompt is too long|input length \(?\d+\)? exceeds|longer than the model|n_ctx"
)
_MODEL = re.compile(
    r"model[^.]{0,200}(?:not found|does not exist|doesn't exist|not exist|unknown|not available|not loaded|not served)"
    r"|(?:unknown|no such|invalid|not a valid) model|pinned to|model_not_found"
)
_BUSY = re.compile(r"overloaded|service unavailable|too many requests|rate.?limit|queue is full|server is busy")
_SPENT = re.compile(r"insufficient_quota|billing")
_MOST = (
    re.compile(r"maximum (?:context|model) length(?: of| is)? \(?(\d+)"),
    re.compile(r"context (?:size|length|window) \(?(\d+)"),
)
_PROMPT = (
    re.compile(r"(?<!at least )\b(\d+) input tokens"),  # vLLM stops counting one beyond what fits.
    re.compile(r"(?:input length|prompt|input) \(?(\d+)"),
    re.compile(r"resulted in (\d+) tokens"),
)


def judge(status: int, body: str, retry_after: str = "") -> RemoteFault:
    """Judge an error's body, JSON or not; `status` is HTTP's, 200 for one within a stream."""
    said = _parsed(body)
    message, kind_word, code = _facts(said) if said is not None else (body, "", "")
    if status < 400:
        status = int(code) if code.isdigit() and 400 <= int(code) <= 599 else 0
    text = " ".join(f"{message} {kind_word} {code}".casefold().split())
    unrated = status in UNRATED and "logprobs" in text
    kind = Kind.REFUSED if unrated else _kind(status, text)
    prompt, most = _sizes(said, text) if kind is Kind.TOO_LONG else (None, None)
    shown = f"{status or 'error in the stream'}: {' '.join(message.split())}"
    if kind is Kind.KEY:  # Some servers repeat a part of the key.
        shown = f"{status}"
    return RemoteFault(kind, shown, status=status, retry_after=_seconds(retry_after), prompt=prompt, most=most)


def _kind(status: int, text: str) -> Kind:
    if status in {401, 403} or "invalid_api_key" in text:
        return Kind.KEY
    if status in {429, 503, 529} or (not status and _BUSY.search(text)):
        return Kind.REFUSED if _SPENT.search(text) else Kind.BUSY
    if _TOO_LONG.search(text):
        return Kind.TOO_LONG
    if status in {404, 405} or (status == 400 and _MODEL.search(text)):
        return Kind.MODEL
    if status in {502, 504}:
        return Kind.CUT
    return Kind.REFUSED if 400 <= status < 500 else Kind.FAILED


def _parsed(body: str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _facts(said: Any) -> tuple[str, str, str]:
    """Return message, type and code of `{"error": ...}`, `{"detail": ...}`, or the error itself."""
    if isinstance(said, Mapping):
        inner = next((said[name] for name in ("error", "detail") if said.get(name)), None)
        if inner is not None:
            message, kind, code = _facts(inner)
            return message, kind or str(said.get("type") or ""), code or str(said.get("code") or "")
        words = (said.get(name) for name in ("message", "type", "code"))
        message, kind, code = (str(word) if isinstance(word, str | int) else "" for word in words)
        return message or _words(said.values()), kind, code
    if isinstance(said, list):  # FastAPI's: where it is wrong, and how; its "input" repeats what people wrote.
        found = [item for item in said if isinstance(item, Mapping)]
        places = (".".join(map(str, item.get("loc") or ())) for item in found)
        return "; ".join(f"{place}: {item.get('msg')}" for place, item in zip(places, found, strict=True)), "", ""
    return _words([said]), "", ""


def _words(values: Iterable[Any]) -> str:
    return " ".join(str(value) for value in values if isinstance(value, str | int))


def _sizes(said: Any, text: str) -> tuple[int | None, int | None]:
    """Return the tokens of the prompt and those that fit, from llama.cpp's fields or a sentence's numbers."""
    error = said.get("error", said) if isinstance(said, Mapping) else None
    if isinstance(error, Mapping) and isinstance(error.get("n_ctx"), int):
        prompt = error.get("n_prompt_tokens")
        return prompt if isinstance(prompt, int) else None, error["n_ctx"]
    return _number(_PROMPT, text), _number(_MOST, text)


def _number(patterns: tuple[re.Pattern[str], ...], text: str) -> int | None:
    found = next((match for pattern in patterns if (match := pattern.search(text))), None)
    return None if found is None else int(found[1][:9])


def _seconds(header: str) -> float | None:
    try:
        return max(0.0, float(header))
    except ValueError:  # A date: nobody sends one in practice, and clocks differ.
        return None
