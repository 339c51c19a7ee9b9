"""Tests of the conversation that the model is shown."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.request import Asking, build_request, estimate_tokens, sampling_in, truncate_history, wish_for
from assistant.settings.chat_settings import ChatSettings, Length
from assistant.settings.settings import ModelSettings
from model_service import STANDARD, Message, PictureRef, SamplingParams

QUESTION = Asking("1:2", "1", "And now?", (PictureRef(b"picture", STANDARD),))


def talk(*texts: str) -> list[Message]:
    """Return alternating questions and answers."""
    return [Message("user" if index % 2 == 0 else "assistant", text) for index, text in enumerate(texts)]


def test_the_question_comes_last() -> None:
    """History first, then the question; the picture goes with the request."""
    request = build_request(QUESTION, talk("What?", "A cat."), SamplingParams(), history_tokens=100)
    assert [message.text for message in request.messages] == ["What?", "A cat.", "And now?"]
    assert [message.role for message in request.messages] == ["user", "assistant", "user"]
    assert (request.pictures[0].data, request.detail, request.id, request.chat) == (b"picture", STANDARD, "1:2", "1")


def test_the_first_pair_stays_and_the_oldest_of_the_others_go() -> None:
    """The question that came with the picture frames the rest."""
    history = talk("aaa", "bbb", "ccc", "ddd", "eee", "fff")
    assert [message.text for message in truncate_history(history, 4)] == ["aaa", "bbb", "eee", "fff"]


def test_without_room_nothing_of_the_history_is_shown() -> None:
    """The question alone is always asked."""
    assert truncate_history(talk("a" * 300, "b"), 20) == ()
    assert len(build_request(QUESTION, talk("a", "b"), SamplingParams(), 0).messages) == 1


def test_chinese_counts_for_more_than_english() -> None:
    """A character outside ASCII may be a token of its own."""
    assert estimate_tokens("abcdef") == 2
    assert estimate_tokens("图片里") == 3


def test_the_length_is_wished_for_in_the_questions_language() -> None:
    """The wish is apart from the question, which stays as it was asked; a normal answer needs none."""
    assert wish_for(Length.NORMAL, "How much?") == ""
    assert wish_for(Length.SHORT, "How much?") == "Answer briefly."
    assert wish_for(Length.LONG, "多少钱？") == "请详细回答。"
    request = build_request(replace(QUESTION, length=Length.LONG), (), SamplingParams(), 100)
    assert (request.messages[-1].text, request.wish) == ("And now?", "Answer in detail.")


def test_a_chat_chooses_temperature_and_length_within_the_owners_limit() -> None:
    """Only a short answer gets less room."""
    model = ModelSettings(max_tokens=400, top_p=0.5)
    room = {length: sampling_in(ChatSettings(length=length), model).max_tokens for length in Length}
    assert room == {Length.SHORT: 100, Length.NORMAL: 400, Length.LONG: 400}
    assert sampling_in(ChatSettings(temperature=0.8), model) == SamplingParams(400, 0.8, 0.5)
    assert sampling_in(ChatSettings(length=Length.SHORT), ModelSettings(max_tokens=2)).max_tokens == 1


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(max_size=50), st.text(max_size=50)), max_size=12), st.integers(0, 200))
def test_the_history_never_exceeds_its_bound_and_stays_in_pairs(pairs: list[tuple[str, str]], tokens: int) -> None:
    """Whatever was said: whole pairs, in order, within the budget."""
    history = talk(*(text for pair in pairs for text in pair))
    kept = truncate_history(history, tokens)
    assert sum(estimate_tokens(message.text) for message in kept) <= tokens
    assert [message.role for message in kept] == ["user", "assistant"] * (len(kept) // 2)
    assert not kept or kept[:2] == tuple(history[:2])
