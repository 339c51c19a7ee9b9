"""What a picture is said to take is what the pocket model takes on a CPU, as torch counts it."""

from typing import Any

from torch.profiler import ProfilerActivity, profile

from model_service import Detail, GenerationRequest, Message, ModelConfig, PictureRef, SamplingParams, with_pictures
from model_service.engines.load import load_engine
from playground.demo.samples import load_samples


def test_a_picture_takes_about_as_much_memory_as_is_said() -> None:
    """At the peak, by all that torch takes and gives back: a little more, for pixels and for one picture's tables."""
    engine = load_engine(ModelConfig(name="pocket", device="cpu"))
    for tokens in (64, 256, 768):
        picture = PictureRef(load_samples()["note.jpg"].data, Detail(tokens))
        messages = with_pictures([Message("user", "What is the name?")], picture)
        request = GenerationRequest("1", f"chat {tokens}", messages, SamplingParams(max_tokens=1))
        plan, said = engine.plan(request), engine.info.picture_memory
        with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as profiled:
            list(engine.generate(request))
        assert plan is not None and said is not None
        assert said.of(plan.tokens) <= _peak(profiled) <= 1.2 * said.of(plan.tokens) + 2**19
    engine.close()


def _peak(profiled: profile) -> int:
    """Return the most bytes that were held at once of those that were taken since it began."""
    held = peak = 0
    results: Any = profiled.profiler and profiled.profiler.kineto_results
    for event in sorted(
        (each for each in results.events() if each.name() == "[memory]"), key=lambda each: each.start_ns()
    ):
        held += event.nbytes()
        peak = max(peak, held)
    return peak
