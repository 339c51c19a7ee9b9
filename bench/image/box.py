"""An image's containers: run to their end, or for a while, hardened as compose.yaml has them."""

import asyncio
import re
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType

from bench.image.podman import HARDENED, Failed, Podman

WAIT, PAUSE, STOPPING = 240.0, 0.5, 90
"""Seconds: for what is to come, between two looks, and what compose.yaml gives a service to end."""

Values = Mapping[str, str]
"""Variables of the environment."""

NOTHING: Values = MappingProxyType({})


def wanted(found: bool, otherwise: str) -> None:
    """Raise Failed unless something was found."""
    if not found:
        raise Failed(otherwise)


def free_port() -> int:
    """Return a port that nobody listens at now."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        return int(opened.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Box:
    """An image's containers with one pair of volumes, and what else is mounted (`FOLDER:/PLACE`)."""

    podman: Podman
    image: str
    volume: str
    mounted: tuple[str, ...] = ()

    def options(self, environment: Values) -> list[str]:
        """Return the options of `podman run`."""
        volumes = [f"--volume={self.volume}-{name}:/{name}" for name in ("data", "models")]
        volumes += [f"--volume={folder}" for folder in self.mounted]
        return [*HARDENED, *volumes, *(f"--env={name}={value}" for name, value in environment.items())]

    def once(
        self,
        *command: str,
        entrypoint: str | None = None,
        check: bool = True,
        environment: Values = NOTHING,
    ) -> str:
        """Run a command to its end; returns what it wrote."""
        options = [*self.options(environment), *([f"--entrypoint={entrypoint}"] if entrypoint else [])]
        options += ["--rm", "--no-healthcheck"]
        said = self.podman.run("run", *options, self.image, *command, check=check)
        return said.out if check else said.out + said.error

    @contextmanager
    def started(self, name: str, *command: str, environment: Values = NOTHING) -> Iterator[str]:
        """Have a container run for as long as the block lasts; it may end before."""
        self.podman.run("run", "--detach", f"--name={name}", *self.options(environment), self.image, *command)
        try:
            yield name
        finally:
            self.podman.run("rm", "--force", "--time=0", name)

    def stop(self, name: str) -> float:
        """Send SIGTERM, and wait until the container has ended with exit code 0; returns the seconds."""
        begun = time.monotonic()
        self.podman.run("stop", f"--time={STOPPING}", name)
        code = self.podman.inspect(name)["State"]["ExitCode"]
        wanted(code == 0, f"after SIGTERM it ended with {code}:\n{self.logs(name)}")
        return time.monotonic() - begun

    def logs(self, name: str) -> str:
        """Return what a container has written so far."""
        said = self.podman.run("logs", name)
        return said.out + said.error

    def is_healthy(self, name: str) -> bool:
        """Run the image's HEALTHCHECK once."""
        return self.podman.run("healthcheck", "run", name, check=False).code == 0

    async def until(self, name: str, pattern: re.Pattern[str]) -> re.Match[str]:
        """Wait until a container writes something."""
        end = time.monotonic() + WAIT
        while time.monotonic() < end:
            if found := pattern.search(await asyncio.to_thread(self.logs, name)):
                return found
            await asyncio.sleep(PAUSE)
        raise Failed(f"{name} never wrote {pattern.pattern}:\n{self.logs(name)}")

    def is_ready(self, name: str) -> bool:
        """Ask the container whether it answers questions now."""
        return self.podman.run("exec", name, "eyeglass", "health", "--ready", check=False).code == 0

    async def until_healthy(self, name: str) -> None:
        """Wait until HEALTHCHECK is green."""
        await self._until(self.is_healthy, name, "healthy")

    async def until_ready(self, name: str) -> None:
        """Wait until the model is loaded."""
        await self._until(self.is_ready, name, "ready")

    async def _until(self, look: Callable[[str], bool], name: str, word: str) -> None:
        end = time.monotonic() + WAIT
        while not await asyncio.to_thread(look, name):
            if time.monotonic() > end:
                raise Failed(f"{name} is not {word}:\n{self.logs(name)}")
            await asyncio.sleep(PAUSE)
