"""The network that says how upright pieces look, as torch trains it; `model_service.upright` runs it with numpy."""

from collections.abc import Mapping

import numpy
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from model_service.upright import LAYERS, PIECE, WAYS


class Network(nn.Module):
    """Convolutions, whose last says of each place in a piece how upright it looks; the piece's score is their mean."""

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        before = 1
        for channels, kernel, stride in LAYERS:
            layers += [nn.Conv2d(before, channels, kernel, stride, bias=False), nn.BatchNorm2d(channels), nn.ReLU()]
            before = channels
        self.convolutions = nn.Sequential(*layers)
        self.last = nn.Linear(before, 1)

    def forward(self, pieces: Tensor) -> Tensor:
        """Return (n,): how upright pieces (n, PIECE, PIECE) uint8 look."""
        scores: Tensor = self.last(self.convolutions(standardized(pieces)).mean((2, 3)))[:, 0]
        return scores

    def judge(self, pieces: Tensor) -> Tensor:
        """Return (n, 4): the logarithm of how likely each piece stands in each of the ways, as `judge_pieces` does."""
        turned = torch.cat([torch.rot90(pieces, way, (1, 2)) for way in range(WAYS)])
        return torch.log_softmax(self(turned).view(WAYS, -1).T, -1)

    def weights(self) -> Mapping[str, NDArray[numpy.float16]]:
        """Return the weights for `model_service.upright`: kernels (height, width, in, out), last (in, 1)."""
        found = {}
        layers = list(self.convolutions)
        for number, (convolution, norm) in enumerate(zip(layers[::3], layers[1::3], strict=True)):
            assert isinstance(convolution, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d)  # noqa: S101
            scale, found[f"conv{number}.bias"] = _folded(norm)
            found[f"conv{number}"] = convolution.weight.permute(2, 3, 1, 0) * scale
        found |= {"last": self.last.weight.T, "last.bias": self.last.bias}
        return {name: tensor.detach().contiguous().half().numpy() for name, tensor in found.items()}


def standardized(pieces: Tensor) -> Tensor:
    """Return (n, 1, side, side) float pieces with mean 0 and deviation 1."""
    flat = pieces.float().flatten(1)
    flat = flat - flat.mean(1, keepdim=True)
    flat = flat / (flat.square().mean(1, keepdim=True).sqrt() + 1)
    return flat.view(-1, 1, PIECE, PIECE).contiguous(memory_format=torch.channels_last)


def _folded(norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Return the scale and the bias that a trained normalization amounts to."""
    assert norm.running_var is not None and norm.running_mean is not None  # noqa: S101
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    return scale, norm.bias - norm.running_mean * scale
