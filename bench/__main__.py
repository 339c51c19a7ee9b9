"""python -m bench: times the answers of a model on this machine, prints them and keeps them with their date."""

import argparse
import asyncio
import json
import os
import platform
import shlex
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from importlib import metadata, resources
from pathlib import Path

from bench.answering import CHARACTERS, FOLLOW_UP, QUESTION, Timing, time_level
from model_service import EngineInfo, Level, ModelConfig, open_service

RESULTS = Path(__file__).parent / "results"
PICTURE = "page.png"


async def measure(name: str, levels: list[str], rounds: int) -> tuple[EngineInfo, list[Timing]]:
    """The facts about the engine and the timings of each level, after one answer to warm up."""
    picture = (resources.files("playground") / "pictures" / PICTURE).read_bytes()
    async with open_service(ModelConfig(name=name)) as service:
        info = await service.ready()
        await time_level(service, picture, Level.LOW, 1)
        return info, [await time_level(service, picture, level, rounds) for level in levels]


def report(info: EngineInfo, timings: list[Timing]) -> dict[str, object]:
    """What is kept: the timings, and all they depend on; `load` is what the machine had to do in the last minute."""
    return {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "command": shlex.join(["python", "-m", "bench", *sys.argv[1:]]),
        "model": info.model,
        "device": info.device,
        "dtype": info.dtype,
        "cpu": cpu_name(),
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "load": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "torch": metadata.version("torch"),
        "picture": PICTURE,
        "question": QUESTION,
        "follow_up": FOLLOW_UP,
        "characters": CHARACTERS,
        "timings": [asdict(timing) for timing in timings],
    }


def cpu_name() -> str:
    """The processor's name, where the system tells it."""
    try:
        facts = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in facts.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.processor()


def show(info: EngineInfo, timings: list[Timing]) -> None:
    """Print the table."""
    print(f"{info.model} on {info.device} ({info.dtype}), {os.cpu_count()} cores; seconds, medians")
    print(
        f"{'level':<10}{'tokens':>7}{'first token':>13}{'follow-up':>11}{f'{CHARACTERS} characters':>15}"
        f"{'worst loop lag':>16}"
    )
    for timing in timings:
        short = "-" if timing.short_answer is None else f"{timing.short_answer:.2f}"
        print(
            f"{timing.level:<10}{timing.tokens:>7}{timing.first_token:>13.2f}{timing.follow_up:>11.3f}{short:>15}"
            f"{timing.worst_lag:>16.3f}",
            flush=True,
        )


def main() -> None:
    """Read the command line, measure, print and keep."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--model", default="pocket", help="as the setting model.name")
    parser.add_argument("--levels", nargs="+", default=[*Level], help="levels or numbers of tokens")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    info, timings = asyncio.run(measure(asked.model, asked.levels, asked.rounds))
    show(info, timings)
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"answering-{info.model.replace('/', '-')}-{info.device.replace(':', '-')}.json"
    file.write_text(json.dumps(report(info, timings), indent=2) + "\n")
    print(f"kept in {file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file}")


if __name__ == "__main__":
    main()
