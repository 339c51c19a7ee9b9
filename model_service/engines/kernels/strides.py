"""Checks that tensors lie as a kernel reads them: one that assumes it silently computes something else."""

from torch import Tensor


def one_piece(*tensors: Tensor | None) -> None:
    """Refuse tensors that do not lie in one piece, row after row.

    Raises:
        ValueError: one does not.
    """
    for tensor in tensors:
        if tensor is not None and not tensor.is_contiguous():
            raise ValueError(f"a tensor of {tuple(tensor.shape)} with strides {tensor.stride()} lies not in one piece")


def heads_together(*tensors: Tensor) -> None:
    """Refuse (1, heads, T, dim) of which the heads of a position, or a head's elements, are no neighbours.

    Raises:
        ValueError: they are not.
    """
    for tensor in tensors:
        _, heads, _, dim = tensor.shape
        if len(tensor) != 1 or (heads > 1 and tensor.stride(1) != dim) or (dim > 1 and tensor.stride(3) != 1):
            told = f"{tuple(tensor.shape)} with strides {tensor.stride()}"
            raise ValueError(f"(1, heads, T, dim) {told}: a position's heads are no neighbours")


def positions_together(*tensors: Tensor) -> None:
    """Refuse (1, groups, T, dim) of which a group's positions, or a position's elements, are no neighbours.

    Groups of all of them are equally far apart.

    Raises:
        ValueError: they are not.
    """
    for tensor in tensors:
        _, groups, length, dim = tensor.shape
        together = (length <= 1 or tensor.stride(2) == dim) and (dim == 1 or tensor.stride(3) == 1)
        alike = groups == 1 or tensor.stride(1) == tensors[0].stride(1)
        if len(tensor) != 1 or not together or not alike:
            told = f"{tuple(tensor.shape)} with strides {tensor.stride()}"
            raise ValueError(f"(1, groups, T, dim) {told}: a group's positions are no neighbours")
