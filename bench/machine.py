"""What a figure depends on besides the code: the machine, the day, the command."""

import os
import platform
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path


def facts() -> dict[str, object]:
    """The facts that stand beside every figure; `load` is what the machine had to do in the last minute."""
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
    """What runs, by the name behind `python -m`."""
    spec = sys.modules["__main__"].__spec__
    return "bench" if spec is None else spec.name.removesuffix(".__main__")


def cpu_name() -> str:
    """The processor's name, where the system tells it."""
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in told.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.processor()
