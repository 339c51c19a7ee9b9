"""Find a checkpoint, plan its memory, load it, and return the engine."""

from dataclasses import dataclass, replace
from pathlib import Path

from model_service.config import ModelConfig
from model_service.engines.engine import Ability, EngineInfo, Sureness
from model_service.engines.glm4v_engine import GLM4VEngine
from model_service.engines.hardware import Hardware, choose_hardware
from model_service.engines.model import Sizes, Vocabulary
from model_service.engines.runtime.warmup import warming_up
from model_service.engines.weights.checkpoint import checkpoint_name, find_checkpoint, load_tokenizer
from model_service.engines.weights.families import FAMILIES, read_config
from model_service.engines.weights.loading import load_checkpoint, plan_memory, ungroup
from model_service.engines.weights.memory_plan import MemoryPlan
from model_service.engines.weights.picture_memory import picture_memory
from model_service.gauges import Gauges
from model_service.sureness import kept_sureness


def load_engine(config: ModelConfig, gauges: Gauges | None = None) -> GLM4VEngine:
    """Find the checkpoint that the configuration names, and load it; `gauges` show how far that is.

    Raises:
        CheckpointError: nothing usable there.
    """
    gauges = gauges or Gauges()
    hardware = take_hardware(config)
    found = find_model(config.name, hardware, gauges)
    return load_found(found, config, hardware, plan_memory(found.folder, config, hardware), gauges)


@dataclass(frozen=True, slots=True)
class Found:
    """A checkpoint that is there, with its tokenizer: nothing of it is loaded yet."""

    folder: Path
    tokenizer: Vocabulary


def take_hardware(config: ModelConfig) -> Hardware:
    """Choose the hardware, and prepare it for the thread that calls.

    Raises:
        CheckpointError: there is no such device.
    """
    hardware = choose_hardware(config)
    hardware.take_thread()
    hardware.let_memory_grow()
    return hardware


def find_model(name: str, hardware: Hardware, gauges: Gauges) -> Found:
    """Find the checkpoint that a setting names, and read its tokenizer.

    Raises:
        CheckpointError: nothing usable there.
    """
    folder = find_checkpoint(name, hardware, gauges)
    return Found(folder, load_tokenizer(folder, read_config(folder)))


def load_found(found: Found, config: ModelConfig, hardware: Hardware, plan: MemoryPlan, gauges: Gauges) -> GLM4VEngine:
    """Load a checkpoint by its memory plan.

    Raises:
        CheckpointError: it is torn, incomplete, or of another model; or the device has become too small for it.
    """
    folder = found.folder
    with warming_up(folder, plan.layout, hardware, gauges) as warm:
        model, unkept = load_checkpoint(folder, config, hardware, plan.layout, gauges)
    hardware = replace(hardware, kernels=warm.checked)
    if plan.layout.grouped and not hardware.kernels.products:
        ungroup(model, plan.layout)
        unkept = None  # The next start, too, would take what is kept for weights in groups.
    name, unkept = checkpoint_name(folder), unkept if config.keep else None
    info = _info(name, model.config, hardware, plan, kept_sureness(config.cache, name))
    return GLM4VEngine(
        model, found.tokenizer, hardware, config, info, gauges=gauges, unkept=unkept, captured=plan.captured
    )


def _info(name: str, config: Sizes, hardware: Hardware, plan: MemoryPlan, sureness: Sureness | None) -> EngineInfo:
    """Return the facts about a loaded checkpoint, of which memory allows what `plan` says.

    `sureness` was measured here; else it is what the checkpoint says of itself.
    """
    family = FAMILIES[config.model_type]
    return EngineInfo(
        name,
        str(hardware.device),
        hardware.dtype_name,
        plan.max_visual_tokens,
        family.dial(config),
        pictures_per_request=family.pictures,
        abilities=tuple(each for each in Ability if config.abilities is None or each in config.abilities),
        languages=tuple(config.languages or ()),
        max_characters=config.max_characters,
        together=plan.together,
        picture_memory=picture_memory(config, plan.layout),
        context_tokens=config.seq_length,
        sureness=sureness or Sureness(**(config.sureness or {})),
        all_visual_tokens=plan.max_visual_tokens * plan.pictures,
        fixed_prompts=family.prompts or {},
        family=family.name,
    )
