"""A server behind the model service while all goes well: what it is sent, and what comes of it."""

import asyncio

import pytest
from PIL import Image

from model_service import (
    LEVEL_TOKENS,
    CheckpointError,
    Detail,
    FinishReason,
    Health,
    Message,
    PictureRejected,
    Region,
    SamplingParams,
    ServerFailed,
    Stage,
    as_seen,
    open_picture,
    pixel_workers,
)
from tests.model_service.pictures import BLUE, RED, encode, near, noise
from tests.model_service.remote.asking import PATIENCE, PICTURE, ask, served, states, whole
from tests.model_service.remote.fake_server import (
    KEY,
    MODEL,
    FakeServer,
    failing,
    held,
    like_transformers,
    picture_of,
    prompt_tokens,
    streamed,
)
from tests.model_service.working import ready, touch_nothing


async def test_an_answer_streams_as_from_an_engine_here(server: FakeServer) -> None:
    """First the plan, then a growing text, at last DONE with a reason, tokens and times."""
    async with served(server) as service:
        await service.ready()
        seen = await states(service, ask())
    assert [seen[0].stage, seen[-1].stage] == [Stage.LOOKING, Stage.DONE]
    assert {output.text for output in seen} <= {"", "A grey ", "A grey gradient."}
    last = seen[-1]
    assert (last.text, last.tokens, last.finish_reason) == ("A grey gradient.", 2, FinishReason.STOP)
    assert all(output.plan is not None and output.plan.tokens <= 256 for output in seen)
    assert last.seconds_to_first_token is not None and 0 < last.seconds_to_first_token <= last.seconds


async def test_what_the_server_says_of_itself_is_known(server: FakeServer) -> None:
    """The only model of its list is taken; the rest is learnt or assumed."""
    async with served(server) as service:
        info = await service.ready()
        assert (info.model, info.device, info.remote) == (MODEL, server.address.split("/")[2], True)
        assert (info.together, info.max_visual_tokens, info.lacking) == (16, 1600, frozenset())
        assert service.health is Health.READY and service.server is not None and service.server.trouble is None


async def test_slots_and_context_are_learnt_where_a_server_tells() -> None:
    """As llama.cpp's does; what is set wins."""
    fake = FakeServer(
        models={"data": [{"id": "glm"}]},
        props={"total_slots": 3, "default_generation_settings": {"n_ctx": 1024}},
    )
    async with fake.open() as server:
        async with served(server) as service:
            info = await service.ready()
            assert (info.together, info.max_visual_tokens) == (3, 640)
        async with served(server, slots=5) as service:
            assert (await service.ready()).together == 5


@pytest.mark.parametrize("level", LEVEL_TOKENS.values())
async def test_the_dial_holds(server: FakeServer, level: int) -> None:
    """The picture comes in the grid's pixels, which the server counts as just the tokens that were planned."""
    async with served(server) as service:
        last = await whole(service, ask(detail=Detail(level)))
        dial = (await service.ready()).dial
    picture = picture_of(server.requests[0])
    plan, seen = as_seen(PICTURE, dial, Detail(level))
    assert picture is not None and last.plan == plan
    assert picture.size == (plan.width, plan.height) == (plan.columns * 28, plan.rows * 28)
    assert prompt_tokens(server.requests[0]) == plan.tokens + 3
    assert picture.tobytes() == open_picture(seen).tobytes()


async def test_a_region_is_cut_out_here(server: FakeServer) -> None:
    """Nothing else of the picture leaves the house."""
    async with served(server) as service:
        last = await whole(service, ask(region=Region(0.5, 0.5, 1, 1)))
    picture = picture_of(server.requests[0])
    assert picture is not None and last.plan is not None and last.plan.tokens > 200
    assert near(picture.convert("RGB"), (5, 5), BLUE) and not near(picture.convert("RGB"), (5, 5), RED)


async def test_a_photo_goes_as_jpeg_and_print_as_it_is(server: FakeServer) -> None:
    """What compresses well is sent without loss."""
    async with served(server) as service:
        await whole(service, ask("a"))
        await whole(service, ask("b", picture=encode(noise(1200, 1200), "PNG"), detail=Detail(1600)))
    formats = [picture.format for body in server.requests if (picture := picture_of(body)) is not None]
    assert formats == ["PNG", "JPEG"]


async def test_a_tiny_picture_is_enlarged_here(server: FakeServer) -> None:
    """A server would do so by a rule of its own below 8 tokens."""
    async with served(server) as service:
        last = await whole(service, ask(picture=encode(noise(20, 12), "PNG")))
    assert last.plan is not None and last.plan.tokens >= 8
    assert prompt_tokens(server.requests[0]) == last.plan.tokens + 3


