"""HTTP to a server that speaks OpenAI's protocol: one pool of connections, and every failure a RemoteFault."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from model_service.backends.remote.events import EventReader, TooLong
from model_service.backends.remote.faults import Kind, RemoteFault, judge
from model_service.backends.remote.pieces import Piece, read_body, read_event
from model_service.config import RemoteConfig
from model_service.errors import CheckpointError

CONNECT_SECONDS = 10.0
FACTS_SECONDS = 10.0
"""Seconds in which a server says what it has, or it counts as away."""

WHOLE_SECONDS = 3 * FACTS_SECONDS
"""Seconds for all of that: httpx waits for a SOCKS proxy without end."""

DIRECT: dict[str, httpx.AsyncBaseTransport | None] = {
    "all://localhost": None,
    "all://127.0.0.1": None,
    "all://[::1]": None,
}
"""What is reached without the proxy of HTTPS_PROXY or ALL_PROXY: this machine."""

MOST_BODY = 4 * 1024 * 1024
"""The longest body that is read whole, in bytes."""

MOST_WORDS = 1000
"""Characters of a server's words about a failure."""

GATEWAY = (502, 503, 504)
"""What a gateway says in the place of a server that is not there; a server that is loading says one of them, too."""

SPARE = 4
"""Connections beside those of answers."""


class Client:
    """Asks one server. The key goes into a header of its own requests, and nowhere else."""

    def __init__(self, config: RemoteConfig, most: int) -> None:
        """Ask the server at `config.address`, by up to `most` connections for answers.

        Raises:
            CheckpointError: the environment names a proxy that can be none.
        """
        self.address = config.address.rstrip("/")
        self.host = urlsplit(self.address).netloc
        self._key = config.key.get_secret_value() if config.key else ""
        headers = {"Accept-Encoding": "identity", "User-Agent": "eyeglass"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        try:
            self._http = httpx.AsyncClient(
                headers=headers,
                limits=httpx.Limits(max_connections=most + SPARE, max_keepalive_connections=most + SPARE),
                timeout=httpx.Timeout(config.timeout, connect=CONNECT_SECONDS, pool=None),
                follow_redirects=False,
                mounts=DIRECT,
            )
        except (ValueError, httpx.InvalidURL) as error:
            raise CheckpointError(
                f"the proxy of HTTPS_PROXY, HTTP_PROXY or ALL_PROXY cannot be used: {error}"
            ) from None

    async def close(self) -> None:
        """Close all connections."""
        await self._http.aclose()

    async def facts(self, address: str) -> Mapping[str, Any]:
        """Return the JSON object at an address.

        Raises:
            RemoteFault: there is none; AWAY where a gateway answers in the server's place.
        """
        with self._judged():
            request = self._http.stream("GET", address, timeout=FACTS_SECONDS)
            async with asyncio.timeout(WHOLE_SECONDS), request as response:
                body = await self._whole(response)
                if response.status_code in GATEWAY:
                    raise RemoteFault(Kind.AWAY, f"{response.status_code}", status=response.status_code)
                if response.status_code != httpx.codes.OK:
                    raise judge(response.status_code, body)
        try:
            said = json.loads(body)
        except ValueError:
            said = None
        if not isinstance(said, Mapping):
            raise RemoteFault(Kind.GARBLED, f"no JSON object at {address}")
        return said

    async def answer(self, body: bytes) -> AsyncGenerator[Piece, None]:
        """Yield the pieces of an answer; closing the generator closes the connection, and so stops the server.

        Raises:
            RemoteFault: it failed, before or after the first piece.
        """
        headers = {"Content-Type": "application/json"}
        with self._judged():
            request = self._http.stream("POST", f"{self.address}/chat/completions", content=body, headers=headers)
            async with request as response:
                if response.status_code != httpx.codes.OK:
                    raise judge(
                        response.status_code, await self._whole(response), response.headers.get("retry-after", "")
                    )
                if "event-stream" in response.headers.get("content-type", ""):
                    async for piece in _pieces(response.aiter_raw()):
                        yield piece
                else:
                    yield read_body(await self._whole(response))
                    yield Piece(end=True)

    async def _whole(self, response: httpx.Response) -> str:
        data = b""
        async for chunk in response.aiter_raw():
            data += chunk
            if len(data) > MOST_BODY:
                raise RemoteFault(Kind.GARBLED, f"a body of more than {MOST_BODY} bytes")
        return data.decode("utf-8", "replace")

    @contextlib.contextmanager
    def _judged(self) -> Iterator[None]:
        """Turn what may happen on the way into a RemoteFault, and keep the key out of its text."""
        try:
            yield
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError) as error:
            raise RemoteFault(Kind.AWAY, self._clean(error)) from None
        except TimeoutError:
            raise RemoteFault(Kind.AWAY, f"no answer in {WHOLE_SECONDS:.0f} s") from None
        except httpx.TimeoutException as error:
            raise RemoteFault(Kind.HUNG, self._clean(error)) from None
        except httpx.TransportError as error:
            raise RemoteFault(Kind.CUT, self._clean(error)) from None
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError, TooLong) as error:
            raise RemoteFault(Kind.GARBLED, self._clean(error)) from None
        except RemoteFault as fault:
            fault.text = self._cleaned(fault.text)
            fault.args = (fault.text,)
            raise

    def _clean(self, error: Exception) -> str:
        return self._cleaned(f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)

    def _cleaned(self, text: str) -> str:
        """Return a text without the key, then cut: half a key would not be found."""
        return (text.replace(self._key, "<key>") if self._key else text)[:MOST_WORDS]


async def _pieces(chunks: AsyncIterator[bytes]) -> AsyncGenerator[Piece, None]:
    """Yield what comes; a stream that ends says so in its last piece, or was cut off."""
    reader, finished = EventReader(), False
    async for chunk in chunks:
        for event in reader.feed(chunk):
            piece = read_event(event)
            finished = finished or bool(piece.finish)
            yield piece
            if piece.end:
                return
    rest = reader.finish()
    if rest is not None:
        try:
            piece = read_event(rest)
        except RemoteFault as fault:
            if fault.kind is not Kind.GARBLED:  # Else it is half an event, of a stream that was cut off.
                raise
        else:
            finished = finished or bool(piece.finish) or piece.end
            yield piece
    if not finished:
        raise RemoteFault(Kind.CUT, "the stream ended before the answer did")
    yield Piece(end=True)
