"""python -m bench: measures answers and load on this machine, keeps the figures and writes them into a document.

`answers` times the answers of a model, `load` lets many chats ask a model that takes a fixed time, `page` only writes
docs/performance.md again from the kept results. The default is answers and load. `signs` times the first sign of life
and the answer of each kind of message; `turned` turns pages of print; `web` weighs the page in a browser; `kills`,
`silenced`, `outage`, `soak` and `served` are stress tests; `scale` simulates many chats before a few servers. Each of
these has options of its own (`python -m bench kills --help`).
"""

import argparse
import asyncio
import importlib
import json
import sys
from dataclasses import asdict
from importlib import metadata, resources
from pathlib import Path

from bench.answering import CHARACTERS, FOLLOW_UP, QUESTION, Timing, time_level
from bench.load import CROWDS, Load, measure_all
from bench.machine import facts
from bench.trial import run
from bot.logs import set_up_logs
from model_service import EngineInfo, Level, ModelConfig, open_service

RESULTS = Path(__file__).parent / "results"
PICTURE = "page.png"
TRIALS = ("decoding", "signs", "turned", "parts", "kills", "silenced", "outage", "soak", "web", "scale", "served")
"""The trials, each a module with a plan."""


async def measure_answers(name: str, levels: list[str], rounds: int) -> tuple[EngineInfo, list[Timing]]:
    """Return the facts about the engine and each level's timings, after one answer to warm up."""
    picture = (resources.files("playground") / "pictures" / PICTURE).read_bytes()
    async with open_service(ModelConfig(name=name)) as service:
        info = await service.ready()
        await time_level(service, picture, Level.LOW, 1)
        return info, [await time_level(service, picture, level, rounds) for level in levels]


def report_answers(info: EngineInfo, timings: list[Timing]) -> dict[str, object]:
    """Return the result to keep: the timings, and all they depend on."""
    return facts() | {
        "model": info.model,
        "device": info.device,
        "dtype": info.dtype,
        "torch": metadata.version("torch"),
        "picture": PICTURE,
        "question": QUESTION,
        "follow_up": FOLLOW_UP,
        "characters": CHARACTERS,
        "timings": [asdict(timing) for timing in timings],
    }


def report_load(loads: list[Load]) -> dict[str, object]:
    """Return the result to keep for the load, with the machine's facts."""
    return facts() | {"loads": [asdict(load) for load in loads]}


def keep(name: str, report: dict[str, object]) -> None:
    """Write a result to its file, over an older one of the same name."""
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{name}.json"
    file.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    print(f"kept in {file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else file}", flush=True)


def main() -> None:
    """Read the command line, measure, keep, and write the document."""
    if len(sys.argv) > 1 and sys.argv[1] in TRIALS:
        run(importlib.import_module(f"bench.{sys.argv[1]}"), sys.argv[2:])
        return
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("answers", "load", "page"))
    parser.add_argument("--model", default="pocket", help="answers: as the setting model.name")
    parser.add_argument("--levels", nargs="+", default=[*Level], help="answers: levels or numbers of tokens")
    parser.add_argument("--rounds", type=int, default=3, help="answers: of which the medians are taken")
    asked = parser.parse_args()
    set_up_logs("warning")
    if asked.what in {None, "answers"}:
        info, timings = asyncio.run(measure_answers(asked.model, asked.levels, asked.rounds))
        name = f"answering-{info.model.replace('/', '-')}-{info.device.replace(':', '-')}"
        keep(name, report_answers(info, timings))
    if asked.what in {None, "load"}:
        keep("load", report_load(asyncio.run(measure_all(CROWDS))))
    # It imports matplotlib, whose memory and imports are no part of the measurement.
    from bench.page import write_page

    print(write_page(RESULTS))


if __name__ == "__main__":
    main()
