"""python -m bench.gpu --out DIR: everything about GLM-4V and its successors on one GPU, with random weights.

Each part is a process of its own, so that its memory peak is its own and a failure spares the others; DIR/gpu.json
grows with each part. `--plot FILE` draws a kept result; `--tiny` tries it all in two minutes on a CPU.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path

import torch

from bench.record import Record

PARTS = {
    "floors": 120,
    "full": 200,
    "full-again": 60,
    "lean": 100,
    "tiny": 100,
    "pocket": 90,
    "together": 360,
    "family": 540,
    "tilings": 540,
}
"""The parts in their order, with their time limits in seconds; the last two run only when asked for, and need no
checkpoint."""

LLAMA = "llama"
"""The part that builds and measures llama.cpp: it runs only where its source is given."""

LIMITS = PARTS | {LLAMA: 900}


def run_part(name: str, out: Path, work: Path, tiny: bool, llama: Path | None = None) -> None:
    """Run one part in this process; `llama` is the source of llama.cpp."""
    from bench import gpu_parts, tilings
    from bench.family import Family
    from bench.llama import run as run_llama
    from bench.together import Together

    record = Record(out / f"part-{name}.json")
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    with torch.inference_mode():
        if name == "floors":
            gpu_parts.floors(record, work, device, tiny)
        elif name == "pocket":
            gpu_parts.pocket(record, device, tiny)
        elif name == "together":
            Together(record, device, tiny).run()
        elif name == "family":
            Family(record, device, tiny).run()
        elif name == "tilings":
            tilings.measure(record, device, tiny)
        elif name == LLAMA and llama is not None:
            run_llama(record, llama, work / LLAMA, tiny)
        else:
            gpu_parts.Plan(record, work, out, name, tiny).run()


def run_all(out: Path, work: Path, parts: list[str], tiny: bool, llama: Path | None = None) -> None:
    """Run all parts, each in a process, and llama.cpp last; gpu.json grows with them."""
    from bench.machine import facts

    found: dict[str, object] = {"machine": facts(), "model": "tiny" if tiny else "9B", "torch": torch.__version__}
    given = ["--tiny"] * tiny + ([] if llama is None else ["--llama", str(llama)])
    for name in parts if llama is None else [*parts, LLAMA]:
        command = [sys.executable, "-m", "bench.gpu", "--part", name, "--out", str(out), "--work", str(work), *given]
        begun, ended = time.perf_counter(), "well"
        try:
            done = subprocess.run(command, timeout=LIMITS[name], check=False)  # noqa: S603
            if done.returncode != 0:
                ended = f"with {done.returncode}"
        except subprocess.TimeoutExpired:
            ended = "out of time"
        kept = out / f"part-{name}.json"
        found[name] = json.loads(kept.read_text(encoding="utf-8")) if kept.exists() else {}
        print(f"-- {name} ended {ended} after {time.perf_counter() - begun:.0f} s", flush=True)
        found[f"{name} ended"] = ended
        (out / "gpu.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.gpu", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("runs/gpu"), help="where results go")
    parser.add_argument("--work", type=Path, help="where the checkpoint is made: 45 GB, and kept (default: OUT/work)")
    parser.add_argument(
        "--parts", nargs="+", choices=PARTS, default=[*PARTS][:-2], help="the first makes the checkpoint"
    )
    parser.add_argument("--tiny", action="store_true", help="a tiny model")
    parser.add_argument("--llama", type=Path, help="llama.cpp's source: build it in WORK/llama, and measure it too")
    parser.add_argument("--part", choices=LIMITS, help=argparse.SUPPRESS)
    parser.add_argument("--plot", type=Path, help="draw a gpu.json into docs/pictures, and do nothing else")
    asked = parser.parse_args()
    if asked.plot:
        from bench.gpu_plots import plot

        plot(json.loads(asked.plot.read_text(encoding="utf-8")), Path("docs/pictures"))
        return
    asked.out.mkdir(parents=True, exist_ok=True)
    work = asked.work or asked.out / "work"
    if asked.part:
        run_part(asked.part, asked.out, work, asked.tiny, asked.llama)
    else:
        run_all(asked.out, work, asked.parts, asked.tiny, asked.llama)


if __name__ == "__main__":
    main()
