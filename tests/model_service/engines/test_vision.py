"""The vision tower on grids that it was and was not trained on."""

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.glm4v.vision import _bicubic, _by_products, _tiles, _tiles_by_product
from tests.model_service.engines.tiny import NATIVE_SIDE, tiny_model


@pytest.fixture(autouse=True)
def inference() -> Iterator[None]:
    """No gradients."""
    with torch.inference_mode():
        yield


def noise(rows: int, columns: int, seed: int = 0) -> Tensor:
    """Pixels for a grid of visual tokens."""
    return torch.randn(1, 3, 28 * rows, 28 * columns, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize(("rows", "columns"), [(4, 4), (1, 1), (1, 6), (7, 2), (5, 9)])
def test_any_grid_works(model: GLM4VForConditionalGeneration, rows: int, columns: int) -> None:
    """One visual token for each 28x28 pixels, between begin and end of image."""
    seen = model.transformer.vision(noise(rows, columns))
    assert seen.shape == (1, rows * columns + 2, 64)
    assert bool(seen.isfinite().all())


def test_begin_and_end_are_learned_vectors(model: GLM4VForConditionalGeneration) -> None:
    """Whatever the picture, the first and last rows are the same, scaled like the rest."""
    vision = model.transformer.vision
    one, other = vision(noise(2, 3)), vision(noise(4, 2, seed=1))
    assert torch.equal(one[0, 0], vision.boi[0, 0] / 8)
    assert torch.equal(one[0, -1], vision.eoi[0, 0] / 8)
    assert torch.equal(one[0, [0, -1]], other[0, [0, -1]])


def test_positions_are_the_tables_own_at_the_native_grid(model: GLM4VForConditionalGeneration) -> None:
    """At the size that the model was trained on nothing is interpolated."""
    embedding = model.transformer.vision.patch_embedding
    assert torch.equal(embedding.positions(NATIVE_SIDE, NATIVE_SIDE), embedding.position_embedding.weight)


@pytest.mark.parametrize(("rows", "columns"), [(2, 2), (6, 10), (16, 16)])
def test_the_cls_row_is_kept(model: GLM4VForConditionalGeneration, rows: int, columns: int) -> None:
    """Row 0 belongs to no place in the picture, so no grid changes it."""
    embedding = model.transformer.vision.patch_embedding
    table = embedding.positions(rows, columns)
    assert table.shape == (1 + rows * columns, 64)
    assert torch.equal(table[0], embedding.position_embedding.weight[0])


def test_interpolation_keeps_directions() -> None:
    """In a table that says its row in one number and its column in another, a stretched grid still does."""
    embedding = tiny_model().transformer.vision.patch_embedding
    rows, columns = torch.meshgrid(torch.arange(8.0), torch.arange(8.0), indexing="ij")
    table = torch.zeros_like(embedding.position_embedding.weight)
    table[1:, 0], table[1:, 1] = rows.flatten(), columns.flatten()
    embedding.position_embedding.weight = nn.Parameter(table)
    stretched = embedding.positions(16, 4)[1:].reshape(16, 4, 64)
    assert bool((stretched[1:, :, 0] > stretched[:-1, :, 0]).all())
    assert bool((stretched[:, 1:, 1] > stretched[:, :-1, 1]).all())
    assert torch.allclose(stretched[:, 0, 0], stretched[:, 3, 0], atol=1e-5)


def test_interpolation_is_done_in_fp32() -> None:
    """In bf16 the table is the fp32 one, rounded once at the end."""
    model = tiny_model()
    embedding = model.transformer.vision.patch_embedding
    rounded = embedding.position_embedding.weight.bfloat16()
    embedding.position_embedding.weight = nn.Parameter(rounded.float())
    wanted = embedding.positions(6, 10).bfloat16()
    embedding.position_embedding.weight = nn.Parameter(rounded)
    assert torch.equal(embedding.positions(6, 10), wanted)


@pytest.mark.parametrize(("height", "width"), [(112, 98), (14, 28), (112, 113), (30, 28)])
def test_a_side_that_is_no_multiple_of_28_is_refused(
    model: GLM4VForConditionalGeneration, height: int, width: int
) -> None:
    """The last row or column would be dropped without a word."""
    with pytest.raises(ValueError, match="multiples of 28"):
        model.transformer.vision(torch.zeros(1, 3, height, width))


def test_rows_and_columns_are_not_mixed_up(model: GLM4VForConditionalGeneration) -> None:
    """A change in the picture's last corner changes the last patch's embedding, and no other."""
    embedding = model.transformer.vision.patch_embedding
    one = noise(2, 3)
    other = one.clone()
    other[..., -14:, -14:] += 1
    changed = (embedding(one) != embedding(other)).any(dim=-1)[0]
    assert changed.nonzero().flatten().tolist() == [4 * 6]


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16, torch.float16])
def test_pixels_of_any_dtype_are_taken(model: GLM4VForConditionalGeneration, dtype: torch.dtype) -> None:
    """Input type and bias type cannot differ: pixels are cast to the model's."""
    assert model.transformer.vision(noise(2, 2).to(dtype)).dtype == torch.float32


@pytest.mark.parametrize(("rows", "columns"), [(16, 16), (5, 30), (20, 3), (1, 1), (23, 18)])
def test_positions_by_products_are_the_bicubic_ones(rows: int, columns: int) -> None:
    """What CUDA computes, which no CPU asks for."""
    square = torch.randn(16, 16, 7, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(_by_products(square, rows, columns), _bicubic(square, rows, columns))


def test_a_convolution_by_a_product_is_the_same() -> None:
    """What CUDA computes, of pixels and of patches."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        pixels, conv = torch.randn(2, 3, 42, 28), nn.Conv2d(3, 8, 14, stride=14)
    found = _tiles_by_product(conv, pixels)
    assert found.shape == (2, 6, 8)
    torch.testing.assert_close(found, _tiles(conv, pixels))
