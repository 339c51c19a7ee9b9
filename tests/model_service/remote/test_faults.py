"""A server that fails, each way: nothing is lost, nobody waits in vain, and the log has a line that helps."""

import asyncio
import logging
import time

import pytest

from model_service import (
    CheckpointError,
    Detail,
    FinishReason,
    Health,
    Message,
    PictureFault,
    PictureRejected,
    PromptTooLong,
    ServerFailed,
    ServerFault,
    Trouble,
)
from tests.model_service.remote.asking import PATIENCE, ask, served, states, whole
from tests.model_service.remote.fake_server import (
    KEY,
    FakeServer,
    Reply,
    chunk,
    failing,
    free_port,
    held,
    is_comparison,
    picture_of,
    saying,
    sse,
    streamed,
)

WELL = streamed("A cat.")
BUSY = {"error": {"message": "The server is full", "type": "Service Unavailable", "code": 503}}
LONG = {
    "error": {"message": "This model's maximum context length is 64 tokens; the prompt (99) is longer.", "code": 400}
}
LLAMA_LONG = {
    "code": 400,
    "message": "no room",
    "type": "exceed_context_size_error",
    "n_prompt_tokens": 99,
    "n_ctx": 64,
}


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what the project's own loggers said from WARNING up."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name.startswith("model_service") and record.levelno >= logging.WARNING
    ]


@pytest.mark.parametrize(
    "first",
    [
        failing(503, BUSY),
        failing(429, {"error": {"message": "slow down"}}, retry_after="0.01"),
        failing(503, "Loading model"),
        saying(sse(BUSY, "[DONE]")),
        saying(sse({"error": {"message": "overloaded", "type": "overloaded_error"}})),
    ],
    ids=["503", "429", "text", "in the stream", "without a code"],
)
async def test_who_meets_a_busy_server_keeps_the_place(server: FakeServer, first: Reply) -> None:
    """It is asked again as often as it takes; the seconds of waiting are nobody's."""
    server.replies = [first, first, first, first, WELL]
    async with asyncio.timeout(PATIENCE), served(server) as service:
        assert (await whole(service, ask())).text == "A cat."
    assert len(server.requests) == 5


async def test_a_busy_server_is_waited_for_as_long_as_it_says(server: FakeServer) -> None:
    """Retry-After wins over the usual pause; who leaves meanwhile has left."""
    server.replies = [failing(429, BUSY, retry_after="30")]
    async with asyncio.timeout(PATIENCE), served(server) as service:
        task = asyncio.ensure_future(whole(service, ask()))
        while not server.requests:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert (len(server.requests), service.under_way) == (1, 0)


ONCE = {
    "cut": saying(sse(chunk("A do"), chunk("g"))),
    "cut within an event": saying(sse(chunk("A do")) + b'data: {"choices": [{"del'),
    "no words and no reason": saying(sse("[DONE]")),
    "aborted": saying(sse(chunk("A do"), chunk(finish="abort"), "[DONE]")),
    "garbage": saying(b"data: <html>\n\n"),
    "a page": saying(b"<html>hello</html>", kind="text/html"),
    "another JSON": saying(b'{"hello": 1}', kind="application/json"),
    "500": failing(500, "Internal Server Error"),
    "502": failing(502, "<html>Bad gateway</html>"),
    "an error in the stream": saying(sse(chunk("A do"), {"error": {"message": "CUDA error"}}, "[DONE]")),
    "an error event": saying(sse(chunk("A")) + b'event: error\ndata: {"error": {"message": "oh"}}\n\n'),
    "an error field": saying(b'error: {"code": 500, "message": "oh"}\n\n'),
    "not ended by itself": held("A do", then=lambda: b"data: {"),
}
"""Failures after which it is asked once more."""


@pytest.mark.parametrize("first", ONCE.values(), ids=ONCE.keys())
async def test_an_answer_that_fails_is_asked_for_once_more(server: FakeServer, first: Reply) -> None:
    """In the same job: the new text takes the place of the old one."""
    server.go.set()
    server.replies = [first, WELL]
    async with asyncio.timeout(PATIENCE), served(server) as service:
        last = await whole(service, ask())
    assert (last.text, last.finish_reason, len(server.requests)) == ("A cat.", FinishReason.STOP, 2)


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        (ONCE["cut"], ServerFault.BROKE_OFF),
        (ONCE["garbage"], ServerFault.GARBLED),
        (ONCE["500"], ServerFault.FAILED),
        (failing(400, {"error": {"message": "no pictures here"}}), ServerFault.REFUSED),
        (failing(413, "too large"), ServerFault.REFUSED),
    ],
)
async def test_what_fails_again_is_said(server: FakeServer, reply: Reply, fault: ServerFault) -> None:
    """Each has its own name; the next question is welcome."""
    server.replies = [reply, reply, WELL]
    async with asyncio.timeout(PATIENCE), served(server) as service:
        with pytest.raises(ServerFailed) as caught:
            await whole(service, ask("a"))
        assert caught.value.fault is fault
        server.replies = [WELL]
        assert (await whole(service, ask("b"))).text == "A cat."


