"""The bench of a follow-up's host, with a small picture."""

import torch

from bench.family import engine_of, shapes
from bench.follow_up import measured
from model_service.engines.weights.layout import Plan


def test_both_ways_are_measured_on_what_is_known() -> None:
    """Neither sees the picture again, and neither is left out."""
    with torch.inference_mode():
        engine = engine_of(shapes(tiny=True)["Flash"], Plan.FULL, torch.device("cpu"), together=1, captured=False)
    seen = list[object]()
    see = engine._runner._model.see
    engine._runner._model.see = lambda pixels: seen.append(pixels) or see(pixels)  # type: ignore[method-assign,func-returns-value]
    found = measured(engine, (3, 5), 2, rounds=1)
    engine.close()
    assert len(seen) == 2
    assert list(found) == ["grid, twice", "prompt", "to the first id"]
    assert all(isinstance(each, dict) and each["before"] > 0 < each["now"] for each in found.values())
