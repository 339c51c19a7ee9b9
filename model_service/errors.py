"""Errors of the model service.

ModelServiceError
├── GenerationFailed      this request failed; the next one is welcome
│   ├── OutOfMemory       … because the device's memory did not suffice
│   ├── PromptTooLong     … because the question alone is longer than the model takes
│   └── ServerFailed      … because the server that the model runs on did not answer it (see ServerFault)
├── QueueFull             too many requests wait already
├── LimitReached          this person or this chat may not ask for more now (see Limit)
├── Draining              the service is shutting down and takes no more requests
├── PictureRejected       the bytes are not a picture that can be looked at (see PictureFault)
├── UnknownDetail         neither a level nor a number of tokens in range
├── CheckpointError       no usable checkpoint: missing, torn, or of another model
└── EngineDead            the engine is gone and nothing can be answered until a restart

QueueFull and the limits of what waits are raised by whoever lets questions in, before they come here.
The text of an error is a line for the log. What a person reads is chosen by the bot from the error's class.
"""

from enum import StrEnum


class ModelServiceError(Exception):
    """Anything the model service raises on purpose."""


class GenerationFailed(ModelServiceError):
    """One request failed; the engine lives on."""


class OutOfMemory(GenerationFailed):
    """The device's memory did not suffice for one request."""


class PromptTooLong(GenerationFailed):
    """A question is too long by itself: it makes `tokens`, and `most` are taken.

    Shortened to a number of `characters` it leaves room for an answer.
    """

    def __init__(self, tokens: int, most: int, characters: int) -> None:
        super().__init__(f"the question makes {tokens} tokens, the model takes {most}")
        self.tokens = tokens
        self.most = most
        self.characters = characters


class ServerFault(StrEnum):
    """Why a server brought no answer, though it was asked once more where that may help."""

    BROKE_OFF = "broke_off"
    SILENT = "silent"
    GARBLED = "garbled"
    FAILED = "failed"
    KEY = "key"
    """It does not take the key: its operator has to see to that."""
    MODEL = "model"
    """It has no such model, or nothing at the address."""
    REFUSED = "refused"


class ServerFailed(GenerationFailed):
    """The server that the model runs on did not answer one request."""

    def __init__(self, fault: ServerFault, text: str) -> None:
        super().__init__(f"the model's server ({fault}): {text}")
        self.fault = fault


class QueueFull(ModelServiceError):
    """Too many requests wait already."""


class Limit(StrEnum):
    """Limits of a person or a chat: requests that wait, GPU seconds within an hour."""

    PERSON_WAITING = "person_waiting"
    CHAT_WAITING = "chat_waiting"
    PERSON_SECONDS = "person_seconds"
    CHAT_SECONDS = "chat_seconds"


class LimitReached(ModelServiceError):
    """This person or this chat may not ask for more now. `retry_after` is in seconds, None where it cannot be said."""

    def __init__(self, limit: Limit, most: float, retry_after: float | None = None) -> None:
        super().__init__(f"limit reached ({limit}): {most:g} at most")
        self.limit = limit
        self.most = most
        self.retry_after = retry_after


class Draining(ModelServiceError):
    """The service is shutting down and takes no more requests."""


class PictureFault(StrEnum):
    """Why a picture cannot be looked at."""

    NOT_A_PICTURE = "not_a_picture"
    HEIC = "heic"
    RAW = "raw"
    FOREIGN = "foreign"
    """A picture of a format that is not read (`format`)."""
    UNUSUAL = "unusual"
    """A kind of a format that is read (`format`), but not this kind of it."""
    TRUNCATED = "truncated"
    TOO_MANY_BYTES = "too_many_bytes"
    TOO_MANY_PIXELS = "too_many_pixels"
    """It has `megapixels`; of its kind `most` are read."""
    TOO_MUCH = "too_much"
    """Decoding it would take, or took, far more time or memory than its size says."""
    CRASHED = "crashed"
    """The process that decoded it crashed, and another one as well."""
    TOO_SMALL = "too_small"
    """It is `width` x `height` pixels."""
    TOO_NARROW = "too_narrow"
    """One side is more than `most` times the other."""
    ANIMATED = "animated"


class PictureRejected(ModelServiceError):
    """The bytes are not a picture that can be looked at. `facts` are what a fault's sentence is filled in with."""

    def __init__(self, fault: PictureFault, detail: str = "", **facts: object) -> None:
        super().__init__(f"picture rejected ({fault}){': ' + detail if detail else ''}")
        self.fault = fault
        self.detail = detail
        self.facts = facts

    def __reduce__(self) -> tuple[object, ...]:
        """Have it copied as it is from one process to another."""
        return PictureRejected, (self.fault, self.detail), {"facts": self.facts}


class UnknownDetail(ModelServiceError):
    """Neither a level's name nor a number of tokens in range."""


class CheckpointError(ModelServiceError):
    """No usable checkpoint at the place that was named; the text says what was looked for."""


class EngineDead(ModelServiceError):
    """The engine is gone; nothing can be answered until the process is restarted."""
