"""The answer's tokens, one after the other, each as soon as it is known."""

from collections.abc import Iterator

import torch
from torch import Tensor

from model_service.engines.runtime.prefix_cache import Sequence
from model_service.engines.runtime.runner import ModelRunner
from model_service.engines.runtime.sampling import Sampler


class Arriving:
    """An id on its way from the device; others may be chosen there before it is waited for."""

    def __init__(self, token: Tensor) -> None:
        self._copy = token.to("cpu", non_blocking=True)
        self._copied = torch.cuda.Event(blocking=True) if token.is_cuda else None  # type: ignore[no-untyped-call]
        if self._copied is not None:
            self._copied.record()

    def wait(self) -> int:
        """The id."""
        if self._copied is not None:
            self._copied.synchronize()
        return int(self._copy)


def generate_ids(
    runner: ModelRunner, sequence: Sequence, logits: Tensor, sampler: Sampler, *, limit: int, ahead: bool
) -> Iterator[int]:
    """At most `limit` ids behind a sequence, of which `logits` are the last; what was put behind it is in its ids.

    `ahead`: the device begins a step before the id that it puts in is known here, so that it never waits for the host.
    Whoever stops here has then had one step computed that nobody takes.

    Raises:
        torch.OutOfMemoryError: in a step.
    """
    token = sampler.choose(logits)
    for left in reversed(range(limit)):
        arriving = Arriving(token)
        if ahead and left:
            token = sampler.choose(runner.decode(sequence, token))
            sequence.ids.append(arriving.wait())
            yield sequence.ids[-1]
            continue
        known = arriving.wait()
        yield known
        if left:
            token = sampler.choose(runner.decode(sequence, token))
            sequence.ids.append(known)
