"""Work for workers that does what work should not."""

import os
import signal
import sys
import threading
from pathlib import Path

import numpy as np


def ready() -> None:
    """Begin a worker."""
    os.environ["READY"] = "yes"


def environment() -> dict[str, str]:
    """Return what a worker knows of the environment."""
    return dict(os.environ)


def modules() -> set[str]:
    """Return the packages that a worker has imported."""
    return {name.partition(".")[0] for name in sys.modules}


def work_without_end(*_: object) -> None:
    """Go on until the system ends it, which is soon."""
    signal.alarm(1)
    while True:
        pass


def die_once(mark: Path, *how: int) -> int:
    """Be killed the first time, return the process's number the second time."""
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), *how)
    return os.getpid()


def touch_nothing(*_: object) -> None:
    """Crash as a decoder does."""
    os.kill(os.getpid(), signal.SIGSEGV)


def take(mebibytes: int) -> int:
    """Take so much memory, and return how much it was."""
    return int(np.ones((mebibytes, 2**20), np.uint8).nbytes) >> 20


def wait_for(mark: Path) -> int:
    """Say by a file that it is begun, and wait for a second file."""
    Path(f"{mark}.{os.getpid()}").touch()
    while not mark.exists():
        threading.Event().wait(0.01)
    return os.getpid()


def print_much(words: str) -> str:
    """Print, as libraries do, on both ways."""
    print(words, flush=True)
    os.write(1, words.encode())
    return words


def return_what_cannot_cross() -> object:
    """Return a thing of this process alone."""
    return threading.Lock()
