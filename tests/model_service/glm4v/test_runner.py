"""The runner: what was read before is not computed again, and nothing that is computed changes by it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from model_service import ModelConfig
from model_service.glm4v.cache import KVCache
from model_service.glm4v.hardware import Hardware
from model_service.glm4v.model import GLM4VForConditionalGeneration
from model_service.glm4v.prefix import PrefixCache, Sequence
from model_service.glm4v.prompt import Prompt
from model_service.glm4v.runner import ModelRunner, View
from tests.model_service.glm4v.tiny import tiny_config, tiny_model

CPU = Hardware(torch.device("cpu"), torch.float32)
COLD = ModelConfig(feature_cache_mib=0, prefix_cache_mib=0)
PLACEHOLDERS = (266, 256, 267)
LOOK = 8
"""The positions of a picture of 2x3 visual tokens with its begin and end."""


@dataclass
class Work:
    """What the model did: positions of each pass of the language model, and pictures seen."""

    positions: list[int] = field(default_factory=list)
    pictures: int = 0


@pytest.fixture(autouse=True)
def inference() -> Iterator[None]:
    """No gradients."""
    with torch.inference_mode():
        yield


@pytest.fixture
def work(model: GLM4VForConditionalGeneration) -> Iterator[Work]:
    """Watches the model."""
    seen = Work()

    def passed(module: nn.Module, given: tuple[Tensor, ...]) -> None:
        seen.positions.append(given[0].shape[1])

    def looked(module: nn.Module, given: tuple[Tensor, ...]) -> None:
        seen.pictures += 1

    hooks = (
        model.transformer.encoder.register_forward_pre_hook(passed),
        model.transformer.vision.register_forward_pre_hook(looked),
    )
    yield seen
    for hook in hooks:
        hook.remove()


@pytest.fixture
def runner(model: GLM4VForConditionalGeneration) -> ModelRunner:
    """With both caches, empty."""
    return ModelRunner(model, CPU, ModelConfig())


def noise(seed: int) -> Tensor:
    """A picture of 2x3 visual tokens."""
    return torch.randn(1, 3, 56, 84, generator=torch.Generator().manual_seed(seed))


def view(seed: int) -> View:
    """That picture on its grid."""
    return View((bytes([seed]), 2, 3), lambda: noise(seed))


def prompt(*ids: int, seen: bool = True, before: int = 2) -> Prompt:
    """`before` ids, the picture's three if there is one, and these."""
    head = tuple(range(100, 100 + before))
    return Prompt(head + (PLACEHOLDERS if seen else ()) + ids, before if seen else None)


def cold(model: GLM4VForConditionalGeneration, asked: Prompt, look: View | None) -> Tensor:
    """The logits of one pass over everything."""
    _, logits = ModelRunner(model, CPU, COLD).prefill("chat", asked, look, 0)
    return logits


def read(runner: ModelRunner, asked: Prompt, look: View | None, *tokens: int, chat: str = "chat") -> Tensor:
    """The logits behind a prompt and `tokens`; the sequence is kept."""
    sequence, logits = runner.prefill(chat, asked, look, len(tokens))
    for token in tokens:
        logits = runner.decode(sequence, token)
    runner.keep(sequence)
    return logits


FOLLOW_UPS = {
    "a further turn": (prompt(1, 2, 3, 50, 51, 4, 5), 1, 2),
    "the answer in other ids": (prompt(1, 2, 3, 50, 60, 4, 5), 1, 3),
    "the same question": (prompt(1, 2, 3), 1, 1),
    "another question": (prompt(7, 8), 1, 2),
    "a shorter one": (prompt(1), 1, 1),
    "another picture": (prompt(1, 2, 3, 50, 51, 4), 2, LOOK + 6),
    "another beginning": (prompt(1, 2, 3, before=3), 1, LOOK + 4),
    "no picture": (prompt(1, 2, 3, seen=False), None, 3),
}
"""What is asked after 1, 2, 3 about picture 1, answered with 50, 51; the picture; the positions left to be computed."""


@pytest.mark.parametrize("case", FOLLOW_UPS)
def test_only_what_is_new_is_computed(
    model: GLM4VForConditionalGeneration, runner: ModelRunner, work: Work, case: str
) -> None:
    """The longest common beginning is taken over, the picture whole or not at all; the logits are those without it."""
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
    """A closer look sees anew; both looks are known afterwards, from whatever chat."""
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
    with torch.inference_mode():
        model = MODEL
        runner = ModelRunner(model, CPU, ModelConfig())
        for chat, seed, ids, answer in turns:
            look = None if seed is None else view(seed)
            logits = read(runner, prompt(*ids, seen=look is not None), look, *answer, chat=chat)
            assert torch.allclose(logits, cold(model, prompt(*ids, *answer, seen=look is not None), look), atol=1e-3)


MODEL = tiny_model(seed=3)


