"""Stop a program by a signal."""

import asyncio
import logging
import signal

_log = logging.getLogger(__name__)


def stop_signal() -> asyncio.Event:
    """Return an event that SIGTERM or SIGINT sets; after the first one both signals have their default effect."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    signals = (signal.SIGTERM, signal.SIGINT)

    def on_signal() -> None:
        _log.info("stopping: running answers may end; another signal ends at once")
        stop.set()
        for number in signals:
            loop.remove_signal_handler(number)
            # Everything worth keeping is in the database, so the process may be killed at any moment.
            signal.signal(number, signal.SIG_DFL)

    for number in signals:
        loop.add_signal_handler(number, on_signal)
    return stop
