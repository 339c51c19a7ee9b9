"""The KV cache: one buffer of fixed shape, filled from the front."""

from typing import Protocol

import torch
from torch import Tensor


class Shape(Protocol):
    """The sizes of a language model that its KV cache depends on."""

    num_layers: int
    multi_query_group_num: int
    kv_channels: int


class KVCache:
    """Keys and values of all layers for one sequence.

    The buffers, (layers, groups, capacity, head_dim) each, never change shape; `length` positions are filled.
    """

    def __init__(self, config: Shape, capacity: int, device: torch.device, dtype: torch.dtype) -> None:
        shape = (config.num_layers, config.multi_query_group_num, capacity, config.kv_channels)
        self.keys = torch.zeros(shape, device=device, dtype=dtype)
        self.values = torch.zeros(shape, device=device, dtype=dtype)
        self.capacity = capacity
        self.length = 0
        self._device = device
        self.parked = False
        """Whether the buffers lie in host memory, where nobody can write to them or read them."""

    def extend(self, layer: int, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """Write (1, groups, T, head_dim) behind what is there; return all filled keys and values of the layer.

        `length` moves once the whole model has run (`advance`), so every layer writes to the same place.
        """
        stop = self.length + key.shape[2]
        self.keys[layer, :, self.length : stop] = key[0]
        self.values[layer, :, self.length : stop] = value[0]
        return self.keys[None, layer, :, :stop], self.values[None, layer, :, :stop]

    def advance(self, tokens: int) -> None:
        """Count what the last forward pass wrote."""
        self.length += tokens

    def filled(self) -> tuple[Tensor, Tensor]:
        """Views of the keys and values that are there, (layers, groups, length, head_dim) each."""
        return self.keys[:, :, : self.length], self.values[:, :, : self.length]

    def fill(self, keys: Tensor, values: Tensor) -> None:
        """Begin with a copy of other keys and values, (layers, groups, T, head_dim) each."""
        self.length = keys.shape[2]
        filled_keys, filled_values = self.filled()
        filled_keys.copy_(keys)
        filled_values.copy_(values)

    def park(self) -> None:
        """Move to host memory, which gives back the device's."""
        self.keys, self.values = self.keys.to("cpu", copy=True), self.values.to("cpu", copy=True)
        self.parked = True

    def unpark(self) -> None:
        """Move back to the device.

        Raises:
            torch.OutOfMemoryError: there is no room; it stays parked.
        """
        self.keys, self.values = self.keys.to(self._device), self.values.to(self._device)
        self.parked = False
