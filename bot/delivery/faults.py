"""Requests to Telegram that fail: how many of each kind, and for how long no updates could be fetched."""

import time
from collections import Counter
from collections.abc import Callable
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from telegram.error import NetworkError, TimedOut
from telegram.request import HTTPXRequest


class Fault(StrEnum):
    """A kind of failure. OTHER: the token or the file is unknown, another program polls, the reply cannot be read."""

    RETRY_AFTER = "retry_after"
    NETWORK = "network"
    TIMEOUT = "timeout"
    SERVER = "server"
    FORBIDDEN = "forbidden"
    BAD_REQUEST = "bad_request"
    OTHER = "other"


BY_CODE: dict[int, Fault] = {
    HTTPStatus.TOO_MANY_REQUESTS: Fault.RETRY_AFTER,
    HTTPStatus.FORBIDDEN: Fault.FORBIDDEN,
    HTTPStatus.BAD_REQUEST: Fault.BAD_REQUEST,
}


class TelegramFaults:
    """The failures since the start: `errors` counts them by kind, and has all kinds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.errors: Counter[str] = Counter({fault.value: 0 for fault in Fault})
        self._clock = clock
        self._silent_since: float | None = None

    @property
    def silence(self) -> float | None:
        """The seconds since asking for updates began to fail; None if it last went well, or was not tried yet."""
        return None if self._silent_since is None else self._clock() - self._silent_since

    def note(self, method: str, fault: Fault | None) -> None:
        """Count one request, by its method of the Bot API (of a file: any other word); None: it went well."""
        if fault is not None:
            self.errors[fault.value] += 1
        if method == "getUpdates":
            begun = self._clock() if self._silent_since is None else self._silent_since
            self._silent_since = None if fault is None else begun


class CountedRequest(HTTPXRequest):
    """PTB's connection to Telegram, each of whose failed requests is counted, whoever made it."""

    def __init__(self, faults: TelegramFaults, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._faults = faults

    async def do_request(self, url: str, method: str, *args: Any, **options: Any) -> tuple[int, bytes]:
        """Make a request."""
        name = url.rpartition("/")[2]
        try:
            code, payload = await super().do_request(url, method, *args, **options)
        except Exception as error:
            self._faults.note(name, _kind_of(error))
            raise
        self._faults.note(name, fault_in(code, payload, is_file=method == "GET"))
        return code, payload


def fault_in(code: int, payload: bytes, *, is_file: bool) -> Fault | None:
    """Return the fault that Telegram's reply tells of; None if it is what was asked for."""
    if HTTPStatus.OK <= code < HTTPStatus.MULTIPLE_CHOICES:
        # The library parses it later, so a gateway's page, or half an object, is told by its end.
        return None if is_file or payload.rstrip().endswith(b"}") else Fault.OTHER
    if code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Fault.SERVER
    return BY_CODE.get(code, Fault.OTHER)


def _kind_of(error: Exception) -> Fault:
    if isinstance(error, TimedOut):
        return Fault.TIMEOUT
    return Fault.NETWORK if isinstance(error, NetworkError) else Fault.OTHER
