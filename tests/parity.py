"""Compare a checkpoint folder with what the original code computed for it: `python -m tests.parity DIR`.

The folder holds a checkpoint, `reference.json` (cases: messages and input ids), `reference_fp32.safetensors` (every
intermediate tensor) and `image.png`. Exits non-zero when a tensor differs by more than 1e-4 or greedy ids differ.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import torch
from PIL import Image
from safetensors.torch import load_file
from torch import Tensor

from model_service.config import ModelConfig
from model_service.engines.glm4v.image import to_pixels
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration, image_positions
from model_service.engines.glm4v.prompt import build_prompt
from model_service.engines.hardware import Hardware
from model_service.engines.model import Prompt
from model_service.engines.runtime.kv_cache import KVCache
from model_service.engines.weights.checkpoint import load_tokenizer
from model_service.engines.weights.loading import load_checkpoint
from model_service.types import Message

TOLERANCE = 1e-4
Tensors = dict[str, Tensor]


class Recorder:
    """Keeps what the modules of interest put out during one pass."""

    def __init__(self, model: GLM4VForConditionalGeneration) -> None:
        self.tensors: Tensors = {}
        vision, layers = model.transformer.vision, model.transformer.encoder.layers
        modules = {
            "vision_patch_embedding": vision.patch_embedding,
            "vision_transformer": vision.transformer,
            "vision_conv": vision.conv,
            "vision_adapter": vision.linear_proj,
            "vision_out": vision,
        } | {f"lm_layer{index}": layer for index, layer in enumerate(layers)}
        for name, module in modules.items():
            module.register_forward_hook(self._keeper(name))

    def _keeper(self, name: str):  # type: ignore[no-untyped-def]
        def keep(module: torch.nn.Module, args: object, output: Tensor) -> None:
            self.tensors.setdefault(name, output.clone())

        return keep


def compute(model: GLM4VForConditionalGeneration, prompt: Prompt, pixels: Tensor | None, new: int) -> Tensors:
    """Every tensor that the reference holds, computed by this code, and `new` greedy ids."""
    recorder = Recorder(model)
    image = None if pixels is None else model.transformer.vision(pixels)
    ids = torch.tensor([prompt.ids])
    embeds = model.embed(ids, image, prompt.image_begin or 0)
    tokens = 0 if image is None else image.shape[1] - 2
    positions = image_positions(len(prompt.ids), prompt.image_begin, tokens, ids.device)
    cache = KVCache(model.config, embeds.shape[1] + new, ids.device, embeds.dtype)
    logits = model(embeds, positions, cache)
    out = recorder.tensors | {"lm_inputs_embeds": embeds, "logits": logits}
    out["rotary_pos_emb"] = model.transformer.encoder.rotary.table(positions, embeds.dtype)
    for layer in range(model.config.num_layers):
        out[f"k{layer}"] = cache.keys[None, layer, :, : cache.length].clone()
        out[f"v{layer}"] = cache.values[None, layer, :, : cache.length].clone()
    if pixels is not None:
        out["images"] = pixels
    out["greedy_ids"] = torch.tensor(list(_greedy(model, cache, logits[0, -1], len(prompt.ids), new)))
    return out


def _greedy(
    model: GLM4VForConditionalGeneration, cache: KVCache, logits: Tensor, position: int, new: int
) -> Iterator[int]:
    for step in range(new):
        token = logits.argmax()
        yield int(token)
        if step + 1 < new:
            logits = model(model.embed(token.view(1, 1)), torch.tensor([[position + step]]), cache)[0, -1]


def compare(folder: Path) -> dict[str, float]:
    """The largest absolute difference per tensor, by `case.name`; ids differ by infinity or not at all."""
    hardware = Hardware(torch.device("cpu"), torch.float32)
    model, _ = load_checkpoint(folder, ModelConfig(quantize="none"), hardware)
    tokenizer = load_tokenizer(folder, model.config)
    reference = load_file(folder / "reference_fp32.safetensors")
    side = model.config.vision.image_size
    differences: dict[str, float] = {}
    for case, data in json.loads((folder / "reference.json").read_text())["cases"].items():
        messages = [Message(message["role"], message["content"]) for message in data["messages"]]
        seen = any("image" in message for message in data["messages"])
        prompt = build_prompt(tokenizer, messages, seen)
        differences[f"{case}.input_ids"] = _differ(list(prompt.ids), data["input_ids"])
        pixels = to_pixels(Image.open(folder / "image.png"), side, side) if seen else None
        wanted = reference[f"{case}.greedy_ids"]
        with torch.inference_mode():
            found = compute(model, prompt, pixels, len(wanted))
        for name, tensor in found.items():
            expected = reference[f"{case}.{name}"]
            if name == "greedy_ids":
                differences[f"{case}.{name}"] = _differ(tensor.tolist(), expected.tolist())
            elif tensor.shape != expected.shape:
                differences[f"{case}.{name}"] = float("inf")
            else:
                differences[f"{case}.{name}"] = float((tensor - expected).abs().max())
    return differences


def _differ(found: list[int], expected: list[int]) -> float:
    return 0.0 if found == expected else float("inf")


def main() -> int:
    """Print a line per tensor; 0 when all agree."""
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "reference.json").is_file():
        print("usage: python -m tests.parity DIR   (a folder with a checkpoint and its reference.json)")
        return 2
    differences = compare(Path(sys.argv[1]))
    for name, difference in differences.items():
        print(f"{name:32} {difference:.3g}{'' if difference <= TOLERANCE else '   <-- over the tolerance'}")
    worst = max(differences.values())
    print(f"{len(differences)} compared, largest difference {worst:.3g}, tolerance {TOLERANCE:g}")
    return 0 if worst <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())
