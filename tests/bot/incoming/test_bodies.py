"""A body from Telegram is read up to a bound and no further."""

from collections.abc import AsyncIterator

import httpx
import pytest

from bot.incoming.bodies import HEADERS, MOST_BYTES, MOST_READ, TooLong, bound

CHUNK = bytes(1 << 20)


class Endless(httpx.AsyncByteStream):
    """Megabytes, counted as they are read."""

    def __init__(self) -> None:
        self.read = 0
        self.closed = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            self.read += len(CHUNK)
            yield CHUNK

    async def aclose(self) -> None:
        self.closed = True


async def fetched(stream: httpx.AsyncByteStream, headers: dict[str, str] | None = None) -> bytes:
    """Return the body that a client gets."""
    transport = httpx.MockTransport(lambda request: httpx.Response(200, stream=stream, headers=headers))
    async with httpx.AsyncClient(transport=transport, headers=HEADERS, event_hooks={"response": [bound]}) as client:
        return (await client.get("http://telegram/file")).content


class Bytes(httpx.AsyncByteStream):
    """A body of `size` bytes."""

    def __init__(self, size: int) -> None:
        self.size = size

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield bytes(self.size)


async def test_an_endless_body_is_broken_off() -> None:
    """Soon, and the connection is let go."""
    body = Endless()
    with pytest.raises(TooLong):
        await fetched(body)
    assert body.read <= MOST_READ + len(CHUNK)
    assert body.closed


async def test_what_is_announced_to_be_too_long_is_not_read() -> None:
    """Not a byte."""
    body = Endless()
    with pytest.raises(TooLong):
        await fetched(body, {"Content-Length": "600000000"})
    assert (body.read, body.closed) == (0, True)


async def test_the_largest_file_is_read() -> None:
    """All of it."""
    assert len(await fetched(Bytes(MOST_BYTES))) == MOST_BYTES


@pytest.mark.parametrize("packing", ["gzip", "deflate", "br, gzip"])
async def test_what_comes_packed_is_not_unpacked(packing: str) -> None:
    """It could grow to any size; nobody asked for it."""
    with pytest.raises(httpx.DecodingError):
        await fetched(Bytes(10), {"Content-Encoding": packing})
