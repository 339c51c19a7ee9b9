"""Answers written together: speed, what a new picture costs the others, ids, and memory, with random weights.

The weights are drawn on the device, in GLM-4V-9B's shapes: no checkpoint is written.
"""

import asyncio
import multiprocessing
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import torch
from torch import nn

from bench import gpu_engine
from bench.record import Record
from bench.weights import ORDINARY, configuration, vocabulary
from model_service import GenerationRequest, Level, Limits, ModelConfig, ModelService, local_service
from model_service.engines.engine import EngineInfo
from model_service.engines.glm4v.config import GLM4VConfig
from model_service.engines.glm4v.dial import dial_up_to
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.glm4v.tokenizer import Tokenizer
from model_service.engines.glm4v_engine import GLM4VEngine
from model_service.engines.hardware import GIB, Hardware
from model_service.engines.kernels.self_check import NONE
from model_service.engines.model import Prompt, at_once
from model_service.engines.runtime.batch import Batch, Row
from model_service.engines.runtime.kv_cache import KVCache
from model_service.engines.runtime.prefix_cache import Sequence, Shown
from model_service.engines.runtime.sampling import Sampler
from model_service.engines.runtime.warmup import check_kernels
from model_service.engines.weights.layout import VISION_LAYERS, Layout, Plan, empty_model
from model_service.engines.weights.memory_plan import CONVERSATION, needed_bytes, peak_bytes
from model_service.engines.weights.nf4 import NF4Linear
from model_service.engines.weights.offload import OffloadedTransformer
from model_service.gauges import Gauges
from model_service.types import SamplingParams

BEHIND, TOKENS = 1700, 128
"""Positions of each sequence, and ids that each is written."""

UNDER_WAY = 20
"""Tokens after which an answer counts as under way."""

SPOONS = 359
"""Words that make, each five ids, a conversation of 2,000 ids with an answer of 200."""

TOGETHER = (1, 2, 4, 8, 16)
LENGTHS = (40, 300, 1100, 1700, 2300, 2900, 3500, 4000)


def drawn(layout: Layout, device: torch.device, tiny: bool) -> GLM4VForConditionalGeneration:
    """GLM-4V in a layout, with random weights drawn where they lie."""
    return filled(empty_model(GLM4VConfig(**configuration(tiny)), layout), layout, device)  # type: ignore[no-any-return]


def filled(model: Any, layout: Layout, device: torch.device) -> Any:
    """An empty model with random weights drawn where they lie."""
    for name, module in model.named_modules():
        where = torch.device("cpu") if layout.on_host(f"{name}.weight") else device
        if isinstance(module, NF4Linear):
            shape = module.out_features, module.in_features
            module.pack(torch.randn(shape, device=device, dtype=layout.dtype).mul_(shape[1] ** -0.5), device)
            for part, buffer in module.named_buffers(recurse=False):
                setattr(module, part, buffer.to(where))
        for part, parameter in list(module.named_parameters(recurse=False)):
            values = _values(f"{name}.{part}", parameter, device).to(where)
            setattr(module, part, nn.Parameter(values, requires_grad=False))
    if layout.on_host(VISION_LAYERS):
        vision = model.transformer.vision
        vision.transformer = OffloadedTransformer(vision.transformer.layers, device)
    return model.eval()


def _values(name: str, parameter: torch.Tensor, device: torch.device) -> torch.Tensor:
    if any(branch in name for branch in ("post_self_attn", "post_mlp")):  # As trained models damp their branches.
        return torch.full(parameter.shape, 0.1, dtype=parameter.dtype, device=device)
    if "norm" in name:
        return torch.full(parameter.shape, float(name.endswith("weight")), dtype=parameter.dtype, device=device)
    inputs = max(1, parameter[0].numel()) if parameter.dim() > 1 else 2500
    return torch.randn(parameter.shape, dtype=parameter.dtype, device=device).mul_(inputs**-0.5)


