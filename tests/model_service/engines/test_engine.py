"""The engine: from a request to steps, with a tiny random model."""

import io
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from model_service import (
    GLM4V_DIAL,
    Ability,
    Detail,
    DetailPlan,
    EngineStep,
    FinishReason,
    Gauges,
    GenerationFailed,
    GenerationRequest,
    MemoryUse,
    Message,
    ModelConfig,
    OutOfMemory,
    PictureRef,
    PictureRejected,
    PromptTooLong,
    Region,
    SamplingParams,
    Sureness,
    keep_sureness,
    open_picture,
    with_pictures,
)
from model_service.engines.glm4v_engine import GLM4VEngine
from model_service.engines.hardware import Hardware
from model_service.engines.load import load_engine
from model_service.engines.model import Paused
from model_service.engines.runtime.runner import ModelRunner, View
from model_service.engines.weights.layout import Layout, Plan
from model_service.engines.weights.memory_plan import needed_bytes
from tests.bot.samples import picture
from tests.model_service.engines.tiny import tiny_config, write_checkpoint


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GLM4VEngine]:
    """64 positions, single bytes as tokens."""
    folder = write_checkpoint(tmp_path_factory.mktemp("engine") / "tiny")
    loaded = load_engine(ModelConfig(name=str(folder), device="cpu"))
    yield loaded
    loaded.close()


def request(*texts: str, seen: bytes | None = None, max_tokens: int = 8) -> GenerationRequest:
    """Questions and answers in turn, the last one a question."""
    messages = tuple(Message("assistant" if index % 2 else "user", text) for index, text in enumerate(texts))
    sampling = SamplingParams(max_tokens=max_tokens, temperature=1.0, top_p=1.0, seed=1)
    messages = with_pictures(messages, PictureRef(seen, Detail(16))) if seen else messages
    return GenerationRequest("1", "chat", messages, sampling)


def looked(asked: GenerationRequest, detail: Detail, region: Region | None = None) -> GenerationRequest:
    """The same, looked at so closely, or at a part."""
    picture = replace(asked.pictures[0], detail=detail, region=region)
    return replace(asked, messages=with_pictures(asked.messages, picture))


def steps(engine: GLM4VEngine, asked: GenerationRequest) -> list[EngineStep]:
    """All steps of an answer; the last one, and no other, carries the reason of the end."""
    found = list(engine.generate(asked))
    assert all(step.finish_reason is None for step in found[:-1])
    assert found[-1].finish_reason is not None
    return found


def test_an_answer_ends_at_max_tokens(engine: GLM4VEngine) -> None:
    """One step a token, the last one with LENGTH."""
    found = steps(engine, request("What is it?", seen=picture(), max_tokens=3))
    assert len(found) == 3
    assert found[-1].finish_reason is FinishReason.LENGTH


def test_every_token_says_how_many_were_read(engine: GLM4VEngine) -> None:
    """The ids of the text, of the picture its two borders and the grid, whatever is remembered of an earlier time."""
    text = len(["[gMASK]", "<sop>", "<|user|>"]) + len("\nWhat?") + len(["<|assistant|>"])
    assert {step.prompt_tokens for step in steps(engine, request("What?"))} == {text}
    asked = request("What?", seen=picture(200, 200))
    plan = engine.plan(asked)
    assert plan is not None
    for _ in range(2):
        assert {step.prompt_tokens for step in steps(engine, asked)} == {text + 2 + plan.tokens}
    assert engine.info.context_tokens == 64


def test_an_answer_ends_where_the_positions_do(engine: GLM4VEngine) -> None:
    """However many tokens are wished for: 64 positions, less the prompt's, are there."""
    found = steps(engine, request("a" * 40, max_tokens=1000))
    prompt = 2 + 2 + 40 + 1
    assert len(found) <= 64 - prompt


def test_the_oldest_turns_give_way(engine: GLM4VEngine) -> None:
    """A conversation that became too long is answered like one that never had its oldest part."""
    long = request("a" * 20, "b" * 20, "c", "d", "e?", seen=picture())
    short = request("c", "d", "e?", seen=picture())
    assert [step.text for step in steps(engine, long)] == [step.text for step in steps(engine, short)]


def test_every_token_says_how_likely_it_was(engine: GLM4VEngine) -> None:
    """Greedy, so likelier than the likeliest other; where nothing is to be seen yet, the next character says it."""
    asked = replace(request("What is it?", seen=picture()), sampling=SamplingParams(max_tokens=8))
    found = steps(engine, asked)
    told = [step.likely for step in found if step.text]
    assert told
    assert all(likely is not None and 1 >= likely[0] >= likely[1] > 0 for likely in told)
    assert all(step.likely is None for step in found if not step.text and step.finish_reason is None)


