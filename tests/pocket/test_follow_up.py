"""Follow-ups with real weights: the pocket model answers a conversation as after reading it from the start."""

from collections.abc import Iterator

import pytest
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_pre_hook

from model_service import (
    Detail,
    GenerationRequest,
    Level,
    Message,
    ModelConfig,
    PictureRef,
    SamplingParams,
    with_pictures,
)
from model_service.engines.glm4v.language import DecoderLayer
from model_service.engines.glm4v_engine import GLM4VEngine
from model_service.engines.load import load_engine
from playground.demo.samples import load_samples

SAMPLES = load_samples()
FILES = ("note.jpg", "card.jpg", "label.jpg")
STANDARD = Detail.parse(Level.STANDARD)


def load(mib: int) -> GLM4VEngine:
    """Load the pocket model with caches of this many MiB each."""
    return load_engine(ModelConfig(name="pocket", device="cpu", feature_cache_mib=mib, prefix_cache_mib=mib))


@pytest.fixture
def engines() -> Iterator[tuple[GLM4VEngine, GLM4VEngine]]:
    """Return an engine with caches, and one without."""
    warm, cold = load(64), load(0)
    yield warm, cold
    warm.close()
    cold.close()


@pytest.fixture
def passes() -> Iterator[list[int]]:
    """Record the number of positions of each pass through a language model."""
    found: list[int] = []

    def note(module: nn.Module, given: tuple[Tensor, ...]) -> None:
        if isinstance(module, DecoderLayer) and module.self_attention.layer == 0:
            found.append(given[0].shape[1])

    hook = register_module_forward_pre_hook(note)
    yield found
    hook.remove()


def test_conversations_by_turns_have_the_answers_of_a_cold_start(
    engines: tuple[GLM4VEngine, GLM4VEngine], passes: list[int]
) -> None:
    """Three chats about three pictures ask by turns: step by step the same answers, but follow-ups read little."""
    warm, cold = engines
    history: dict[str, tuple[Message, ...]] = dict.fromkeys(FILES, ())
    for turn in range(3):
        for file in FILES:
            questions = list(SAMPLES[file].answers)
            question = questions[turn % len(questions)]
            messages = (*history[file], Message("user", question))
            sampling = SamplingParams(max_tokens=24)
            request = GenerationRequest(
                f"{file} {turn}", file, with_pictures(messages, PictureRef(SAMPLES[file].data, STANDARD)), sampling
            )
            wanted = list(cold.generate(request))
            passes.clear()
            steps = list(warm.generate(request))
            assert steps == wanted
            unread = passes[0]
            assert unread > 200 if turn == 0 else unread < len(question) + 8
            history[file] = (*messages, Message("assistant", "".join(step.text for step in steps)))
