"""The official client asks, and gets answers: whole and growing, about texts and pictures."""

from typing import Any

import pytest

from model_service import Detail, FinishReason
from tests.api.conftest import Api, data_url, look
from tests.bot.samples import picture

ASKED: list[Any] = [{"role": "user", "content": "What is it?"}]


async def test_a_whole_answer(api: Api) -> None:
    """The text without the white space at its front, why it ended, and what it took."""
    api.engine.pieces = ("\n", "A grey ", "gradient.")
    client = await api.client()
    answer = await client.chat.completions.create(model="scripted", messages=ASKED)
    assert answer.choices[0].message.content == "A grey gradient."
    assert answer.choices[0].finish_reason == "stop"
    assert answer.model == "scripted" and answer.id.startswith("chatcmpl-")
    assert answer.usage is not None
    assert (answer.usage.completion_tokens, answer.usage.total_tokens) == (4, 4)


async def test_a_growing_answer(api: Api) -> None:
    """Role, pieces, reason; without being asked for, no numbers."""
    client = await api.client()
    stream = await client.chat.completions.create(model="scripted", messages=ASKED, stream=True)
    chunks = [chunk async for chunk in stream]
    assert chunks[0].choices[0].delta.role == "assistant"
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "A grey gradient."
    assert [chunk.choices[0].finish_reason for chunk in chunks][-1] == "stop"
    assert {chunk.id for chunk in chunks} == {chunks[0].id}
    assert all(chunk.usage is None for chunk in chunks)


async def test_a_stream_ends_with_the_numbers_if_asked_to(api: Api) -> None:
    """In a chunk without a choice, as vLLM's."""
    client = await api.client()
    stream = await client.chat.completions.create(
        model="scripted", messages=[look()], stream=True, stream_options={"include_usage": True}
    )
    last = [chunk async for chunk in stream][-1]
    assert last.choices == [] and last.usage is not None
    assert last.usage.prompt_tokens > 100


async def test_levels_give_numbers_of_tokens(api: Api) -> None:
    """What is counted is what is seen; a level's name, a number, or OpenAI's own words."""
    client = await api.client()

    async def tokens(detail: Any) -> int:
        answer = await client.chat.completions.create(
            model="scripted", messages=[look(data=picture(800, 600), detail=detail)]
        )
        assert answer.usage is not None
        return answer.usage.prompt_tokens

    low, high, number = await tokens("low"), await tokens("high"), await tokens(300)
    assert 100 < low <= 128
    assert 256 < number <= 300 < high <= 512
    assert await tokens("auto") == await tokens("standard")
    assert [each.detail for each in api.engine.requests] == [
        Detail(128), Detail(512), Detail(300), Detail(256), Detail(256),
    ]  # fmt: skip


async def test_auto_is_the_level_of_the_settings(api: Api) -> None:
    """The one who serves decides it."""
    api.values["model"] = {"detail": "fine"}
    client = await api.client()
    await client.chat.completions.create(model="scripted", messages=[look(detail="auto")])
    assert api.engine.requests[0].detail == Detail.parse("fine")


async def test_a_picture_as_a_plain_string(api: Api) -> None:
    """As Ollama's clients send it."""
    client = await api.client()
    content: Any = [{"type": "image_url", "image_url": data_url(picture())}]
    await client.chat.completions.create(model="scripted", messages=[{"role": "user", "content": content}])
    assert api.engine.requests[0].pictures[0].data == picture()


async def test_what_is_asked_for_reaches_the_model(api: Api) -> None:
    """Sampling, the longest answer under either name, and everybody's turns in their order."""
    client = await api.client()
    turns: list[Any] = [
        {"role": "system", "content": "Be brief."},
        look("What is it?"),
        {"role": "assistant", "content": "A gradient."},
        {"role": "user", "content": [{"type": "text", "text": "Of"}, {"type": "text", "text": "what?"}]},
    ]
    await client.chat.completions.create(
        model="scripted", messages=turns, max_completion_tokens=7, temperature=0.5, top_p=0.25, seed=3
    )
    asked = api.engine.requests[0]
    assert [(each.role, each.text, len(each.pictures)) for each in asked.messages] == [
        ("system", "Be brief.", 0),
        ("user", "What is it?", 1),
        ("assistant", "A gradient.", 0),
        ("user", "Of\nwhat?", 0),
    ]
    sampling = asked.sampling
    assert (sampling.max_tokens, sampling.temperature, sampling.top_p, sampling.seed) == (7, 0.5, 0.25, 3)
    await client.chat.completions.create(model="scripted", messages=ASKED, max_tokens=8)
    assert api.engine.requests[1].sampling.max_tokens == 8