def test_a_question_that_is_too_long_fails_alone(engine: GLM4VEngine) -> None:
    """It cannot be shortened; the next request is answered."""
    with pytest.raises(PromptTooLong, match="tokens") as failure:
        list(engine.generate(request("a" * 70)))
    assert failure.value.characters == 64 - 8 - (2 + 2 + 1)
    assert (failure.value.tokens, failure.value.most) == (2 + 2 + 70 + 1, 64 - 1)
    assert steps(engine, request("a" * failure.value.characters))


def test_only_the_question_decides_whether_it_is_too_long(engine: GLM4VEngine) -> None:
    """What was said before is dropped first, and counts for nothing."""
    assert steps(engine, request("a" * 60, "b" * 60, "c" * 40))
    with pytest.raises(PromptTooLong) as failure:
        list(engine.generate(request("a", "b", "c" * 70)))
    assert failure.value.characters == 64 - 8 - (2 + 2 + 1)


def test_a_broken_picture_fails_alone(engine: GLM4VEngine) -> None:
    """Both the plan and the answer say so."""
    broken = request("What is it?", seen=b"no picture")
    with pytest.raises(PictureRejected):
        engine.plan(broken)
    with pytest.raises(PictureRejected):
        list(engine.generate(broken))


def test_the_plan_is_the_grid_that_is_read(engine: GLM4VEngine) -> None:
    """Within the budget, in the picture's shape; without a picture there is none."""
    plan = engine.plan(request("?", seen=picture(400, 100)))
    assert plan is not None
    assert (plan.rows, plan.columns) == (2, 8)
    assert engine.plan(request("?")) is None


def test_the_picture_changes_the_answer(engine: GLM4VEngine) -> None:
    """It is looked at."""
    one = steps(engine, request("What is it?", seen=picture(200, 200)))
    other = steps(engine, request("What is it?", seen=picture(100, 300)))
    assert one != other


def test_a_region_gets_all_tokens(engine: GLM4VEngine) -> None:
    """The grid has the region's shape, and the answer is the one to a picture of that region alone."""
    whole, region = open_picture(picture(400, 200)), Region(0.0, 0.0, 0.5, 0.25)
    out = io.BytesIO()
    whole.crop((0, 0, 200, 50)).save(out, "PNG")
    asked = looked(request("What is it?", seen=picture(400, 200)), Detail(16), region)
    cut = request("What is it?", seen=out.getvalue())
    assert engine.plan(asked) == engine.plan(cut)
    assert steps(engine, asked) == steps(engine, cut)
    assert steps(engine, asked) != steps(engine, looked(asked, Detail(16), Region(0.5, 0.75, 1.0, 1.0)))


def test_closing_the_steps_stops_the_work(engine: GLM4VEngine) -> None:
    """No further token is computed, and the next answer is not disturbed."""
    wanted = steps(engine, request("a"))
    generating = engine.generate(request("a", max_tokens=40))
    next(generating)
    assert isinstance(generating, Iterator)
    generating.close()  # type: ignore[attr-defined]
    assert steps(engine, request("a")) == wanted


