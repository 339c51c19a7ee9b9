"""The engine: pictures and questions are read one at a time, answers are written together."""

import contextlib
import hashlib
import logging
import threading
from collections.abc import Generator, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeVar

import torch
from torch import Tensor

from model_service.config import ModelConfig
from model_service.detail import Detail, DetailPlan
from model_service.engines.engine import PAUSE, EngineInfo, EngineStep
from model_service.engines.glm4v.image import to_pixels
from model_service.engines.hardware import Hardware
from model_service.engines.model import Prompt, Vocabulary
from model_service.engines.runtime.batch import Batch, Row
from model_service.engines.runtime.company import Company
from model_service.engines.runtime.detokenizer import Detokenizer
from model_service.engines.runtime.lru_cache import LRUCache
from model_service.engines.runtime.pacing import Paced, Pacer, until_room
from model_service.engines.runtime.prefix_cache import Sequence
from model_service.engines.runtime.runner import ModelRunner, View
from model_service.engines.runtime.sampling import Sampler
from model_service.engines.weights.families import FAMILIES
from model_service.engines.weights.packed_cache import PackedCache
from model_service.engines.weights.packed_cache_writer import PackedCacheWriter
from model_service.errors import GenerationFailed, OutOfMemory, PromptTooLong
from model_service.gauges import Gauges
from model_service.picture import open_picture
from model_service.seen import cropped, plan_region
from model_service.types import FinishReason, GenerationRequest, PictureRef, with_pictures

logger = logging.getLogger(__name__)

LEAST_PART = 64
"""The part of all positions that an answer needs at least: a shorter one would say nothing."""

SIZES = 1024
"""Number of pictures whose size is remembered, so that a follow-up's plan needs no decoding."""

Plans = tuple[DetailPlan, ...]

Read = tuple[Sequence, Tensor, Plans]
"""What was read, its last logits, and the grids of its pictures."""

Result = TypeVar("Result")


