"""The model's passes, prefill and decode, and what is kept of them: each picture and each conversation is read once."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ParamSpec, TypeVar

import torch
from torch import Tensor

from model_service.config import ModelConfig
from model_service.engines.hardware import Hardware
from model_service.engines.model import Prompt, VisionLanguageModel
from model_service.engines.runtime.kv_cache import KVCache
from model_service.engines.runtime.lru_cache import LRUCache
from model_service.engines.runtime.prefix_cache import PrefixCache, Sequence, ViewKey

if TYPE_CHECKING:
    from model_service.engines.runtime.cuda_graph import DecodeStep

MIB = 1024**2

Given = ParamSpec("Given")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class View:
    """A picture on its grid: `pixels()` makes (1, 3, height, width) for the vision tower; not called when it is known.

    Raises:
        PictureRejected: by `pixels`, when the bytes cannot be looked at.
    """

    key: ViewKey
    pixels: Callable[[], Tensor]


class ModelRunner:
    """Runs the model on sequences; keeps the vision features of pictures and the KV prefixes of chats.

    When memory runs out both make way, and the pass is tried once more.
    """

    def __init__(self, model: VisionLanguageModel, hardware: Hardware, config: ModelConfig) -> None:
        self._model, self._hardware = model, hardware
        self._features: LRUCache[ViewKey, Tensor] = LRUCache(config.feature_cache_mib * MIB)
        self._prefixes = PrefixCache(config.prefix_cache_mib * MIB)
        self._step, self._reader = _captured_steps(model, hardware)

    def prefill(self, chat: str, prompt: Prompt, view: View | None, room: int) -> tuple[Sequence, Tensor]:
        """Read a prompt; its sequence, with room for so many tokens more, and the last id's (vocabulary,) logits.

        Raises:
            torch.OutOfMemoryError: even without what was kept.
        """
        return self._with_room(self._prefill, chat, prompt, view, room)

    def decode(self, sequence: Sequence, token: Tensor) -> Tensor:
        """Put a (1,) id of the device behind the sequence; the (vocabulary,) logits behind it, until the next step.

        Nothing waits for a GPU, so the id need not be known here: whoever learns it adds it to `sequence.ids`.

        Raises:
            torch.OutOfMemoryError: even without what was kept.
        """
        return self._with_room(self._decode, sequence, token)

    def keep(self, sequence: Sequence) -> None:
        """Remember a sequence that ended, for whatever reason; its passes that failed left nothing in it."""
        with contextlib.suppress(torch.OutOfMemoryError):
            self._prefixes.keep(sequence)
            return
        self._make_way()

    def forget(self, chat: str) -> None:
        """Drop what is known of a chat; the features, which belong to no chat, are dropped altogether."""
        self._prefixes.forget(chat)
        self._features.clear()

    def close(self) -> None:
        """Drop the weights and all that was kept."""
        del self._model, self._step, self._reader
        self._make_way()

    def _prefill(self, chat: str, prompt: Prompt, view: View | None, room: int) -> tuple[Sequence, Tensor]:
        key = None if view is None else view.key
        prefix = self._prefixes.find(chat)
        known = 0 if prefix is None else prefix.common(prompt, key)
        begin = prompt.image_begin
        if begin is not None:  # From here on: within what is left to be read, and None if the picture is not.
            begin = begin - known if begin >= known else None
        image = None if begin is None or view is None else self._see(view)
        ids, device = torch.tensor(prompt.ids[known:]), self._hardware.device
        held = 0 if prefix is None else prefix.positions(known)
        needed = held + len(ids) + (0 if image is None else image.shape[1] - self._model.placeholders) + room
        cache = KVCache(self._model.config, needed, device, self._hardware.dtype)
        if prefix is not None:
            cache.fill(prefix.keys[:, :, :held], prefix.values[:, :, :held])
        logits = self._read(ids, known, cache, image, begin)
        visual = cache.length - len(prompt.ids)
        sequence = Sequence(chat, list(prompt.ids), prompt.image_begin, key, cache, visual, self._prefixes.forgets)
        return sequence, logits

    def _read(self, ids: Tensor, known: int, cache: KVCache, image: Tensor | None, begin: int | None) -> Tensor:
        """The logits behind (n,) ids, put behind so many known ones; the picture, if any, begins in them at `begin`.

        The ids come in host memory and go to the device without waiting for it: it may still be busy with the picture.
        """
        device = self._hardware.device
        step = self._step if len(ids) == 1 else self._reader
        if image is None:
            ids = ids.to(device, non_blocking=True)
            if step is not None and step.reads(len(ids)):
                return step.read(ids, known, cache)
        embeds = self._model.embed(ids[None], image, begin or 0)
        positions = known + self._model.positions(len(ids), begin, image, device)
        logits: Tensor = self._model(embeds, positions, cache, last=True)
        return logits[0, -1]

    def _see(self, view: View) -> Tensor:
        """The picture's (1, N + 2, hidden) embeddings."""
        features = self._features.get(view.key)
        if features is None:
            features = self._model.see(view.pixels().to(self._hardware.device))
            self._features.put(view.key, features, features.nbytes)
        return features

    def _decode(self, sequence: Sequence, token: Tensor) -> Tensor:
        sequence.rewind()
        position = sequence.next_position
        if self._step is not None:
            return self._step(token, position, sequence.cache)
        positions = torch.full_like(token, position)
        logits: Tensor = self._model(self._model.embed(token[None]), positions[None], sequence.cache, last=True)
        return logits[0, -1]

    def _with_room(self, work: Callable[Given, Result], *args: Given.args, **kwargs: Given.kwargs) -> Result:
        # Left by the with statement, the error lets go of the tensors that its frames hold.
        with contextlib.suppress(torch.OutOfMemoryError):
            return work(*args, **kwargs)
        self._make_way()
        return work(*args, **kwargs)

    def _make_way(self) -> None:
        self._features.clear()
        self._prefixes.clear()
        if self._hardware.device.type == "cuda":
            torch.cuda.empty_cache()


@torch.inference_mode()
def _captured_steps(model: VisionLanguageModel, hardware: Hardware) -> tuple["DecodeStep | None", "DecodeStep | None"]:
    """That for an answer's next token, and that for a follow-up's; None where the model itself does their work."""
    if not hardware.kernels.products:
        return None, None
    from model_service.engines.runtime.cuda_graph import ROWS, capture_step  # It wants Triton.

    step = capture_step(model, hardware)
    if step is None or torch.cuda.get_device_capability(hardware.device) < (8, 0):  # Older: registers run out.
        return step, None
    return step, capture_step(model, hardware, ROWS, step)
