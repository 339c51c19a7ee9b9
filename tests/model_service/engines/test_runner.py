"""The runner: what was read before is not computed again, and nothing that is computed changes by it."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from model_service import ModelConfig
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.runtime.runner import ModelRunner, View
from tests.model_service.engines.reading import CPU, LOOK, Work, cold, prefill, prompt, put, read, view
from tests.model_service.engines.tiny import tiny_model

pytestmark = pytest.mark.usefixtures("inference")

FOLLOW_UPS = {
    "a further turn": (prompt(1, 2, 3, 50, 51, 4, 5), 1, 2),
    "the answer in other ids": (prompt(1, 2, 3, 50, 60, 4, 5), 1, 3),
    "the same question": (prompt(1, 2, 3), 1, 1),
    "another question": (prompt(7, 8), 1, 2),
    "a shorter one": (prompt(1), 1, 1),
    "another picture": (prompt(1, 2, 3, 50, 51, 4), 2, LOOK + 8),
    "another beginning": (prompt(1, 2, 3, before=3), 1, LOOK + 4),
    "no picture": (prompt(1, 2, 3, seen=False), None, 5),
}
"""What is asked after 1, 2, 3 about picture 1, answered with 50, 51; the picture; the positions left to be computed."""


@pytest.mark.parametrize("case", FOLLOW_UPS)
def test_only_what_is_new_is_computed(
    model: GLM4VForConditionalGeneration, runner: ModelRunner, work: Work, case: str
) -> None:
    """Behind the same picture the longest common beginning is taken over; the logits are those without it."""
    asked, seed, computed = FOLLOW_UPS[case]
    look = None if seed is None else view(seed)
    read(runner, prompt(1, 2, 3), view(1), 50, 51)
    work.positions.clear()
    logits = read(runner, asked, look)
    assert work.positions == [computed]
    assert torch.allclose(logits, cold(model, asked, look), atol=1e-4)


def test_the_same_picture_on_another_grid_is_another_look(
    model: GLM4VForConditionalGeneration, runner: ModelRunner, work: Work
) -> None:
    """A closer look sees again; both looks are known afterwards, from whatever chat."""
    closer = View((bytes([1]), 4, 4), lambda: torch.ones(1, 3, 112, 112))
    read(runner, prompt(1), view(1))
    logits = read(runner, prompt(1), closer)
    assert torch.allclose(logits, cold(model, prompt(1), closer), atol=1e-4)
    work.pictures = 0
    read(runner, prompt(1), view(1), chat="another")
    read(runner, prompt(1), closer, chat="a third")
    assert work.pictures == 0


def test_other_chats_disturb_nothing(runner: ModelRunner, work: Work) -> None:
    """After others' questions a follow-up still prefills only what is new."""
    read(runner, prompt(1), view(1), 50)
    for number in range(5):
        read(runner, prompt(2, number), view(2 + number), 60, chat=f"other {number}")
    work.positions.clear()
    read(runner, prompt(1, 50, 2), view(1))
    assert work.positions == [1]


MODEL = tiny_model(seed=3)

Turn = tuple[str, int | None, list[int], list[int]]
TURNS = st.tuples(
    st.sampled_from("AB"),
    st.sampled_from([None, 1, 2]),
    st.lists(st.integers(0, 1), min_size=1, max_size=8),
    st.lists(st.integers(0, 1), max_size=4),
)
"""A chat, a picture, a question and an answer: of few ids, so that beginnings agree by chance."""


@settings(max_examples=60, deadline=None)
@given(st.lists(TURNS, min_size=2, max_size=6))
def test_reuse_never_shows(turns: list[Turn]) -> None:
    """Whatever was asked before in whichever chat, the logits behind prompt and answer are those of a cold start."""
    runner = ModelRunner(MODEL, CPU, ModelConfig())
    for chat, seed, ids, answer in turns:
        look = None if seed is None else view(seed)
        logits = read(runner, prompt(*ids, seen=look is not None), look, *answer, chat=chat)
        assert torch.allclose(logits, cold(MODEL, prompt(*ids, *answer, seen=look is not None), look), atol=1e-3)


def test_two_answers_from_one_beginning_share_no_buffer(
    model: GLM4VForConditionalGeneration, runner: ModelRunner
) -> None:
    """Two sequences that take over the same prefix and are decoded by turns are both right, as is what is kept."""
    read(runner, prompt(1), view(1), 50)
    one, _ = prefill(runner, "chat", prompt(1, 50, 2), view(1), 2)
    other, _ = prefill(runner, "chat", prompt(1, 50, 3), view(1), 2)
    for token in (70, 71):
        logits = [put(runner, one, token), put(runner, other, token + 10)]
    assert torch.allclose(logits[0], cold(model, prompt(1, 50, 2, 70, 71), view(1)), atol=1e-4)
    assert torch.allclose(logits[1], cold(model, prompt(1, 50, 3, 80, 81), view(1)), atol=1e-4)
    assert torch.allclose(read(runner, prompt(1, 50, 4), view(1)), cold(model, prompt(1, 50, 4), view(1)), atol=1e-4)
