"""Tell systemd how the service is (sd_notify): that it is up, alive, about to end. Elsewhere nothing is told."""

import asyncio
import contextlib
import os
import socket
from collections.abc import AsyncIterator

from assistant.tasks import background

ADDRESS, WATCHDOG = "NOTIFY_SOCKET", "WATCHDOG_USEC"
"""The variables by which systemd says where it listens, and within how many microseconds it wants to hear."""


def notify(*lines: str) -> None:
    """Send lines such as READY=1."""
    address = os.environ.get(ADDRESS, "")
    if not address:
        return
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sending,
    ):
        sending.sendto("\n".join(lines).encode(), f"\0{address[1:]}" if address.startswith("@") else address)


@contextlib.asynccontextmanager
async def up() -> AsyncIterator[None]:
    """Be up for as long as the block lasts; if the event loop stands still, systemd hears nothing, and restarts it."""
    notify("READY=1", "STATUS=up")
    async with background(_live(), "tell systemd that it lives"):
        try:
            yield
        finally:
            notify("STOPPING=1", "STATUS=running answers may end")


async def _live() -> None:
    micros = os.environ.get(WATCHDOG, "")
    while micros.isdecimal() and int(micros):
        notify("WATCHDOG=1")
        await asyncio.sleep(int(micros) / 3e6)
