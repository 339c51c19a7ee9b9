"""Podman with a storage of its own, which is removed at the end: nothing of the machine's own images is touched."""

import json
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HARDENED = (
    "--read-only",
    "--read-only-tmpfs=false",
    "--cap-drop=all",
    "--security-opt=no-new-privileges",
    "--network=host",
)
"""The options of compose.yaml, and the network of this machine, on which the stand-in for Telegram listens."""

CONF = Path(__file__).with_name("containers.conf")
RUN_SECONDS, BUILD_SECONDS = 600.0, 7200.0


class Failed(Exception):
    """A command of Podman's, or of a container, did not end well; the text holds what it said."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a command wrote, and its exit code."""

    code: int
    out: str
    error: str


@dataclass(frozen=True, slots=True)
class Podman:
    """Podman's commands; `folder` holds its storage."""

    folder: Path
    driver: str = "overlay"
    environment: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, seconds: float = RUN_SECONDS, check: bool = True, shown: bool = False) -> Said:
        """Run `podman ARGUMENTS`; with `shown` what it writes goes to the terminal.

        Raises:
            Failed: it ended with another code than 0, if `check`; or did not end in time.
        """
        storage = ("--root", str(self.folder / "store"), "--runroot", str(self.folder / "run"))
        # chroot needs no rights to make namespaces; the other format would drop HEALTHCHECK.
        environment = os.environ | {
            "CONTAINERS_CONF": str(CONF),
            "BUILDAH_FORMAT": "docker",
            "BUILDAH_ISOLATION": "chroot",
            "TMPDIR": str(self.folder / "tmp"),
        }
        try:
            done = subprocess.run(  # noqa: S603
                ["podman", *storage, "--storage-driver", self.driver, *arguments],  # noqa: S607
                env=environment | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=None if shown else subprocess.PIPE,
                stderr=None if shown else subprocess.PIPE,
                text=True,
                timeout=seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Failed(f"podman {arguments[0]}: no end after {seconds:.0f} s") from None
        if check and done.returncode != 0:
            raise Failed(f"podman {' '.join(arguments)}: {done.returncode}\n{done.stdout or ''}{done.stderr or ''}")
        return Said(done.returncode, done.stdout or "", done.stderr or "")

    def build(self, context: Path, target: str, flags: Sequence[str]) -> float:
        """Build one of the Dockerfile's targets as `eyeglass:TARGET`; returns the seconds that it took."""
        begun = time.monotonic()
        options = ("--network=host", "--layers=true", "--target", target, "--tag", f"eyeglass:{target}")
        self.run("build", *options, *flags, str(context), seconds=BUILD_SECONDS, shown=True)
        return time.monotonic() - begun

    def megabytes(self, image: str) -> float:
        """Return an image's size as `podman images` and `docker images` count it: unpacked, a MB a million bytes."""
        return float(self.inspect(image)["Size"]) / 1e6

    def inspect(self, name: str) -> dict[str, Any]:
        """Return what is known of an image or a container."""
        (found,) = json.loads(self.run("inspect", name).out)
        return dict(found)

    def clear(self) -> None:
        """Remove every container and volume of this storage; its images stay."""
        self.run("rm", "--all", "--force", "--volumes", "--time=0", check=False)
        self.run("volume", "rm", "--all", "--force", check=False)

    def remove(self) -> None:
        """Remove this storage, and all that is in it."""
        self.clear()
        place = str(self.folder / "store" / self.driver)  # Podman leaves it mounted over itself.
        subprocess.run(["umount", place], check=False, capture_output=True)  # noqa: S603, S607
        shutil.rmtree(self.folder, ignore_errors=True)
