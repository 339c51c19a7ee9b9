"""The engine: pictures and questions are read one at a time, answers are written together."""

import contextlib
import hashlib
import logging
import threading
from collections.abc import Generator, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

import torch
from torch import Tensor

from model_service.config import ModelConfig
from model_service.detail import Detail, DetailPlan
from model_service.engines.engine import PAUSE, Ability, EngineInfo, EngineStep
from model_service.engines.glm4v.config import GLM4VConfig
from model_service.engines.glm4v.dial import dial_up_to
from model_service.engines.glm4v.image import to_pixels
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.glm4v.prompt import build_prompt
from model_service.engines.glm4v.tokenizer import Tokenizer
from model_service.engines.hardware import Hardware, choose_hardware
from model_service.engines.model import Prompt
from model_service.engines.runtime.batch import Batch
from model_service.engines.runtime.detokenizer import Detokenizer
from model_service.engines.runtime.lru_cache import LRUCache
from model_service.engines.runtime.pacing import Paced, Pacer, until_room
from model_service.engines.runtime.prefix_cache import Sequence
from model_service.engines.runtime.runner import ModelRunner, View
from model_service.engines.runtime.sampling import Sampler
from model_service.engines.runtime.warmup import warming_up
from model_service.engines.weights.checkpoint import checkpoint_name, find_checkpoint, load_tokenizer
from model_service.engines.weights.loading import load_checkpoint, plan_memory, ungroup
from model_service.engines.weights.memory_plan import MemoryPlan
from model_service.engines.weights.packed_cache import PackedCache
from model_service.engines.weights.packed_cache_writer import PackedCacheWriter
from model_service.engines.weights.picture_memory import picture_memory
from model_service.errors import GenerationFailed, OutOfMemory, PromptTooLong
from model_service.gauges import Gauges
from model_service.picture import open_picture
from model_service.seen import cropped, plan_region
from model_service.types import FinishReason, GenerationRequest, PictureRef

logger = logging.getLogger(__name__)

LEAST_PART = 64
"""The part of all positions that an answer needs at least: a shorter one would say nothing."""

SIZES = 1024
"""Number of pictures whose size is remembered, so that a follow-up's plan needs no decoding."""

Read = tuple[Sequence, Tensor, DetailPlan | None]
"""What was read, its last logits, and the grid of its picture."""

Result = TypeVar("Result")


def load_engine(config: ModelConfig, gauges: Gauges | None = None) -> "GLM4VEngine":
    """Find the checkpoint that the configuration names, and load it; `gauges` show how far that is.

    Raises:
        CheckpointError: nothing usable there.
    """
    gauges = gauges or Gauges()
    hardware = choose_hardware(config)
    hardware.take_thread()
    hardware.let_memory_grow()
    folder = find_checkpoint(config.name, hardware, gauges)
    plan = plan_memory(folder, config, hardware)
    with warming_up(folder, plan.layout, hardware, gauges) as warm:
        model, unkept = load_checkpoint(folder, config, hardware, plan.layout, gauges)
    hardware = replace(hardware, kernels=warm.checked)
    if plan.layout.grouped and not hardware.kernels.products:
        ungroup(model, plan.layout)
        unkept = None  # The next start, too, would take what is kept for weights in groups.
    tokenizer = load_tokenizer(folder, model.config)
    info = _info(checkpoint_name(folder), model.config, hardware, plan)
    unkept = unkept if config.keep else None
    return GLM4VEngine(model, tokenizer, hardware, config, info, gauges=gauges, unkept=unkept, captured=plan.captured)


def _info(name: str, config: GLM4VConfig, hardware: Hardware, plan: MemoryPlan) -> EngineInfo:
    """Return the facts about a loaded checkpoint, of which memory allows what `plan` says."""
    return EngineInfo(
        name,
        str(hardware.device),
        hardware.dtype_name,
        plan.max_visual_tokens,
        dial_up_to(config.max_visual_tokens),
        abilities=tuple(each for each in Ability if config.abilities is None or each in config.abilities),
        languages=tuple(config.languages or ()),
        max_characters=config.max_characters,
        together=plan.together,
        picture_memory=picture_memory(config, plan.layout),
        context_tokens=config.seq_length,
    )


