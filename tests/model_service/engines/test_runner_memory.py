"""The runner's memory: what it keeps is bounded, is forgotten on demand, and makes way when memory is short."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.runtime.kv_cache import KVCache
from model_service.engines.runtime.prefix_cache import PrefixCache, Sequence
from model_service.engines.runtime.runner import ModelRunner, View
from tests.model_service.engines.reading import CPU, LOOK, Work, cold, noise, prefill, prompt, put, read, view
from tests.model_service.engines.tiny import tiny_config

pytestmark = pytest.mark.usefixtures("inference")


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
    sequence, _ = prefill(runner, "chat", prompt(1), view(1), 1)
    runner.forget("chat")
    runner.keep(sequence)
    work.positions.clear()
    read(runner, prompt(1), view(1))
    assert work.positions == [2 + LOOK + 1]


def failing(times: int, then: Callable[[], Tensor]) -> Callable[[], Tensor]:
    """Pixels for which memory does not suffice this many times."""
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
    """It is tried again once, not forever."""
    with pytest.raises(torch.OutOfMemoryError):
        prefill(runner, "chat", prompt(3), View(view(2).key, failing(2, lambda: noise(2))), 0)


def test_a_failed_step_leaves_nothing_behind(model: GLM4VForConditionalGeneration, runner: ModelRunner) -> None:
    """Out of memory in the middle of a decode step: it is repeated, and prefix and logits are right."""
    sequence, _ = prefill(runner, "chat", prompt(1), view(1), 1)
    broken = failing(1, lambda: noise(1))
    hook = model.transformer.encoder.layers[1].register_forward_pre_hook(lambda *_: [broken(), None][1])
    logits = put(runner, sequence, 50)
    hook.remove()
    runner.keep(sequence)
    assert torch.allclose(logits, cold(model, prompt(1, 50), view(1)), atol=1e-4)
    follow_up = read(runner, prompt(1, 50, 2), view(1))
    assert torch.allclose(follow_up, cold(model, prompt(1, 50, 2), view(1)), atol=1e-4)


def test_without_memory_for_a_copy_nothing_is_kept(
    runner: ModelRunner, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer that was given does not fail for it."""
    sequence, _ = prefill(runner, "chat", prompt(1), view(1), 0)
    broken = failing(1, lambda: noise(1))
    with monkeypatch.context() as patch:
        patch.setattr(KVCache, "filled", lambda cache: (broken(), broken()))
        runner.keep(sequence)
    work.positions.clear()
    read(runner, prompt(1), view(1))
    assert work.positions == [2 + LOOK + 1]


def ended(chat: str, length: int) -> Sequence:
    """A sequence of this many ids in a cache with room for more: 512 bytes an id."""
    cache = KVCache(tiny_config(), length + 100, CPU.device, CPU.dtype)
    cache.advance(length)
    return Sequence(chat, list(range(length)), (), cache, forgets=0)


def test_prefixes_are_bounded_by_the_bytes_they_fill() -> None:
    """Of three chats the least recently used makes way; room for an answer that was not needed is not kept."""
    prefixes = PrefixCache(limit=20 * 512)
    prefixes.keep(ended("first", 10))
    prefixes.keep(ended("second", 10))
    assert prefixes.find("first") is not None
    prefixes.keep(ended("third", 10))
    found = {chat: prefixes.find(chat) for chat in ("first", "second", "third")}
    kept = {chat: prefix for chat, prefix in found.items() if prefix is not None}
    assert set(kept) == {"first", "third"}
    assert all(prefix.keys.untyped_storage().nbytes() == 10 * 256 for prefix in kept.values())
    prefixes.keep(ended("third", 21))
    assert prefixes.find("third") is None
    assert prefixes.find("first") is not None
