"""Work on pixels in a process of its own, one piece after the other, until whoever started it is gone.

Standard input is a stream of pickles, `(work, arguments)`: a function of the project, and what it is called with. For
each, standard output has the pickle `(True, what it returned)` or `(False, what it raised)`.
"""

import contextlib
import os
import pickle
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

SECONDS = 60
"""How long a piece of work may take: then the system ends the process, whatever it is doing."""

MOST_MEMORY = 3 * 1024**3
"""The most bytes of addresses: the largest picture that is read takes 700 MiB, and libraries reserve more."""

NICE = 5
"""The event loop, on which all wait, goes before a picture, on which one does."""

FIRST_TO_GO = "500"
"""Where memory runs out the system ends a worker rather than the bot, which begins again without it (Linux)."""


def main() -> None:
    """Work until the stream ends."""
    for limit, most in ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(OSError, ValueError):  # Not every system has it.
            resource.setrlimit(limit, (most, most))
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(FIRST_TO_GO, encoding="ascii")
    os.nice(NICE)
    asked, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # What a library prints is no answer.
    while True:
        try:
            work, arguments = pickle.load(asked)  # noqa: S301 - of the process that started this one
        except EOFError:
            return
        signal.alarm(SECONDS)
        answer = _answer(work, arguments)
        del work, arguments
        signal.alarm(0)
        answers.write(answer)
        answers.flush()


def _answer(work: Callable[..., Any], arguments: tuple[Any, ...]) -> bytes:
    try:
        return pickle.dumps((True, work(*arguments)), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        return pickle.dumps((False, error), pickle.HIGHEST_PROTOCOL)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # It starts without any path of the project.
    main()
