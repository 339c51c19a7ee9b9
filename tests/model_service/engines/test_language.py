"""The language model: decoding step by step, and the one position that all visual tokens share."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from model_service.engines.glm4v.model import GLM4VForConditionalGeneration, image_positions
from model_service.engines.glm4v.rotary import Rotary, rotate
from model_service.engines.runtime.kv_cache import KVCache
from tests.model_service.engines.tiny import tiny_config

CPU = torch.device("cpu")
PROMPT, BEGIN = 12, 4
"""The length of a prompt in ids, and where its picture begins."""


@pytest.fixture(autouse=True)
def inference() -> Iterator[None]:
    """No gradients."""
    with torch.inference_mode():
        yield


def prompt_ids() -> Tensor:
    """Some ordinary ids."""
    return torch.randint(0, 256, (1, PROMPT), generator=torch.Generator().manual_seed(5))


def image(model: GLM4VForConditionalGeneration, rows: int, columns: int) -> Tensor:
    """A picture of noise as the vision tower sees it."""
    pixels = torch.randn(1, 3, 28 * rows, 28 * columns, generator=torch.Generator().manual_seed(1))
    return model.transformer.vision(pixels)  # type: ignore[no-any-return]


@pytest.mark.parametrize("first", [1, 5, 15])
def test_step_by_step_equals_one_pass(model: GLM4VForConditionalGeneration, first: int) -> None:
    """Prefill in two parts of any size, then one token at a time through the cache: the logits of one full pass."""
    seen = image(model, 2, 3)
    embeds = model.embed(prompt_ids(), seen, BEGIN)
    positions = image_positions(PROMPT, BEGIN, 6, CPU)
    whole = model(embeds, positions)
    cache = KVCache(model.config, embeds.shape[1], CPU, torch.float32)
    parts = [model(embeds[:, :first], positions[:, :first], cache)]
    middle = max(first, 14)
    if first < middle:
        parts.append(model(embeds[:, first:middle], positions[:, first:middle], cache))
    for index in range(middle, embeds.shape[1]):
        parts.append(model(embeds[:, index : index + 1], positions[:, index : index + 1], cache))
    assert cache.length == embeds.shape[1]
    assert torch.allclose(torch.cat(parts, dim=1), whole, atol=1e-5)


@pytest.mark.parametrize("known", [None, 0, 5, PROMPT - 1])
def test_last_gives_the_last_row(model: GLM4VForConditionalGeneration, known: int | None) -> None:
    """Without a cache, with an empty one and behind what it holds: the row of one full pass, which fills it alike."""
    embeds, positions = model.embed(prompt_ids()), image_positions(PROMPT, None, 0, CPU)
    full, cache = KVCache(model.config, PROMPT, CPU, torch.float32), None
    wanted = model(embeds, positions, full)[:, -1:]
    if known is not None:
        cache = KVCache(model.config, PROMPT, CPU, torch.float32)
        cache.fill(full.keys[:, :, :known], full.values[:, :, :known])
    assert torch.allclose(model(embeds[:, known:], positions[:, known:], cache, last=True), wanted, atol=1e-5)
    if cache is not None:
        assert cache.length == PROMPT
        assert torch.allclose(cache.keys, full.keys, atol=1e-5)
        assert torch.allclose(cache.values, full.values, atol=1e-5)


def test_with_last_only_the_last_layer_leaves_positions_out(model: GLM4VForConditionalGeneration) -> None:
    """Behind its queries, keys and values it goes on with one position; every layer before it needs them all."""
    seen: list[int] = []

    def watch(module: nn.Module, given: tuple[Tensor, ...]) -> None:
        seen.append(given[0].shape[1])

    parts = (".query_key_value", ".self_attention.dense", ".mlp")
    modules = model.transformer.encoder.named_modules()
    hooks = [module.register_forward_pre_hook(watch) for name, module in modules if name.endswith(parts)]
    for last in (False, True):
        model(model.embed(prompt_ids()), image_positions(PROMPT, None, 0, CPU), last=last)
    for hook in hooks:
        hook.remove()
    assert seen == [PROMPT] * 6 + [PROMPT] * 4 + [1, 1]


def test_a_later_token_changes_nothing_before_it(model: GLM4VForConditionalGeneration) -> None:
    """Attention is causal."""
    one, other = prompt_ids(), prompt_ids()
    other[0, -1] = (other[0, -1] + 1) % 256
    positions = image_positions(PROMPT, None, 0, CPU)
    before, after = model(model.embed(one), positions), model(model.embed(other), positions)
    assert torch.equal(before[:, :-1], after[:, :-1])
    assert not torch.allclose(before[:, -1], after[:, -1])


def test_all_visual_tokens_share_one_position() -> None:
    """Begin of image at p, every visual token at p+1, end of image at p+2, text from p+3."""
    positions = image_positions(PROMPT, BEGIN, 6, CPU)[0].tolist()
    assert positions == [0, 1, 2, 3, 4, *[5] * 6, 6, 7, 8, 9, 10, 11]


@pytest.mark.parametrize("tokens", [1, 16, 512, 1600])
def test_more_visual_tokens_do_not_move_the_text(tokens: int) -> None:
    """The detail of a picture never changes where the question stands."""
    positions = image_positions(PROMPT, BEGIN, tokens, CPU)[0]
    assert len(positions) == PROMPT - 1 + tokens
    text_after = PROMPT - BEGIN - 3
    assert positions[-text_after:].tolist() == list(range(BEGIN + 3, PROMPT))


def test_the_picture_takes_the_place_of_its_three_ids(model: GLM4VForConditionalGeneration) -> None:
    """The text around it is embedded as ever; even begin and end of image come from the vision tower."""
    seen = image(model, 2, 2)
    text = model.embed(prompt_ids())
    embeds = model.embed(prompt_ids(), seen, BEGIN)
    assert embeds.shape[1] == PROMPT - 3 + 6
    assert torch.equal(embeds[:, :BEGIN], text[:, :BEGIN])
    assert torch.equal(embeds[:, BEGIN : BEGIN + 6], seen)
    assert torch.equal(embeds[:, BEGIN + 6 :], text[:, BEGIN + 3 :])


def test_only_the_first_half_of_a_head_turns() -> None:
    """Rotary positions turn adjacent pairs of the first half and keep lengths; position 0 turns nothing."""
    table = Rotary(tiny_config()).table(torch.tensor([[0, 3]]), torch.float32)
    x = torch.randn(1, 4, 2, 16)
    turned = rotate(x, table)
    assert torch.equal(turned[..., 8:], x[..., 8:])
    assert torch.allclose(turned[:, :, 0], x[:, :, 0])
    lengths = x[..., :8].reshape(1, 4, 2, 4, 2).norm(dim=-1)
    assert torch.allclose(turned[..., :8].reshape(1, 4, 2, 4, 2).norm(dim=-1), lengths, atol=1e-5)
    assert not torch.allclose(turned[:, :, 1, :8], x[:, :, 1, :8])


def test_the_cache_never_moves(model: GLM4VForConditionalGeneration) -> None:
    """Its buffers keep their place and shape while it fills, as a captured graph will want it."""
    cache = KVCache(model.config, 20, CPU, torch.float32)
    place, shape = cache.keys.data_ptr(), cache.keys.shape
    embeds = model.embed(prompt_ids())
    model(embeds, image_positions(PROMPT, None, 0, CPU), cache)
    assert (cache.keys.data_ptr(), cache.keys.shape, cache.length) == (place, shape, PROMPT)
    assert shape == (2, 2, 20, 16)
    assert not cache.keys[:, :, PROMPT:].any()


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_the_norm_multiplies_in_fp32_and_rounds_once(dtype: torch.dtype) -> None:
    """To the bit as the original's, which casts after it has multiplied with the weight."""
    generator = torch.Generator().manual_seed(0)
    eps = 1.5625e-07
    norm = nn.RMSNorm(320, eps).to(dtype)
    norm.weight.copy_(torch.randn(320, generator=generator))
    x = torch.randn(1, 50, 320, generator=generator).to(dtype) * 3
    wide = x.float()
    wide = wide * torch.rsqrt(wide.pow(2).mean(-1, keepdim=True) + eps)
    assert torch.equal(norm(x), (norm.weight * wide).to(dtype))
