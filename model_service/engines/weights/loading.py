"""From a checkpoint's files to a model on its device: tensor by tensor, packed on the way."""

import logging
from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from model_service.config import ModelConfig
from model_service.engines.hardware import Hardware
from model_service.engines.weights.checkpoint import checkpoint_name
from model_service.engines.weights.families import FAMILIES, read_config
from model_service.engines.weights.layout import HEAD, VISION_LAYERS, Layout, Plan, empty_model, packed_layers
from model_service.engines.weights.memory_plan import MemoryPlan, choose_plan
from model_service.engines.weights.offload import OffloadedTransformer
from model_service.engines.weights.packed_cache import CacheUnusableError, PackedCache, identity
from model_service.engines.weights.shards import read_tensors, shards
from model_service.engines.weights.shared_plan import choose_plans
from model_service.errors import CheckpointError
from model_service.gauges import Gauges

LARGE = 4 * 1024**3
IGNORED = "rotary_pos_emb.inv_freq"
"""The end of the names of tensors that old checkpoints carry besides; they can be computed."""

FROM_SHARDS, FROM_CACHE = "loading the shards", "loading the packed weights"
"""The stages of loading, of which a start has one."""

logger = logging.getLogger(__name__)

Report = Callable[[float], None]
"""Gets the share of the work that is done, from 0 to 1."""


def plan_memory(folder: Path, config: ModelConfig, hardware: Hardware) -> MemoryPlan:
    """Plan how the checkpoint is laid out on this hardware, and how many visual tokens fit then.

    Raises:
        CheckpointError: the device is too small, or config.json describes no model.
    """
    packed = _is_packed(folder, config, hardware)
    return _settled(choose_plan(_shape(folder, hardware), packed, hardware, config.memory, config.together), hardware)


def plan_both(folder: Path, reader: Path, config: ModelConfig, hardware: Hardware) -> tuple[MemoryPlan, MemoryPlan]:
    """Plan a checkpoint as `plan_memory` does, and that of a reader beside it on the same device.

    Raises:
        CheckpointError: the device is too small for both, or a config.json describes no model.
    """
    model = _shape(folder, hardware), _is_packed(folder, config, hardware)
    beside = _shape(reader, hardware), _packings(reader, config, hardware)
    plans = choose_plans(model, beside, hardware, config.memory, config.together)
    first, second = (_settled(plan, hardware) for plan in plans)
    return first, second


def load_checkpoint(
    folder: Path,
    config: ModelConfig,
    hardware: Hardware,
    layout: Layout | None = None,
    gauges: Gauges | None = None,
) -> tuple[Any, PackedCache | None]:
    """The model with its weights, in the layout that `plan_memory` chose; `gauges.loaded` goes from where it is to 1.

    Beside it the cache in which its packed weights are still to be kept; None where they are, or nothing is.

    Raises:
        CheckpointError: torn, incomplete, or of another model; or the device has become too small for it.
    """
    layout = layout or plan_memory(folder, config, hardware).layout
    try:
        model, unkept = _load(folder, config, hardware, layout, gauges or Gauges())
    except torch.OutOfMemoryError as error:
        raise CheckpointError(
            f"{hardware.device} ran out of memory while the weights were loaded, under the plan {layout.plan}"
            " (model.memory); does something else use it?"
        ) from error
    if layout.on_host(VISION_LAYERS):
        vision = model.transformer.vision
        offloaded = OffloadedTransformer(vision.transformer.layers, hardware.device)
        vision.transformer = offloaded
    model.eval()
    return model, unkept


def _load(
    folder: Path, config: ModelConfig, hardware: Hardware, layout: Layout, gauges: Gauges
) -> tuple[Any, PackedCache | None]:
    begun = gauges.loaded

    def report(share: float) -> None:
        gauges.loaded = begun + (1 - begun) * share

    files = shards(folder)
    if config.cache is None or not layout.packed:
        with gauges.stage(FROM_SHARDS):
            return _from_shards(folder, files, hardware, layout, report), None
    name = f"{checkpoint_name(folder).replace('/', '--')}-nf4{'-head' if layout.packs(HEAD) else ''}"
    cache = PackedCache(config.cache, name, identity(folder, files, layout))
    try:
        with gauges.stage(FROM_CACHE):
            return _from_cache(folder, cache, hardware, layout, report), None
    except CacheUnusableError as reason:
        logger.info("packing the weights: %s", reason)
    with gauges.stage(FROM_SHARDS):
        return _from_shards(folder, files, hardware, layout, report), cache


