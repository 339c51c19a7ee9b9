"""Our kernels beside torch, on Triton's interpreter.

`TRITON_INTERPRET=1 python -m tests.model_service.engines.interpreted`, a process of its own, as Triton decides when it
is imported whether it compiles or interprets. bfloat16 is left out: the interpreter multiplies its bits as integers.
Exits non-zero when something differs.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from itertools import product
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor, nn
from triton.runtime import interpreter

from bench.family import shapes
from model_service.config import ModelConfig
from model_service.engines import kernels
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.glm46v.model import GLM46VForConditionalGeneration
from model_service.engines.hardware import Hardware
from model_service.engines.kernels import choice, dispatch, linear, nf4, nf4_product, self_check, unpack
from model_service.engines.kernels import step as step_kernels
from model_service.engines.runtime.batch import Batch
from model_service.engines.runtime.cuda_graph import MOST_ERROR, CapturedSteps, Place
from model_service.engines.runtime.kv_cache import KVCache
from model_service.engines.runtime.runner import ModelRunner
from model_service.engines.runtime.sampling import PARTS, rated
from model_service.engines.weights import nf4 as nf4_layers
from model_service.engines.weights.nf4 import NF4Linear
from tests.model_service.engines.answers import Asked, begin, drawn, end, known
from tests.model_service.engines.ptx import DTYPES, check_tile
from tests.model_service.engines.reading import prompt
from tests.model_service.engines.tiny import tiny_model

CPU = torch.device("cpu")
CLOSE = {torch.float32: 1e-5, torch.float16: 3e-3}
"""Relative error in the 2-norm."""


def index_by_item() -> None:
    """Let ranges be interpreted: Triton 3.6 turns an array of one element into an int, which NumPy 2.4 refuses."""
    as_it_is = interpreter._patch_lang_tensor

    def patched(tensor: Any, scope: Any) -> None:
        as_it_is(tensor, scope)
        scope.set_attr(tensor, "__index__", lambda each: int(each.handle.data.item()))

    interpreter._patch_lang_tensor = patched


def close(found: Tensor, wanted: Tensor, dtype: torch.dtype) -> None:
    """Refuse a tensor that is off."""
    error = float((found.double() - wanted.double()).norm() / wanted.double().norm())
    assert error < CLOSE[dtype], error


def packed_model(dtype: torch.dtype, grouped: bool) -> GLM4VForConditionalGeneration:
    """The tiny model with the language model's layers in four bits, the last one perhaps in groups."""
    model = tiny_model().to(dtype)  # type: ignore[arg-type]
    for decoder in model.transformer.encoder.layers:
        for block in (decoder.self_attention, decoder.mlp):
            for name, layer in list(block.named_children()):
                if isinstance(layer, nn.Linear):
                    bias = None if layer.bias is None else layer.bias.data
                    packed = NF4Linear.quantize(layer.weight.data, bias)
                    if grouped and decoder is model.transformer.encoder.layers[-1]:
                        packed.group()
                    setattr(block, name, packed)
    return model  # type: ignore[no-any-return]


def check_lookup() -> None:
    """The byte permutes give each nibble of any word its code, exactly."""
    exact = torch.tensor(nf4.CODES)
    assert torch.equal(exact, NF4Linear.quantize(torch.randn(1, 64)).code)
    generator = torch.Generator().manual_seed(0)
    for word in torch.randint(0, 2**32, (500,), generator=generator).tolist():
        nibbles = [word >> shift & 15 for byte in range(4) for shift in (8 * byte + 4, 8 * byte)]
        found = torch.tensor(run_ptx(unpack.exact_lookup(), word), dtype=torch.uint32).view(torch.float32)
        assert torch.equal(found, exact[nibbles])


def run_ptx(code: str, word: int) -> list[int]:
    """The outputs $0 to $7 of straight-line PTX on the input $8."""
    registers = {"$8": word}
    for line in re.findall(r"(\w+)\.[bu]32 ([^;]+);", code):
        operation, (into, *given) = line[0], re.split(", ", line[1])
        if operation == "reg":
            continue
        values = [registers[name] if name in registers else int(name, 0) for name in given]
        registers[into] = PTX[operation](*values)
    return [registers[f"${number}"] for number in range(8)]


