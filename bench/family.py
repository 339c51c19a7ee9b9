"""The part of `bench.gpu` about GLM-4.6V-Flash and GLM-OCR: random weights in their shapes, drawn on the device.

Beside them transformers' own classes with bitsandbytes' four bits, and their `generate`.
"""

import io
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from PIL import Image

from bench import gpu_engine
from bench.family_naive import Naive
from bench.family_tokens import TEMPLATE, special_ids, tokenizer_json
from bench.record import Record
from bench.together import Together, filled
from model_service import Detail, GenerationRequest, Message, ModelConfig, PictureRef, SamplingParams
from model_service.engines.engine import EngineInfo
from model_service.engines.glm4v_engine import GLM4VEngine
from model_service.engines.glm46v.chat import Chat
from model_service.engines.glm46v.config import FLASH, OCR, SMALL_READER, GLM46VConfig
from model_service.engines.glm46v.dial import GLM46V_DIAL
from model_service.engines.glm46v.tokenizer import Tokenizer
from model_service.engines.hardware import GIB, Hardware
from model_service.engines.kernels.self_check import NONE
from model_service.engines.model import Prompt, at_once
from model_service.engines.runtime.runner import View
from model_service.engines.runtime.warmup import check_kernels
from model_service.engines.weights.families import PICTURES
from model_service.engines.weights.layout import Layout, Plan, device_bytes, empty_model
from model_service.engines.weights.memory_plan import CONTEXT, choose_plan, needed_bytes, peak_bytes
from model_service.gauges import Gauges

QUESTION = "What does it say, and what is it good for?"

GRIDS = {"256": (16, 16), "504": (21, 24), "1500": (50, 30), "1575": (35, 45)}
"""Rows and columns of the pictures that are asked about: squares, pages and photographs of 28 pixels a token."""

TINY = {"15": (3, 5), "60": (6, 10)}

ASKED = 80
"""Tokens of text, answer included, of a question whose memory is measured."""


def shapes(tiny: bool) -> dict[str, GLM46VConfig]:
    """Return the two models' configurations, or two tiny ones."""
    if not tiny:
        return {"Flash": FLASH, "OCR": SMALL_READER}
    small = {
        "num_layers": 2,
        "hidden_size": 128,
        "ffn_hidden_size": 256,
        "num_attention_heads": 4,
        "multi_query_group_num": 2,
        "seq_length": 2048,
        "padded_vocab_size": 320,
        "image_token_id": 270,
        "eos_token_id": (256,),
    }
    tower = {"hidden_size": 64, "num_heads": 2, "num_hidden_layers": 2, "inner": 128}
    flash = replace(FLASH.vision, **tower, merger=256, native_side=4)  # type: ignore[arg-type]
    ocr = replace(SMALL_READER.vision, **tower, merger=384)  # type: ignore[arg-type]
    return {
        "Flash": replace(FLASH, **small, kv_channels=32, sections=(2, 3, 3), vision=flash),  # type: ignore[arg-type]
        "OCR": replace(SMALL_READER, **small, kv_channels=64, sections=(8, 12, 12), vision=ocr),  # type: ignore[arg-type]
    }


def engine_of(
    config: GLM46VConfig, plan: Plan, device: torch.device, together: int = 8, captured: bool = True
) -> GLM4VEngine:
    """An engine with random weights in four bits; call it in inference mode."""
    cuda = device.type == "cuda"
    hardware = Hardware(device, torch.bfloat16 if cuda else torch.float32)
    hardware.let_memory_grow()
    hardware = replace(hardware, kernels=check_kernels(hardware) if cuda else NONE)
    layout = Layout(plan, cuda, hardware.dtype, grouped=hardware.multiplies_nf4)
    model = filled(empty_model(config, layout), layout, device)
    first = min(config.eos_token_id)
    chat = Chat(Tokenizer(tokenizer_json(special_ids(first, image=config.image_token_id))), TEMPLATE, config)
    most = config.max_visual_tokens
    info = EngineInfo("drawn", str(device), hardware.dtype_name, most, GLM46V_DIAL, PICTURES, together=together)
    return GLM4VEngine(model, chat, hardware, ModelConfig(), info, gauges=Gauges(), captured=captured and cuda)


