"""python -m bench.llama build|measure SOURCE WORK: llama.cpp on this machine's card, built from its source.

`build` compiles its two benches and writes a file of GLM-4-9B's shapes in Q4_0 with random blocks; it may run early, in
the background. `measure` does what of that is not done yet; then it measures decoding of several sequences at once, and
prefill and decoding of one. `--tiny` tries it all with a tiny model. Without a card all runs on the CPU.
"""

import argparse
import json
import math
import re
import shlex
import statistics
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from bench import llama_build, llama_file
from bench.record import Record

KIND = "Q4_0"
ROUNDS = 3
"""Times that each number of sequences is measured, one after the other; the median counts."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is asked of llama.cpp: positions of each sequence, tokens after them, numbers of sequences, prefills."""

    behind: int
    tokens: int
    together: tuple[int, ...]
    prefills: tuple[int, ...]


USUAL = Load(1700, 128, (1, 2, 4, 8, 16), (1660, 128))
TINY = Load(40, 8, (1, 2), (32, 16))


def run(record: Record, source: Path, work: Path, tiny: bool) -> None:
    """Build and measure llama.cpp, in the sections `build` and `Q4_0` of a record."""
    built = False
    with record.section("build") as found:
        found.update(prepare(source, work, tiny))
        built = True
    if built:
        with record.section(KIND) as found:
            found.update(measure(source, work, tiny))


def prepare(source: Path, work: Path, tiny: bool, jobs: int | None = None) -> dict[str, object]:
    """Build the benches and write the file, as far as they are not there; return options, seconds, version."""
    found = llama_build.build(source, work, jobs)
    llama_file.write(_file(work, tiny), llama_build.tree(source), tiny)
    return found | {"version": version(llama_build.tree(source))}


def version(tree: Path) -> str:
    """Return the versions that the tree's CMake files name, and its folder's name."""
    told = []
    for name, file in (("LLAMA", tree / "CMakeLists.txt"), ("GGML", tree / "ggml" / "CMakeLists.txt")):
        numbers = re.findall(rf"set\({name}_VERSION_(?:MAJOR|MINOR|PATCH)\s+(\d+)\)", file.read_text(encoding="utf-8"))
        told.append(f"{name.lower()} {'.'.join(numbers)}")
    return f"{', '.join(told)} ({tree.name})"


def measure(source: Path, work: Path, tiny: bool) -> dict[str, object]:
    """Run both benches, everything on the card, flash attention on; return their figures, with the commands.

    Raises:
        ValueError: a bench said something else than was asked, or did not use the card.
        subprocess.CalledProcessError: a bench failed; its last words are printed.
    """
    load, file = TINY if tiny else USUAL, _file(work, tiny)
    commands = [[str(work / "build" / "bin" / name), *rest] for name, rest in _commands(load, file)]
    batched, alone = (_said(command) for command in commands)
    figures = read_batched(batched, load) | read_alone(alone, load)
    if torch.cuda.is_available() and not figures["card"]:
        raise ValueError(f"not run on the card, but by {figures['backends']}")
    told = [shlex.join([Path(command[0]).name, *command[1:]]) for command in commands]
    return figures | {"version": version(llama_build.tree(source)), "bytes": file.stat().st_size, "commands": told}


def _file(work: Path, tiny: bool) -> Path:
    return work / f"{'tiny' if tiny else 'glm-4-9b'}-{KIND.lower()}.gguf"


def _commands(load: Load, file: Path) -> list[tuple[str, list[str]]]:
    """Return both benches' arguments; the cache has just the room that the most sequences need."""
    room = max(load.together) * (load.behind + load.tokens)
    both = ["-m", str(file), "-ngl", "99", "-b", "2048", "-ub", "512"]
    batched = [*both, "-fa", "on", "-c", str(room), "-npp", str(load.behind), "-ntg", str(load.tokens)]
    batched += ["-npl", ",".join(map(str, load.together * ROUNDS)), "--output-format", "jsonl"]
    alone = [*both, "-fa", "1", "-p", ",".join(map(str, load.prefills)), "-n", str(load.tokens)]
    alone += ["-d", f"0,{load.behind}", "-o", "json"]
    return [("llama-batched-bench", batched), ("llama-bench", alone)]