def permute(low: int, high: int, selector: int) -> int:
    """prmt.b32: of eight bytes four, or their sign eight times, as the selector's nibbles say."""
    source = (low | high << 32).to_bytes(8, "little")
    picked = [(source[nibble & 7], nibble & 8) for nibble in (selector >> shift & 15 for shift in (0, 4, 8, 12))]
    return int.from_bytes(bytes((0xFF if byte & 0x80 else 0) if sign else byte for byte, sign in picked), "little")


PTX: dict[str, Callable[..., int]] = {
    "and": lambda a, b: a & b,
    "or": lambda a, b: a | b,
    "shr": lambda a, b: a >> b,
    "prmt": permute,
}


def at_a_time(*_: int) -> dict[str, int]:
    """A tiling that computes nothing for blocks behind the last, which takes time here."""
    return {"num_warps": 4, "AHEAD": 1, "shuffled": 2}


def check_products() -> None:
    """What the engine tries at start agrees; with fewer rows, as each eight of them take their time here."""
    with patch.object(nf4_layers, "MOST_ROWS", 8), patch.object(nf4_product, "tile", at_a_time):
        assert not self_check.disagreement(nf4_layers.products(CPU))


ROWS = (1, 3, 8, 16, 32)


def check_unpacking(dtype: torch.dtype) -> None:
    """Bitsandbytes' matrices are unpacked in rows or in groups, at once or some rows at a time."""
    for outputs, inputs in ((272, 192), (16, 1216)):
        layer, x = NF4Linear.quantize(torch.randn(outputs, inputs).to(dtype)), torch.randn(40, inputs).to(dtype)
        weight = layer.dequantize()
        for grouped in (False, True):
            if grouped:
                layer.group()
            assert torch.allclose(nf4_layers.unpacked(layer), weight, rtol=2**-20)
            with patch.object(kernels, "UNPACKED", 256 * inputs):
                close(layer._by_parts(x[None])[0], x.double() @ weight.double().T, dtype)


def check_product(dtype: torch.dtype) -> None:
    """A matrix in groups is multiplied with some rows; the blocks of one are shared by fewer warps than there are."""
    for outputs, inputs, biased in ((32, 320, True), (16, 1216, False)):
        weight, x = torch.randn(outputs, inputs).to(dtype), torch.randn(ROWS[-1], inputs).to(dtype)
        layer = NF4Linear.quantize(weight, torch.randn(outputs).to(dtype) if biased else None)
        layer.group()
        found = check_rows_alone(partial(nf4_layers.nf4_product, layer), x)
        bias = 0 if layer.bias is None else layer.bias.double()
        close(found, x.double() @ layer.dequantize().double().T + bias, dtype)


def check_rows_alone(multiply: Callable[[Tensor], Tensor], x: Tensor) -> Tensor:
    """A row comes to the same, to the bit, alone and among others, wherever it stands; all of them."""
    all_rows = multiply(x)
    for rows in ROWS[:-1]:
        assert torch.equal(multiply(x[-rows:]), all_rows[-rows:]), rows
    return all_rows


def check_linear(dtype: torch.dtype) -> None:
    """The product of a matrix that is not packed, in ragged tiles."""
    for outputs, width, biased in ((70, 200, True), (64, 128, False)):
        weight, x = torch.randn(outputs, width).to(dtype), torch.randn(ROWS[-1], width).to(dtype)
        bias = torch.randn(outputs).to(dtype) if biased else None
        found = check_rows_alone(partial(linear.product, weight=weight, bias=bias), x)
        wanted = x.double() @ weight.double().T + (0 if bias is None else bias.double())
        close(found, wanted, dtype)


def check_fused(model: Any, dtype: torch.dtype) -> None:
    """What layers do between their products, alone; and a picture read, and something behind it: as torch does it."""
    for found, wanted in self_check.both(CPU, dtype, small=True):
        close(found, wanted, dtype)
    pixels, ids = torch.randn(1, 3, 56, 84).to(dtype), torch.randint(0, 256, (1, 30))
    passes = []
    for used in (False, True):
        with patch.object(dispatch, "applies", lambda _, used=used: used):
            embeds = model.embed(ids, model.transformer.vision(pixels), 5)
            positions = torch.arange(embeds.shape[1])[None]
            cache = KVCache(model.config, 60, CPU, dtype)
            logits = [model(embeds[:, part], positions[:, part], cache) for part in (slice(24), slice(24, None))]
            passes.append([embeds, *logits, *cache.filled()])
    for wanted, found in zip(*passes, strict=True):
        close(found, wanted, dtype)


