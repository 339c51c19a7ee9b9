"""Have work on pixels done by processes of their own: in threads it would hold Python's lock against the event loop.

A crash of a decoder, work without an end and too much memory end such a process, and not this one.
"""

import contextlib
import logging
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar, TypeVarTuple, Unpack

from model_service.errors import PictureFault, PictureRejected
from model_service.worker import SECONDS

PROCESS = Path(__file__).with_name("worker.py")

ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""All that a worker is told of the environment, which may hold the bot's token."""

MOST = 3
"""The most workers, each started when there is work for it and kept: two may be at pictures that take long."""

ENDED_BY_SYSTEM = frozenset({-signal.SIGALRM, -signal.SIGKILL})
"""How a process ends that takes too much time, or memory."""

logger = logging.getLogger(__name__)

Arguments = TypeVarTuple("Arguments")
T = TypeVar("T")


def in_worker(work: Callable[[Unpack[Arguments]], T], *arguments: *Arguments) -> T:
    """Call a function in a worker and wait for what it returns; outside of `pixel_workers` call it here.

    It has to be a module's own, and its arguments and result such that can be pickled. Call this on a thread.

    Raises:
        PictureRejected: it took too much time or memory, or crashed; or it raised that itself.
        What it raises.
    """
    result: T = _workers.run(work, arguments)
    return result


@contextlib.contextmanager
def pixel_workers(begin: Callable[[], object]) -> Iterator[None]:
    """Have workers for as long as the block lasts; each calls `begin` first. One is started at once."""
    _workers.open(begin)
    try:
        yield
    finally:
        _workers.close()


class _Died(Exception):
    """A worker has ended, with this code or by this signal, which is negative."""

    def __init__(self, code: int) -> None:
        super().__init__(f"took more than {SECONDS} s" if code == -signal.SIGALRM else f"ended with {code}")
        self.code = code


class _Worker:
    """One process. Used by one thread at a time."""

    def __init__(self, begin: Callable[[], object]) -> None:
        """Start it; it makes itself ready while others do other things.

        Raises:
            OSError: the system has no room for it.
        """
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-EP", str(PROCESS)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=ENVIRONMENT,
            process_group=0,  # A Ctrl-C is for the bot, which ends its workers.
        )
        self._unheard = 1
        with contextlib.suppress(OSError):  # It is found to be dead when it is asked.
            self._ask(begin, ())

    def run(self, work: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        """Return what the work returns.

        Raises:
            _Died: the process ended over it.
            What the work raises.
        """
        try:
            while self._unheard:
                self._hear()
                self._unheard -= 1
            self._ask(work, arguments)
            fine, result = self._hear()
        except (OSError, EOFError, pickle.UnpicklingError):
            raise _Died(self.end()) from None
        except BaseException:  # It has heard the half of it, or still has something to say.
            self.end()
            raise
        if fine:
            return result
        raise result

    @property
    def lives(self) -> bool:
        """Whether it can be asked something."""
        return self._process.poll() is None

    def kill(self) -> None:
        """Have whoever waits for its answer wait no longer."""
        self._process.kill()

    def end(self) -> int:
        """End it; return its code."""
        self._process.kill()
        code = self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                pipe.close()  # type: ignore[union-attr]
        return code

    def _ask(self, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        assert self._process.stdin is not None  # noqa: S101
        pickle.dump((work, arguments), self._process.stdin, pickle.HIGHEST_PROTOCOL)
        self._process.stdin.flush()

    def _hear(self) -> tuple[bool, Any]:
        assert self._process.stdout is not None  # noqa: S101
        said: tuple[bool, Any] = pickle.load(self._process.stdout)  # noqa: S301 - of a process of this project
        return said


class _Workers:
    """Those of this process."""

    def __init__(self) -> None:
        self._begin: Callable[[], object] | None = None
        self._idle: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._lock = threading.Lock()
        self._places = threading.Semaphore(MOST)

    def open(self, begin: Callable[[], object]) -> None:
        """Have work done by workers from now on."""
        self._begin = begin
        if (worker := self._taken()) is not None:
            self._put_back(worker)

    def close(self) -> None:
        """End them, whatever they are at; work is done where it is called from now on."""
        with self._lock:
            idle, self._begin, self._idle = self._idle, None, []
            busy = self._all.difference(idle)
            self._all.clear()
        for worker in busy:
            worker.kill()  # Who waits for it ends it.
        for worker in idle:
            worker.end()

    def run(self, work: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        """Return what the work returns. Where a worker dies over it, another tries once more: it may have been killed.

        Raises:
            as for `in_worker`.
        """
        if self._begin is None:
            return work(*arguments)
        with self._places:
            return self._done(work, arguments)

    def _done(self, work: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
        for last in (False, True):
            worker = self._taken()
            if worker is None:
                return work(*arguments)
            try:
                return worker.run(work, arguments)
            except _Died as death:
                if self._begin is None:
                    raise _closed() from None
                logger.warning("a process that works on pictures %s", death)
                if last or death.code == -signal.SIGALRM:
                    fault = PictureFault.TOO_MUCH if death.code in ENDED_BY_SYSTEM else PictureFault.CRASHED
                    raise PictureRejected(fault, str(death)) from None
            except MemoryError:
                raise PictureRejected(PictureFault.TOO_MUCH, "no memory for it") from None
            finally:
                self._put_back(worker)
        raise AssertionError

    def _taken(self) -> _Worker | None:
        """Return a worker that has nothing to do; None where no further one can be started.

        Raises:
            PictureRejected: there are to be none any more.
        """
        with self._lock:
            begin = self._begin
            while self._idle:
                worker = self._idle.pop()
                if worker.lives:
                    return worker
                self._all.discard(worker)
                worker.end()
        if begin is None:
            raise _closed()
        try:
            worker = _Worker(begin)
        except OSError as error:
            logger.warning("no process can be started that works on pictures: %s", error)
            return None
        with self._lock:
            if self._begin is not None:
                self._all.add(worker)
                return worker
        worker.end()
        raise _closed()

    def _put_back(self, worker: _Worker) -> None:
        with self._lock:
            if worker in self._all and worker.lives:  # Else it died, or all are to.
                self._idle.append(worker)
                return
            self._all.discard(worker)
        worker.end()


def _closed() -> PictureRejected:
    return PictureRejected(PictureFault.CRASHED, "this process is about to end")


_workers = _Workers()
