"""What every request to the page has to get past: the host that it names, the page it comes from, its length."""

import contextlib
from collections import Counter
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MOST_AT_ONCE = 16
"""The most requests of one person at a time, and the most of their tabs that wait for news."""

SAFE = frozenset({"GET", "HEAD"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "[::1]"})

HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'; object-src 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


CLOSE = {"Connection": "close"}
"""The header of an answer to a request whose body is not read: what is left of it is not waited for."""


class TooLarge(Exception):
    """A request's body has more than `most` bytes."""

    def __init__(self, most: int) -> None:
        super().__init__(f"a body of more than {most} bytes")
        self.most = most


async def body_of(request: Request, most: int) -> bytes:
    """Return a request's body; stop reading it as soon as it is too long.

    Raises:
        TooLarge: it has more bytes.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > most:
        raise TooLarge(most)
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            raise TooLarge(most)
    return bytes(body)


class TooMany(Exception):
    """A person has too many requests at a time."""


class Bound:
    """Counts what each person has running, MOST_AT_ONCE at most."""

    def __init__(self) -> None:
        self._running: Counter[int] = Counter()

    @contextlib.contextmanager
    def one_of(self, person: int) -> Iterator[None]:
        """Count one more for as long as the block lasts.

        Raises:
            TooMany: there are as many as may be.
        """
        if self._running[person] >= MOST_AT_ONCE:
            raise TooMany
        self._running[person] += 1
        try:
            yield
        finally:
            self._running[person] -= 1
            if not self._running[person]:
                del self._running[person]


class Guard:
    """Pass on only requests that name one of `hosts`, or this machine, and whose page is this one.

    To name the host keeps out pages elsewhere whose name was made to lead here, and to name the page keeps out those
    that would act in the name of whoever looks at them.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str] = ()) -> None:
        self._app = app
        self._hosts = LOOPBACK | frozenset(hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                sent = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    sent.setdefault(name, value)
                sent.setdefault("Cache-Control", "no-store")
            await send(message)

        answer = self._refusal(scope["method"], Headers(scope=scope)) or self._app
        await answer(scope, receive, send_guarded)

    def _refusal(self, method: str, headers: Headers) -> JSONResponse | None:
        if _host(headers.get("host", "")) not in self._hosts:
            return JSONResponse({"said": "This page does not answer under that name (web.url)."}, 421, CLOSE)
        if method not in SAFE and not _is_own(headers):
            return JSONResponse({"said": "Only the page itself may ask for this."}, 403, CLOSE)
        return None


def _host(host: str) -> str:
    """Return a host without its port, in lower case."""
    name, _, port = host.rpartition(":")
    return (name if port.isdigit() and name else host).casefold()


def _is_own(headers: Headers) -> bool:
    """Whether a request comes from the page at the host that it names."""
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site") == "same-origin"
    return urlsplit(origin).netloc.casefold() == headers.get("host", "").casefold()
