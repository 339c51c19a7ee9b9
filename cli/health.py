"""`eyeglass health`: ask a running Eyeglass whether it is well, as a container's health check does."""

import http.client
import json
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from assistant.settings.errors import SettingsError
from assistant.settings.settings import WebSettings
from web.server import Listening

SECONDS = 10.0
"""The seconds that an answer may take: an event loop that does not turn gives none."""

SERVED = "it is served where web.health, web.enabled or telegram.webhook_url is set"


@dataclass(frozen=True, slots=True)
class Wellness:
    """What is known of a process: live, a restart would not help it; ready, it answers questions now."""

    live: bool
    ready: bool
    said: str


def address_of(settings: WebSettings) -> str:
    """Return the address at which an Eyeglass with these settings serves `/health`.

    Raises:
        SettingsError: its port is any that was free.
    """
    if settings.port == 0:
        raise SettingsError("web.port is 0, so the address is not known: eyeglass health http://127.0.0.1:PORT")
    return Listening(settings.host, settings.port).url


def ask_health(address: str) -> Wellness:
    """Ask at `http://HOST:PORT`, through no proxy.

    Raises:
        SettingsError: that is no such address.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if host is None or parts.scheme != "http":
        raise SettingsError(f"{address!r} is no address: it should be like http://127.0.0.1:8080.")
    try:
        status, said = _get(host, port, "/health")
        if status == HTTPStatus.OK:
            return Wellness(live=True, ready=True, said="ready")
        # Details are told to this machine alone; whether it is live, to everybody.
        live = said["live"] is True if "live" in said else _get(host, port, "/health/live")[0] == HTTPStatus.OK
    except (OSError, http.client.HTTPException) as error:
        why = "it does not answer in time" if isinstance(error, TimeoutError) else f"{error}; {SERVED}"
        return Wellness(live=False, ready=False, said=f"{address}/health: {why}")
    return Wellness(live, ready=False, said=str(said.get("why") or f"{address}/health: status {status}"))


def _get(host: str, port: int | None, path: str) -> tuple[int, dict[str, object]]:
    """Return the status and the object that is sent with it."""
    connection = http.client.HTTPConnection(host, port, timeout=SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        body = answer.read(65_536)
    finally:
        connection.close()
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    return answer.status, said if isinstance(said, dict) else {}