async def test_a_whole_answer_in_one_piece_is_taken(server: FakeServer) -> None:
    """From a server that does not stream."""
    body = b'{"choices": [{"message": {"content": "<think>hm</think>A cat."}, "finish_reason": "stop"}]}'
    server.replies = [saying(body, kind="application/json")]
    async with served(server) as service:
        assert (await whole(service, ask())).text == "A cat."


async def test_no_thought_and_no_mark_is_seen_on_the_way(server: FakeServer) -> None:
    """Nor the half of one."""
    server.replies = [streamed(*"<think>so</think>A <|begin_of_box|>cat<|end_of_box|>.<|user|>")]
    async with served(server) as service:
        seen = await states(service, ask())
    assert all("A cat.".startswith(output.text) for output in seen)
    assert seen[-1].text == "A cat."


async def test_a_server_that_hangs_is_asked_once_more(server: FakeServer) -> None:
    """After `timeout` seconds without a byte."""
    server.replies = [held("A do"), WELL]
    async with asyncio.timeout(PATIENCE), served(server, timeout=0.3) as service:
        assert (await whole(service, ask())).text == "A cat."
        assert server.someone_left.is_set()
        server.replies = [held("A do")]
        with pytest.raises(ServerFailed) as caught:
            await whole(service, ask("b"))
    assert caught.value.fault is ServerFault.SILENT


async def test_a_server_that_is_away_at_the_start_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    """Questions come in meanwhile; one line in the log says what is missing."""
    fake = FakeServer(port=free_port())
    fake.address = f"http://127.0.0.1:{fake.port}/v1"
    async with asyncio.timeout(PATIENCE), served(fake) as service:
        task = asyncio.ensure_future(whole(service, ask()))
        while service.server is None or service.server.trouble is None:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert (service.health, service.server.trouble, service.waiting) == (Health.LOADING, Trouble.AWAY, 1)
        await asyncio.sleep(0.2)
        async with fake.open():
            assert (await task).text == "A grey gradient."
            assert service.health is Health.READY and service.server.trouble is None
    assert len([line for line in lines(caplog) if "does not answer" in line]) == 1


async def test_who_does_not_wait_hears_why() -> None:
    """`eyeglass check` and `eyeglass ask`."""
    fake = FakeServer(port=free_port())
    fake.address = f"http://127.0.0.1:{fake.port}/v1"
    async with asyncio.timeout(PATIENCE), served(fake, patient=False) as service:
        with pytest.raises(CheckpointError, match="does not answer"):
            await service.ready()


async def test_what_a_server_behind_a_gateway_was_at_is_asked_again(
    server: FakeServer, caplog: pytest.LogCaptureFixture
) -> None:
    """Once it is back; what waited goes on, and the engine is never dead."""
    server.replies = [held("A do", then=lambda: b"data: {")]
    async with asyncio.timeout(PATIENCE), served(server, slots=2) as service:
        tasks = [asyncio.ensure_future(whole(service, ask(str(number)))) for number in range(5)]
        await server.two_at_once.wait()
        server.models = 503
        server.go.set()
        while service.server is None or service.server.trouble is not Trouble.AWAY:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        assert (service.health, service.under_way, service.waiting) == (Health.READY, 2, 3)
        server.replies, server.models = [WELL], None
        assert {last.text for last in await asyncio.gather(*tasks)} == {"A cat."}
        assert service.server.trouble is None
    assert len([line for line in lines(caplog) if "does not answer" in line]) == 1


async def test_a_wrong_key_is_one_line_and_a_sentence(caplog: pytest.LogCaptureFixture) -> None:
    """The line names MODEL_API_KEY, and neither key; the service lives."""
    fake = FakeServer(key=KEY)
    async with asyncio.timeout(PATIENCE), fake.open(), served(fake, key="sk-wrongabcdefgh", model="m") as service:
        for name in "ab":
            with pytest.raises(ServerFailed) as caught:
                await whole(service, ask(name))
            assert caught.value.fault is ServerFault.KEY
            assert "sk-" not in str(caught.value)
        assert service.server is not None and service.server.trouble is Trouble.KEY
        fake.key = "sk-wrongabcdefgh"
        assert (await whole(service, ask("c"))).text == "A grey gradient."
        assert service.server.trouble is None
    assert ["MODEL_API_KEY" in line for line in lines(caplog)] == [True]
    assert "sk-" not in caplog.text


async def test_without_a_key_the_models_are_not_known(caplog: pytest.LogCaptureFixture) -> None:
    """The same where no model is named."""
    fake = FakeServer(key=KEY)
    async with asyncio.timeout(PATIENCE), fake.open(), served(fake) as service:
        with pytest.raises(ServerFailed) as caught:
            await whole(service, ask())
        assert caught.value.fault is ServerFault.KEY
    async with asyncio.timeout(PATIENCE), fake.open(), served(fake, patient=False) as service:
        with pytest.raises(CheckpointError, match="MODEL_API_KEY"):
            await service.ready()


