"""GLM-4.1V, GLM-4.6V-Flash and GLM-OCR beside transformers' own classes: the same numbers, and the same answers."""

from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from model_service import Detail, GenerationRequest, Message, ModelConfig, PictureRef, SamplingParams
from model_service.engines.glm4v.image import to_pixels
from model_service.engines.glm4v_engine import GLM4VEngine
from model_service.engines.glm46v.vision import patches
from model_service.engines.load import load_engine
from model_service.engines.model import at_once
from model_service.picture import open_picture
from tests.model_service.engines.newer import ID, KINDS, write_checkpoint

NEW = 12


class Both:
    """A checkpoint, as the engine loads it and as transformers does."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.kind, self.folder = kind, folder
        self.original: Any = write_checkpoint(folder, kind)
        self.engine = load_engine(ModelConfig(name=str(folder), quantize="none"))

    def ids(self, request: GenerationRequest, engine: GLM4VEngine | None = None) -> list[int]:
        """The ids of an answer."""
        engine, found = engine or self.engine, list[int]()
        decode = engine._tokenizer.decode_bytes

        def noting(token: int) -> bytes:
            found.append(token)
            return decode(token)

        engine._tokenizer.decode_bytes = noting  # type: ignore[method-assign]
        try:
            for _ in engine.generate(request):
                pass
        finally:
            engine._tokenizer.decode_bytes = decode  # type: ignore[method-assign]
        return found

    def given(self, request: GenerationRequest) -> dict[str, Tensor]:
        """What transformers is given: each picture's placeholder as often as it has tokens, its patches by fours."""
        prompt = self.engine._fitting_prompt(request)
        ids, plans = list(prompt.ids), self.engine._plans(request)
        pixels, grids = list[Tensor](), list[list[int]]()
        for begin, picture, plan in reversed(list(zip(prompt.begins, request.pictures, plans, strict=True))):
            ids[begin : begin + 1] = [ID["<|image|>"]] * plan.tokens
            pixels.insert(0, by_fours(to_pixels(open_picture(picture.data), plan.width, plan.height)))
            grids.insert(0, [1, 2 * plan.rows, 2 * plan.columns])
        tensor = torch.tensor([ids])
        given = {"input_ids": tensor, "attention_mask": torch.ones_like(tensor)}
        given["mm_token_type_ids"] = (tensor == ID["<|image|>"]).int()
        if grids:
            given |= {"pixel_values": torch.cat(pixels), "image_grid_thw": torch.tensor(grids)}
        return given

    @torch.inference_mode()
    def wanted(self, request: GenerationRequest, model: Any = None) -> list[int]:
        """The ids that transformers' generate writes greedily, of those that the engine may choose."""
        given, original = self.given(request), self.original if model is None else model
        original.model.rope_deltas = None
        stop = sorted(self.engine._stop)
        forbidden = (~self.engine._allowed).nonzero()[:, 0].tolist()
        found = original.generate(
            **given, max_new_tokens=NEW, do_sample=False, suppress_tokens=forbidden, eos_token_id=stop, pad_token_id=0
        )
        ids = found[0, given["input_ids"].shape[1] :].tolist()
        return [token for token in ids if token not in stop]


