"""One trial: the tests of a module, with a mutant in its place, in a fork of a process that is warm."""

import contextlib
import gc
import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import multiprocessing
import os
import signal
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from types import CodeType

import hypothesis
import pytest

WARM = (
    "torch",
    "transformers",
    "telegram.ext",
    "starlette.applications",
    "uvicorn",
    "pydantic",
    "PIL.Image",
    "pypdfium2",
    "aiosqlite",
    "telegramify_markdown",
)
"""What takes long to import and is none of ours: in the warm process no mutated module may be there already."""

_FORK = multiprocessing.get_context("fork")


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads a module from a text instead of its file."""

    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self._source = source

    def get_code(self, fullname: str) -> CodeType:
        """The text, compiled."""
        return compile(self._source, self.path, "exec")


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the mutant where the module is looked for."""

    def __init__(self, path: str, source: str) -> None:
        self._name = path.removesuffix(".py").replace("/", ".")
        self._loader = _Loader(self._name, str(Path(path).absolute()), source)

    def find_spec(self, fullname: str, path: object, target: object = None) -> importlib.machinery.ModuleSpec | None:
        """The mutant's spec, for its name alone."""
        if fullname != self._name:
            return None
        return importlib.util.spec_from_file_location(fullname, self._loader.path, loader=self._loader)


def warm_up() -> None:
    """Import what every trial needs."""
    for name in WARM:
        importlib.import_module(name)
    for plugin in metadata.entry_points(group="pytest11"):
        plugin.load()
    gc.freeze()


def outcome(module: str, source: str, tests: Sequence[str], seconds: float | None, log: Path) -> int | None:
    """Pytest's exit code with this text as the module; None where it took longer than this many seconds.

    A single test fails that takes a quarter of them: it waits for what will not happen.
    """
    process = _FORK.Process(target=_run, args=(module, source, tests, log, 0 if seconds is None else seconds / 4 + 1))
    process.start()
    process.join(seconds)
    late = process.exitcode is None
    with contextlib.suppress(ProcessLookupError):  # It may have left processes of its own.
        os.killpg(process.pid or 0, signal.SIGKILL)
    process.join()
    return None if late else process.exitcode


def _run(module: str, source: str, tests: Sequence[str], log: Path, most: float) -> None:
    os.setsid()
    with log.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    sys.meta_path.insert(0, _Finder(module, source))
    # A failure need not be made small, nor be remembered for the next run.
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutants", phases=phases, database=None, derandomize=True)
    hypothesis.settings.load_profile("mutants")
    code = pytest.main(["-x", "-p", "no:cacheprovider", "--assert=plain", f"--timeout={most}", "--tb=line", *tests])
    sys.stdout.flush()
    os._exit(code)
