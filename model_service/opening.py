"""Open a service: the one place that chooses the backend and names the engine."""

import time
from collections.abc import Callable

from model_service.backends.engine_thread import EngineThread
from model_service.config import ModelConfig
from model_service.engines.engine import Engine
from model_service.gauges import Gauges
from model_service.service import ModelService


def open_service(config: ModelConfig) -> ModelService:
    """Make a service for GLM-4V, not started yet. Nothing here imports torch: the engine's thread does."""
    gauges = Gauges()

    def load() -> Engine:
        from model_service.engines.glm4v_engine import load_engine

        return load_engine(config, gauges)

    return local_service(load, config, gauges=gauges)


def local_service(
    load: Callable[[], Engine],
    config: ModelConfig,
    clock: Callable[[], float] = time.monotonic,
    gauges: Gauges | None = None,
) -> ModelService:
    """Make a service for an engine in this process, not started yet.

    `load` makes the engine, on its thread; what it writes to `gauges` can be read from the service.
    """
    return ModelService(EngineThread(load, slice_tokens=config.slice_tokens, clock=clock), config, clock, gauges)
