"""The parts of `bench.gpu`: the machine's limits, each memory plan, and the pocket model in four bits."""

import json
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import torch

from bench import card, gpu_engine
from bench.record import Record
from bench.weights import write_checkpoint
from model_service import Level, ModelConfig
from model_service.engines.glm4v_engine import GLM4VEngine
from model_service.engines.load import load_engine
from model_service.engines.weights.nf4 import NF4Linear

LENGTHS = (64, 1700, 4000)
"""Positions behind which decoding is timed: a short text, a picture at max, a long conversation."""

WHOLE = ("full", "lean", "tiny")
"""The parts that measure a whole memory plan."""


def floors(record: Record, work: Path, device: torch.device, tiny: bool) -> None:
    """Measure the card's own speed; note the versions, and the checkpoint."""
    with record.section("device") as found:
        found["name"] = torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu"
        found.update({name: metadata.version(name) for name in ("torch", "transformers", "bitsandbytes")})
    with record.section("floors") as found:
        found.update(card.floors(device, tiny))
    with record.section("checkpoint") as found:
        found.update(write_checkpoint(work / "checkpoint", tiny, device))


@dataclass(frozen=True, slots=True)
class Plan:
    """One memory plan, loaded from the shards or, `-again`, from the kept weights."""

    record: Record
    work: Path
    out: Path
    name: str
    tiny: bool

    def run(self) -> None:
        """Load it, ask at each level, and time decoding."""
        engine = None
        with self.record.section("load") as found:
            if self.name == "full":
                found["reading_seconds"] = gpu_engine.read_files(self.work / "checkpoint")
            engine = gpu_engine.load(found, self._config())
        if engine is None or self.name == "full-again":
            return
        levels = ["16", "64"] if self.tiny else [*Level]
        for level in levels:
            with self.record.section(f"level {level}") as found:
                gpu_engine.ask(found, engine, level)
                tokens, speed = int(str(found["tokens"])), self._floor("operations_per_second")
                found["floor"] = card.first_token_floor(engine._config, tokens, len(gpu_engine.QUESTION), speed)
        with self.record.section("long conversation") as found:
            gpu_engine.talk(found, engine, levels[-1], self.tiny)
        self._decoding(engine)

    def _config(self) -> ModelConfig:
        return ModelConfig(
            name=str(self.work / "checkpoint"),
            quantize="nf4",
            memory=self.name if self.name in WHOLE else "full",  # type: ignore[arg-type]
            cache=self.work / "cache",
        )

    def _decoding(self, engine: GLM4VEngine) -> None:
        """Time the step next to its floor, the naive loop, the profile, and the products next to bitsandbytes'."""
        runner = engine._runner
        model: Any = runner._model
        steps, hardware = runner._steps, runner._hardware
        lengths = (64, 200) if self.tiny else LENGTHS
        for length in lengths if self.name == "full" else lengths[1:2]:
            with self.record.section(f"decoding behind {length}") as found:
                found.update(card.decoding(model, steps, hardware, length, 16 if self.tiny else 64))
                found["floor"] = card.decode_floor(model, length, self._floor("copy_bytes_per_second"))
        if self.name != "full":
            return
        with self.record.section("naive") as found:
            from bench.naive import naive_model, tokens_per_second

            naive = naive_model(model, hardware.device, hardware.dtype)
            for length in lengths[:2]:
                found[f"behind {length}"] = tokens_per_second(naive, length, 8 if self.tiny else 48)
            del naive
        if steps is not None:
            with self.record.section("profile") as found:
                found["table"] = card.profile(steps, model, hardware)
            self._products(engine)

    def _products(self, engine: GLM4VEngine) -> None:
        model: Any = engine._runner._model
        device = engine._runner._hardware.device
        layers = [it for it in model.transformer.encoder.modules() if isinstance(it, NF4Linear)]
        with self.record.section("products") as found:
            found.update(card.products(layers, device))

    def _floor(self, name: str) -> float:
        """Return the floor as the part `floors` measured it."""
        kept = json.loads((self.out / "part-floors.json").read_text(encoding="utf-8"))
        return float(kept["floors"][name])


def pocket(record: Record, device: torch.device, tiny: bool) -> None:
    """Compare the pocket model's greedy answers about the playground's pictures: 16 bits, four, and no graph."""
    pictures = gpu_engine.PICTURES
    samples = json.loads((pictures / "samples.json").read_text(encoding="utf-8"))[: 1 if tiny else None]
    asked = [
        ((pictures / sample["file"]).read_bytes(), pair["question"], pair["answer"])
        for sample in samples
        for pair in sample["questions"]
    ][: 2 if tiny else None]
    dtype = "bfloat16" if device.type == "cuda" else "float32"
    answers: dict[str, list[str]] = {}
    with record.section("pocket") as found:
        for quantize in ("none", "nf4"):
            engine = load_engine(ModelConfig(name="pocket", quantize=quantize, dtype=dtype))  # type: ignore[arg-type]
            steps = engine._runner._steps
            answers[quantize] = [gpu_engine.read(engine, picture, question) for picture, question, _ in asked]
            found[f"{quantize}, step captured"] = steps is not None
            if steps is not None:
                engine._runner._steps = None
                plainly = [gpu_engine.read(engine, picture, question) for picture, question, _ in asked]
                answers[f"{quantize}, no graph"] = plainly
            engine.close()
        found["questions"] = len(asked)
        for way, given in answers.items():
            found[f"right, {way}"] = sum(text == answer for text, (_, _, answer) in zip(given, asked, strict=True))
            found[f"as in 16 bits, {way}"] = sum(a == b for a, b in zip(given, answers["none"], strict=True))