async def test_of_pictures_in_several_turns_the_last_counts(api: Api) -> None:
    """What was said about an earlier one is left out, what the system says is not."""
    client = await api.client()
    answered: Any = {"role": "assistant", "content": "Yes."}
    system: Any = {"role": "system", "content": "Be brief."}
    first, second = look("One?"), look("Two?", picture(90, 60))
    await client.chat.completions.create(model="scripted", messages=[system, first, answered, second, answered, *ASKED])
    asked = api.engine.requests[0]
    assert [each.text for each in asked.messages] == ["Be brief.", "Two?", "Yes.", "What is it?"]
    assert [each.data for each in asked.pictures] == [picture(90, 60)]


async def test_what_was_said_before_the_picture_came_is_kept(api: Api) -> None:
    """It may be what the question is about."""
    client = await api.client()
    answered: Any = {"role": "assistant", "content": "Noted."}
    await client.chat.completions.create(model="scripted", messages=[*ASKED, answered, look()])
    assert len(api.engine.requests[0].messages) == 3


async def test_an_answer_cut_at_its_length_says_so(api: Api) -> None:
    """As does one that ended by itself."""
    api.engine.finish = FinishReason.LENGTH
    client = await api.client()
    answer = await client.chat.completions.create(model="scripted", messages=ASKED)
    assert answer.choices[0].finish_reason == "length"


@pytest.mark.parametrize("stream", [False, True])
async def test_a_stop_text_ends_the_answer(api: Api, stream: bool) -> None:
    """It is not shown, though it comes in pieces, and the engine writes no more."""
    api.engine.pieces = ("One ", "tw", "o three", *["."] * 1000)
    client = await api.client()
    answer: Any = await client.chat.completions.create(
        model="scripted", messages=ASKED, stop=["two", "four"], stream=stream
    )
    if stream:
        chunks = [chunk async for chunk in answer]
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
        reason = chunks[-1].choices[0].finish_reason
    else:
        text, reason = answer.choices[0].message.content, answer.choices[0].finish_reason
    assert (text, reason) == ("One ", "stop")


async def test_a_text_that_only_begins_like_a_stop_is_shown(api: Api) -> None:
    """Once it is clear that it is none."""
    api.engine.pieces = ("One ", "tw", "ig, tw")
    client = await api.client()
    stream = await client.chat.completions.create(model="scripted", messages=ASKED, stop="two", stream=True)
    assert "".join([chunk.choices[0].delta.content or "" async for chunk in stream]) == "One twig, tw"


async def test_fields_that_are_not_known_are_ignored(api: Api) -> None:
    """Clients send many."""
    client = await api.client()
    await client.chat.completions.create(
        model="scripted", messages=ASKED, presence_penalty=1, extra_body={"top_k": 3, "mm_processor_kwargs": {}}
    )
    assert len(api.engine.requests) == 1


async def test_the_model_tells_of_itself(api: Api) -> None:
    """Its name, the levels of its dial, and nothing of another."""
    client = await api.client()
    (model,) = [model async for model in client.models.list()]
    told = model.model_dump()
    assert (model.id, model.owned_by, told["pictures_per_request"]) == ("scripted", "eyeglass", 1)
    assert told["levels"] == {"low": 128, "standard": 256, "fine": 384, "high": 512, "max": 1600}
    assert (await client.models.retrieve("scripted")).id == "scripted"


async def test_people_are_told_apart(api: Api) -> None:
    """By `user`, for fair turns: who names nobody is known by the address."""
    client = await api.client()
    for more in ({"user": "ann"}, {"user": "ben"}, {}):
        await client.chat.completions.create(model="scripted", messages=ASKED, **more)  # type: ignore[call-overload]
    ann, ben, nobody = api.engine.requests
    assert len({ann.chat, ben.chat, nobody.chat}) == len({ann.person, ben.person, nobody.person}) == 3
    assert "127.0.0.1" in nobody.person