async def test_a_picture_is_prepared_once(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until its chat is forgotten; another region is another picture."""
    opened: list[int] = []

    def counting(data: bytes) -> Image.Image:
        opened.append(len(data))
        return open_picture(data)

    monkeypatch.setattr("model_service.backends.remote.picture.open_picture", counting)
    async with served(server) as service:
        for name in ("a", "b"):
            await whole(service, ask(name))
        assert len(opened) == 1
        await whole(service, ask("c", region=Region(0, 0, 0.5, 1)))
        assert len(opened) == 2
        service.forget("a")
        await whole(service, ask("d"))
        assert len(opened) == 3


async def test_history_wish_and_sampling_are_sent(server: FakeServer) -> None:
    """The picture in the first turn of a user, the wish behind the question."""
    said = (Message("user", "a"), Message("assistant", "b"), Message("user", "c"))
    sampling = SamplingParams(max_tokens=99, temperature=0.5, top_p=0.6, seed=7)
    async with served(server) as service:
        await whole(service, ask("1", *said, sampling=sampling, wish="Answer briefly."))
        await whole(service, ask("2"))
    first, second = server.requests
    assert [message["role"] for message in first["messages"]] == ["user", "assistant", "user"]
    assert [part["type"] for part in first["messages"][0]["content"]] == ["image_url", "text"]
    assert first["messages"][1:] == [
        {"role": "assistant", "content": "b"},
        {"role": "user", "content": "c\nAnswer briefly."},
    ]
    assert [first[name] for name in ("model", "max_tokens", "temperature", "top_p", "seed")] == [MODEL, 99, 0.5, 0.6, 7]
    assert first["chat_template_kwargs"] == {"enable_thinking": False}
    assert second["temperature"] == 0 and not {"top_p", "seed"} & set(second)


async def test_the_length_of_an_answer_may_end_it(server: FakeServer) -> None:
    """The server says so."""
    server.replies = [streamed("one two", finish="length")]
    async with served(server) as service:
        assert (await whole(service, ask())).finish_reason is FinishReason.LENGTH


async def test_what_a_server_refuses_is_not_sent_again() -> None:
    """`transformers serve` knows no stream_options; its other ways are taken as they are."""
    fake = FakeServer(replies=[like_transformers("A ", "cat.")], comparing=like_transformers("W"))
    async with fake.open() as server, served(server) as service:
        lasts = [await whole(service, ask(str(number))) for number in range(3)]
    assert {(last.text, last.tokens, last.finish_reason) for last in lasts} == {("A cat.", 2, FinishReason.STOP)}
    refused = [body for body in server.requests + server.compared if "stream_options" in body]
    assert 1 <= len(refused) <= 2  # The comparison and the first question may have asked at the same time.
    assert all("chat_template_kwargs" in body for body in server.requests)


async def test_leaving_stops_the_server(server: FakeServer) -> None:
    """Closing the connection is all that the protocol knows."""
    server.replies = [held("A ")]
    async with asyncio.timeout(PATIENCE), served(server) as service:
        async for output in service.generate(ask()):
            if output.text == "A ":
                break
        await server.someone_left.wait()
        assert service.under_way == 0


async def test_leaving_before_the_first_piece_stops_it_too(server: FakeServer) -> None:
    """Though nothing comes from which that could be noticed."""
    server.replies = [held()]
    async with asyncio.timeout(PATIENCE), served(server) as service:
        task = asyncio.ensure_future(whole(service, ask()))
        await server.held.wait()
        task.cancel()
        await server.someone_left.wait()
        assert service.under_way == 0


async def test_the_end_aborts_what_is_under_way(server: FakeServer) -> None:
    """As with an engine here."""
    server.replies = [held("A ")]
    async with asyncio.timeout(PATIENCE), served(server) as service:
        task = asyncio.ensure_future(whole(service, ask()))
        await server.held.wait()
        await service.drain(0.05)
        last = await task
    assert (last.stage, last.finish_reason) == (Stage.DONE, FinishReason.ABORT)
    assert service.health is Health.CLOSED


async def test_as_many_as_there_are_slots_go_on_at_once(server: FakeServer) -> None:
    """Others wait here, in fair turns, and know their places."""
    server.replies = [held("A ")]
    async with asyncio.timeout(PATIENCE), served(server, slots=2) as service:
        await service.ready()
        places: list[int] = []

        def note(output: object) -> None:
            places.append(getattr(output, "waiting", 0))

        tasks = [asyncio.ensure_future(states(service, ask(str(number)), note)) for number in range(3)]
        await server.two_at_once.wait()
        assert (service.under_way, service.waiting, max(places)) == (2, 1, 2)
        server.go.set()
        await asyncio.gather(*tasks)
    assert server.most_running == 2


async def test_nothing_is_marked(server: FakeServer) -> None:
    """A question to a server cannot end this process, so its end is nobody's fault."""
    server.replies = [held("A ")]
    marks: list[frozenset[str]] = []
    async with asyncio.timeout(PATIENCE), served(server, watch=marks.append) as service:
        task = asyncio.ensure_future(whole(service, ask()))
        await server.held.wait()
        server.go.set()
        await task
    assert marks == []


async def test_a_picture_is_prepared_by_another_process(server: FakeServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it would be here; one over which that crashes is refused, and the next question is answered."""
    async with served(server) as service:
        await whole(service, ask("a"))
        with pixel_workers(ready):
            service.forget("")
            await whole(service, ask("b"))
            monkeypatch.setattr("model_service.backends.remote.picture.seen_by_server", touch_nothing)
            with pytest.raises(PictureRejected, match="crashed"):
                await whole(service, ask("c", region=Region(0, 0, 0.5, 1)))
            await whole(service, ask("d"))
    sent = [body["messages"][0]["content"][0] for body in server.requests]
    assert len(sent) == 3 and sent[0] == sent[1] == sent[2]


async def test_a_key_is_sent_and_shown_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    """Neither by what describes the service nor in the log."""
    caplog.set_level("DEBUG")
    async with FakeServer(key=KEY).open() as server, served(server, key=KEY) as service:
        assert (await whole(service, ask())).text == "A grey gradient."
        assert KEY not in repr(service._config) and KEY not in repr(vars(service._backend))
    assert KEY not in caplog.text


@pytest.mark.parametrize("names", [[], ["a", "b"]])
async def test_which_of_several_models_has_to_be_said(names: list[str]) -> None:
    """The start ends with a sentence that names them and the setting."""
    async with FakeServer(models={"data": [{"id": name} for name in names]}).open() as server:
        async with served(server) as service:
            with pytest.raises(CheckpointError, match=r"model\.remote_name") as caught:
                await service.ready()
            assert all(name in str(caught.value) for name in names)
        async with served(server, model="b") as service:
            assert (await service.ready()).model == "b"


async def test_a_server_need_not_list_its_models() -> None:
    """`transformers serve` fails at it where it has no cache folder."""
    async with FakeServer(models=500).open() as server, served(server, model="mine") as service:
        assert (await whole(service, ask())).text == "A grey gradient."
        assert server.requests[0]["model"] == "mine"


@pytest.mark.parametrize(
    "card",
    [
        {"levels": ["low"], "max_model_len": "8192", "max_visual_tokens": None},
        {"levels": {"low": "128"}, "max_model_len": -1, "max_visual_tokens": "many"},
        {"levels": {}, "context_length": 4096.0, "max_visual_tokens": 10**9},
    ],
)
async def test_odd_facts_of_a_server_are_passed_over(card: dict[str, object]) -> None:
    """They end nothing."""
    fake = FakeServer(models={"data": [{"id": "m"} | card, "x", None, {"id": ""}]}, props={"total_slots": "4"})
    async with fake.open() as server, served(server) as service:
        info = await service.ready()
        assert 16 <= info.max_visual_tokens <= 1600 and info.together == 16
        assert (await whole(service, ask())).text == "A grey gradient."


async def test_a_key_that_a_server_repeats_is_cut_out(server: FakeServer) -> None:
    """Wherever in its words it stands."""
    words = {"error": {"message": f"{'x' * 280} {KEY} is a fine key, but you ask too much of me"}}
    server.replies = [failing(400, words)]
    async with served(server, key=KEY) as service:
        with pytest.raises(ServerFailed) as caught:
            await whole(service, ask())
    assert "<key>" in str(caught.value) and KEY[:6] not in str(caught.value)


async def test_no_redirect_is_followed(server: FakeServer) -> None:
    """The key and the picture go to the address that was set, and nowhere else."""
    async with FakeServer().open() as other:
        server.replies = [failing(307, "", location=f"{other.address}/chat/completions")]
        async with served(server, key=KEY) as service:
            with pytest.raises(ServerFailed):
                await whole(service, ask())
        assert other.requests == []