def _from_shards(folder: Path, files: list[Path], hardware: Hardware, layout: Layout, report: Report) -> Any:
    model = _empty(folder, layout)
    packed = packed_layers(model, layout)
    wanted = {name: parameter.shape for name, parameter in model.named_parameters()}
    wanted |= {f"{name}.weight": torch.Size((layer.out_features, layer.in_features)) for name, layer in packed.items()}
    family = FAMILIES[model.config.model_type]
    for name, tensor in family.tensors(model.config, read_tensors(files, report)):
        if name.endswith(IGNORED):
            continue
        if tensor.shape != wanted.pop(name, None):
            raise CheckpointError(f"{folder}: tensor {name}, {list(tensor.shape)}, does not fit config.json")
        device = torch.device("cpu") if layout.on_host(name) else hardware.device
        layer = packed.get(name.removesuffix(".weight"))
        if layer is None:
            _put(model, name, tensor, layout.dtype, device)
        else:
            layer.pack(tensor, hardware.device)
            for part, buffer in layer.named_buffers():
                setattr(layer, part, buffer.to(device))
    if wanted:
        some = ", ".join(sorted(wanted)[:3])
        raise CheckpointError(f"{folder}: {len(wanted)} tensors are missing, among them {some}")
    return model


def _from_cache(folder: Path, cache: PackedCache, hardware: Hardware, layout: Layout, report: Report) -> Any:
    """Raises CacheUnusableError where the cache cannot be used."""
    model = _empty(folder, layout)
    wanted = model.state_dict()
    for name, tensor in cache.read(report):
        room = wanted.pop(name, None)
        if room is None or (room.shape, room.dtype) != (tensor.shape, tensor.dtype):
            raise CacheUnusableError(f"{name} does not fit the model")
        _put(model, name, tensor, tensor.dtype, torch.device("cpu") if layout.on_host(name) else hardware.device)
    if wanted:
        raise CacheUnusableError(f"{next(iter(wanted))} is missing")
    return model


def _empty(folder: Path, layout: Layout) -> Any:
    try:
        return empty_model(read_config(folder), layout)
    except (OSError, ValueError, TypeError, RuntimeError, ZeroDivisionError, AttributeError) as error:
        raise CheckpointError(f"{folder}: config.json describes no model ({error})") from error


def ungroup(model: nn.Module, layout: Layout) -> None:
    """Bring packed weights in order, row after row, for a card on which our product proved wrong."""
    for layer in packed_layers(model, layout).values():
        layer.ungroup()


def _put(model: nn.Module, name: str, tensor: Tensor, dtype: torch.dtype, device: torch.device) -> None:
    """Put a copy of a tensor in its place in the model."""
    owner, _, leaf = name.rpartition(".")
    module = model.get_submodule(owner)
    cast = tensor.to(dtype)
    placed = cast.to(device, copy=cast is tensor)  # The tensor is a view of its file, which may change.
    setattr(module, leaf, nn.Parameter(placed, requires_grad=False) if leaf in module._parameters else placed)


def _shape(folder: Path, hardware: Hardware) -> Any:
    """The configuration of a checkpoint of which a model can be made."""
    return _empty(folder, Layout(Plan.FULL, False, hardware.dtype)).config


def _settled(plan: MemoryPlan, hardware: Hardware) -> MemoryPlan:
    """The plan with its weights in the order that this hardware wants."""
    logger.info(
        "memory plan %s: at most %d visual tokens, %d answers together",
        plan.layout.plan, plan.max_visual_tokens, plan.together,
    )  # fmt: skip
    return replace(plan, layout=replace(plan.layout, grouped=hardware.multiplies_nf4))


def _packings(folder: Path, config: ModelConfig, hardware: Hardware) -> tuple[bool, ...]:
    """Whether a reader is packed: as set; left to itself, on a GPU, where there is no room for it as it is."""
    if config.quantize == "auto" and hardware.device.type == "cuda" and find_spec("bitsandbytes") is not None:
        return False, True
    return (_is_packed(folder, config, hardware),)


def _is_packed(folder: Path, config: ModelConfig, hardware: Hardware) -> bool:
    """As set; left to itself, a large checkpoint on a GPU is packed.

    Raises:
        CheckpointError: bitsandbytes, which packs, is not installed.
    """
    packed = config.quantize == "nf4"
    if config.quantize == "auto":
        weights = sum(file.stat().st_size for file in shards(folder))
        packed = hardware.device.type == "cuda" and weights > LARGE
    if packed and find_spec("bitsandbytes") is None:
        raise CheckpointError("4 bits (model.quantize) want bitsandbytes: pip install 'eyeglass[local]'")
    return packed