def test_two_answers_from_one_beginning_share_no_buffer(
    model: GLM4VForConditionalGeneration, runner: ModelRunner
) -> None:
    """Two sequences that take over the same prefix and are decoded by turns are both right, as is what is kept."""
    read(runner, prompt(1), view(1), 50)
    one, _ = runner.prefill("chat", prompt(1, 50, 2), view(1), 2)
    other, _ = runner.prefill("chat", prompt(1, 50, 3), view(1), 2)
    for token in (70, 71):
        logits = [runner.decode(one, token), runner.decode(other, token + 10)]
    assert torch.allclose(logits[0], cold(model, prompt(1, 50, 2, 70, 71), view(1)), atol=1e-4)
    assert torch.allclose(logits[1], cold(model, prompt(1, 50, 3, 80, 81), view(1)), atol=1e-4)
    assert torch.allclose(read(runner, prompt(1, 50, 4), view(1)), cold(model, prompt(1, 50, 4), view(1)), atol=1e-4)


def test_a_forgotten_chat_is_read_anew(runner: ModelRunner, work: Work) -> None:
    """Neither its sequence nor its picture is known any more; other chats keep their sequences."""
    read(runner, prompt(1), view(1))
    read(runner, prompt(1), view(2), chat="other")
    runner.forget("chat")
    work.positions.clear()
    work.pictures = 0
    read(runner, prompt(1), view(1))
    assert (work.positions, work.pictures) == ([2 + LOOK + 1], 1)
    read(runner, prompt(1), view(2), chat="other")
    assert work.positions[1:] == [1]


def test_an_answer_on_its_way_is_forgotten_too(runner: ModelRunner, work: Work) -> None:
    """What a chat is being answered while it is forgotten is not kept when it ends."""
    sequence, _ = runner.prefill("chat", prompt(1), view(1), 1)
    runner.forget("chat")
    runner.keep(sequence)
    work.positions.clear()
    read(runner, prompt(1), view(1))
    assert work.positions == [2 + LOOK + 1]


def failing(times: int, then: Callable[[], Tensor]) -> Callable[[], Tensor]:
    """Pixels for which memory does not suffice so many times."""
    left = [times]

    def pixels() -> Tensor:
        if left[0] > 0:
            left[0] -= 1
            raise torch.OutOfMemoryError("no memory")
        return then()

    return pixels


def test_what_is_kept_makes_way(model: GLM4VForConditionalGeneration, runner: ModelRunner, work: Work) -> None:
    """Out of memory, once: all that was kept is given up, and the prompt is read after all."""
    read(runner, prompt(1), view(1))
    tight = View(view(2).key, failing(1, lambda: noise(2)))
    logits = read(runner, prompt(3), tight, chat="other")
    assert torch.allclose(logits, cold(model, prompt(3), view(2)), atol=1e-4)
    work.positions.clear()
    work.pictures = 0
    read(runner, prompt(1), view(1))
    assert (work.positions, work.pictures) == ([2 + LOOK + 1], 1)


def test_out_of_memory_twice_is_an_error(runner: ModelRunner) -> None:
    """It is tried again once, not for ever."""
    with pytest.raises(torch.OutOfMemoryError):
        runner.prefill("chat", prompt(3), View(view(2).key, failing(2, lambda: noise(2))), 0)


def test_a_failed_step_leaves_nothing_behind(model: GLM4VForConditionalGeneration, runner: ModelRunner) -> None:
    """Out of memory in the middle of a decode step: it is repeated, and prefix and logits are right."""
    sequence, _ = runner.prefill("chat", prompt(1), view(1), 1)
    broken = failing(1, lambda: noise(1))
    hook = model.transformer.encoder.layers[1].register_forward_pre_hook(lambda *_: [broken(), None][1])
    logits = runner.decode(sequence, 50)
    hook.remove()
    runner.keep(sequence)
    assert torch.allclose(logits, cold(model, prompt(1, 50), view(1)), atol=1e-4)
    follow_up = read(runner, prompt(1, 50, 2), view(1))
    assert torch.allclose(follow_up, cold(model, prompt(1, 50, 2), view(1)), atol=1e-4)


def test_without_memory_for_a_copy_nothing_is_kept(
    runner: ModelRunner, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer that was given does not fail for it."""
    sequence, _ = runner.prefill("chat", prompt(1), view(1), 0)
    broken = failing(1, lambda: noise(1))
    with monkeypatch.context() as patch:
        patch.setattr(KVCache, "filled", lambda cache: (broken(), broken()))
        runner.keep(sequence)
    work.positions.clear()
    read(runner, prompt(1), view(1))
    assert work.positions == [2 + LOOK + 1]


def ended(chat: str, length: int) -> Sequence:
    """A sequence of so many ids in a cache with room for more: 512 bytes an id."""
    cache = KVCache(tiny_config(), length + 100, CPU.device, CPU.dtype)
    cache.advance(length)
    return Sequence(chat, list(range(length)), None, None, cache, forgets=0)


def test_prefixes_are_bounded_by_the_bytes_they_fill() -> None:
    """Of three chats the least recently used makes way; room for an answer that was not needed is not kept."""
    prefixes = PrefixCache(limit=20 * 512)
    prefixes.keep(ended("first", 10))
    prefixes.keep(ended("second", 10))
    assert prefixes.find("first") is not None
    prefixes.keep(ended("third", 10))
    kept = {chat: prefixes.find(chat) for chat in ("first", "second", "third")}
    assert [chat for chat, prefix in kept.items() if prefix is not None] == ["first", "third"]
    prefixes.keep(ended("third", 21))
    assert prefixes.find("third") is None
    assert prefixes.find("first") is not None
