"""Kernels refuse tensors that do not lie as they read them, instead of computing something else."""

import pytest
import torch

from model_service.engines.kernels.strides import heads_together, one_piece, positions_together


def test_heads_that_are_neighbours_are_taken() -> None:
    """As they come out of a joined projection, in whole or some of the positions, or of one position or one head."""
    qkv = torch.randn(1, 7, 3, 4, 16)
    query = qkv[:, :, 0].transpose(1, 2)
    heads_together(query, query[:, :, 3:], query[:, :, -1:], torch.randn(1, 1, 5, 16), torch.randn(1, 4, 1, 16))


@pytest.mark.parametrize(
    "query",
    [
        torch.randn(1, 4, 7, 16),
        torch.randn(1, 7, 16, 4).permute(0, 3, 1, 2),
        torch.randn(2, 7, 4, 16).transpose(1, 2),
        torch.randn(1, 7, 8, 16).transpose(1, 2)[:, ::2],
    ],
    ids=["heads one after the other", "elements apart", "two sequences", "every other head"],
)
def test_other_queries_are_refused(query: torch.Tensor) -> None:
    """Such as transformers' rotated ones, whose heads lie one after the other."""
    with pytest.raises(ValueError, match="heads are no neighbours"):
        heads_together(query)


def test_keys_and_values_lie_as_a_cache_holds_them() -> None:
    """A group's positions are neighbours, and groups of both are equally far apart."""
    cache = torch.randn(2, 1, 3, 20, 16)
    keys, values = cache[:, :, :, :9]
    positions_together(keys, values)
    positions_together(torch.randn(1, 3, 1, 16))
    for wrong in (torch.randn(1, 9, 3, 16).transpose(1, 2), torch.randn(1, 3, 9, 16)):
        with pytest.raises(ValueError, match="positions are no neighbours"):
            positions_together(keys, wrong)


def test_one_piece_is_one_piece() -> None:
    """Rows of a longer tensor are; columns are not; what is not given is passed over."""
    x = torch.randn(6, 8)
    one_piece(x, None, x[2:], x[:1, :4])
    for wrong in (x[:, :4], x.T, x[::2]):
        with pytest.raises(ValueError, match="not in one piece"):
            one_piece(x, wrong)
