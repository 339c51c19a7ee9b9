"""The vision tower's layers in host memory, streamed through two buffers on the device while it computes."""

import copy
from collections.abc import Iterator

import torch
from torch import Tensor, nn

from model_service.engines.model import Paused

ALIGNMENT = 256
"""Bytes; kernels read tensors that begin at multiples of it at full speed."""

ALLOCATION = 256 * 1024**2
"""Bytes of host memory asked for at a time: torch rounds pinned allocations up to a power of two."""


class OffloadedTransformer(nn.Module):
    """Computes what the stack of blocks computes. `layers` stay in (pinned) host memory.

    While a layer computes in one buffer, a stream of its own copies the next layer into the other. On a CPU it is the
    same with plain copies.
    """

    def __init__(self, layers: nn.ModuleList, device: torch.device) -> None:
        """Take over layers whose tensors lie in host memory, all of one shape."""
        super().__init__()
        self.layers = layers
        pinned = device.type == "cuda"
        # Tuples, as these are no weights of the model: the slots' content comes and goes.
        self._slots = tuple(_slot(layers[0], device) for _ in range(2))
        self._held = tuple(_host_buffers(len(layers), _bytes(layers[0]), pinned))
        for layer, buffer in zip(layers, self._held, strict=True):
            _move(layer, buffer)
        self._copies = torch.cuda.Stream(device) if pinned else None  # type: ignore[no-untyped-call]

    def by_layer(self, x: Tensor, *beside: Tensor) -> Paused[Tensor]:
        """(B, L, hidden) -> (B, L, hidden), with what each layer takes beside it."""
        self._fetch(0)
        for index in range(len(self.layers)):
            if self._copies is not None:
                torch.cuda.current_stream(x.device).wait_stream(self._copies)
            if index + 1 < len(self.layers):
                self._fetch(index + 1)
            layer, _ = self._slots[index % 2]
            x = layer(x, *beside)
            yield
        return x

    def _fetch(self, index: int) -> None:
        """Copy a layer into its slot, once what computes there now has ended."""
        _, buffer = self._slots[index % 2]
        if self._copies is not None:
            self._copies.wait_stream(torch.cuda.current_stream(buffer.device))
        with torch.cuda.stream(self._copies):
            buffer.copy_(self._held[index], non_blocking=True)


def _slot(layer: nn.Module, device: torch.device) -> tuple[nn.Module, Tensor]:
    """A layer on the device, and the buffer that its tensors are views of."""
    slot = copy.deepcopy(layer).to("meta")
    buffer = torch.empty(_bytes(layer), dtype=torch.uint8, device=device)
    _move(slot, buffer)
    return slot, buffer


def _host_buffers(count: int, size: int, pinned: bool) -> Iterator[Tensor]:
    """Yield buffers of `size` bytes in host memory."""
    at_once = max(1, ALLOCATION // size)
    for begin in range(0, count, at_once):
        buffers = min(at_once, count - begin)
        yield from torch.split(torch.empty(buffers * size, dtype=torch.uint8, pin_memory=pinned), size)


def _bytes(layer: nn.Module) -> int:
    return sum(_aligned(tensor) for tensor in layer.state_dict().values())


def _aligned(tensor: Tensor) -> int:
    return -(-tensor.nbytes // ALIGNMENT) * ALIGNMENT


def _move(layer: nn.Module, buffer: Tensor) -> None:
    """Move the layer's tensors into one buffer, so that one copy takes all of them; those on meta only get room."""
    tensors = layer.state_dict(keep_vars=True)
    parts = torch.split(buffer, [_aligned(tensor) for tensor in tensors.values()])
    for (name, tensor), part in zip(tensors.items(), parts, strict=True):
        view = part[: tensor.nbytes].view(tensor.dtype).view(tensor.shape)
        if not tensor.is_meta:
            view.copy_(tensor)
        owner, _, leaf = name.rpartition(".")
        place = nn.Parameter(view, requires_grad=False) if isinstance(tensor, nn.Parameter) else view
        setattr(layer.get_submodule(owner), leaf, place)
