"""The image that others are built on: a registry's, or where none can be reached, one made from Debian's packages."""

import subprocess
from pathlib import Path

from bench.image.podman import Failed, Podman

USUAL = "docker.io/library/debian:bookworm-slim"
MADE = "localhost/debian-slim"
PULL_SECONDS, MAKE_SECONDS = 300.0, 1800.0

LEFT_OUT = ("doc", "man", "info", "locale")
"""Folders of /usr/share that Debian's own slim image lacks, too."""


def base_image(podman: Podman, folder: Path) -> str:
    """Return the name of Debian's slim image, pulled or made.

    Raises:
        Failed: neither a registry nor Debian's packages can be reached, or mmdebstrap is not installed.
    """
    try:
        podman.run("pull", USUAL, seconds=PULL_SECONDS)
    except Failed as error:
        print(f"{str(error).splitlines()[-1]}\n{USUAL} is made from Debian's packages instead", flush=True)
        archive = folder / "base.tar"
        make_base(archive)
        podman.run("import", str(archive), MADE)
        archive.unlink()
        return MADE
    return USUAL


def make_base(archive: Path) -> None:
    """Write the root of a small Debian 12 to a tar file; takes some minutes.

    Raises:
        Failed: as for `base_image`.
    """
    command = [
        "mmdebstrap",
        "--variant=minbase",
        "--include=usr-is-merged",  # Without it perl comes along, 50 MB.
        "--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr",
        *(f"--dpkgopt=path-exclude=/usr/share/{name}/*" for name in LEFT_OUT),
        "bookworm",
        str(archive),
    ]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=MAKE_SECONDS, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Failed(f"mmdebstrap: {error}") from None
    if done.returncode != 0:
        raise Failed(f"mmdebstrap: {done.stderr[-2000:]}")
