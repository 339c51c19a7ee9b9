"""A model service on a fake server, and questions for it."""

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Any

from pydantic import SecretStr

from model_service import (
    CERTAIN,
    STANDARD,
    Detail,
    GenerationOutput,
    GenerationRequest,
    Message,
    ModelConfig,
    ModelService,
    PictureRef,
    Region,
    RemoteConfig,
    SamplingParams,
    open_service,
    with_pictures,
)
from tests.model_service.pictures import corners, encode
from tests.model_service.remote.fake_server import FakeServer

PATIENCE = 20.0
"""Seconds after which a test gives up."""

PICTURE = encode(corners(900, 600), "PNG")


@contextlib.asynccontextmanager
async def served(server: FakeServer, **remote: Any) -> AsyncIterator[ModelService]:
    """Open a service on a server that is listening, or was."""
    key, watch = remote.pop("key", None), remote.pop("watch", None)
    config = RemoteConfig(server.address, SecretStr(key) if key else None, **remote)
    service = open_service(ModelConfig(remote=config, drain_seconds=0.2))
    if watch is not None:
        service.watch_turns(watch)
    async with service:
        yield service


def ask(
    id: str = "a",
    *messages: Message,
    picture: bytes | None = PICTURE,
    detail: Detail = STANDARD,
    region: Region | None = None,
    sampling: SamplingParams | None = None,
    chat: str = "",
    wish: str = "",
    certain: float = CERTAIN,
) -> GenerationRequest:
    """Return a question about a picture."""
    said = messages or (Message("user", "What is it?"),)
    if picture is not None:
        said = with_pictures(said, PictureRef(picture, detail, region))
    return GenerationRequest(id, chat or id, said, sampling or SamplingParams(), wish=wish, certain=certain)


async def whole(service: ModelService, request: GenerationRequest) -> GenerationOutput:
    """Return the last output."""
    return (await states(service, request))[-1]


async def states(
    service: ModelService, request: GenerationRequest, then: Callable[[GenerationOutput], None] = lambda _: None
) -> list[GenerationOutput]:
    """Return all outputs; `then` sees each as it comes."""
    outputs = []
    async with aclosing(service.generate(request)) as answer:
        async for output in answer:
            outputs.append(output)
            then(output)
    return outputs
