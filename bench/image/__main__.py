"""python -m bench.image: build the images from nothing, run them, print sizes and what was seen, remove all of it.

It wants root, Podman, runc and, where no registry can be reached, mmdebstrap: `apt-get install podman runc mmdebstrap`
What a network needs besides (another index for torch, certificates, a mirror) are options of `podman build`, in
IMAGE_FLAGS.
"""

import argparse
import asyncio
import os
import shlex
import tempfile
import time
from datetime import date
from pathlib import Path

from bench.image import life, trials
from bench.image.base import base_image
from bench.image.box import Box, wanted
from bench.image.podman import Failed, Podman
from bench.machine import facts

ROOT = Path(__file__).parents[2]
MOST_MEGABYTES = {"cpu": 2100.0, "remote": 300.0}
"""The most megabytes of an image; that for CUDA is as large as torch makes it."""


async def measure(podman: Podman, targets: list[str]) -> None:
    """Run the trials of the images that were built, a line each."""
    cpu = Box(podman, "eyeglass:cpu", "cpu")
    if "cpu" in targets:
        for trial in (trials.rights, trials.ask, trials.demo, trials.nothing_outside):
            print(f"cpu: {await asyncio.to_thread(trial, cpu)}", flush=True)
        for line in [*await life.bot(cpu), await trials.page(cpu)]:
            print(f"cpu: {line}", flush=True)
    if "cuda" in targets:
        box = Box(podman, "eyeglass:cuda", "cuda")
        for trial in (trials.rights, trials.ask):
            print(f"cuda: {await asyncio.to_thread(trial, box)}", flush=True)
    if "remote" in targets:
        box = Box(podman, "eyeglass:remote", "remote")
        for line in [await asyncio.to_thread(trials.rights, box), *await trials.remote(box, cpu)]:
            print(f"remote: {line}", flush=True)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.image", description=__doc__)
    parser.add_argument("targets", nargs="*", help="cpu, cuda, remote (which wants cpu); default: cpu remote")
    parser.add_argument("--base", help="the image to build on; default: a registry's, or one of Debian's packages")
    parser.add_argument("--driver", default="overlay", help="Podman's storage (overlay); vfs works everywhere, slowly")
    parser.add_argument("--folder", type=Path, help="the storage, which is kept then; default: a new one, removed")
    asked = parser.parse_args()
    targets = asked.targets or ["cpu", "remote"]
    folder = asked.folder or Path(tempfile.mkdtemp(prefix="eyeglass-image-"))
    (folder / "tmp").mkdir(parents=True, exist_ok=True)
    podman = Podman(folder, asked.driver)
    podman.clear()
    try:
        _build(podman, targets, asked.base or _base(podman, folder))
        asyncio.run(measure(podman, targets))
    except Failed as error:
        raise SystemExit(f"not as it should be: {error}") from None
    finally:
        if asked.folder is None:
            podman.remove()
    print(f"all is well: {facts()}, {date.today()}")


def _base(podman: Podman, folder: Path) -> str:
    begun = time.monotonic()
    name = base_image(podman, folder)
    print(f"base: {podman.megabytes(name):.0f} MB, there after {time.monotonic() - begun:.0f} s", flush=True)
    return name


def _build(podman: Podman, targets: list[str], base: str) -> None:
    flags = ["--build-arg", f"BASE={base}", *shlex.split(os.environ.get("IMAGE_FLAGS", ""))]
    for target in targets:
        seconds = podman.build(ROOT, target, flags)
        size = podman.megabytes(f"eyeglass:{target}")
        print(f"{target}: {size:.0f} MB, built in {seconds:.0f} s", flush=True)
        wanted(size <= MOST_MEGABYTES.get(target, size), f"{target} has {size:.0f} MB")


if __name__ == "__main__":
    main()