class Failing:
    """A vision tower for which memory does not suffice for pictures of this many visual tokens."""

    def __init__(self, engine: GLM4VEngine, least: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tried: list[int] = []
        seen = ModelRunner._see

        def see(runner: ModelRunner, view: View) -> Paused[Tensor]:
            *_, rows, columns = view.key
            self.tried.append(rows * columns)
            if rows * columns >= least:
                raise torch.OutOfMemoryError("no memory")
            return seen(runner, view)

        monkeypatch.setattr(ModelRunner, "_see", see)


def test_out_of_memory_reads_a_level_lower(engine: GLM4VEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice as planned, the second time without what was kept; then a level lower, and the steps say so."""
    asked = looked(request("?", seen=picture(1500, 1500)), Detail(256))
    failing = Failing(engine, 200, monkeypatch)
    first, *others = steps(engine, asked)
    assert failing.tried == [256, 256, 121]
    assert first == EngineStep("", plan=DetailPlan(Detail(128), 11, 11, 28))
    assert others == steps(engine, looked(asked, Detail(128)))
    assert all(step.plan is None for step in others)


def test_out_of_memory_at_the_lowest_level_fails_alone(engine: GLM4VEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing to step down to; the next request is answered."""
    with monkeypatch.context() as patch:
        failing = Failing(engine, 16, patch)
        with pytest.raises(OutOfMemory):
            list(engine.generate(request("?", seen=picture(1500, 1500))))
        assert failing.tried == [16, 16]
    assert steps(engine, request("?", seen=picture(1500, 1500)))


def test_a_small_card_reads_more_coarsely(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What fits into what is free is told, and no plan asks for more."""
    layout = Layout(Plan.FULL, False, torch.float32)
    free = needed_bytes(tiny_config(), layout, 1600) - 1
    monkeypatch.setattr(Hardware, "free_bytes", lambda hardware: free)
    small = load_engine(ModelConfig(name=str(write_checkpoint(tmp_path / "tiny")), device="cpu", memory="full"))
    assert small.info.max_visual_tokens == 512 and small.info.short_of_memory
    plan = small.plan(looked(request("?", seen=picture(1500, 1500)), Detail(1600)))
    assert plan is not None
    assert plan.detail == Detail(512)
    assert plan.tokens <= 512
    small.close()


def test_the_gauges_follow_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """How far the load is, then what memory is in use: once loaded, and again after each answer."""
    readings = iter(range(1, 9))
    monkeypatch.setattr(Hardware, "memory", lambda hardware: MemoryUse(next(readings), None))
    gauges = Gauges()
    loaded = load_engine(ModelConfig(name=str(write_checkpoint(tmp_path / "tiny")), device="cpu"), gauges)
    assert gauges.loaded > 0.5
    assert gauges.memory == MemoryUse(1, None)
    list(loaded.generate(request("a")))
    assert gauges.memory == MemoryUse(2, None)
    loaded.close()


@pytest.mark.parametrize("bare", [True, False])
def test_a_wish_is_told_unless_the_checkpoint_knows_bare_questions_alone(tmp_path: Path, bare: bool) -> None:
    """A key of its configuration says so, and not what it is called."""
    folder = write_checkpoint(tmp_path / "pocket")
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    (folder / "config.json").write_text(json.dumps(config | ({"bare_questions": True} if bare else {})))
    loaded = load_engine(ModelConfig(name=str(folder), device="cpu"))
    asked = request("What?")
    prompts = {loaded._fitting_prompt(each).ids for each in (asked, replace(asked, wish="Be brief."))}
    assert len(prompts) == (1 if bare else 2)
    loaded.close()


def test_a_checkpoint_says_what_it_was_trained_for(tmp_path: Path) -> None:
    """GLM-4V's own for all, at every level; one whose configuration says less, for that alone."""
    folder = write_checkpoint(tmp_path / "tiny")
    whole = load_engine(ModelConfig(name=str(folder), device="cpu"))
    assert (whole.info.lacking, whole.info.languages, whole.info.dial) == (frozenset(), (), GLM4V_DIAL)
    whole.close()
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    less = {"abilities": ["table"], "languages": ["en"], "max_visual_tokens": 700}
    (folder / "config.json").write_text(json.dumps(config | less))
    small = load_engine(ModelConfig(name=str(folder), device="cpu"))
    assert small.info.abilities == (Ability.TABLE,)
    assert small.info.lacking == {Ability.TEXT, Ability.DESCRIBE}
    assert (small.info.languages, small.info.dial.max_tokens, small.info.short_of_memory) == (("en",), 700, False)
    plan = small.plan(looked(request("?", seen=picture(1500, 500)), Detail(1600)))
    assert plan is not None and plan.columns > plan.rows
    small.close()


def test_more_pictures_than_one_are_refused(engine: GLM4VEngine) -> None:
    """GLM-4V takes one a request, and says so."""
    assert engine.info.pictures_per_request == 1
    asked = request("Which?")
    both = with_pictures(asked.messages, PictureRef(picture()), PictureRef(picture()))
    with pytest.raises(GenerationFailed, match="2 pictures"):
        list(engine.generate(replace(asked, messages=both)))


def test_a_picture_in_a_later_turn_is_looked_at_as_in_the_first(engine: GLM4VEngine) -> None:
    """It belongs to the conversation."""
    asked = request("What?", "That.", "And?", seen=picture())
    *earlier, last = request("What?", "That.", "And?").messages
    later = replace(asked, messages=(*earlier, replace(last, pictures=asked.pictures)))
    assert steps(engine, later) == steps(engine, asked)


def test_how_its_probabilities_are_taken_is_measured_here_or_told_by_the_checkpoint(tmp_path: Path) -> None:
    """What was measured on this machine counts first; a checkpoint of which nothing is known is marked with care."""
    folder, cache = write_checkpoint(tmp_path / "tiny"), tmp_path / "cache"

    def sureness() -> Sureness | None:
        loaded = load_engine(ModelConfig(name=str(folder), device="cpu", cache=cache, keep=False))
        loaded.close()
        return loaded.info.sureness

    assert sureness() == Sureness()
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "sureness": {"sure": 0.7, "begun": 0.2}}))
    assert sureness() == Sureness(0.7, 0.0, 0.2)
    keep_sureness(cache, "tiny", Sureness(0.6))
    assert sureness() == Sureness(0.6)
