"""A small model as the reader beside a bigger one: both on one device, planned together, loaded one after the other."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import torch

from model_service.config import ModelConfig
from model_service.detail import DetailPlan
from model_service.engines.engine import Engine, EngineStep, ReaderInfo, Sureness
from model_service.engines.glm4v_engine import GLM4VEngine
from model_service.engines.hardware import Hardware
from model_service.engines.load import Found, find_model, load_found, take_hardware
from model_service.engines.weights.families import FAMILIES, family_of
from model_service.engines.weights.loading import plan_both, plan_memory
from model_service.engines.with_reader import WithReader
from model_service.errors import CheckpointError, GenerationFailed, WrongFamily
from model_service.gauges import Gauges
from model_service.types import GenerationRequest, Message, Transcription

logger = logging.getLogger(__name__)


class ModelReader:
    """A model that was made to write down print, behind the Reader protocol: asked in its own words, and greedily."""

    def __init__(self, engine: Engine) -> None:
        """Read with a loaded engine."""
        facts, self._engine = engine.info, engine
        self._prompts = facts.fixed_prompts
        self._info = ReaderInfo(facts.model, 0, facts.sureness or Sureness(), tuple(self._prompts), facts)

    @property
    def info(self) -> ReaderInfo:
        """Its name, what it writes down, and how it looks at pictures."""
        return self._info

    def plan(self, request: GenerationRequest) -> DetailPlan | None:
        """As `Engine.plan`."""
        return self._engine.plan(request)

    def generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Yield the engine's steps about the request's pictures, whatever words it came with."""
        for step in self._engine.generate(self._asked(request)):
            yield step if step.pause else replace(step, reader=self._info.name)

    def forget(self, chat: str) -> None:
        """As `Engine.forget`."""
        self._engine.forget(chat)

    def close(self) -> None:
        """Give back the memory."""
        self._engine.close()

    def _asked(self, request: GenerationRequest) -> GenerationRequest:
        prompt = self._prompts.get(request.transcription) if request.transcription else None
        if prompt is None:
            raise GenerationFailed(f"{self._info.name} does not write down {request.transcription}")
        if request.transcription is Transcription.FIELDS:
            prompt += request.fields
        message = Message("user", prompt, request.pictures)
        greedy = replace(request.sampling, temperature=0.0)
        return replace(request, messages=(message,), sampling=greedy, wish="", thinking=0)


def load_with_reader(config: ModelConfig, gauges: Gauges) -> Engine:
    """Load the model that the configuration names, and the one in `reader` beside it.

    Both are found and planned before either is loaded. A reader that cannot be had, or fails while it is loaded, is
    done without: the model reads, and `EngineInfo.reader_fault` says why.

    Raises:
        CheckpointError: the model cannot be had; what `reader` names is no reader; the device is too small for both.
    """
    hardware = take_hardware(config)
    found = find_model(config.name, hardware, gauges)
    try:
        beside = find_reader(config.reader, found.folder, hardware)
    except WrongFamily:
        raise
    except CheckpointError as error:
        engine = load_found(found, config, hardware, plan_memory(found.folder, config, hardware), gauges)
        return _without_reader(engine, config.reader, error)
    plan, plan_beside = plan_both(found.folder, beside.folder, config, hardware)
    engine = load_found(found, config, hardware, plan, gauges)
    try:
        reader = load_found(beside, config, hardware, plan_beside, Gauges())
    except Exception as error:
        return _without_reader(engine, config.reader, error)
    engine.share_device(reader)
    return WithReader(engine, ModelReader(reader))


def find_reader(name: str, model: Path, hardware: Hardware) -> Found:
    """Find the checkpoint of a reader that is to stand beside the one in the folder `model`.

    Raises:
        WrongFamily: it is no reader, or the model itself.
        CheckpointError: nothing usable there.
    """
    found = find_model(name, hardware, Gauges())
    family = family_of(found.folder)
    if family.prompts is None:
        readers = " or ".join(each.name for each in FAMILIES.values() if each.prompts is not None)
        raise WrongFamily(f'model.reader is {name!r}, which is {family.name}; it can be {readers}, or "rapidocr"')
    if found.folder.resolve() == model.resolve():
        raise WrongFamily(f"model.reader is {name!r}, which is model.name, too: it reads without that")
    return found


def _without_reader(engine: GLM4VEngine, reader: str, error: Exception) -> Engine:
    logger.error("the reader %s (model.reader) was not loaded, so the model reads: %s", reader, error)
    if torch.cuda.is_available():
        torch.cuda.empty_cache()  # What was loaded of it.
    engine.do_without_reader(f"{type(error).__name__}: {error}" if not str(error) else str(error))
    return engine