class GLM4VEngine:
    """GLM-4V behind the Engine protocol."""

    def __init__(
        self,
        model: GLM4VForConditionalGeneration,
        tokenizer: Tokenizer,
        hardware: Hardware,
        config: ModelConfig,
        info: EngineInfo,
        *,
        gauges: Gauges,
        unkept: PackedCache | None = None,
        captured: bool = False,
    ) -> None:
        """Capture the steps, and perhaps layers; then begin to keep the packed weights, if a cache wants them."""
        self._config, self._tokenizer, self._hardware = model.config, tokenizer, hardware
        ids = model.config.eos_token_id
        self._stop = frozenset([ids] if isinstance(ids, int) else ids or ())
        allowed = torch.arange(model.config.padded_vocab_size, device=hardware.device) < tokenizer.ordinary_size
        allowed[list(self._stop)] = True
        self._allowed = allowed
        with gauges.stage("preparing the steps"):
            self._runner = ModelRunner(model, hardware, config, allowed, info.together, captured=captured)
        self._batch = Batch(self._runner, ahead=hardware.device.type == "cuda")
        self._pacer = Pacer(self._batch)
        self._info, self._gauges = info, gauges
        gauges.memory = hardware.memory()
        self._opening = threading.Lock()
        self._open = lru_cache(maxsize=1)(open_picture)
        self._digest = lru_cache(maxsize=1)(lambda picture: hashlib.sha256(picture).digest())
        self._sizes: LRUCache[bytes, tuple[int, int]] = LRUCache(SIZES)
        self._writer = (
            PackedCacheWriter(unkept, model.state_dict(), hardware.device, gauges) if unkept is not None else None
        )

    @property
    def info(self) -> EngineInfo:
        """Facts about the loaded model."""
        return self._info

    def plan(self, request: GenerationRequest) -> DetailPlan | None:
        """Return the grid for the request's picture."""
        picture = _picture(request)
        with self._opening:
            return None if picture is None else self._plan(picture, picture.detail)

    def generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """One step per token."""
        try:
            yield from self._generate(request)
        except torch.OutOfMemoryError as error:
            raise OutOfMemory(f"out of memory on {self._hardware.device} (request {request.id})") from error
        finally:
            self._gauges.memory = self._hardware.memory()

    def forget(self, chat: str) -> None:
        """Drop the chat's KV prefix, and of pictures all that is remembered."""
        self._runner.forget(chat)
        with self._opening:
            self._sizes.clear()
        self._open.cache_clear()
        self._digest.cache_clear()

    def close(self) -> None:
        """Drop the weights; where they are not all kept by now, the next start packs again."""
        if self._writer is not None:
            self._writer.cut_short()
        self._runner.close()

    def _plan(self, picture: PictureRef, detail: Detail) -> DetailPlan:
        digest = self._digest(picture.data)
        size = self._sizes.get(digest)
        if size is None:
            size = self._open(picture.data).size
            self._sizes.put(digest, size, 1)
        return plan_region(self._info.dial, detail, size, picture.region, self._info.max_visual_tokens)

    @torch.inference_mode()
    def _generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        prompt = self._fitting_prompt(request)
        limit = min(request.sampling.max_tokens, self._config.seq_length - len(prompt.ids))
        planned = self.plan(request)
        sequence, logits, plan = yield from self._read(request, prompt, planned, limit)
        read = len(sequence.ids) + sequence.visual
        others_wait = self._batch.ahead and self._batch.awaited
        row = self._batch.join(sequence, logits, Sampler(request.sampling, self._allowed), limit)
        stream = Detokenizer(self._tokenizer)
        try:
            if plan != planned:
                yield EngineStep("", plan=plan)
            if others_wait:  # Their ids are there before this answer's first, for which the picture has to be read.
                yield PAUSE
            while (token := self._batch.next_id(row)) not in self._stop:
                if token is None:
                    yield PAUSE
                elif row.read == limit:
                    yield EngineStep(stream.push(token) + stream.finish(), FinishReason.LENGTH, prompt_tokens=read)
                    return
                else:
                    yield EngineStep(stream.push(token), prompt_tokens=read)
            yield EngineStep(stream.finish(), FinishReason.STOP, prompt_tokens=read)
        finally:
            self._batch.leave(row)
            self._runner.keep(sequence)

    def _read(
        self, request: GenerationRequest, prompt: Prompt, plan: DetailPlan | None, limit: int
    ) -> Generator[EngineStep, None, Read]:
        """Prefill. Where memory does not suffice, once others have left; else with the picture a level lower."""
        while True:
            # Left by the with statement, the error lets go of the tensors that its frames hold.
            with contextlib.suppress(torch.OutOfMemoryError):
                return (yield from self._prefill(request, prompt, plan, limit))
            if self._batch.make_room():
                continue
            left = self._batch.left
            yield from (PAUSE for _ in until_room(self._batch))
            if self._batch.left == left:
                break
        lower = None if plan is None else self._info.dial.coarser(plan)
        if lower is None:
            raise torch.OutOfMemoryError("not even at the lowest level")
        logger.warning("memory is short on %s: request %s is read at %s", self._hardware.device, request.id, lower)
        picture = _picture(request)
        plan = None if picture is None else self._plan(picture, lower)
        return (yield from self._prefill(request, prompt, plan, limit))

    def _prefill(
        self, request: GenerationRequest, prompt: Prompt, plan: DetailPlan | None, limit: int
    ) -> Generator[EngineStep, None, Read]:
        read = self._pacer.paced(self._runner.prefill(request.chat, prompt, self._view(request, plan), limit))
        return *(yield from _pausing(read)), plan

    def _fitting_prompt(self, request: GenerationRequest) -> Prompt:
        """The prompt, less the oldest questions and answers if they would leave no room for this answer.

        Raises:
            PromptTooLong: the question alone leaves too little.
        """
        length, reserve = self._config.seq_length, self._reserve(request)
        messages = request.messages if self._config.bare_questions else request.worded
        while True:
            prompt = build_prompt(self._tokenizer, messages, _picture(request) is not None)
            first = next(index for index, message in enumerate(messages) if message.role == "user")
            if len(prompt.ids) + reserve <= length:
                return prompt
            if len(messages) - first < 3:
                self._check_length(request, len(prompt.ids))
                return prompt
            messages = messages[:first] + messages[first + 2 :]

    def _reserve(self, request: GenerationRequest) -> int:
        return min(request.sampling.max_tokens, self._config.seq_length // 4)

    def _check_length(self, request: GenerationRequest, tokens: int) -> None:
        most = self._config.seq_length - max(1, min(request.sampling.max_tokens, self._config.seq_length // LEAST_PART))
        if tokens <= most:
            return
        question = request.messages[-1].text
        length = len(self._tokenizer.encode(question))
        fitting = self._config.seq_length - self._reserve(request) - (tokens - length)
        raise PromptTooLong(tokens, most, max(0, len(question) * fitting // length))

    def _view(self, request: GenerationRequest, plan: DetailPlan | None) -> View | None:
        """The request's picture, or the region of it, on a grid; None without a picture."""
        picture = _picture(request)
        if plan is None or picture is None:
            return None
        data, region = picture.data, picture.region
        what = self._digest(data) + (repr(region).encode() if region else b"")
        key = (what, plan.rows, plan.columns)
        size, device = (plan.width, plan.height), self._hardware.device
        return View(key, lambda: to_pixels(cropped(self._open(data), region), *size, device))


def _picture(request: GenerationRequest) -> PictureRef | None:
    """Return the one picture that GLM-4V takes, in the first user's turn.

    Raises:
        GenerationFailed: there are more.
    """
    if len(request.pictures) > 1:
        raise GenerationFailed(f"{len(request.pictures)} pictures, and the model takes one")
    return next(iter(request.pictures), None)


def _pausing(work: Paced[Result]) -> Generator[EngineStep, None, Result]:
    """Turn the pauses of work into steps that bring nothing."""
    try:
        while True:
            try:
                seconds = next(work)
            except StopIteration as done:
                return done.value  # type: ignore[no-any-return]
            yield replace(PAUSE, seconds=seconds)
    finally:
        work.close()