def engine_of(plan: Plan, together: int, device: torch.device, tiny: bool, captured: bool = False) -> GLM4VEngine:
    """An engine with random weights; call it in inference mode."""
    cuda = device.type == "cuda"
    hardware = Hardware(device, torch.bfloat16 if cuda else torch.float32)
    hardware.let_memory_grow()
    hardware = replace(hardware, kernels=check_kernels(hardware) if cuda else NONE)
    layout = Layout(plan, cuda, hardware.dtype, grouped=hardware.multiplies_nf4)
    model = drawn(layout, device, tiny)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tokenizer.model"
        file.write_text(vocabulary(ORDINARY[tiny]), encoding="utf-8")
        tokenizer = Tokenizer.load(file)
    most = 64 if tiny else model.config.max_visual_tokens
    info = EngineInfo("drawn", str(device), hardware.dtype_name, most, dial_up_to(most), together=together)
    return GLM4VEngine(model, tokenizer, hardware, ModelConfig(), info, gauges=Gauges(), captured=captured)


@dataclass(frozen=True, slots=True)
class Together:
    """The part of `bench.gpu` about several answers at once."""

    record: Record
    device: torch.device
    tiny: bool

    def run(self) -> None:
        """Measure the plan `full`, then the memory of the other plans."""
        most = 4 if self.tiny else 16
        with torch.inference_mode():
            engine = engine_of(Plan.FULL, most, self.device, self.tiny, captured=True)
        with self.record.section("decoding") as found:
            found["steps captured"] = engine._runner._steps is not None
            found["layers captured"] = engine._runner._layers is not None
            found.update(self._decoding(engine))
        with self.record.section("ids") as found:
            found.update(self._ids(engine))
        with self.record.section("follow-up") as found:
            found.update(self._follow_up(engine))
        for level in ("16", "64") if self.tiny else [*Level]:
            with self.record.section(f"level {level}") as found, torch.inference_mode():
                gpu_engine.ask(found, engine, level)
        for name, work in (("a new picture", self._new_picture), ("eight people", self._eight_people)):
            with self.record.section(name) as found:
                found.update(asyncio.run(work(engine)))
        engine.close()
        del engine
        for plan in Plan:
            for together in (1, most // 2):
                with self.record.section(f"memory {plan} {together}") as found:
                    found.update(self._in_a_process(plan, together))

    @torch.inference_mode()
    def _decoding(self, engine: GLM4VEngine) -> dict[str, object]:
        """Tokens a second in all, by the number of sequences, the median of three rounds."""
        found: dict[str, object] = {}
        behind, tokens = (40, 8) if self.tiny else (BEHIND, TOKENS)
        for count in (each for each in TOGETHER if each <= engine.info.together):
            rates = []
            for _ in range(3):
                batch = Batch(engine._runner, ahead=self.device.type == "cuda")
                rows = [self._row(engine, batch, behind, tokens + 8) for _ in range(count)]
                self._write(batch, rows, 4)
                begin = time.perf_counter()
                self._write(batch, rows, tokens)
                rates.append(count * tokens / (time.perf_counter() - begin))
                for row in rows:
                    batch.leave(row)
            found[str(count)] = {"tokens_per_second": sorted(rates)[1], "step_ms": count / sorted(rates)[1] * 1e3}
        return found

    def _row(self, engine: GLM4VEngine, batch: Batch, behind: int, room: int) -> Row:
        hardware = engine._hardware
        cache = KVCache(engine._config, behind + room, self.device, hardware.dtype)
        cache.keys.normal_()
        cache.values.normal_()
        cache.length = behind
        picture = Shown(0, (b"", 1, 1), behind - min(200, behind), 0)
        sequence = Sequence("bench", [0] * min(200, behind), (picture,), cache, 0)
        logits = torch.randn(engine._config.padded_vocab_size, device=self.device)
        return batch.join(sequence, logits, Sampler(SamplingParams(), engine._allowed), room)

    def _write(self, batch: Batch, rows: list[Row], tokens: int) -> list[list[int]]:
        ids: list[list[int]] = [[] for _ in rows]
        for _ in range(tokens):
            for made, row in zip(ids, rows, strict=True):
                made.append(batch.next_id(row) or 0)
        return ids

    @torch.inference_mode()
    def _ids(self, engine: GLM4VEngine) -> dict[str, object]:
        """Whether each sequence's greedy ids, behind texts of many lengths, are those that it gets alone."""
        tokens = 8 if self.tiny else 64
        lengths = LENGTHS[:2] if self.tiny else LENGTHS
        alone = [self._answers(engine, [length], tokens)[0] for length in lengths]
        found: dict[str, object] = {"different ids of an answer": min(len(set(ids)) for ids in alone)}
        for count in (1, 2, 4, 8, 16):
            if count > engine.info.together:
                continue
            wanted = [alone[number % len(lengths)] for number in range(count)]
            asked = [lengths[number % len(lengths)] for number in range(count)]
            found[f"{count} rows as alone"] = self._answers(engine, asked, tokens) == wanted
        return found

    def _answers(self, engine: GLM4VEngine, lengths: list[int], tokens: int) -> list[list[int]]:
        batch = Batch(engine._runner, ahead=self.device.type == "cuda")
        rows = []
        for number, length in enumerate(lengths):
            ids = tuple((length + 7 * place) % 250 for place in range(length))
            engine._runner.forget(str(number))
            sequence, logits = at_once(engine._runner.prefill(str(number), Prompt(ids, None), None, tokens + 2))
            rows.append(batch.join(sequence, logits, Sampler(SamplingParams(), engine._allowed), tokens + 2))
        made = self._write(batch, rows, tokens)
        for row in rows:
            batch.leave(row)
        return made

    @torch.inference_mode()
    def _follow_up(self, engine: GLM4VEngine) -> dict[str, object]:
        """Milliseconds to read some ids behind a conversation of 1,700 positions, by their number."""
        runner, found = engine._runner, dict[str, object]()
        known = tuple(number % 250 for number in range(60 if self.tiny else BEHIND))
        for count in (8, 14, 30):
            took = []
            for attempt in range(6):
                sequence, _ = at_once(runner.prefill("follow", Prompt(known, None), None, 1))
                runner.keep(sequence)
                asked = Prompt(known + tuple(range(attempt, attempt + count)), None)
                self._wait()
                begin = time.perf_counter()
                _, logits = at_once(runner.prefill("follow", asked, None, 1))
                int(logits.argmax())
                took.append((time.perf_counter() - begin) * 1e3)
            found[str(count)] = sorted(took)[len(took) // 2]
        return found

    async def _new_picture(self, engine: GLM4VEngine) -> dict[str, object]:
        """The worst gap of seven running answers while an eighth picture at max is seen, and its first token."""
        level, others = ("64", 3) if self.tiny else ("max", min(7, engine.info.together - 1))
        worst, firsts = list[float](), list[float]()
        for _ in range(3):
            async with _served(engine, engine.info.together) as service, asyncio.TaskGroup() as group:
                times: list[list[float]] = [[] for _ in range(others)]
                under_way = [asyncio.Event() for _ in range(others)]
                tokens = 40 if self.tiny else 400
                running = [
                    group.create_task(_times(service, _asked(level, tokens, number), times[number], under_way[number]))
                    for number in range(others)
                ]
                for each in under_way:
                    await each.wait()
                begin, late = time.perf_counter(), list[float]()
                await _times(service, _asked(level, 2, "new"), late)
                for task in running:
                    task.cancel()
            firsts.append((late[0] - begin) * 1e3)
            gaps = [
                (after - before) * 1e3
                for each in times
                for before, after in pairwise(each)
                if begin <= after <= late[0]
            ]
            worst.append(max(gaps, default=0.0))
        async with _served(engine, 1) as service:
            await _times(service, _asked(level, 2, "warm"), [])
            alone = list[float]()
            begin = time.perf_counter()
            await _times(service, _asked(level, 2, "alone"), alone)
        return {
            "worst gap, ms": worst,
            "first token, ms": firsts,
            "first token alone, ms": (alone[0] - begin) * 1e3,
        }

    async def _eight_people(self, engine: GLM4VEngine) -> dict[str, object]:
        """Seconds until eight people have their answers of 100 tokens about eight pictures at standard."""
        found: dict[str, object] = {}
        people, tokens = (4, 10) if self.tiny else (8, 100)
        for slots in (1, min(people, engine.info.together), 1, min(people, engine.info.together)):
            async with _served(engine, slots) as service:
                begin = time.perf_counter()
                asked = [_asked("64" if self.tiny else "standard", tokens, number) for number in range(people)]
                await asyncio.gather(*(_times(service, each, []) for each in asked))
                found[f"{slots} together"] = time.perf_counter() - begin
        return found

    def _in_a_process(self, plan: Plan, together: int) -> dict[str, object]:
        """Measure the memory where nothing is left of what was measured before; on a CPU there is none to measure."""
        if self.device.type == "cpu":
            return self._memory(plan, together)
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
            return process.submit(self._memory, plan, together).result()

    def _memory(self, plan: Plan, together: int) -> dict[str, object]:
        """The peak while a picture at max is read and others' answers are written, and what is calculated.

        And whether it works where the card has no more than what is asked to be free.
        """
        cuda = self.device.type == "cuda"
        with torch.inference_mode():
            engine = engine_of(plan, together, self.device, self.tiny, captured=plan is not Plan.TINY)
            gpu_engine.reset_peak()
            batch = Batch(engine._runner, ahead=cuda)
            positions = 100 if self.tiny else engine.info.max_visual_tokens + 2 + CONVERSATION
            for _ in range(together - 1):
                self._row(engine, batch, positions - 10, 10)
        self._talk(engine)
        found: dict[str, object] = {}
        gpu_engine.note_peak(found)
        layout = Layout(plan, cuda, engine._hardware.dtype)
        most, captured = engine.info.max_visual_tokens, engine._runner._layers is not None
        peak = peak_bytes(engine._config, layout, most, together=together, captured=captured)
        needed = needed_bytes(engine._config, layout, most, together=together, captured=captured)
        found["calculated_gib"] = peak / GIB
        found["asked_to_be_free_gib"] = needed / GIB
        if cuda:
            found["enough"] = self._is_enough(engine, needed)
        engine.close()
        return found

    def _talk(self, engine: GLM4VEngine) -> None:
        """Ask about a new picture at max behind so much text that the conversation is as long as is calculated with."""
        texts = "spoon" * (5 if self.tiny else SPOONS)
        for _ in engine.generate(_asked("64" if self.tiny else "max", 8 if self.tiny else 200, "memory", texts)):
            pass

    def _is_enough(self, engine: GLM4VEngine, needed: int) -> bool:
        """Whether that can be done again, and no allocation fails, in so many bytes."""
        engine.forget("memory")
        torch.cuda.empty_cache()
        failed = torch.cuda.memory_stats()["num_ooms"]
        torch.cuda.set_per_process_memory_fraction(needed / torch.cuda.get_device_properties(0).total_memory)
        self._talk(engine)
        torch.cuda.set_per_process_memory_fraction(1.0)
        return bool(torch.cuda.memory_stats()["num_ooms"] == failed)

    def _wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize()


def _served(engine: GLM4VEngine, slots: int) -> ModelService:
    """A service of so many slots over an engine that is loaded already, and stays so."""

    class Kept:
        """The engine, which this service does not close."""

        info = replace(engine.info, together=slots)
        plan, generate, forget = engine.plan, engine.generate, engine.forget

        def close(self) -> None:
            """Leave it open."""

    return local_service(Kept, ModelConfig(limits=Limits(begun=64), slice_tokens=4096))


def _asked(level: str, tokens: int, name: object, text: str = gpu_engine.QUESTION) -> GenerationRequest:
    request = gpu_engine.request_of(level, text, tokens=tokens)
    return replace(request, id=f"{name} {time.perf_counter()}", chat=str(name), person=str(name))


async def _times(
    service: ModelService, request: GenerationRequest, times: list[float], under_way: asyncio.Event | None = None
) -> None:
    """Note when each state of an answer with more tokens came; after some of them it is `under_way`."""
    tokens = 0
    async for output in service.generate(request):
        if output.tokens > tokens:
            tokens = output.tokens
            times.append(time.perf_counter())
        if under_way is not None and len(times) > UNDER_WAY:
            under_way.set()
