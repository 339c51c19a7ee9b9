"""Small real proxies on loopback: HTTP (CONNECT, and plain requests passed on) and SOCKS5, well and badly behaved."""

import asyncio
import contextlib
import ssl
from base64 import b64encode
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias
from urllib.parse import urlsplit

Reader: TypeAlias = asyncio.StreamReader
Writer: TypeAlias = asyncio.StreamWriter


class Mood(StrEnum):
    """How a proxy behaves."""

    WELL = "well"
    REFUSES = "refuses"
    HANGS = "hangs"
    CLOSES = "closes"
    REPEATS = "repeats the password"


@dataclass
class Small:
    """A proxy that leads every name to one port on loopback; `asked` are the targets that it was asked for."""

    port_behind: int
    user: str = ""
    password: str = ""
    mood: Mood = Mood.WELL
    port: int = 0
    certificate: ssl.SSLContext | None = None
    asked: list[str] = field(default_factory=list)

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator["Small"]:
        """Listen for as long as the block lasts."""
        talks = set[asyncio.Task[None]]()

        async def talk(reader: Reader, writer: Writer) -> None:
            task = asyncio.current_task()
            assert task is not None
            talks.add(task)
            try:
                await self._talk(reader, writer)
            except* (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                pass  # Whoever spoke is gone, or the test is over.
            finally:
                talks.discard(task)
                writer.close()

        server = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=self.certificate)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            for task in list(talks):
                task.cancel()
            if talks:
                await asyncio.wait(list(talks))

    async def _talk(self, reader: Reader, writer: Writer) -> None:
        raise NotImplementedError

    async def _pass_on(self, reader: Reader, writer: Writer, first: bytes = b"") -> None:
        """Connect what was asked for, and pass on what either side says."""
        behind, to_behind = await asyncio.open_connection("127.0.0.1", self.port_behind)
        to_behind.write(first)
        async with asyncio.TaskGroup() as both:
            both.create_task(_pump(reader, to_behind))
            both.create_task(_pump(behind, writer))


class SmallHttp(Small):
    """An HTTP proxy."""

    async def _talk(self, reader: Reader, writer: Writer) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        line, *headers = head.decode().rstrip().split("\r\n")
        method, target, _ = line.split(" ")
        self.asked.append(target)
        if self.mood is Mood.HANGS:
            await asyncio.Event().wait()
        if self.mood is Mood.CLOSES:
            return
        if self.mood is Mood.REFUSES:
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n")
        elif not self._lets_in(headers):
            writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        elif self.mood is Mood.REPEATS:
            writer.write(f"HTTP/1.1 502 no way for {self.user}:{self.password}\r\n\r\n".encode())
        elif method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await self._pass_on(reader, writer)
        else:
            path = urlsplit(target)._replace(scheme="", netloc="").geturl()
            kept = [header for header in headers if not header.lower().startswith(("proxy-", "connection"))]
            again = "\r\n".join([f"{method} {path} HTTP/1.1", *kept, "Connection: close", "", ""])
            await self._pass_on(reader, writer, again.encode())
        await writer.drain()

    def _lets_in(self, headers: list[str]) -> bool:
        wanted = b64encode(f"{self.user}:{self.password}".encode()).decode()
        return not self.user or f"Proxy-Authorization: Basic {wanted}" in headers


class SmallSocks(Small):
    """A SOCKS5 proxy (RFC 1928, RFC 1929)."""

    async def _talk(self, reader: Reader, writer: Writer) -> None:
        _, count = await reader.readexactly(2)
        offered = await reader.readexactly(count)
        method = 2 if self.user else 0
        if self.mood is Mood.HANGS:
            await asyncio.Event().wait()
        if self.mood is Mood.CLOSES:
            return
        if method not in offered:
            writer.write(b"\x05\xff")
            return
        writer.write(bytes((5, method)))
        if method == 2 and not await self._lets_in(reader, writer):
            return
        _, _, _, kind = await reader.readexactly(4)
        length = (await reader.readexactly(1))[0] if kind == 3 else {1: 4, 4: 16}[kind]
        host = await reader.readexactly(length)
        port = int.from_bytes(await reader.readexactly(2))
        self.asked.append(f"{host.decode() if kind == 3 else host.hex()}:{port}")
        code = 2 if self.mood is Mood.REFUSES else 0
        writer.write(bytes((5, code, 0, 1)) + bytes(6))
        if not code:
            await self._pass_on(reader, writer)
        await writer.drain()

    async def _lets_in(self, reader: Reader, writer: Writer) -> bool:
        await reader.readexactly(1)
        user = await reader.readexactly((await reader.readexactly(1))[0])
        password = await reader.readexactly((await reader.readexactly(1))[0])
        right = (user.decode(), password.decode()) == (self.user, self.password)
        writer.write(bytes((1, 0 if right else 1)))
        return right


async def _pump(reader: Reader, writer: Writer) -> None:
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(65536):
            writer.write(piece)
            await writer.drain()
    writer.close()


class Tls(Small):
    """TLS before the port behind, with `certificate`; no proxy."""

    async def _talk(self, reader: Reader, writer: Writer) -> None:
        await self._pass_on(reader, writer)
