"""The newer models think where it is wanted, within a bound; what they think is told apart from the answer."""

from itertools import pairwise
from pathlib import Path

import pytest

from bench.family_tokens import TEMPLATE
from model_service import EngineStep, FinishReason, GenerationRequest, Message, ModelConfig, SamplingParams
from model_service.engines.load import load_engine
from model_service.visible import is_thinking, thoughts
from tests.model_service.engines.newer import ALWAYS_THINKS, BEGINS_THOUGHT, ID, write_checkpoint
from tests.model_service.engines.test_newer_chat import chat


def test_a_model_that_can_think_does_where_it_is_wanted() -> None:
    """By the template's switch, else without the empty thought; a reader cannot."""
    asked = (Message("user", "?"),)
    for template in (TEMPLATE, ALWAYS_THINKS):
        made = chat(template=template)
        thinking = made.prompt(asked, thinking=True)
        assert made.can_think
        assert ID["<think>"] in made.prompt(asked).ids
        assert ID["<think>"] not in thinking.ids
        assert not thinking.thinking
    assert chat(template=BEGINS_THOUGHT).prompt(asked, thinking=True).thinking
    reader = chat("glm_ocr")
    assert not reader.can_think
    assert reader.prompt(asked, thinking=True) == reader.prompt(asked)


@pytest.mark.parametrize(("kind", "name"), [("glm4v", "GLM-4.1V and GLM-4.6V-Flash"), ("glm_ocr", "GLM-OCR")])
def test_an_engine_names_its_family_and_whether_it_thinks(tmp_path: Path, kind: str, name: str) -> None:
    """With the dial of both: pictures keep their shape."""
    write_checkpoint(tmp_path, kind)
    engine = load_engine(ModelConfig(name=str(tmp_path), quantize="none"))
    info = engine.info
    engine.close()
    assert (info.family, info.can_think) == (name, kind == "glm4v")
    assert (info.dial.token_pixels, info.dial.squashes_at_max, info.pictures_per_request) == (28, False, 8)


def thinking(folder: Path, tokens: int) -> list[EngineStep]:
    """What a model of random weights writes within a thought that its prompt begins."""
    write_checkpoint(folder, "glm4v", BEGINS_THOUGHT)
    engine = load_engine(ModelConfig(name=str(folder), quantize="none"))
    sampling = SamplingParams(max_tokens=8)
    asked = GenerationRequest("r", "c", (Message("user", "?"),), sampling, thinking=tokens)
    assert engine.info.can_think
    engine._allowed[[ID["</think>"], *engine._stop]] = False  # These weights are random: they would end it by chance.
    steps = [step for step in engine.generate(asked) if not step.pause]
    engine.close()
    return steps


def test_thoughts_are_told_apart_and_end_at_their_bound(tmp_path: Path) -> None:
    """Nothing of them is the answer, which follows within a bound of its own; one that is not wanted is not begun."""
    steps = thinking(tmp_path, 24)
    thought, answer = steps[:24], steps[24:]
    assert "".join(step.text for step in thought) == ""
    told = [step.thoughts for step in thought if step.thoughts]
    assert told
    assert all(len(one) <= len(following) for one, following in pairwise(told))
    assert "".join(step.text for step in answer)
    assert len(answer) == 8
    assert answer[-1].finish_reason is FinishReason.LENGTH
    assert not any(step.thoughts for step in thinking(tmp_path / "other", 0))


@pytest.mark.parametrize(
    ("said", "thought", "goes_on"),
    [
        ("<think>hm</think>A cat.", "hm", False),
        ("\n<think>hm\nso <", "hm\nso", True),
        ("<think>a < b", "a < b", True),
        ("<think>a</think>b</think>A cat.", "a</think>b", False),
        ("A cat.", "", False),
        ("", "", False),
        ("<thi", "", False),
    ],
)
def test_thoughts_are_what_stands_before_the_answer(said: str, thought: str, goes_on: bool) -> None:
    """Without marks, and without what may become one."""
    assert (thoughts(said), is_thinking(said)) == (thought, goes_on)
