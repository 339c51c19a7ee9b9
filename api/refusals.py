"""What a client is told when it gets no answer: OpenAI's form of an error, under the HTTP status that fits."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from starlette.responses import JSONResponse

from model_service import (
    Draining,
    EngineDead,
    EngineInfo,
    Health,
    LimitReached,
    ModelService,
    ModelServiceError,
    OutOfMemory,
    PictureRejected,
    PromptTooLong,
    QueueFull,
)

RETRY_SECONDS = 5
"""After how many seconds to try again, where nobody can say."""

KINDS = {
    HTTPStatus.UNAUTHORIZED: "authentication_error",
    HTTPStatus.FORBIDDEN: "permission_error",
    HTTPStatus.NOT_FOUND: "not_found_error",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limit_error",
    HTTPStatus.INTERNAL_SERVER_ERROR: "server_error",
    HTTPStatus.SERVICE_UNAVAILABLE: "service_unavailable_error",
}
"""The `type` of an error by its status; of any other it is that of a bad request."""


@dataclass(frozen=True, slots=True)
class _Said:
    """The parts of a refusal."""

    status: HTTPStatus
    message: str
    code: str
    param: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Refused(Exception):
    """A request is refused with an HTTP status; `param` is the field that is wrong, `code` a word for programs."""

    def __init__(
        self,
        status: HTTPStatus,
        message: str,
        code: str,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self._said = _Said(status, message, code, param, headers or {})

    @property
    def status(self) -> HTTPStatus:
        """The HTTP status."""
        return self._said.status

    def body(self) -> dict[str, Any]:
        """Return it as JSON, for a body, or for an event of a stream that has begun."""
        said = self._said
        kind = KINDS.get(said.status, "invalid_request_error")
        return {"error": {"message": said.message, "type": kind, "param": said.param, "code": said.code}}

    def response(self) -> JSONResponse:
        """Return it as a response."""
        return JSONResponse(self.body(), self.status, dict(self._said.headers))


def invalid(message: str, param: str | None = None, code: str = "invalid_value") -> Refused:
    """Return the refusal of a request that cannot be answered as it is."""
    return Refused(HTTPStatus.BAD_REQUEST, message, code, param)


def busy(message: str, seconds: float | None = None) -> Refused:
    """Return the refusal of what may be asked again later, in some seconds."""
    return Refused(HTTPStatus.TOO_MANY_REQUESTS, message, "rate_limit_exceeded", None, retry_after(seconds))


def unavailable(message: str) -> Refused:
    """Return the refusal where nothing is answered now; in a stream its first words are all that tells the status."""
    return Refused(
        HTTPStatus.SERVICE_UNAVAILABLE, f"Service unavailable: {message}", "service_unavailable", None, retry_after()
    )


def retry_after(seconds: float | None = None) -> dict[str, str]:
    """Return the header that says when to try again."""
    return {"Retry-After": str(max(1, math.ceil(RETRY_SECONDS if seconds is None else seconds)))}


def of_model(error: ModelServiceError, info: EngineInfo | None) -> Refused:
    """Return the refusal for what the model raised."""
    match error:
        case PictureRejected():
            return invalid(f"The picture cannot be looked at: {error.fault}.", "messages", "invalid_image")
        case PromptTooLong():
            return invalid(_too_long(error, info), "messages", "context_length_exceeded")
        case LimitReached():
            return busy("The share of the model's time for this hour is spent.", error.retry_after)
        case QueueFull():
            return busy("As many requests wait as may.")
        case Draining() | EngineDead() | OutOfMemory():
            return unavailable(f"the model does not answer: {error}.")
    return Refused(HTTPStatus.INTERNAL_SERVER_ERROR, "The model failed; the log says why.", "generation_failed")


def _too_long(error: PromptTooLong, info: EngineInfo | None) -> str:
    context = error.most if info is None or info.context_tokens is None else info.context_tokens
    return (
        f"This model's maximum context length is {context} tokens. "
        f"However, your last message makes {error.tokens} tokens; at most {error.most} leave room for an answer."
    )


def require_ready(service: ModelService) -> EngineInfo:
    """Return the facts about the engine.

    Raises:
        Refused: it cannot answer now.
    """
    if service.info is None or service.health is not Health.READY:
        raise unavailable(why_not(service))
    return service.info


def why_not(service: ModelService) -> str:
    """Return in a sentence why a service is not ready."""
    if service.health is Health.LOADING:
        return f"the model is loading: {int(100 * service.load_progress)} %."
    return f"the model does not answer: it is {service.health}."
