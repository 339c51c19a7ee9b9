"""Packed weights are kept beside the first answers."""

import atexit
import logging
import threading
from collections.abc import Mapping

import torch
from torch import Tensor

from model_service.engines.weights.packed_cache import PackedCache
from model_service.gauges import Gauges

KEEPING = "keeping the packed weights"
"""The stage that goes on when the engine is ready."""

EXIT_SECONDS = 5.0
"""How long a process that ends without closing its engine waits for the file that is being written."""

logger = logging.getLogger(__name__)


class PackedCacheWriter:
    """Writes a model's tensors into their cache, in a thread of its own; nobody may write to the tensors meanwhile.

    On a GPU they are copied by a stream of its own, so that neither do they wait for an answer's work, nor it for them.
    """

    def __init__(self, cache: PackedCache, tensors: Mapping[str, Tensor], device: torch.device, gauges: Gauges) -> None:
        """Begin. `gauges` get a stage once all of it is done."""
        self._copies: torch.cuda.Stream | None = None
        if device.type == "cuda":
            self._copies = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]
            self._copies.wait_stream(torch.cuda.current_stream(device))  # What was launched so far made the tensors.
        self._over = threading.Event()
        # A daemon: stuck in its device or its disk, it must not keep the process from ending.
        self._thread = threading.Thread(target=self._run, args=(cache, tensors, gauges), name="keeping", daemon=True)
        self._thread.start()
        atexit.register(self.cut_short, EXIT_SECONDS)

    def join(self) -> None:
        """Wait until all of it is kept, or has failed."""
        self._thread.join()

    def cut_short(self, seconds: float | None = None) -> None:
        """Give it up, once the file that is being written is on the disk; nothing is kept then.

        Waits for that, as many `seconds` at most.
        """
        atexit.unregister(self.cut_short)
        self._over.set()
        self._thread.join(seconds)

    def _run(self, cache: PackedCache, tensors: Mapping[str, Tensor], gauges: Gauges) -> None:
        try:
            with gauges.stage(KEEPING), torch.cuda.stream(self._copies):
                cache.write(tensors, self._to_host)
        except _CutShortError:
            logger.info("the packed weights are not kept: the engine was closed before they were written")
        except Exception:  # Of the device, say: the engine, which uses it too, notices for itself.
            logger.warning("the packed weights are not kept, the next start packs anew", exc_info=True)

    def _to_host(self, tensor: Tensor) -> Tensor:
        if self._over.is_set():
            raise _CutShortError
        return tensor.cpu()


class _CutShortError(Exception):
    """Nobody waits for the weights any more."""
