"""The layout of a model: which weights are packed into four bits, and which of them stay in host memory."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import torch
from accelerate import init_empty_weights
from torch import nn

from model_service.engines.weights.families import FAMILIES, Config

if TYPE_CHECKING:
    from model_service.engines.weights.nf4 import NF4Linear

EMBEDDINGS = "transformer.embedding.word_embeddings"
HEAD = "transformer.output_layer"
VISION = "transformer.vision"
VISION_LAYERS = f"{VISION}.transformer.layers"


class Plan(StrEnum):
    """Contents of the device: all of it; or less the embeddings, the head packed; or less the vision tower too."""

    FULL = "full"
    LEAN = "lean"
    TINY = "tiny"


@dataclass(frozen=True, slots=True)
class Layout:
    """A memory plan, whether linear layers are packed, and the dtype of everything that is not.

    With `grouped`, packed weights of the language model are in the order in which our product reads them.
    """

    plan: Plan
    packed: bool
    dtype: torch.dtype
    grouped: bool = False

    def packs(self, module: str) -> bool:
        """Whether the linear layer of this name is packed."""
        return self.packed and (self.plan is not Plan.FULL or module != HEAD)

    def on_host(self, tensor: str) -> bool:
        """Whether the tensor of this name stays in host memory."""
        if tensor.startswith(EMBEDDINGS):
            return self.plan is not Plan.FULL
        return tensor.startswith(VISION_LAYERS) and self.plan is Plan.TINY


def empty_model(config: Config, layout: Layout) -> Any:
    """The model in this layout, its tensors on the meta device: shapes and dtypes without memory."""
    with init_empty_weights(include_buffers=True):
        model = FAMILIES[config.model_type].model(config)
        model.to(dtype=layout.dtype)
    if layout.packed:
        _make_room(model, layout)
    return model


def device_bytes(config: Config, layout: Layout) -> int:
    """Return the bytes that the weights take on the device."""
    model = empty_model(config, layout)
    held: int = sum(tensor.nbytes for name, tensor in model.state_dict().items() if not layout.on_host(name))
    return held + 2 * layer_bytes(model) if layout.plan is Plan.TINY else held


def layer_bytes(model: Any) -> int:
    """Return the bytes of one layer of the vision tower."""
    layer: nn.Module = model.transformer.vision.transformer.layers[0]
    return sum(tensor.nbytes for tensor in layer.state_dict().values())


def packed_layers(model: nn.Module, layout: Layout) -> dict[str, "NF4Linear"]:
    """The packed linear layers, by name."""
    if not layout.packed:
        return {}
    from model_service.engines.weights.nf4 import NF4Linear

    return {name: module for name, module in model.named_modules() if isinstance(module, NF4Linear)}


def _make_room(model: nn.Module, layout: Layout) -> None:
    """Put an empty packed layer in the place of each linear layer that is to be packed."""
    from model_service.engines.weights.nf4 import (
        NF4Linear,  # bitsandbytes takes a second to import; other layouts need it not.
    )

    for name, module in list(model.named_modules()):
        if type(module) is nn.Linear and layout.packs(name):
            bias = module.bias is not None
            room = NF4Linear(module.in_features, module.out_features, bias, "meta", layout.dtype)
            room.grouped = layout.grouped and room.can_be_grouped and not name.startswith(VISION)
            model.set_submodule(name, room)