FORBIDDEN = torch.arange(288) % 100 == 5
"""Three of the tiny model's ids."""


def steps_of(model: Any, dtype: torch.dtype, *sizes: int) -> CapturedSteps:
    """Steps for answers, not captured, which choose among all ids but three."""
    return CapturedSteps(model, Hardware(CPU, dtype), sizes, FORBIDDEN)


TURNS = ([0, 1, 2], [0, 1, 2], [0, 2], [2], [2], [3, 2, 0, 1])


def check_step(model: Any, dtype: torch.dtype, turns: Iterable[list[int]] = TURNS) -> None:
    """Steps for sequences of several lengths at once, of which one leaves and another comes: for each the model's own
    logits, keys and values, and its most likely ids.
    """
    steps, sequences = steps_of(model, dtype, 1, 2, 4), [sequence(model, dtype, length) for length in (1, 62, 200, 30)]
    ids = torch.randint(0, 256, (4,))
    for taking in turns:
        rows = [sequences[number] for number in taking]
        places = [Place(cache.length % 60, cache.length, cache) for cache, _ in rows]
        positions = torch.tensor([place.position for place in places])
        wanted = model.decode(ids[taking], positions, [other for _, other in rows])
        logits = steps(places, torch.split(ids[taking], 1))
        close(logits, wanted, dtype)
        for cache, other in rows:
            cache.advance(1)
            for found, filled in ((cache.keys, other.keys), (cache.values, other.values)):
                close(found, filled, dtype)
        chosen = steps.chosen(len(rows))
        allowed = logits.masked_fill(FORBIDDEN, float("-inf"))
        likeliest = rated(allowed, allowed.argmax(-1))
        assert torch.equal(chosen[:, 0], likeliest[:, 0])
        assert (chosen - likeliest).abs().max() <= 1  # Millionths, rounded.
        if len(rows) > 1:  # One of them draws another.
            steps.choose(1, chosen.new_tensor([[9, 1, 2]]))
            assert steps.chosen(len(rows))[1].tolist() == [9, 1, 2]
        ids[taking] = steps.chosen(len(rows))[:, 0]


def sequence(model: Any, dtype: torch.dtype, length: int) -> tuple[KVCache, KVCache]:
    """A KV cache that holds some positions, with room for more, and another that holds the same."""
    cache, other = (KVCache(model.config, length + 10, CPU, dtype) for _ in range(2))
    ids = torch.randint(0, 256, (1, length))
    model(model.embed(ids), torch.arange(length)[None] % 60, cache, last=True)
    other.fill(*cache.filled())
    return cache, other


def check_rows(model: Any, dtype: torch.dtype, *texts: tuple[int, int]) -> None:
    """Texts of many ids behind many others, in one step and in more: the model's own logits, keys and values, and
    nothing is written behind them.
    """
    steps = CapturedSteps(model, Hardware(CPU, dtype), (4, 16))
    for known_ids, new in texts:
        ids = torch.randint(0, 256, (1, known_ids + new))
        positions = torch.arange(known_ids + new)[None] - max(0, known_ids - 20)  # As if it had begun with a picture.
        embeds = model.embed(ids)
        cache, other = (KVCache(model.config, known_ids + new + 20, CPU, dtype) for _ in range(2))
        if known_ids:
            model(embeds[:, :known_ids], positions[:, :known_ids].clamp(min=0), cache)
        other.fill(*cache.filled())
        wanted = model(embeds[:, known_ids:], positions[:, known_ids:], cache, last=True)[0, -1]
        close(steps.read(ids[0, known_ids:], int(positions[0, known_ids]), other), wanted, dtype)
        assert other.length == cache.length
        for found, filled in ((other.keys, cache.keys), (other.values, cache.values)):
            close(found, filled, dtype)


def newer_models() -> Iterable[Any]:
    """Tiny models of GLM-4.6V's kind and GLM-OCR's, with weights of which each norm behind a branch tells."""
    for config in shapes(tiny=True).values():
        model = GLM46VForConditionalGeneration(replace(config, padded_vocab_size=len(FORBIDDEN)))
        for parameter in model.parameters():
            parameter.data.normal_(0, 0.2)
        yield model.eval()