@pytest.mark.parametrize(
    "reply",
    [
        failing(404, {"error": {"message": "The model `m` does not exist.", "type": "NotFoundError", "code": 404}}),
        failing(400, {"detail": "Server is pinned to 'n'; requested 'm'."}),
        failing(404, "<html>Not found</html>"),
    ],
)
async def test_a_wrong_model_is_one_line_and_a_sentence(
    server: FakeServer, reply: Reply, caplog: pytest.LogCaptureFixture
) -> None:
    """The line names the setting."""
    server.replies, server.comparing = [reply], reply
    async with asyncio.timeout(PATIENCE), served(server, model="m") as service:
        with pytest.raises(ServerFailed) as caught:
            await whole(service, ask())
    assert caught.value.fault is ServerFault.MODEL
    assert ["model.remote_name" in line for line in lines(caplog)] == [True]


@pytest.mark.parametrize(
    "reply",
    [failing(400, LONG), failing(500, {"error": LLAMA_LONG}), saying(sse({"error": LLAMA_LONG}))],
    ids=["400", "500", "in the stream"],
)
async def test_a_context_that_is_too_short_costs_history_first(server: FakeServer, reply: Reply) -> None:
    """Then the answer's length, then the closeness of the look; the picture stays."""
    said = (Message("user", "a"), Message("assistant", "b"), Message("user", "c"))
    server.replies = [reply, WELL]
    async with served(server) as service:
        assert (await whole(service, ask("a", *said))).text == "A cat."
        first, second = server.requests
        assert [len(body["messages"]) for body in (first, second)] == [3, 1]
        assert picture_of(second) is not None and second["messages"][0]["content"][1]["text"] == "c"
        server.requests.clear()
        server.replies = [reply, reply, reply, WELL]
        last = await whole(service, ask("b", *said, detail=Detail(512)))
    assert (last.text, last.memory_short) == ("A cat.", True)
    assert [body["max_tokens"] for body in server.requests] == [1024, 1024, 256, 256]
    sizes = [picture.width * picture.height // 784 for body in server.requests if (picture := picture_of(body))]
    assert len(sizes) == 4 and sizes[2] > 400 and sizes[3] <= 384


async def test_a_question_that_is_too_long_by_itself_is_said(server: FakeServer) -> None:
    """With the characters that would fit, by the server's numbers or a guess."""
    server.replies = [failing(400, LONG)]
    async with served(server) as service:
        with pytest.raises(PromptTooLong) as caught:
            await whole(service, ask("a", Message("user", "word " * 2000)))
        assert 0 <= caught.value.characters <= 9000
    assert len(server.requests) == 2


async def test_a_broken_picture_never_leaves_the_house(server: FakeServer) -> None:
    """It is refused as by an engine here."""
    async with served(server) as service:
        with pytest.raises(PictureRejected) as caught:
            await whole(service, ask(picture=b"no picture"))
    assert caught.value.fault is PictureFault.NOT_A_PICTURE and server.requests == []


@pytest.mark.parametrize(("side", "resizes"), [(28, False), (14, True)])
async def test_it_is_known_whether_a_server_resizes(server: FakeServer, side: int, resizes: bool) -> None:
    """By the prompts of two blank pictures, once at the start."""

    async def reply(fake: FakeServer, body: dict[str, object]) -> object:
        picture = picture_of(body)
        assert picture is not None and is_comparison(body)
        tokens = (picture.width // side) * (picture.height // side)
        return await saying(sse(chunk("W", "length", usage={"prompt_tokens": tokens + 3})))(fake, dict(body))

    server.comparing = reply  # type: ignore[assignment]
    async with asyncio.timeout(PATIENCE), served(server, patient=False) as service:
        await service.ready()
        assert service.server is not None and service.server.resizes is resizes
    assert len(server.compared) == 2


async def test_a_server_that_does_not_count_is_not_judged(server: FakeServer) -> None:
    """Nothing is said of it."""
    server.comparing = saying(sse(chunk("W", "length")))
    async with asyncio.timeout(PATIENCE), served(server, patient=False) as service:
        await service.ready()
        assert service.server is not None and service.server.resizes is None


async def test_seconds_are_those_of_the_answer(server: FakeServer) -> None:
    """Pauses are charged to nobody, a whole answer to who asked."""
    server.replies = [failing(503, BUSY), failing(503, BUSY), WELL]
    charged: list[float] = []
    async with asyncio.timeout(PATIENCE), served(server) as service:
        await service.ready()
        turned = service._jobs.end_turn

        def note(job: object, outcome: object, seconds: float) -> None:
            charged.append(seconds)
            turned(job, outcome, seconds)  # type: ignore[arg-type]

        service._jobs.end_turn = note  # type: ignore[method-assign]
        begun = time.monotonic()
        last = await whole(service, ask())
        assert 0 < charged[0] < last.seconds <= time.monotonic() - begun
