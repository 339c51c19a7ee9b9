"""What the engine's thread shows of itself."""

import logging
import time

import pytest

from model_service.gauges import Gauges


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
