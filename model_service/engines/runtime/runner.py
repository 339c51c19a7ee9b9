"""The model's passes, prefill and decode, and what is kept of them: each picture and each conversation is read once."""

import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from model_service.config import ModelConfig
from model_service.engines.hardware import Hardware
from model_service.engines.model import Paused, Prompt, VisionLanguageModel, at_once
from model_service.engines.runtime.kv_cache import KVCache
from model_service.engines.runtime.lru_cache import LRUCache
from model_service.engines.runtime.prefix_cache import Pictures, PrefixCache, Sequence, Shown, ViewKey
from model_service.engines.runtime.sampling import Sampler
from model_service.engines.weights.memory_plan import TOGETHER

if TYPE_CHECKING:
    from model_service.engines.runtime.captured_layers import CapturedLayers
    from model_service.engines.runtime.cuda_graph import CapturedSteps

MIB = 1024**2


@dataclass(frozen=True, slots=True)
class View:
    """A picture on its grid: `pixels()` makes (1, 3, height, width) for the vision tower; not called when it is known.

    Raises:
        PictureRejected: by `pixels`, when the bytes cannot be looked at.
    """

    key: ViewKey
    pixels: Callable[[], Tensor]


Views = tuple[View, ...]


class ModelRunner:
    """Runs the model on sequences; keeps the vision features of pictures and the KV prefixes of chats.

    When memory runs out both make way, and the pass is tried once more.
    """

    def __init__(
        self,
        model: VisionLanguageModel,
        hardware: Hardware,
        config: ModelConfig,
        allowed: Tensor | None = None,
        together: int = 1,
        *,
        captured: bool = False,
    ) -> None:
        """Run up to `together` sequences in a step; only ids that are `allowed`, a (vocabulary,) mask, are chosen.

        With `captured`, small pictures are seen and read by CUDA graphs, if the card can.
        """
        self._model, self._hardware = model, hardware
        self._features: LRUCache[ViewKey, Tensor] = LRUCache(config.feature_cache_mib * MIB)
        self._prefixes = PrefixCache(config.prefix_cache_mib * MIB)
        self._steps, self._reader = _captured_steps(model, hardware, together, allowed)
        self._layers = _captured_layers(model, hardware, self._steps) if captured else None
        self._beside: ModelRunner | None = None

    def share_device(self, other: "ModelRunner") -> None:
        """Have what either keeps make way for both."""
        self._beside, other._beside = other, self

    def prefill(
        self, chat: str, prompt: Prompt, view: View | None, room: int, further: Views = ()
    ) -> Paused[tuple[Sequence, Tensor]]:
        """Read a prompt; its sequence, with `room` for more tokens, and the last id's (vocabulary,) logits.

        Its first picture is `view`; those behind it are `further`.

        Raises:
            torch.OutOfMemoryError: even without what was kept.
        """
        views = () if view is None else (view, *further)
        # Left by the with statement, the error lets go of the tensors that its frames hold.
        with contextlib.suppress(torch.OutOfMemoryError):
            return (yield from self._prefill(chat, prompt, views, room))
        self._make_way()
        return (yield from self._prefill(chat, prompt, views, room))

    def decode(self, sequences: list[Sequence], tokens: list[Tensor], samplers: list[Sampler]) -> Tensor:
        """Put a (1,) id of the device behind each sequence; the ids that their samplers choose next, (n, 3), `rated`.

        Nothing waits for a GPU, so the ids need not be known here: whoever learns them adds them to `sequence.ids`.

        Raises:
            torch.OutOfMemoryError: even without what was kept.
        """
        # Left by the with statement, the error lets go of the tensors that its frames hold.
        with contextlib.suppress(torch.OutOfMemoryError):
            return self._decode(sequences, tokens, samplers)
        self._make_way()
        return self._decode(sequences, tokens, samplers)

    def extend(self, sequence: Sequence, ids: list[int]) -> Tensor:
        """Put ids behind a sequence, which nobody chose; the last one's (vocabulary,) logits.

        Raises:
            torch.OutOfMemoryError: even without what was kept.
        """
        # Left by the with statement, the error lets go of the tensors that its frames hold.
        with contextlib.suppress(torch.OutOfMemoryError):
            return self._extend(sequence, ids)
        self._make_way()
        return self._extend(sequence, ids)

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
        del self._model, self._steps, self._reader, self._layers
        self._make_way()
        self._beside = None

    def _prefill(self, chat: str, prompt: Prompt, views: Views, room: int) -> Paused[tuple[Sequence, Tensor]]:
        pictures = self._shown(prompt, views)
        prefix = self._prefixes.find(chat)
        known = 0 if prefix is None else prefix.common(prompt, tuple(view.key for view in views))
        before = pictures[:0] if prefix is None else prefix.shared(known)
        images = []
        for view in views[len(before) :]:
            images.append((yield from self._see(view)))
        held = known + sum(picture.places for picture in before)
        needed = len(prompt.ids) + sum(picture.places for picture in pictures) + room
        cache = KVCache(self._model.config, needed, self._hardware.device, self._hardware.dtype)
        if prefix is not None:
            cache.fill(prefix.keys[:, :, :held], prefix.values[:, :, :held])
        position = known + sum(picture.positions for picture in before)
        shown = list(zip(pictures[len(before) :], images, strict=True))
        logits = yield from self._read(prompt.ids, known, position, cache, shown)
        return Sequence(chat, list(prompt.ids), pictures, cache, self._prefixes.forgets), logits

    def _shown(self, prompt: Prompt, views: Views) -> Pictures:
        """The prompt's pictures, and what each takes."""
        grids = [view.key[1:] for view in views]
        pairs = zip(prompt.begins, views, grids, strict=True)
        return tuple(Shown(begin, view.key, *self._model.extent(*grid)) for begin, view, grid in pairs)

    def _read(
        self, ids: tuple[int, ...], known: int, position: int, cache: KVCache, shown: list[tuple[Shown, Tensor]]
    ) -> Paused[Tensor]:
        """The logits behind the ids from `known` on, at this position, in which some pictures are `shown`.

        The ids come in host memory and go to the device without waiting for it: it may still be busy with a picture.
        """
        device = self._hardware.device
        if not shown:
            text = torch.tensor(ids[known:]).to(device, non_blocking=True)
            if self._reader is not None and self._reader.reads(len(text)):
                return self._reader.read(text, position, cache)
        embeds, positions = list[Tensor](), list[Tensor]()
        ends = [picture.begin for picture, _ in shown[1:]] + [len(ids)]
        none: list[tuple[None, None]] = [(None, None)]
        for (picture, image), end in zip(shown or none, ends, strict=True):
            part = torch.tensor(ids[known:end])
            part = part if image is not None else part.to(device, non_blocking=True)
            begin = None if picture is None else picture.begin - known
            grid = None if picture is None else picture.view[1:]
            embeds.append(self._model.embed(part[None], image, begin or 0))
            positions.append(position + self._model.positions(len(part), begin, grid, device))
            position += len(part) + (0 if picture is None else picture.positions)
            known = end
        whole, places = (torch.cat(each, dim=1) if len(each) > 1 else each[0] for each in (embeds, positions))
        captured = self._layers is not None and self._layers.reads(whole, cache)
        reader = self._layers if captured else self._model
        return (yield from reader.read(whole, places, cache))  # type: ignore[union-attr]

    def _see(self, view: View) -> Paused[Tensor]:
        """The picture's (1, places, hidden) embeddings."""
        features = self._features.get(view.key)
        if features is None:
            pixels = view.pixels().to(self._hardware.device)
            captured = self._layers is not None and self._layers.sees(pixels)
            features = yield from (self._layers if captured else self._model).see(pixels)  # type: ignore[union-attr]
            self._features.put(view.key, features, features.nbytes)
        return features

    def _extend(self, sequence: Sequence, ids: list[int]) -> Tensor:
        sequence.rewind()
        known, whole = len(sequence.ids), (*sequence.ids, *ids)
        logits = at_once(self._read(whole, known, sequence.next_position, sequence.cache, []))
        sequence.ids.extend(ids)
        return logits

    def _decode(self, sequences: list[Sequence], tokens: list[Tensor], samplers: list[Sampler]) -> Tensor:
        for sequence in sequences:
            sequence.rewind()
        if self._steps is not None:
            return self._decode_by_graph(self._steps, sequences, tokens, samplers)
        ids, device = torch.cat(tokens), self._hardware.device
        positions = torch.tensor([sequence.next_position for sequence in sequences], device=device)
        logits = self._model.decode(ids, positions, [sequence.cache for sequence in sequences])
        return torch.cat([sampler.choose_rated(row) for sampler, row in zip(samplers, logits, strict=True)])

    def _decode_by_graph(
        self, steps: "CapturedSteps", sequences: list[Sequence], tokens: list[Tensor], samplers: list[Sampler]
    ) -> Tensor:
        from model_service.engines.runtime.cuda_graph import Place

        places = [Place(each.next_position, each.cache.length, each.cache) for each in sequences]
        logits = steps(places, tokens)
        for row, sampler in enumerate(samplers):
            if not sampler.is_greedy:
                steps.choose(row, sampler.choose_rated(logits[row]))
        return steps.chosen(len(sequences))

    def _make_way(self) -> None:
        for runner in filter(None, (self, self._beside)):
            runner._features.clear()
            runner._prefixes.clear()
        if self._hardware.device.type == "cuda":
            torch.cuda.empty_cache()


