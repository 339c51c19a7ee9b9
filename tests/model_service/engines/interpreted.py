"""Our kernels beside torch, on Triton's interpreter.

`TRITON_INTERPRET=1 python -m tests.model_service.engines.interpreted`, a process of its own, as Triton decides when it
is imported whether it compiles or interprets. bfloat16 is left out: the interpreter multiplies its bits as integers.
Exits non-zero when something differs.
"""

import re
from collections.abc import Callable, Iterator
from itertools import product
from unittest.mock import patch

import torch
from model_service.engines.runtime.decoding import generate_ids
from torch import Tensor, nn

from model_service.config import ModelConfig
from model_service.engines import kernels
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.hardware import Hardware
from model_service.engines.kernels import dispatch, nf4, self_check, unpack
from model_service.engines.kernels import step as step_kernels
from model_service.engines.runtime.cuda_graph import MOST_ERROR, DecodeStep
from model_service.engines.runtime.kv_cache import KVCache
from model_service.engines.runtime.prefix_cache import Sequence
from model_service.engines.runtime.runner import ModelRunner
from model_service.engines.runtime.sampling import Sampler
from model_service.engines.weights import nf4 as nf4_layers
from model_service.engines.weights.nf4 import NF4Linear
from model_service.types import SamplingParams
from tests.model_service.engines.ptx import DTYPES, check_quads
from tests.model_service.engines.reading import prompt, view
from tests.model_service.engines.tiny import tiny_model

CPU = torch.device("cpu")
CLOSE = {torch.float32: 1e-5, torch.float16: 3e-3}
"""Relative error in the 2-norm."""


def close(found: Tensor, wanted: Tensor, dtype: torch.dtype) -> None:
    """Refuse a tensor that is off."""
    error = float((found.double() - wanted.double()).norm() / wanted.double().norm())
    assert error < CLOSE[dtype], error


def packed_model(dtype: torch.dtype) -> GLM4VForConditionalGeneration:
    """The tiny model with the language model's layers in four bits."""
    model = tiny_model().to(dtype)  # type: ignore[arg-type]
    for layer in model.transformer.encoder.layers:
        for block in (layer.self_attention, layer.mlp):
            for name, linear in list(block.named_children()):
                if isinstance(linear, nn.Linear):
                    bias = None if linear.bias is None else linear.bias.data
                    setattr(block, name, NF4Linear.quantize(linear.weight.data, bias))
    return model  # type: ignore[no-any-return]


def check_lookup() -> None:
    """The byte permutes give each nibble of any word its code: rounded to bf16, and exactly where it is unpacked."""
    exact = torch.tensor(nf4.CODES)
    assert torch.equal(exact, NF4Linear.quantize(torch.randn(1, 64)).code)
    rounded = exact.bfloat16().float()
    generator = torch.Generator().manual_seed(0)
    for word in torch.randint(0, 2**32, (500,), generator=generator).tolist():
        nibbles = [word >> shift & 15 for byte in range(4) for shift in (8 * byte + 4, 8 * byte)]
        found, unpacked = (
            torch.tensor(run_ptx(code, word), dtype=torch.uint32).view(torch.float32)
            for code in (nf4.lookup_code(), unpack.exact_lookup())
        )
        assert torch.allclose(found, rounded[nibbles], rtol=2**-20, atol=0)
        assert torch.equal(unpacked, exact[nibbles])


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


def check_product(dtype: torch.dtype) -> None:
    """Ours of bitsandbytes' matrices: unpacked, and multiplied with one row or several or many, in ragged tiles."""
    shapes = (
        (72, 320, 1, True),
        (130, 1024, 3, False),
        (16, 1216, 8, True),
        (40, 1216, 16, True),
        (130, 320, 32, False),
    )
    for outputs, inputs, rows, biased in shapes:
        weight, x = torch.randn(outputs, inputs).to(dtype), torch.randn(rows, inputs).to(dtype)
        layer = NF4Linear.quantize(weight, torch.randn(outputs).to(dtype) if biased else None)
        assert torch.allclose(nf4_layers.unpacked(layer), layer.dequantize(), rtol=2**-20)
        check_parts(layer, x)
        found = nf4_layers.nf4_product(layer, nf4_layers.arranged(layer, x))
        bias = 0 if layer.bias is None else layer.bias.double()
        close(found, x.double() @ layer.dequantize().double().T + bias, dtype)


def check_parts(layer: NF4Linear, x: Tensor) -> None:
    """A large matrix, unpacked some rows at a time, gives what it gives at once."""
    large = NF4Linear.quantize(torch.randn(600, layer.in_features).to(layer.dtype))
    with patch.object(kernels, "UNPACKED", 256 * layer.in_features):
        close(large._by_parts(x[None])[0], x.double() @ large.dequantize().double().T, layer.dtype)


def check_fused(model: GLM4VForConditionalGeneration, dtype: torch.dtype) -> None:
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


