"""Open a service: the one place that chooses the backend and names the engine."""

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from model_service.backends.cards import Cards
from model_service.backends.engine_thread import EngineThread
from model_service.backends.remote.backend import RemoteBackend
from model_service.config import RAPIDOCR, ModelConfig
from model_service.engines.engine import Engine
from model_service.errors import CheckpointError
from model_service.gauges import Gauges, SeveralGauges
from model_service.service import ModelService


def open_service(config: ModelConfig) -> ModelService:
    """Make a service for GLM-4V, not started yet, with an engine on each device that the configuration names.

    Nothing here imports torch: the engines' threads do, and nobody where a server answers. Only the first keeps packed
    weights for the next start.
    """
    if config.remote is not None:
        gauges = Gauges()
        return ModelService(RemoteBackend(config.remote, gauges, config.cache), config, gauges=gauges)
    configs = [replace(config, device=device) for device in config.devices]
    configs[1:] = [replace(each, keep=False) for each in configs[1:]]
    several = [Gauges() for _ in configs]
    loads = [partial(_load, *each) for each in zip(configs, several, strict=True)]
    if len(loads) == 1:
        return local_service(loads[0], config, gauges=several[0])
    threads = [EngineThread(load, slice_tokens=config.slice_tokens) for load in loads]
    return ModelService(Cards(threads), config, gauges=SeveralGauges(several))


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


def _load(config: ModelConfig, gauges: Gauges) -> Engine:
    try:
        from model_service.engines.load import load_engine
    except ModuleNotFoundError as error:
        raise CheckpointError(
            f"a model on this machine needs more packages ({error.name}): pip install 'eyeglass[local]'; "
            "or have a server answer, with its address in model.name"
        ) from None
    if config.reader not in {"", RAPIDOCR}:
        from model_service.engines.model_reader import load_with_reader

        return load_with_reader(config, gauges)
    engine: Engine = load_engine(config, gauges)
    return with_reader(engine, config.reader)


def with_reader(engine: Engine, reader: str) -> Engine:
    """Return an engine with RapidOCR beside it, if that is the reader that is named.

    Raises:
        CheckpointError: it cannot be had.
    """
    if not reader:
        return engine
    from model_service.engines.rapidocr_reader import RapidOCRReader
    from model_service.engines.with_reader import WithReader

    try:
        return WithReader(engine, RapidOCRReader())
    except CheckpointError:
        engine.close()
        raise
