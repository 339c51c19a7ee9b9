"""From a configuration to a service: the one place that names the engine."""

from model_service.config import ModelConfig
from model_service.engine import Engine
from model_service.gauges import Gauges
from model_service.service import ModelService


def open_service(config: ModelConfig) -> ModelService:
    """A service for GLM-4V, not started yet. Neither this nor importing it imports torch: the engine's thread does."""

    gauges = Gauges()

    def load() -> Engine:
        from model_service.glm4v.engine import load_engine

        return load_engine(config, gauges)

    return ModelService(load, config, gauges=gauges)