def check_choice(dtype: torch.dtype) -> None:
    """Ids, and how likely they are, in vocabularies of one tile and of many, of which whole tiles are forbidden."""
    for vocabulary, rows in ((7, 1), (288, 3), (5000, 2), (9000, 5)):
        logits = torch.randn(rows, vocabulary).mul(5).to(dtype)
        forbidden = torch.rand(vocabulary) < 0.1
        forbidden[: vocabulary // 2] = vocabulary == 9000
        forbidden[-1] = False
        chosen = torch.empty(rows, 3, dtype=torch.int64)
        choice.choose(logits, forbidden, chosen, PARTS)
        allowed = logits.masked_fill(forbidden, float("-inf"))
        best = allowed.gather(1, chosen[:, :1])
        assert torch.equal(best[:, 0], allowed.amax(-1))  # Of several that are equal, any.
        assert (chosen - rated(allowed, chosen[:, 0])).abs().max() <= 1


def check_self(model: GLM4VForConditionalGeneration, dtype: torch.dtype) -> None:
    """What steps find out about themselves at start: that they are right, and not with another's embeddings."""
    for steps in (steps_of(model, dtype, 1, 6), CapturedSteps(model, Hardware(CPU, dtype), (16,))):
        for rows in steps.sizes:
            assert steps.error(rows) < CLOSE[dtype]
        assert steps.chooses_as_torch()
        steps._table = steps._table.flip(0)
        for rows in steps.sizes:
            assert steps.error(rows) > MOST_ERROR
    with patch.object(choice, "choose", lambda logits, forbidden, chosen, parts: chosen.zero_()):
        assert not steps_of(model, dtype, 1).chooses_as_torch()


def check_conversation(model: GLM4VForConditionalGeneration) -> None:
    """Two answers written together, drawn and not, one given up, and two follow-ups: the ids are the model's."""
    hardware = Hardware(CPU, torch.float32)
    written = []
    for captured in (False, True):
        runner = ModelRunner(model, hardware, ModelConfig())
        if captured:
            runner._steps = CapturedSteps(model, hardware, (1, 2), torch.zeros_like(FORBIDDEN))
            runner._reader = CapturedSteps(model, hardware, (16,))
        batch = Batch(runner, ahead=captured)
        one, two = (begin(runner, batch, Asked(name, prompt(1), params=drawn(3), limit=6)) for name in ("one", "two"))
        found = [[known(batch.next_id(row)) for row in (one, two)] for _ in range(4)]
        end(runner, batch, one)
        first = [ids[0] for ids in found]
        third = begin(runner, batch, Asked("one", prompt(1, *first[:-1], 7), limit=6))
        found += [[known(batch.next_id(row)) for row in (third, two)] for _ in range(2)]
        end(runner, batch, two)
        found += [[known(batch.next_id(third))] for _ in range(4)]
        end(runner, batch, third)
        asked_again = Asked("one", prompt(1, *first[:-1], *range(7, 30)), params=drawn(4), limit=6)
        for row in [begin(runner, batch, asked_again)]:
            found += [[known(batch.next_id(row))] for _ in range(6)]
        written.append(found)
    assert written[0] == written[1], written
    assert len({*written[0][0], *written[0][1], *written[0][2]}) > 1


def main() -> None:
    """All of it."""
    torch.manual_seed(0)
    index_by_item()
    check_lookup()
    for (kind, deep), shuffled in product((("bf16", 16), ("f16", 16), ("f16", 8)), range(5)):
        assert kind in DTYPES
        check_tile(kind, shuffled, deep)
    check_products()
    with torch.inference_mode(), patch.object(step_kernels, "SPLITS", 2):  # Each is interpreted by itself.
        for dtype in CLOSE:
            check_unpacking(dtype)
            check_linear(dtype)
            check_choice(dtype)
            check_fused(tiny_model().to(dtype), dtype)  # type: ignore[arg-type]
        check_product(torch.float16)
        check_step(tiny_model(), torch.float32)
        for grouped in (False, True):
            packed = packed_model(torch.float16, grouped)
            with patch.object(nf4_product, "tile", at_a_time):
                check_step(packed, torch.float16, TURNS[1:3])
                check_rows(packed, torch.float16, (70, 3))
        check_rows(tiny_model(), torch.float32, (0, 5), (3, 16), (90, 20))
        check_self(tiny_model().to(torch.float16), torch.float16)  # type: ignore[arg-type]
        check_conversation(tiny_model(seed=5))
        for model in newer_models():
            check_fused(model, torch.float32)
            check_step(model, torch.float32, TURNS[1:3])
            check_rows(model, torch.float32, (3, 16))
    print("all agree")


if __name__ == "__main__":
    main()