def by_fours(pixels: Tensor) -> Tensor:
    """A picture's patches in the order of the original's processor: those that become one token together."""
    rows, columns = (side // 28 for side in pixels.shape[-2:])
    return patches(pixels, 14)[0].view(rows, 2, columns, 2, -1).permute(0, 2, 1, 3, 4).flatten(0, 3)


def drawn(width: int, height: int, seed: int) -> bytes:
    """A picture of noise in blocks."""
    small = np.random.default_rng(seed).integers(0, 255, (height // 16 + 1, width // 16 + 1, 3), dtype=np.uint8)
    out = BytesIO()
    Image.fromarray(small).resize((width, height), Image.Resampling.NEAREST).save(out, "PNG")
    return out.getvalue()


WIDE = PictureRef(drawn(300, 170, 1), Detail(40))
TALL = PictureRef(drawn(180, 400, 2), Detail(24))


def asking(*messages: Message, chat: str = "") -> GenerationRequest:
    """A request of its own chat."""
    chat = chat or str(hash(messages))
    return GenerationRequest("r", chat, messages, SamplingParams(max_tokens=NEW))


ASKED = {
    "text only": asking(Message("user", "What is it?")),
    "one picture": asking(Message("user", "What is it?", (WIDE,))),
    "two pictures of different budgets": asking(Message("user", "Which is larger?", (WIDE, TALL))),
    "a picture in each of two turns": asking(
        Message("user", "What is it?", (WIDE,)), Message("assistant", "Noise."), Message("user", "And this?", (TALL,))
    ),
}


@pytest.fixture(scope="module", params=KINDS)
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """A checkpoint of each kind."""
    made = Both(tmp_path_factory.mktemp(request.param), request.param)
    yield made
    made.engine.close()


@torch.inference_mode()
def test_a_picture_is_seen_alike(both: Both) -> None:
    """The tower's tokens are transformers' on grids of several shapes, the native one among them."""
    model = both.engine._runner._model
    for rows, columns in ((3, 5), (2, 2), (7, 1), (1, 9)):
        pixels = torch.randn(1, 3, 28 * rows, 28 * columns, generator=torch.Generator().manual_seed(rows))
        grid = torch.tensor([[1, 2 * rows, 2 * columns]])
        (wanted,) = both.original.model.get_image_features(by_fours(pixels), grid, return_dict=True).pooler_output
        torch.testing.assert_close(at_once(model.see(pixels))[0], wanted, atol=1e-4, rtol=1e-4)


@torch.inference_mode()
@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_logits_are_alike(both: Both, asked: GenerationRequest) -> None:
    """Those behind a whole prompt, read as an engine reads it."""
    both.original.model.rope_deltas = None
    wanted = both.original(**both.given(asked)).logits[0, -1]
    prompt = both.engine._fitting_prompt(asked)
    pairs = zip(asked.pictures, both.engine._plans(asked), strict=True)
    views = [both.engine._view_of(*pair) for pair in pairs]
    read = both.engine._runner.prefill("logits", prompt, views[0] if views else None, 1, tuple(views[1:]))
    _, logits = at_once(read)
    torch.testing.assert_close(logits, wanted, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_answers_are_the_same(both: Both, asked: GenerationRequest) -> None:
    """The greedy ids of whole answers, and they are of several ids: else that would show nothing."""
    wanted = both.wanted(asked)
    assert both.ids(asked) == wanted
    assert len({*wanted}) > NEW // 3


def test_a_follow_up_is_the_same_through_the_prefix(both: Both) -> None:
    """What a chat was told before is not read again, and the answer is that of one pass over everything."""
    first = asking(Message("user", "What is it?", (WIDE,)), chat="talk")
    text = "".join(step.text for step in both.engine.generate(first))
    kept = both.engine._runner._prefixes.find("talk")
    assert kept is not None
    messages = (*first.messages, Message("assistant", text), Message("user", "Why?"))
    asked = replace(first, messages=messages)
    views = tuple(
        both.engine._view_of(*pair).key for pair in zip(asked.pictures, both.engine._plans(asked), strict=True)
    )
    assert kept.common(both.engine._fitting_prompt(asked), views) > len(first.messages[0].text)
    wanted = both.wanted(asked)
    assert both.ids(asked) == wanted


def test_a_second_picture_is_read_behind_the_first(both: Both) -> None:
    """Of an album that grew, what was read of the first picture is taken over."""
    first = asking(Message("user", "", (WIDE,)), chat="album")
    both.ids(first)
    kept = both.engine._runner._prefixes.find("album")
    asked = replace(first, messages=(Message("user", "", (WIDE, TALL)),))
    views = tuple(
        both.engine._view_of(*pair).key for pair in zip(asked.pictures, both.engine._plans(asked), strict=True)
    )
    assert kept is not None and kept.shared(kept.common(both.engine._fitting_prompt(asked), views)) == kept.pictures
    assert both.ids(asked) == both.wanted(asked)


@pytest.mark.parametrize("asked", [*ASKED.values()][:3], ids=[*ASKED][:3])
def test_four_bits_answer_alike(both: Both, asked: GenerationRequest) -> None:
    """A model of which every linear layer is what four bits make of it answers as the packed one."""
    packed = load_engine(ModelConfig(name=str(both.folder), quantize="nf4"))
    rounded = unpacked_into(both, packed)
    assert both.ids(asked, packed) == both.wanted(asked, rounded)
    packed.close()


def unpacked_into(both: Both, packed: GLM4VEngine) -> Any:
    """Transformers' model with the weights that the packed layers stand for."""
    from copy import deepcopy

    from model_service.engines.weights.nf4 import NF4Linear

    rounded: Any = deepcopy(both.original)
    text, tower = rounded.model.language_model, rounded.model.visual
    model: Any = packed._runner._model
    transformer = model.transformer

    def fill(layer: NF4Linear, *parts: torch.nn.Linear) -> None:
        sizes = [part.out_features for part in parts]
        for part, weight in zip(parts, torch.split(layer.dequantize(), sizes), strict=True):
            part.weight.data = weight

    with torch.no_grad():
        for mine, theirs in zip(transformer.encoder.layers, text.layers, strict=True):
            attention = theirs.self_attn
            fill(mine.self_attention.query_key_value, attention.q_proj, attention.k_proj, attention.v_proj)
            fill(mine.self_attention.dense, attention.o_proj)
            fill(mine.mlp.dense_h_to_4h, theirs.mlp.gate_up_proj)
            fill(mine.mlp.dense_4h_to_h, theirs.mlp.down_proj)
        for mine, theirs in zip(transformer.vision.transformer.layers, tower.blocks, strict=True):
            fill(mine.attn.qkv, theirs.attn.qkv)
            fill(mine.attn.proj, theirs.attn.proj)
            fill(mine.mlp.gate_up_proj, theirs.mlp.gate_proj, theirs.mlp.up_proj)
            fill(mine.mlp.down_proj, theirs.mlp.down_proj)
        merger = transformer.vision.merger
        fill(merger.proj, tower.merger.proj)
        fill(merger.mlp.gate_up_proj, tower.merger.gate_proj, tower.merger.up_proj)
        fill(merger.mlp.down_proj, tower.merger.down_proj)
    return rounded