@dataclass(frozen=True, slots=True)
class Family:
    """Measure both models, each alone and both together."""

    record: Record
    device: torch.device
    tiny: bool

    def run(self) -> None:
        """Measure; what fails is kept as an error, and the rest goes on."""
        for name, config in shapes(self.tiny).items():
            self._speeds(name, config)
            for plan in Plan:
                with self.record.section(f"{name} memory {plan}") as found, torch.inference_mode():
                    found.update(self._memory(config, plan))
                self._let_go()
        with self.record.section("Flash and OCR together") as found, torch.inference_mode():
            found.update(self._both())
        self._let_go()
        for name, config in shapes(self.tiny).items():
            with self.record.section(f"{name} by generate") as found, torch.inference_mode():
                grid = {**GRIDS, **TINY}["60" if self.tiny else "1500" if config.model_type == OCR else "1575"]
                naive = Naive(config, self.device, torch.bfloat16 if self.device.type == "cuda" else torch.float32)
                found.update(naive.measured(grid, 6 if self.tiny else 48))
                del naive
            self._let_go()

    def _speeds(self, name: str, config: GLM46VConfig) -> None:
        warnings = gpu_engine._Warnings()
        logging.getLogger("model_service").addHandler(warnings)
        with torch.inference_mode():
            engine = engine_of(config, Plan.FULL, self.device)
        logging.getLogger("model_service").removeHandler(warnings)
        together = Together(self.record, self.device, self.tiny)
        with self.record.section(f"{name} decoding") as found:
            found["steps captured"] = engine._runner._steps is not None
            found["layers captured"] = engine._runner._layers is not None
            found["warnings"] = warnings.texts
            found.update(together._decoding(engine))
        with self.record.section(f"{name} ids") as found:
            found.update(together._ids(engine))
        with self.record.section(f"{name} follow-up") as found:
            found.update(together._follow_up(engine))
        for tokens, grid in (TINY if self.tiny else GRIDS).items():
            with self.record.section(f"{name} first token, {tokens}") as found:
                found.update(self._first(engine, grid))
        with self.record.section(f"{name} an album of four") as found:
            found.update(self._album(engine))
        engine.close()
        del engine
        self._let_go()

    @torch.inference_mode()
    def _first(self, engine: GLM4VEngine, grid: tuple[int, int]) -> dict[str, object]:
        """Milliseconds, medians of five: with ready pixels vision, prefill and both with the choice; and all of it.

        All of it is from a PNG to the id's arrival here; the follow-up's as well.
        """
        rounds = [self._first_once(engine, grid) for _ in range(6)][1:]
        return {what: round(sorted(each[what] for each in rounds)[2], 2) for what in rounds[0]}

    def _first_once(self, engine: GLM4VEngine, grid: tuple[int, int]) -> dict[str, float]:
        runner, request = engine._runner, asked_about(grid)
        prompt, (plan,) = engine._fitting_prompt(request), engine._plans(request)
        pixels = engine._view_of(request.pictures[0], plan).pixels()
        view = View((secrets.token_bytes(8), plan.rows, plan.columns), lambda: pixels)
        found = {"tokens": float(plan.tokens), "prompt ids": float(len(prompt.ids))}
        found["vision and prefill"] = self._timed(lambda: self._read(engine, prompt, view, "cold"))
        found["prefill"] = self._timed(lambda: self._read(engine, prompt, view, "warm"))
        runner.forget("cold")
        found["vision"] = self._timed(lambda: at_once(runner._see(view)))
        runner.forget("cold")
        found["first token"], text = self._first_of(engine, request, time.perf_counter())
        messages = (*request.messages, Message("assistant", text), Message("user", "And what is the date?"))
        asked_again = replace(request, messages=messages)
        found["follow-up ids"] = float(self._new_ids(engine, asked_again))
        found["follow-up"], _ = self._first_of(engine, asked_again, time.perf_counter())
        runner.forget(request.chat)
        return found

    def _new_ids(self, engine: GLM4VEngine, request: GenerationRequest) -> int:
        """How many ids of a follow-up have to be read: of random weights its answer, too, which is no text."""
        prompt, prefix = engine._fitting_prompt(request), engine._runner._prefixes.find(request.chat)
        shown = () if prefix is None else tuple(picture.view for picture in prefix.pictures)
        return len(prompt.ids) - (0 if prefix is None else prefix.common(prompt, shown))

    def _read(self, engine: GLM4VEngine, prompt: Prompt, view: View, chat: str) -> None:
        _, logits = at_once(engine._runner.prefill(chat, prompt, view, 8))
        int(logits.argmax())

    def _first_of(self, engine: GLM4VEngine, request: GenerationRequest, begun: float) -> tuple[float, str]:
        text, first = "", 0.0
        for step in engine.generate(request):
            first = first or (time.perf_counter() - begun) * 1e3
            text += step.text
        return first, text

    def _timed(self, work: Callable[[], object]) -> float:
        self._wait()
        begun = time.perf_counter()
        work()
        self._wait()
        return (time.perf_counter() - begun) * 1e3

    def _album(self, engine: GLM4VEngine) -> dict[str, object]:
        """Milliseconds to the first token about four pictures at once, new ones each time; the median of three."""
        took = []
        for _ in range(4):
            pictures = tuple(asked_about((3, 5) if self.tiny else (16, 16)).pictures[0] for _ in range(4))
            request = replace(asked_about((3, 5)), messages=(Message("user", QUESTION, pictures),))
            took.append(self._first_of(engine, request, time.perf_counter())[0])
        return {"first token": round(sorted(took[1:])[1], 2)}

    def _memory(self, config: GLM46VConfig, plan: Plan) -> dict[str, object]:
        """GiB of tensors beside what is calculated: loaded, and at the peak of a picture at max; the smallest card."""
        cuda = self.device.type == "cuda"
        gpu_engine.reset_peak()
        before = torch.cuda.memory_allocated() if cuda else 0
        captured = plan is not Plan.TINY
        engine = engine_of(config, plan, self.device, together=1, captured=captured)
        layout = Layout(plan, True, torch.bfloat16)
        grid = (6, 10) if self.tiny else (40, 40)
        asked = {"conversation": ASKED, "together": 1, "captured": captured and engine._runner._layers is not None}
        tokens = grid[0] * grid[1]
        found: dict[str, object] = {
            "calculated loaded": device_bytes(config, layout) / GIB,
            "calculated peak": peak_bytes(config, layout, tokens, **asked) / GIB,  # type: ignore[arg-type]
            "smallest card": (needed_bytes(config, layout, 256) + CONTEXT) / GIB,
            "planned for max": (needed_bytes(config, layout, config.max_visual_tokens) + CONTEXT) / GIB,
        }
        if cuda:
            found["loaded and captured"] = (torch.cuda.memory_allocated() - before) / GIB
            gpu_engine.reset_peak()
            self._first_of(engine, asked_about(grid), 0.0)
            found["peak"] = (torch.cuda.max_memory_allocated() - before) / GIB
            found["peak by calculated"] = float(str(found["peak"])) / float(str(found["calculated peak"]))
            chosen = choose_plan(config, True, engine._hardware, "auto")
            found["chosen on this card"] = [
                chosen.layout.plan,
                chosen.max_visual_tokens,
                chosen.together,
                chosen.pictures,
            ]
        engine.close()
        return found

    def _both(self) -> dict[str, object]:
        """GiB of both models on one card, each asked about a large picture."""
        cuda = self.device.type == "cuda"
        gpu_engine.reset_peak()
        before = torch.cuda.memory_allocated() if cuda else 0
        engines = [engine_of(each, Plan.FULL, self.device, together=1) for each in shapes(self.tiny).values()]
        found: dict[str, object] = {"loaded": (torch.cuda.memory_allocated() - before) / GIB if cuda else None}
        gpu_engine.reset_peak()
        for engine, grid in zip(engines, ((6, 10),) * 2 if self.tiny else (GRIDS["1575"], GRIDS["1500"]), strict=True):
            self._first_of(engine, asked_about(grid), 0.0)
        if cuda:
            found["peak"] = (torch.cuda.max_memory_allocated() - before) / GIB
            found["reserved"] = torch.cuda.max_memory_reserved() / GIB
        for engine in engines:
            engine.close()
        return found

    def _let_go(self) -> None:
        if self.device.type == "cuda":
            import gc

            gc.collect()
            torch.cuda.empty_cache()

    def _wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize()


def asked_about(grid: tuple[int, int]) -> GenerationRequest:
    """A question about a picture that nobody has seen yet, of the size of a grid."""
    rows, columns = grid
    out = io.BytesIO()
    image = Image.effect_noise((columns * 28, rows * 28), 60).convert("RGB")
    image.save(out, "PNG", compress_level=1)
    picture = PictureRef(out.getvalue(), Detail(max(16, rows * columns)))
    sampling = SamplingParams(max_tokens=8)
    return GenerationRequest("bench", secrets.token_hex(4), (Message("user", QUESTION, (picture,)),), sampling)
