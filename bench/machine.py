"""The facts that a figure depends on, apart from the code: machine, date, command."""

import os
import platform
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path


def facts() -> dict[str, object]:
    """Return the facts to note with every figure; `load` is the machine's load in the last minute."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": shlex.join(["python", "-m", _module(), *sys.argv[1:]]),
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
    }


def _module() -> str:
    """Return the running module, by the name after `python -m`."""
    spec = sys.modules["__main__"].__spec__
    return "bench" if spec is None else spec.name.removesuffix(".__main__")


def cpu_name() -> str:
    """Return the processor's name, if the system tells it."""
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in told.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.processor()