def _said(command: list[str]) -> str:
    """Run a command and return what it wrote to its output."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        print(done.stdout[-2000:], done.stderr[-6000:], flush=True)
        done.check_returncode()
    return done.stdout


def read_batched(text: str, load: Load) -> dict[str, object]:
    """Return what llama-batched-bench's lines of JSON say: tokens a second in all, by the number of sequences.

    Raises:
        ValueError: a line is no JSON, a figure is missing or no positive number, or there are other rounds than asked.
    """
    rounds: dict[int, list[float]] = {count: [] for count in load.together}
    lines = [_decoded(line) for line in text.splitlines() if line.startswith("{")]
    for line in lines:
        asked = (_whole(line, "pp"), _whole(line, "tg"))
        if asked != (load.behind, load.tokens) or _whole(line, "pl") not in rounds:
            raise ValueError(f"other sequences than were asked for: {line}")
        rounds[line["pl"]].append(_positive(line, "speed_tg"))
    if any(len(speeds) != ROUNDS for speeds in rounds.values()):
        raise ValueError(f"{ROUNDS} rounds of each were asked for: {rounds}")
    return {
        "tokens_per_second": {count: statistics.median(speeds) for count, speeds in rounds.items()},
        "rounds": rounds,
    }


def read_alone(text: str, load: Load) -> dict[str, object]:
    """Return what llama-bench's JSON says: milliseconds of the first prefill, speeds of all, and of decoding alone.

    Raises:
        ValueError: it is no JSON, or a figure is missing or no positive number.
    """
    prefills: dict[str, float] = {}
    decoding: dict[str, float] = {}
    milliseconds: dict[tuple[int, int], float] = {}
    tests = _decoded(text)
    if not isinstance(tests, list) or not tests:
        raise ValueError(f"llama-bench named no tests: {text[:200]}")
    for test in tests:
        prompt, made, depth = (_whole(test, name) for name in ("n_prompt", "n_gen", "n_depth"))
        speed = _positive(test, "avg_ts")
        if made:
            decoding[f"behind {depth}"] = speed
        else:
            prefills[f"{prompt} behind {depth}"] = speed
            milliseconds[prompt, depth] = _positive(test, "avg_ns") / 1e6
    behind = (0, load.behind)
    asked = {(prompt, depth) for prompt in load.prefills for depth in behind}
    if {*milliseconds} != asked or [*decoding] != [f"behind {depth}" for depth in behind]:
        raise ValueError(f"other tests than were asked for: {[*prefills, *decoding]}")
    return {
        "prefill_ms": milliseconds[load.prefills[0], 0],
        "prefill_tokens_per_second": prefills,
        "decode_alone_tokens_per_second": decoding,
        "backends": tests[0].get("backends"),
        "card": tests[0].get("gpu_info"),
    }


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"no JSON ({error}): {text[:200]}") from error


def _whole(line: dict[str, Any], name: str) -> int:
    return int(_number(line, name, lambda found: type(found) is int and found >= 0))


def _positive(line: dict[str, Any], name: str) -> float:
    return _number(line, name, lambda found: isinstance(found, int | float) and math.isfinite(found) and found > 0)


def _number(line: dict[str, Any], name: str, right: Callable[[Any], bool]) -> float:
    found = line.get(name) if isinstance(line, dict) else None
    if found is None or not right(found):
        raise ValueError(f"{name} is {found!r}: {line}")
    return float(found)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.llama", description=__doc__)
    parser.add_argument("what", choices=["build", "measure"])
    parser.add_argument("source", type=Path, help="llama.cpp's source, or that of llama-cpp-python")
    parser.add_argument("work", type=Path, help="where the build, the file and llama.json go: 7 GB")
    parser.add_argument("--tiny", action="store_true", help="a tiny model")
    parser.add_argument("--jobs", type=int, help="compilers at once (default: as many as cores)")
    asked = parser.parse_args()
    if asked.what == "build":
        print(json.dumps(prepare(asked.source, asked.work, asked.tiny, asked.jobs)), flush=True)
    else:
        asked.work.mkdir(parents=True, exist_ok=True)
        run(Record(asked.work / "llama.json"), asked.source, asked.work, asked.tiny)


if __name__ == "__main__":
    main()
