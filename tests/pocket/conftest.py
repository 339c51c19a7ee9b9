"""The pocket model, loaded once for all the tests of this folder."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest

from model_service import (
    Detail,
    FinishReason,
    GenerationRequest,
    Level,
    Message,
    ModelConfig,
    ModelService,
    PictureRef,
    SamplingParams,
    open_service,
    with_pictures,
)

HIGH = Detail.parse(Level.HIGH)


@dataclass(frozen=True, slots=True)
class Pocket:
    """The pocket model as a person asks it."""

    service: ModelService

    def request(
        self,
        question: str,
        picture: bytes | None = None,
        history: Sequence[Message] = (),
        sampling: SamplingParams | None = None,
    ) -> GenerationRequest:
        """A question at `high`."""
        messages = (*history, Message("user", question))
        messages = with_pictures(messages, PictureRef(picture, HIGH)) if picture else messages
        return GenerationRequest("question", "chat", messages, sampling or SamplingParams(max_tokens=128))

    async def ask(
        self,
        question: str,
        picture: bytes | None = None,
        history: Sequence[Message] = (),
        sampling: SamplingParams | None = None,
    ) -> str:
        """The whole answer."""
        request = self.request(question, picture, history, sampling)
        *_, last = [output async for output in self.service.generate(request)]
        assert last.finish_reason in {FinishReason.STOP, FinishReason.LENGTH}
        return last.text.strip()


@pytest.fixture(scope="package")
def anyio_backend() -> str:
    """One event loop for the whole folder, as the service lives in one."""
    return "asyncio"


@pytest.fixture(scope="package")
async def pocket(anyio_backend: str) -> AsyncIterator[Pocket]:
    """The pocket model on the CPU, as `model.name = "pocket"` opens it."""
    async with open_service(ModelConfig(name="pocket", device="cpu")) as service:
        await service.ready()
        yield Pocket(service)