def check_step(model: GLM4VForConditionalGeneration, dtype: torch.dtype) -> None:
    """Three steps behind sequences of several lengths: the model's own logits, keys and values."""
    step = DecodeStep(model, Hardware(CPU, dtype))
    for length in (1, 62, 200):
        ids = torch.randint(0, 256, (1, length + 3))
        positions = torch.arange(length + 3)[None] % 60
        embeds = model.embed(ids)
        cache, other = (KVCache(model.config, length + room, CPU, dtype) for room in (3, 10))
        model(embeds[:, :length], positions[:, :length], cache)
        other.fill(*cache.filled())
        for at in range(length, length + 3):
            wanted = model(embeds[:, at : at + 1], positions[:, at : at + 1], cache)[0, 0]
            close(step(ids[0, at : at + 1], int(positions[0, at]), other), wanted, dtype)
            other.advance(1)
        for found, filled in zip(other.filled(), cache.filled(), strict=True):
            close(found, filled, dtype)


def check_rows(model: GLM4VForConditionalGeneration, dtype: torch.dtype, *texts: tuple[int, int]) -> None:
    """Texts of many ids behind many others, in one step and in more: the model's own logits, keys and values, and
    nothing is written behind them.
    """
    step = DecodeStep(model, Hardware(CPU, dtype), 16)
    for known, new in texts:
        ids = torch.randint(0, 256, (1, known + new))
        positions = torch.arange(known + new)[None] - max(0, known - 20)  # As if it had begun with a picture.
        embeds = model.embed(ids)
        cache, other = (KVCache(model.config, known + new + 20, CPU, dtype) for _ in range(2))
        if known:
            model(embeds[:, :known], positions[:, :known].clamp(min=0), cache)
        other.fill(*cache.filled())
        wanted = model(embeds[:, known:], positions[:, known:], cache, last=True)[0, -1]
        close(step.read(ids[0, known:], int(positions[0, known]), other), wanted, dtype)
        assert other.length == cache.length
        for found, filled in ((other.keys, cache.keys), (other.values, cache.values)):
            close(found, filled, dtype)


def check_self(model: GLM4VForConditionalGeneration, dtype: torch.dtype) -> None:
    """What a step finds out about itself at start: that it is right, and that it is not with another's embeddings."""
    for rows in (1, 16):
        step = DecodeStep(model, Hardware(CPU, dtype), rows)
        assert step.error() < CLOSE[dtype]
        step._table = step._table.flip(0)
        assert step.error() > MOST_ERROR


def check_conversation(model: GLM4VForConditionalGeneration, params: SamplingParams) -> None:
    """Two answers written by turns, one given up, and two follow-ups: the ids are those that the model writes."""
    hardware = Hardware(CPU, torch.float32)
    written = []
    for step, reader in ((None, None), (DecodeStep(model, hardware), DecodeStep(model, hardware, 16))):
        runner = ModelRunner(model, hardware, ModelConfig())
        runner._step, runner._reader = step, reader

        def answer(sequence: Sequence, logits: Tensor) -> Iterator[int]:
            sampler = Sampler(params, torch.ones(model.config.padded_vocab_size, dtype=torch.bool))
            return generate_ids(runner, sequence, logits, sampler, limit=6, ahead=runner._step is not None)  # noqa: B023

        one, first = runner.prefill("one", prompt(1), view(1), 6)
        two, second = runner.prefill("two", prompt(2), view(2), 6)
        first_ids, second_ids = [], []
        for first_id, second_id, _ in zip(answer(one, first), answer(two, second), range(4), strict=False):
            first_ids.append(first_id)
            second_ids.append(second_id)
        runner.keep(one)
        three, third = runner.prefill("one", prompt(1, *first_ids[:-1], 7), view(1), 6)
        third_ids = list(answer(three, third))
        runner.keep(three)
        asked_again, fourth = runner.prefill("one", prompt(1, *first_ids[:-1], *range(7, 30)), view(1), 6)
        written.append((first_ids, second_ids, third_ids, list(answer(asked_again, fourth))))
    assert written[0] == written[1], written
    assert len(set(written[0][0])) > 1


def main() -> None:
    """All of it."""
    torch.manual_seed(0)
    step_kernels.SPLITS = step_kernels.SPLITS_OF_ROWS = 2  # Each is interpreted by itself.
    check_lookup()
    for kind, shuffled in product(DTYPES, range(5)):
        check_quads(kind, shuffled)
    assert not self_check.disagreement(nf4_layers.products(CPU))
    with torch.inference_mode():
        for dtype in CLOSE:
            check_product(dtype)
            with patch.object(nf4_layers, "_has_mma", lambda *_: False):
                check_product(dtype)
            check_fused(tiny_model().to(dtype), dtype)  # type: ignore[arg-type]
        check_step(tiny_model(), torch.float32)
        packed = packed_model(torch.float16)
        check_step(packed, torch.float16)
        with patch.object(nf4_layers, "_has_mma", lambda *_: False):
            assert not self_check.disagreement(nf4_layers.products(CPU))
            check_step(packed, torch.float16)
        check_rows(tiny_model(), torch.float32, (0, 5), (3, 16), (90, 20))
        check_rows(packed, torch.float16, (70, 3))
        check_self(packed, torch.float16)
        check_conversation(tiny_model(), SamplingParams(temperature=1.0, top_p=0.9, seed=3))
    print("all agree")


if __name__ == "__main__":
    main()
