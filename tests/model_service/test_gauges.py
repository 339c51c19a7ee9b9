"""What the engine's thread shows of itself."""

import logging
import time

import pytest

from model_service.gauges import Gauges, MemoryUse, SeveralGauges


def test_stages_that_ended_well_are_told_with_their_seconds(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Noted and logged; one that failed is neither."""
    times = iter([10.0, 12.5, 20.0, 21.0, 21.5])
    monkeypatch.setattr(time, "perf_counter", lambda: next(times))
    gauges = Gauges()
    with caplog.at_level(logging.INFO):
        with gauges.stage("reading"):
            pass
        with pytest.raises(KeyError), gauges.stage("writing"):
            raise KeyError
        with gauges.stage("preparing"):
            pass
    assert gauges.stages == {"reading": 2.5, "preparing": 0.5}
    assert [record.getMessage() for record in caplog.records] == ["reading: 2.5 s", "preparing: 0.5 s"]


def test_several_are_read_as_one() -> None:
    """What all have loaded; the memory of all, once each has told its own, and in all where each knows that."""
    first, second = Gauges(0.5), Gauges(0.25, MemoryUse(3, 8))
    both = SeveralGauges([first, second])
    assert (both.loaded, both.memory) == (0.25, None)
    first.memory = MemoryUse(2, 6)
    assert both.memory == MemoryUse(5, 14)
    second.memory = MemoryUse(3, None)
    assert both.memory == MemoryUse(5, None)