@torch.inference_mode()
def _captured_steps(
    model: VisionLanguageModel, hardware: Hardware, together: int, allowed: Tensor | None
) -> tuple["CapturedSteps | None", "CapturedSteps | None"]:
    """Capture the steps for answers' next tokens, and those for a follow-up's; None where the model works."""
    if not hardware.kernels.products or hardware.dtype not in (torch.bfloat16, torch.float16):
        return None, None
    from model_service.engines.runtime.cuda_graph import ROWS, capture_steps  # It wants Triton.

    vocabulary = model.config.padded_vocab_size
    forbidden = torch.zeros(vocabulary, dtype=torch.bool, device=hardware.device) if allowed is None else ~allowed
    sizes = {*(size for size in TOGETHER if size < together), together}
    steps = capture_steps(model, hardware, sizes, forbidden)
    return steps, None if steps is None else capture_steps(model, hardware, ROWS, sharing=steps)


@torch.inference_mode()
def _captured_layers(
    model: VisionLanguageModel, hardware: Hardware, steps: "CapturedSteps | None"
) -> "CapturedLayers | None":
    """Capture what small pictures are seen and read by; None where the model works."""
    least = (8, 0)  # For flash attention.
    if steps is None or hardware.kernels.layers is not hardware.dtype:
        return None
    if torch.cuda.get_device_capability(hardware.device) < least:
        return None
    from model_service.engines.runtime.captured_layers import capture_layers  # It wants Triton.

    return capture_layers(model, hardware, steps)
