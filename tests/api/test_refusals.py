"""What cannot be answered is refused in OpenAI's form, which the official client raises as its own errors."""

import asyncio
from http import HTTPStatus
from typing import Any

import httpx
import openai
import pytest

from api import chat
from api.body import MOST_BYTES
from api.services import MOST_AT_ONCE
from model_service import (
    EngineDead,
    GenerationFailed,
    Limit,
    LimitReached,
    ModelConfig,
    OutOfMemory,
    PictureFault,
    PictureRejected,
    PromptTooLong,
    local_service,
)
from tests.api.conftest import Api, data_url, look, until
from tests.bot.engines import ScriptedEngine
from tests.bot.samples import picture

ASKED: list[Any] = [{"role": "user", "content": "What is it?"}]


async def ask(client: openai.AsyncOpenAI, messages: list[Any], **more: Any) -> Any:
    """Ask; of a stream read all."""
    answer = await client.chat.completions.create(**{"model": "scripted", "messages": messages, **more})
    return [chunk async for chunk in answer] if more.get("stream") else answer


def of_part(part: dict[str, Any]) -> list[Any]:
    """A user's turn with one part."""
    return [{"role": "user", "content": [part]}]


PNG = data_url(picture())


@pytest.mark.parametrize(
    ("messages", "more", "param", "said"),
    [
        ([], {}, "messages", "at least 1"),
        (ASKED, {"n": 2}, "n", "one answer"),
        (ASKED, {"temperature": 3}, "temperature", "less than or equal"),
        (ASKED, {"max_tokens": 0}, "max_tokens", "greater than or equal"),
        (ASKED, {"logprobs": True}, "logprobs", "leave logprobs out"),
        (ASKED, {"top_logprobs": 1}, "top_logprobs", "logprobs to be true"),
        (ASKED, {"logprobs": True, "top_logprobs": 3}, "top_logprobs", "2 probabilities"),
        (ASKED, {"logprobs": True, "top_logprobs": -1}, "top_logprobs", "2 probabilities"),
        (ASKED, {"response_format": {"type": "json_object"}}, "response_format", "text"),
        ([{"role": "tool", "content": "4", "tool_call_id": "1"}], {}, "messages[0].role", "'tool'"),
        ([*ASKED, {"role": "assistant", "content": "A"}], {}, "messages[1].role", "user's"),
        (of_part({"type": "input_audio"}), {}, "messages[0].content[0]", "image_url"),
        ([{"role": "user", "content": 4}], {}, "messages[0].content", "valid"),
        (
            of_part({"type": "image_url", "image_url": {"url": "https://example.test/a.jpg"}}),
            {},
            "messages[0].content[0].image_url.url",
            "Nothing is fetched",
        ),
        (
            of_part({"type": "image_url", "image_url": "file:///etc/passwd"}),
            {},
            "messages[0].content[0].image_url.url",
            "Nothing is fetched",
        ),
        (
            of_part({"type": "image_url", "image_url": {"url": "data:image/png;base64,%%%"}}),
            {},
            "messages[0].content[0].image_url.url",
            "not Base64",
        ),
        (
            of_part({"type": "image_url", "image_url": {"url": "data:image/png,abc"}}),
            {},
            "messages[0].content[0].image_url.url",
            "has to be in Base64",
        ),
        (
            of_part({"type": "image_url", "image_url": {"url": PNG, "detail": "tiny"}}),
            {},
            "messages[0].content[0].image_url.detail",
            "16 to 1600",
        ),
        (
            [{"role": "user", "content": look()["content"] + look()["content"]}],
            {},
            "messages[0].content",
            "At most 1 image",
        ),
    ],
)
async def test_a_request_that_is_wrong(
    api: Api, messages: list[Any], more: dict[str, Any], param: str, said: str
) -> None:
    """The field is named; the model hears nothing of it."""
    client = await api.client()
    with pytest.raises(openai.BadRequestError, match=said) as refused:
        await ask(client, messages, **more)
    assert (refused.value.param, refused.value.type) == (param, "invalid_request_error")
    assert api.engine.requests == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"messages": "hello"}', b'{"messages": [{"role": "user"'])
async def test_a_body_that_is_none(api: Api, body: bytes) -> None:
    """It is told what is wrong, in the same form."""
    url = await api.open()
    async with httpx.AsyncClient() as http:
        answer = await http.post(f"{url}/chat/completions", content=body)
    assert answer.status_code == HTTPStatus.BAD_REQUEST
    assert answer.json()["error"]["message"]


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("failure", "error", "code", "said"),
    [
        (PictureRejected(PictureFault.TRUNCATED), openai.BadRequestError, "invalid_image", "truncated"),
        (
            PromptTooLong(9000, 8000, 100),
            openai.BadRequestError,
            "context_length_exceeded",
            "maximum context length is 8000 tokens",
        ),
        (GenerationFailed("x"), openai.InternalServerError, "generation_failed", "the log"),
        (OutOfMemory("x"), openai.InternalServerError, "service_unavailable", "does not answer"),
        (EngineDead("x"), openai.InternalServerError, "service_unavailable", "does not answer"),
    ],
)
async def test_what_the_model_raises(  # noqa: PLR0917
    api: Api, failure: Exception, error: type[openai.APIStatusError], code: str, said: str, stream: bool
) -> None:
    """A stream that has not begun has a status too."""
    api.engine.failure = failure
    client = await api.client()
    with pytest.raises(error, match=said) as refused:
        await ask(client, [look()], stream=stream)
    assert refused.value.code == code


async def test_bytes_that_are_no_picture(api: Api) -> None:
    """The engine's plan says so."""
    client = await api.client()
    with pytest.raises(openai.BadRequestError, match="cannot be looked at: not_a_picture"):
        await ask(client, [look(data=b"no picture")])


async def test_another_model(api: Api) -> None:
    """There is but one."""
    client = await api.client()
    with pytest.raises(openai.NotFoundError, match=r"`gpt` does not exist: this is scripted\.") as refused:
        await ask(client, ASKED, model="gpt")
    assert (refused.value.param, refused.value.code) == ("model", "model_not_found")
    with pytest.raises(openai.NotFoundError):
        await client.models.retrieve("gpt")


async def test_what_fails_in_the_middle_of_a_stream(api: Api) -> None:
    """Comes as an event, and the stream ends as every stream."""
    api.engine.then_raise = GenerationFailed("x")
    url = await api.open()
    body = {"messages": ASKED, "stream": True}
    async with httpx.AsyncClient() as http:
        answer = await http.post(f"{url}/chat/completions", json=body)
    assert answer.status_code == HTTPStatus.OK
    *_, error, done = [line for line in answer.text.splitlines() if line]
    assert '"error"' in error and "generation_failed" in error
    assert done == "data: [DONE]"
    with pytest.raises(openai.APIError, match="The model failed"):
        await ask(await api.client(), ASKED, stream=True)


async def test_too_many_wait(api: Api) -> None:
    """They are told to come back; who was before them is answered."""
    api.values["model"] = {"max_waiting": 1}
    api.engine.hold = 0
    client = await api.client()
    first = asyncio.ensure_future(ask(client, ASKED))
    await asyncio.to_thread(api.engine.held.wait, 10)
    second = asyncio.ensure_future(ask(client, ASKED))
    await until(lambda: api.waiting == 1)
    with pytest.raises(openai.RateLimitError) as refused:
        await ask(client, ASKED)
    assert int(refused.value.response.headers["retry-after"]) >= 1
    api.engine.go.set()
    await asyncio.gather(first, second)


async def test_the_hours_share_is_spent(api: Api) -> None:
    """It is said when there is more."""
    api.engine.failure = LimitReached(Limit.PERSON_SECONDS, 60, retry_after=12.3)
    with pytest.raises(openai.RateLimitError) as refused:
        await ask(await api.client(), ASKED)
    assert refused.value.response.headers["retry-after"] == "13"


async def test_one_client_cannot_have_everything_running(api: Api) -> None:
    """Beyond some requests at a time it is told to wait."""
    api.engine.hold = 0
    client = await api.client()
    running = [asyncio.ensure_future(ask(client, ASKED)) for _ in range(MOST_AT_ONCE)]
    await until(lambda: api.busy == MOST_AT_ONCE)
    with pytest.raises(openai.RateLimitError, match="of one client"):
        await ask(client, ASKED)
    api.engine.go.set()
    await asyncio.gather(*running)


async def test_a_body_has_a_bound(api: Api) -> None:
    """Announced or not, it is not read to its end."""
    url = await api.open()

    async def endless() -> Any:
        for _ in range(MOST_BYTES // 2**20 + 1):
            yield b" " * 2**20

    async with httpx.AsyncClient(timeout=20) as http:
        announced = await http.post(f"{url}/chat/completions", content=b" " * (MOST_BYTES + 1))
        chunked = await http.post(f"{url}/chat/completions", content=endless())
    for answer in (announced, chunked):
        assert answer.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        assert answer.json()["error"]["code"] == "too_large"


async def test_while_the_model_loads(api: Api) -> None:
    """Nothing is answered, and it is said how far it is; afterwards everything is."""
    loading = asyncio.Event()
    loop = asyncio.get_running_loop()

    def load() -> ScriptedEngine:
        asyncio.run_coroutine_threadsafe(loading.wait(), loop).result(20)
        return api.engine

    model = local_service(load, ModelConfig(drain_seconds=0.2))
    await api.open(model)
    client = await api.client()
    async with httpx.AsyncClient(base_url=api.url) as http:
        for request in (ask(client, ASKED), client.models.retrieve("scripted")):
            with pytest.raises(openai.InternalServerError, match=r"loading: \d+ %") as refused:
                await request
            assert refused.value.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        assert (await http.get("/health")).status_code == HTTPStatus.SERVICE_UNAVAILABLE
        loading.set()
        await model.ready()
        assert (await http.get("/health")).status_code == HTTPStatus.OK
    await ask(client, ASKED)


async def test_at_the_end_what_runs_is_told(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer that does not end in time ends with an error, in a stream too; new ones are refused meanwhile."""
    monkeypatch.setattr(chat, "BEAT_SECONDS", 0.05)
    api.engine.hold = 1
    client = await api.client()
    running = [asyncio.ensure_future(ask(client, ASKED, stream=stream)) for stream in (True, False)]
    await asyncio.to_thread(api.engine.held.wait, 10)
    assert api.model is not None
    draining = asyncio.ensure_future(api.model.drain(0.2))
    await asyncio.sleep(0)
    with pytest.raises(openai.InternalServerError, match="draining"):
        await ask(client, ASKED)
    for each in running:
        with pytest.raises(openai.APIError):
            await each
    await draining


async def test_paths_that_are_not_there(api: Api) -> None:
    """They are refused in the same form; so is a method."""
    url = await api.open()
    async with httpx.AsyncClient() as http:
        for answer in (await http.get(f"{url}/embeddings"), await http.get(f"{url}/chat/completions")):
            assert answer.status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
            assert answer.json()["error"]["message"]
