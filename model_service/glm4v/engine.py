"""The engine: one request at a time through vision, prefill and decode."""

from collections.abc import Iterator
from functools import lru_cache

import torch
from torch import Tensor

from model_service.config import ModelConfig
from model_service.detail import MAX_TOKENS, DetailPlan, plan_detail
from model_service.engine import EngineInfo, EngineStep
from model_service.errors import GenerationFailed, OutOfMemory
from model_service.glm4v.cache import KVCache
from model_service.glm4v.checkpoint import checkpoint_name, find_checkpoint, load_checkpoint, load_tokenizer
from model_service.glm4v.hardware import Hardware, choose_hardware
from model_service.glm4v.model import GLM4VForConditionalGeneration, image_positions
from model_service.glm4v.pixels import to_pixels
from model_service.glm4v.prompt import Prompt, build_prompt
from model_service.glm4v.sampling import Sampler
from model_service.glm4v.text import TextStream
from model_service.glm4v.tokenizer import Tokenizer
from model_service.picture import open_picture
from model_service.types import FinishReason, GenerationRequest


def load_engine(config: ModelConfig) -> "GLM4VEngine":
    """Find the checkpoint that the configuration names, and load it.

    Raises:
        CheckpointError: nothing usable there.
    """
    hardware = choose_hardware(config)
    folder = find_checkpoint(config.name, hardware)
    model = load_checkpoint(folder, config, hardware)
    tokenizer = load_tokenizer(folder, model.config)
    return GLM4VEngine(model, tokenizer, hardware, checkpoint_name(folder))


class GLM4VEngine:
    """GLM-4V behind the Engine protocol."""

    def __init__(
        self, model: GLM4VForConditionalGeneration, tokenizer: Tokenizer, hardware: Hardware, name: str
    ) -> None:
        self._model, self._tokenizer, self._hardware = model, tokenizer, hardware
        self._info = EngineInfo(name, str(hardware.device), hardware.dtype_name, MAX_TOKENS)
        ids = model.config.eos_token_id
        self._stop = frozenset([ids] if isinstance(ids, int) else ids or ())
        allowed = torch.arange(model.config.padded_vocab_size, device=hardware.device) < tokenizer.ordinary_size
        allowed[list(self._stop)] = True
        self._allowed = allowed
        self._open = lru_cache(maxsize=1)(open_picture)

    @property
    def info(self) -> EngineInfo:
        """Facts about the loaded model."""
        return self._info

    def plan(self, request: GenerationRequest) -> DetailPlan | None:
        """The grid for the request's picture."""
        if request.picture is None:
            return None
        width, height = self._open(request.picture).size
        return plan_detail(request.detail, width, height, self._info.max_visual_tokens)

    def generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """One step per token."""
        try:
            yield from self._generate(request)
        except torch.OutOfMemoryError as error:
            torch.cuda.empty_cache()
            raise OutOfMemory(f"out of memory on {self._hardware.device} (request {request.id})") from error

    def close(self) -> None:
        """Drop the weights."""
        del self._model
        if self._hardware.device.type == "cuda":
            torch.cuda.empty_cache()

    @torch.inference_mode()
    def _generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        prompt = self._fitting_prompt(request)
        room = self._model.config.seq_length - len(prompt.ids)
        if room < 1:
            raise GenerationFailed(f"the conversation has {len(prompt.ids)} tokens, the model takes no more")
        limit = min(request.sampling.max_tokens, room)
        logits, cache, position = self._prefill(prompt, self._see(request), limit)
        sampler = Sampler(request.sampling, self._allowed)
        stream = TextStream(self._tokenizer)
        for count in range(1, limit + 1):
            token = sampler.choose(logits)
            if token in self._stop:
                yield EngineStep(stream.finish(), FinishReason.STOP)
                return
            if count == limit:
                yield EngineStep(stream.push(token) + stream.finish(), FinishReason.LENGTH)
                return
            yield EngineStep(stream.push(token))
            logits = self._decode(token, position, cache)
            position += 1

    def _fitting_prompt(self, request: GenerationRequest) -> Prompt:
        """The prompt, less the oldest questions and answers if they would leave no room for this answer."""
        length: int = self._model.config.seq_length
        reserve = min(request.sampling.max_tokens, length // 4)
        messages = request.messages
        while True:
            prompt = build_prompt(self._tokenizer, messages, request.picture is not None)
            first = next(index for index, message in enumerate(messages) if message.role == "user")
            if len(prompt.ids) + reserve <= length or len(messages) - first < 3:
                return prompt
            messages = messages[:first] + messages[first + 2 :]

    def _see(self, request: GenerationRequest) -> Tensor | None:
        """The picture's (1, N + 2, hidden) embeddings; None without a picture."""
        plan = self.plan(request)
        if request.picture is None or plan is None:
            return None
        pixels = to_pixels(self._open(request.picture), plan.width, plan.height).to(self._hardware.device)
        return self._model.transformer.vision(pixels)  # type: ignore[no-any-return]

    def _prefill(self, prompt: Prompt, image: Tensor | None, room: int) -> tuple[Tensor, KVCache, int]:
        """Logits of the last position, the filled cache, and the position of the next token."""
        device, dtype = self._hardware.device, self._hardware.dtype
        ids = torch.tensor([prompt.ids], device=device)
        begin = prompt.image_begin
        visual_tokens = 0 if image is None else image.shape[1] - 2
        embeds = self._model.embed(ids, image, begin or 0)
        positions = image_positions(len(prompt.ids), begin, visual_tokens, device)
        cache = KVCache(self._model.config, embeds.shape[1] + room, device, dtype)
        logits = self._model(embeds, positions, cache, last=True)
        return logits[0, -1], cache, len(prompt.ids)

    def _decode(self, token: int, position: int, cache: KVCache) -> Tensor:
        """One step: the (vocabulary,) logits behind `token`."""
        ids = torch.tensor([[token]], device=self._hardware.device)
        logits: Tensor = self._model(self._model.embed(ids), torch.full_like(ids, position), cache, last=True)
        return logits[0, -1]
