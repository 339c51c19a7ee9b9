"""The vision tower's layers in host memory, streamed through two buffers on the device while it computes."""

import copy

import torch
from torch import Tensor, nn

ALIGNMENT = 256
"""Bytes; kernels read tensors that begin at multiples of it at full speed."""


class StreamedTransformer(nn.Module):
    """Computes what the stack of blocks computes. `layers` stay in (pinned) host memory.

    While a layer computes in one buffer, a stream of its own copies the next layer into the other. On a CPU it is the
    same with plain copies.
    """

    def __init__(self, layers: nn.ModuleList, device: torch.device) -> None:
        """Take over layers whose tensors lie in host memory, all of one shape."""
        super().__init__()
        self.layers = layers
        pinned = device.type == "cuda"
        self._packed = [_flatten(layer, torch.device("cpu"), pinned) for layer in layers]
        # A tuple, as these are no weights of the model: their content comes and goes.
        self._slots = tuple(_slot(layers[0], device) for _ in range(2))
        self._copies = torch.cuda.Stream(device) if pinned else None  # type: ignore[no-untyped-call]

    def forward(self, x: Tensor) -> Tensor:
        """(B, L, hidden) -> (B, L, hidden)."""
        self._fetch(0)
        for index in range(len(self.layers)):
            if self._copies is not None:
                torch.cuda.current_stream(x.device).wait_stream(self._copies)
            if index + 1 < len(self.layers):
                self._fetch(index + 1)
            layer, _ = self._slots[index % 2]
            x = layer(x)
        return x

    def _fetch(self, index: int) -> None:
        """Copy a layer into its slot, once what computes there now has ended."""
        _, buffer = self._slots[index % 2]
        if self._copies is not None:
            self._copies.wait_stream(torch.cuda.current_stream(buffer.device))
        with torch.cuda.stream(self._copies):
            buffer.copy_(self._packed[index], non_blocking=True)


def _slot(layer: nn.Module, device: torch.device) -> tuple[nn.Module, Tensor]:
    """A layer on the device, and the buffer that its tensors are views of."""
    slot = copy.deepcopy(layer).to("meta")
    return slot, _flatten(slot, device)


def _flatten(layer: nn.Module, device: torch.device, pinned: bool = False) -> Tensor:
    """Move the layer's tensors into one new buffer, so that one copy takes all of them; those on meta get room."""
    tensors = layer.state_dict(keep_vars=True)
    sizes = [-(-tensor.nbytes // ALIGNMENT) * ALIGNMENT for tensor in tensors.values()]
    buffer = torch.empty(sum(sizes), dtype=torch.uint8, device=device, pin_memory=pinned)
    for (name, tensor), part in zip(tensors.items(), torch.split(buffer, sizes), strict=True):
        view = part[: tensor.nbytes].view(tensor.dtype).view(tensor.shape)
        if not tensor.is_meta:
            view.copy_(tensor)
        owner, _, leaf = name.rpartition(".")
        place = nn.Parameter(view, requires_grad=False) if isinstance(tensor, nn.Parameter) else view
        setattr(layer.get_submodule(owner), leaf, place)
    return buffer
