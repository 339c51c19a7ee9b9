"""Limit the size of Telegram's responses while they are read."""

from collections.abc import AsyncIterator

import httpx

MOST_BYTES = 20 * 1024 * 1024
"""The largest file, in bytes, that Telegram lets a bot download."""

MOST_READ = MOST_BYTES + 4096
"""The most bytes of a body to read."""

HEADERS = {"Accept-Encoding": "identity"}
"""Request nothing compressed: it could grow to a thousand times its size when it is unpacked."""


class TooLong(httpx.ReadError):
    """A body has more bytes than may be read."""


async def bound(response: httpx.Response) -> None:
    """Limit bodies to MOST_READ, as a hook of httpx; use it with HEADERS.

    Raises:
        TooLong: it is announced to be longer; later, from reading it: it is longer.
        httpx.DecodingError: a file comes packed although that was not asked for.
    """
    request = response.request
    if request.method == "GET" and response.headers.get("content-encoding", "identity") != "identity":
        raise httpx.DecodingError("the file comes packed", request=request)
    announced = response.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > MOST_READ:
        raise TooLong(f"{announced} bytes are announced", request=request)
    assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101
    response.stream = _Bounded(response.stream, request)


class _Bounded(httpx.AsyncByteStream):
    """The bytes of a body, up to a limit."""

    def __init__(self, stream: httpx.AsyncByteStream, request: httpx.Request) -> None:
        self._stream = stream
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        read = 0
        async for chunk in self._stream:
            read += len(chunk)
            if read > MOST_READ:
                raise TooLong(f"more than {MOST_READ} bytes", request=self._request)
            yield chunk

    async def aclose(self) -> None:
        """Close the connection."""
        await self._stream.aclose()
