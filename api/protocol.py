"""A request as JSON: the fields of OpenAI's protocol that are understood; others are ignored, as vLLM does."""

from typing import Annotated, Any

from pydantic import BaseModel, Field, ValidationError

from api.refusals import Refused, invalid

MOST_STOPS = 16
"""The most texts that may end an answer."""

MOST_RATED = 2
"""The most probabilities that are told of a token."""

LONGEST_STOP = 256
"""Characters."""


class ImageUrl(BaseModel):
    """A picture's address, and how closely to look."""

    url: str
    detail: str | int | None = None


class Part(BaseModel):
    """A part of a message: a text or a picture, which Ollama's clients give as a plain string."""

    type: str
    text: str | None = None
    image_url: ImageUrl | str | None = None


class ChatMessage(BaseModel):
    """A turn; without content it is one that called a tool."""

    role: str
    content: str | list[Part] | None = None


class StreamOptions(BaseModel):
    """Of a stream."""

    include_usage: bool | None = None


class ResponseFormat(BaseModel):
    """The form that is asked for."""

    type: str


Count = Annotated[int, Field(ge=1)]
Stop = Annotated[str, Field(max_length=LONGEST_STOP)]


class ChatRequest(BaseModel):
    """The body of POST /v1/chat/completions."""

    messages: Annotated[list[ChatMessage], Field(min_length=1)]
    model: str | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_tokens: Count | None = None
    max_completion_tokens: Count | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    seed: Annotated[int, Field(ge=-(2**63), lt=2**63)] | None = None
    stop: Stop | Annotated[list[Stop], Field(max_length=MOST_STOPS)] | None = None
    user: Annotated[str, Field(max_length=512)] | None = None
    n: int | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    response_format: ResponseFormat | None = None

    @property
    def stops(self) -> tuple[str, ...]:
        """The texts that end the answer."""
        given = [self.stop] if isinstance(self.stop, str) else self.stop or []
        return tuple(text for text in given if text)

    @property
    def wants_usage(self) -> bool:
        """Whether a stream is to end with the numbers of tokens."""
        return bool(self.stream_options and self.stream_options.include_usage)


def read_request(body: bytes) -> ChatRequest:
    """Read a body.

    Raises:
        Refused: it is no such request, or it asks for what is not there: several answers, JSON, many probabilities.
    """
    try:
        request = ChatRequest.model_validate_json(body)
    except ValidationError as error:
        raise _explained(error) from None
    if request.n not in {None, 1}:
        raise invalid("Only one answer is given: n must be 1.", "n", "unsupported_value")
    if request.top_logprobs is not None:
        if not request.logprobs:
            raise invalid("top_logprobs wants logprobs to be true.", "top_logprobs")
        if not 0 <= request.top_logprobs <= MOST_RATED:
            said = f"Of each token {MOST_RATED} probabilities are told at most, its own and the runner-up's."
            raise invalid(said, "top_logprobs", "unsupported_value")
    if request.response_format is not None and request.response_format.type != "text":
        raise invalid("Answers are text: JSON cannot be asked for.", "response_format", "unsupported_value")
    return request


def _explained(error: ValidationError) -> Refused:
    """Return the refusal for the first thing that is wrong, by name; nothing of the request is repeated."""
    first: Any = error.errors(include_input=False, include_url=False, include_context=False)[0]
    if first["type"] == "json_invalid":
        return invalid(f"The body is not JSON: {first['msg']}.", code="invalid_json")
    param = _dotted(first["loc"])
    return invalid(f"{param or 'The body'}: {first['msg']}.", param or None)


def _dotted(location: tuple[str | int, ...]) -> str:
    """Return where a value stands, as `messages[0].content`; the names of alternatives are no part of it."""
    parts = [f"[{each}]" if isinstance(each, int) else f".{each}" for each in location if _is_field(each)]
    return "".join(parts).removeprefix(".")


def _is_field(name: str | int) -> bool:
    return isinstance(name, int) or (name.isidentifier() and name not in {"str", "int", "ImageUrl"})