class GLM4VEngine:
    """GLM-4V, or one of its successors, behind the Engine protocol."""

    def __init__(
        self,
        model: Any,
        tokenizer: Vocabulary,
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
        self._family = FAMILIES[model.config.model_type]
        ids = model.config.eos_token_id
        self._stop = frozenset([ids] if isinstance(ids, int) else ids or ())
        allowed = torch.zeros(model.config.padded_vocab_size, dtype=torch.bool)
        allowed[[*tokenizer.ordinary_ids, *self._stop]] = True
        allowed = allowed.to(hardware.device)
        self._allowed = allowed
        with gauges.stage("preparing the steps"):
            self._runner = ModelRunner(model, hardware, config, allowed, info.together, captured=captured)
        self._batch = Batch(self._runner, ahead=hardware.device.type == "cuda")
        self._company = Company(self._batch)
        self._pacer = Pacer(self._company)
        self._end_of_thought: tuple[int, ...] = getattr(tokenizer, "end_of_thought", ())
        self._info, self._gauges = replace(info, can_think=bool(self._end_of_thought)), gauges
        gauges.memory = hardware.memory()
        self._opening = threading.Lock()
        self._open = lru_cache(maxsize=1)(open_picture)
        self._hashed = lru_cache(maxsize=max(1, info.pictures_per_request))(
            lambda picture: hashlib.sha256(picture).digest()
        )
        self._sizes: LRUCache[bytes, tuple[int, int]] = LRUCache(SIZES)
        self._writer = (
            PackedCacheWriter(unkept, model.state_dict(), hardware.device, gauges) if unkept is not None else None
        )

    @property
    def info(self) -> EngineInfo:
        """Facts about the loaded model."""
        return self._info

    def plan(self, request: GenerationRequest) -> DetailPlan | None:
        """Return the grid for the request's picture, the first of several."""
        return next(iter(self._plans(request)), None)

    def generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """One step per token."""
        try:
            yield from self._generate(request)
        except torch.OutOfMemoryError as error:
            raise OutOfMemory(f"out of memory on {self._hardware.device} (request {request.id})") from error
        finally:
            self._gauges.memory = self._hardware.memory()

    def forget(self, chat: str) -> None:
        """Drop the chat's KV prefix, and of pictures and texts all that is remembered."""
        self._runner.forget(chat)
        self._tokenizer.forget()
        with self._opening:
            self._sizes.clear()
        self._open.cache_clear()
        self._hashed.cache_clear()

    def do_without_reader(self, fault: str) -> None:
        """Tell why the reader that was to stand beside this model does not."""
        self._info = replace(self._info, reader_fault=fault)

    def share_device(self, other: "GLM4VEngine") -> None:
        """Take turns, and make way where memory is short, with another engine of the same thread and device."""
        company = Company(self._batch, other._batch)
        for engine in (self, other):
            engine._company, engine._pacer = company, Pacer(company)
        self._runner.share_device(other._runner)

    def close(self) -> None:
        """Drop the weights; where they are not all kept by now, the next start packs again."""
        if self._writer is not None:
            self._writer.cut_short()
        self._runner.close()

    def _plans(self, request: GenerationRequest, most: Detail | None = None) -> tuple[DetailPlan, ...]:
        """Return the grids for the request's pictures, each of its own budget, or of `most` if that is less.

        Raises:
            GenerationFailed: there are more pictures than the model takes.
        """
        pictures = request.pictures
        if len(pictures) > self._info.pictures_per_request:
            takes = f"the model takes {self._info.pictures_per_request if self._family.pictures > 1 else 'one'}"
            raise GenerationFailed(f"{len(pictures)} pictures, and {takes}")
        cap = self._info.tokens_each(len(pictures))
        with self._opening:
            return tuple(
                self._plan(each, each.detail if most is None or each.detail.tokens < most.tokens else most, cap)
                for each in pictures
            )

    def _plan(self, picture: PictureRef, detail: Detail, cap: int) -> DetailPlan:
        digest = self._digest(picture)
        size = self._sizes.get(digest)
        if size is None:
            size = self._open(picture.data).size
            self._sizes.put(digest, size, 1)
        return plan_region(self._info.dial, detail, size, picture.region, cap)

    @torch.inference_mode()
    def _generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        request, prompt = self._fitting(request)
        limit = min(self._most_tokens(request), self._config.seq_length - len(prompt.ids))
        planned = self._plans(request)
        sequence, logits, plans = yield from self._read(request, prompt, planned, limit)
        read = len(sequence.ids) + sequence.visual
        others_wait = self._company.ahead and self._company.awaited
        row = self._batch.join(sequence, logits, Sampler(request.sampling, self._allowed), limit)
        answer = self._family.answer and self._family.answer(thinking=prompt.thinking)
        stream, bound = Detokenizer(self._tokenizer, answer), self._most_thoughts(request, limit)
        try:
            if plans != planned:
                yield EngineStep("", plan=plans[0])
            if others_wait:  # Their ids are there before this answer's first, for which the picture has to be read.
                yield PAUSE
            while (token := self._batch.next_id(row)) not in self._stop:
                if token is None:
                    yield PAUSE
                    continue
                text, likely = stream.push(token, row.read_likely)
                thoughts = answer.thoughts if answer and request.thinking and not text else None
                if row.read == limit:
                    text += stream.finish()[0]
                    yield EngineStep(text, FinishReason.LENGTH, likely=likely, prompt_tokens=read, thoughts=thoughts)
                    return
                yield EngineStep(text, likely=likely, prompt_tokens=read, thoughts=thoughts or None)
                if 0 < bound <= row.read and answer is not None:
                    bound = 0
                    if answer.is_thinking:
                        yield from self._end_thought(request, row, stream)
            text, likely = stream.finish()
            yield EngineStep(text, FinishReason.STOP, likely=likely or row.read_likely, prompt_tokens=read)
        finally:
            self._batch.leave(row)
            self._runner.keep(sequence)

    def _end_thought(self, request: GenerationRequest, row: Row, stream: Detokenizer) -> Iterator[EngineStep]:
        """Have the model's thought end here, so that its answer follows."""
        ids = list(self._end_of_thought)
        while not self._batch.amend(row, ids, Sampler(request.sampling, self._allowed)):
            yield from (PAUSE for _ in until_room(self._batch))
        for token in ids:
            stream.push(token)

    def _most_tokens(self, request: GenerationRequest) -> int:
        """The most tokens of an answer, with its thoughts and what ends them."""
        thinking = request.thinking + len(self._end_of_thought) if request.thinking else 0
        return request.sampling.max_tokens + thinking

    def _most_thoughts(self, request: GenerationRequest, limit: int) -> int:
        """The most tokens of thoughts: where there is no room for all, the answer has the half of it at least.

        0: the model cannot think, and no end is put to anything.
        """
        if not self._end_of_thought:
            return 0
        room = limit - len(self._end_of_thought)
        return min(request.thinking, max(room - request.sampling.max_tokens, room // 2))

    def _read(
        self, request: GenerationRequest, prompt: Prompt, plans: Plans, limit: int
    ) -> Generator[EngineStep, None, Read]:
        """Prefill. Where memory does not suffice, once others have left; else with the pictures a level lower."""
        while True:
            # Left by the with statement, the error lets go of the tensors that its frames hold.
            with contextlib.suppress(torch.OutOfMemoryError):
                return (yield from self._prefill(request, prompt, plans, limit))
            if self._company.make_room():
                continue
            left = self._company.left
            yield from (PAUSE for _ in until_room(self._company))
            if self._company.left == left:
                break
        largest = max(plans, key=lambda plan: plan.tokens, default=None)
        lower = None if largest is None else self._info.dial.coarser(largest)
        if lower is None:
            raise torch.OutOfMemoryError("not even at the lowest level")
        logger.warning("memory is short on %s: request %s is read at %s", self._hardware.device, request.id, lower)
        return (yield from self._prefill(request, prompt, self._plans(request, lower), limit))

    def _prefill(
        self, request: GenerationRequest, prompt: Prompt, plans: Plans, limit: int
    ) -> Generator[EngineStep, None, Read]:
        pairs = zip(request.pictures, plans, strict=True)
        views = tuple(self._view_of(picture, plan) for picture, plan in pairs)
        read = self._runner.prefill(request.chat, prompt, next(iter(views), None), limit, views[1:])
        return *(yield from _pausing(self._pacer.paced(read))), plans

    def _fitting_prompt(self, request: GenerationRequest) -> Prompt:
        """The prompt, as `_fitting` has it."""
        return self._fitting(request)[1]

    def _fitting(self, request: GenerationRequest) -> tuple[GenerationRequest, Prompt]:
        """The prompt, less the oldest questions and answers if they would leave no room for this answer.

        With it the request without those, and without their pictures; the last pictures stay.

        Raises:
            PromptTooLong: the question alone leaves too little.
        """
        length, reserve = self._config.seq_length, self._reserve(request)
        messages = request.messages if self._config.bare_questions else request.worded
        while True:
            prompt = self._family.prompt(self._tokenizer, messages, thinking=request.thinking > 0)
            first = next(index for index, message in enumerate(messages) if message.role == "user")
            if len(prompt.ids) + reserve <= length:
                break
            if len(messages) - first < 3:
                self._check_length(request, len(prompt.ids))
                break
            oldest, rest = messages[first], messages[first + 2 :]
            if oldest.pictures and not any(message.pictures for message in rest):
                rest = with_pictures(rest, *oldest.pictures)
            messages = messages[:first] + rest
        return replace(request, messages=messages, wish=""), prompt

    def _reserve(self, request: GenerationRequest) -> int:
        reserve: int = min(self._most_tokens(request), self._config.seq_length // 4)
        return reserve

    def _check_length(self, request: GenerationRequest, tokens: int) -> None:
        most = self._config.seq_length - max(1, min(request.sampling.max_tokens, self._config.seq_length // LEAST_PART))
        if tokens <= most:
            return
        question = request.messages[-1].text
        length = len(self._tokenizer.encode(question))
        fitting = self._config.seq_length - self._reserve(request) - (tokens - length)
        raise PromptTooLong(tokens, most, max(0, len(question) * fitting // length))

    def _digest(self, picture: PictureRef) -> bytes:
        """What tells a picture's bytes from all others."""
        return picture.digest.encode() if picture.digest else self._hashed(picture.data)

    def _view(self, request: GenerationRequest, plan: DetailPlan | None) -> View | None:
        """The request's picture, the first of several, on a grid; None without a picture."""
        return self._view_of(request.pictures[0], plan) if request.pictures and plan is not None else None

    def _view_of(self, picture: PictureRef, plan: DetailPlan) -> View:
        """A picture, or the region of it, on a grid."""
        data, region = picture.data, picture.region
        what = self._digest(picture) + (repr(region).encode() if region else b"")
        key = (what, plan.rows, plan.columns)
        size, device = (plan.width, plan.height), self._hardware.device
        return View(key, lambda: to_pixels(cropped(self._open(data), region), *size, device))


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
