"""Who may use the API: whoever has a key; without one, programs on this machine, and no page in a browser."""

import hashlib
import hmac
from collections.abc import Sequence
from http import HTTPStatus
from ipaddress import ip_address

from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.body import discard
from api.refusals import Refused

GUARDED = "/v1/"
"""What a key opens; health is told to anybody."""

CLIENT = "eyeglass.client"
"""The key of a request's scope under which who asks is named."""

LEAST_KEY = 16
"""The fewest characters of a key: fewer can be guessed."""


def is_loopback(host: str) -> bool:
    """Whether an address, or a name of one, can be reached on this machine alone."""
    name = host.casefold().removeprefix("[").removesuffix("]")
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


class Keys:
    """The keys that open the API; only their digests are kept."""

    def __init__(self, keys: Sequence[SecretStr]) -> None:
        self._digests = [_digest(key.get_secret_value()) for key in keys]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._digests)

    def number(self, key: str) -> int | None:
        """Return which key it is, in the same time whichever it is; None: none of them."""
        digest = _digest(key)
        fits = [hmac.compare_digest(digest, each) for each in self._digests]
        return fits.index(True) if any(fits) else None


class Door:
    """Pass on only requests that may be answered, and write down in their scope who asks.

    Where there are keys a request to the API has to bring one. Where there are none, it has to name this machine as
    its host, which keeps out a page elsewhere whose name was made to lead here, and must not come from a page at all.
    """

    def __init__(self, app: ASGIApp, keys: Keys) -> None:
        self._app, self._keys = app, keys

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        headers = Headers(scope=scope)
        try:
            client = scope["client"][0] if scope.get("client") else ""
            if not self._keys:
                _check_machine(headers)
            elif scope["path"].startswith(GUARDED):
                client = f"key {self._check_key(headers)}"
        except Refused as refused:
            await discard(receive)
            await refused.response()(scope, receive, send)
            return
        await self._app({**scope, CLIENT: client}, receive, send)

    def _check_key(self, headers: Headers) -> int:
        scheme, _, key = headers.get("authorization", "").partition(" ")
        number = self._keys.number(key.strip()) if scheme.casefold() == "bearer" else None
        if number is None:
            said = "Send one of this server's keys: Authorization: Bearer KEY."
            raise Refused(HTTPStatus.UNAUTHORIZED, said, "invalid_api_key", None, {"WWW-Authenticate": "Bearer"})
        return number


def _check_machine(headers: Headers) -> None:
    host, _, port = headers.get("host", "").rpartition(":")
    if not is_loopback(host if host and port.isdigit() else headers.get("host", "")):
        raise Refused(HTTPStatus.MISDIRECTED_REQUEST, "Without a key it answers to localhost alone.", "wrong_host")
    if "origin" in headers or headers.get("sec-fetch-site", "none") != "none":
        raise Refused(HTTPStatus.FORBIDDEN, "Without a key no page in a browser may use it.", "browser")


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()
