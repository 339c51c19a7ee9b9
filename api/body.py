"""The body of a request: read up to a bound, or thrown away."""

import asyncio
import contextlib
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from api.refusals import Refused

MOST_BYTES = 40 * 1024 * 1024
"""The longest body: a picture of 29 MiB, which Base64 makes a third longer."""

DISCARD_SECONDS = 2.0


async def read_body(headers: Headers, receive: Receive) -> bytes:
    """Return a request's body; stop reading it as soon as it is too long.

    Raises:
        ClientDisconnect: the client left.
        Refused: it has more than MOST_BYTES.
    """
    announced = headers.get("content-length", "")
    body, more = bytearray(), True
    too_long = announced.isdigit() and int(announced) > MOST_BYTES
    while more and not too_long:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
        too_long = len(body) > MOST_BYTES
    if too_long:
        if more:
            await discard(receive)
        said = f"A body has at most {MOST_BYTES} bytes."
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, said, "too_large", None, {"Connection": "close"})
    return bytes(body)


async def discard(receive: Receive) -> None:
    """Take in what is left of a body, within bounds: a client that still sends does not hear that it is refused."""
    left, more = MOST_BYTES, True
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(DISCARD_SECONDS):
            while more and left > 0:
                message = await receive()
                left -= len(message.get("body", b""))
                more = message.get("more_body", False)
