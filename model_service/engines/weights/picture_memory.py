"""The bytes that a picture takes on the device beside the weights, by the arithmetic of the memory plans."""

from model_service.engines.engine import PictureMemory
from model_service.engines.weights.families import Config
from model_service.engines.weights.layout import Layout
from model_service.engines.weights.memory_plan import kv_bytes, prefill_bytes, vision_bytes


def picture_memory(config: Config, layout: Layout) -> PictureMemory:
    """Return what a picture takes while the vision tower sees it, and while it is read into its KV cache, alone.

    Up to the positions that the MLP takes at once, which no picture exceeds, both are lines.
    """

    def seeing(tokens: int) -> int:
        return vision_bytes(config, 4 * tokens + 1, layout)

    def reading(tokens: int) -> int:
        positions = tokens + 2
        features = positions * config.hidden_size * layout.dtype.itemsize
        return features + prefill_bytes(config, positions, layout) + kv_bytes(config, positions, layout.dtype)

    return PictureMemory(tuple((work(0), work(1) - work(0)) for work in (seeing, reading)))
