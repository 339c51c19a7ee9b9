"""Linear layers in four bits: what bitsandbytes packs, and what comes of it."""

from itertools import product

import pytest
import torch
from bitsandbytes.functional import quantize_4bit
from bitsandbytes.nn.modules import Linear4bit, Params4bit
from torch import Tensor

from model_service.engines.weights import nf4
from model_service.engines.weights.nf4 import NF4Linear

pytestmark = pytest.mark.usefixtures("inference")


def weights(rows: int, columns: int, seed: int = 0) -> Tensor:
    """Normal, as trained weights are."""
    return torch.randn(rows, columns, generator=torch.Generator().manual_seed(seed)) * 0.05


def by_the_definition(layer: NF4Linear) -> Tensor:
    """The weight, spelled out as the class's docstring has it."""
    halves = torch.stack((layer.packed >> 4, layer.packed & 15), dim=1).flatten().long()
    nested = layer.absmax_code[layer.absmax.long()] * layer.absmax_scale.repeat_interleave(256)[: len(layer.absmax)]
    scales = nested + layer.absmax_offset
    return (layer.code[halves] * scales.repeat_interleave(64)).view(layer.out_features, layer.in_features)


def test_it_unpacks_as_it_says() -> None:
    """The formula of the docstring is bitsandbytes' own, with more than one block of scales."""
    layer = NF4Linear.quantize(weights(192, 128))
    assert len(layer.absmax_scale) == 2
    assert torch.allclose(layer.dequantize(), by_the_definition(layer), atol=1e-7)


def test_it_is_close_to_the_weights() -> None:
    """NF4 rounds away about a tenth of a normal weight."""
    weight = weights(256, 128)
    error = (NF4Linear.quantize(weight).dequantize() - weight).norm() / weight.norm()
    assert 0.05 < float(error) < 0.12


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("rows", [1, 7])
def test_it_multiplies_as_bitsandbytes(dtype: torch.dtype, rows: int) -> None:
    """The same packed numbers give what a Linear4bit of bitsandbytes gives."""
    weight, bias = weights(192, 128).to(dtype), weights(1, 192, seed=1)[0].to(dtype)
    theirs = Linear4bit(  # type: ignore[no-untyped-call]
        128, 192, quant_type="nf4", compute_dtype=dtype, compress_statistics=True
    )
    theirs.weight = Params4bit(weight.clone(), requires_grad=False, quant_type="nf4", compress_statistics=True)
    theirs.bias = torch.nn.Parameter(bias, requires_grad=False)
    theirs = theirs.to("cpu")
    x = weights(rows, 128, seed=2).to(dtype)[None]
    ours = NF4Linear.quantize(weight, bias)
    assert ours(x).dtype == dtype
    assert torch.allclose(ours(x).float(), theirs(x).float(), atol=1e-4 if dtype == torch.float32 else 2e-2)


def test_slabs_make_no_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    """A layer packed a part at a time is the layer packed at once, by bitsandbytes in one call."""
    weight = weights(192, 128)
    packed, state = quantize_4bit(weight, blocksize=64, quant_type="nf4", compress_statistics=True)
    monkeypatch.setattr(nf4, "SLAB", 64 * 128)
    layer = NF4Linear.quantize(weight)
    assert torch.equal(layer.packed, packed.flatten())
    assert torch.equal(layer.absmax, state.absmax)
    assert torch.equal(layer.absmax_scale, state.state2.absmax)
    assert layer.absmax_offset == state.offset


def test_a_view_is_multiplied_as_its_copy() -> None:
    """Also what is not contiguous."""
    layer = NF4Linear.quantize(weights(64, 128))
    x = weights(128, 10, seed=3).T
    assert torch.equal(layer(x), layer(x.contiguous()))


def test_room_has_the_shapes_of_a_packed_layer() -> None:
    """So a packed layer's tensors can be put where room was made, before the weights are known."""
    room = NF4Linear(128, 192, device="meta", dtype=torch.bfloat16)
    packed = NF4Linear.quantize(weights(192, 128).bfloat16(), torch.zeros(192, dtype=torch.bfloat16))
    shapes = {name: (tensor.shape, tensor.dtype) for name, tensor in packed.state_dict().items()}
    assert {name: (tensor.shape, tensor.dtype) for name, tensor in room.state_dict().items()} == shapes
    assert {tensor.device.type for tensor in room.state_dict().values()} == {"meta"}


def test_groups_have_the_order_that_they_say() -> None:
    """Of 16 outputs a block's 512 bytes, 16 to a lane: two words of output g, and two of g + 8; and pairs of absmax."""
    layer = NF4Linear.quantize(weights(32, 192))
    words, absmax = layer.packed.view(32, 3, 8, 4), layer.absmax.view(32, 3)
    layer.group()
    for group, block, g in product(range(2), range(3), range(8)):
        pair = [16 * group + g, 16 * group + g + 8]
        place = 8 * (3 * group + block) + g
        assert torch.equal(layer.absmax.view(-1, 2)[place], absmax[pair, block])
        for t in range(4):
            held = layer.packed.view(-1, 2, 2, 4)[4 * place + t]
            assert torch.equal(held, words[pair, block][:, [t, t + 4]])


def test_groups_stand_for_the_same_weights() -> None:
    """There and back, more than once, to the bit; and so packed from the beginning."""
    weight = weights(48, 128)
    layer, room = NF4Linear.quantize(weight), NF4Linear(128, 48, bias=False)
    before, wanted = layer.state_dict(), layer.dequantize()
    for _ in range(2):
        layer.group()
    assert not torch.equal(layer.packed, before["packed"])
    assert torch.equal(layer.dequantize(), wanted)
    room.grouped = True
    room.pack(weight, torch.device("cpu"))
    assert all(torch.equal(tensor, layer.state_dict()[name]) for name, tensor in room.state_dict().items())
    for _ in range(2):
        layer.ungroup()
    assert all(torch.equal(tensor, before[name]) for name, tensor in layer.state_dict().items())


@pytest.mark.parametrize(("outputs", "inputs", "fits"), [(16, 64, True), (24, 64, False), (16, 96, False)])
def test_groups_are_whole(outputs: int, inputs: int, fits: bool) -> None:
    """Of 16 outputs, and of whole blocks."""
    assert NF4Linear(inputs, outputs).can_be_grouped is fits
