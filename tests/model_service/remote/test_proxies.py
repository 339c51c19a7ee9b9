"""The environment's proxies, on the way to a model's server."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from model_service import CheckpointError, RemoteConfig
from model_service.backends.remote import client as clients
from model_service.backends.remote.client import Client
from model_service.backends.remote.faults import Kind, RemoteFault
from tests.proxies.conftest import no_proxies
from tests.proxies.small import Mood, SmallHttp, SmallSocks

__all__ = ["no_proxies"]


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    """Serve a JSON object at every address; yields the port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = json.dumps({"data": []}).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as serving:
        yield serving.sockets[0].getsockname()[1]


async def facts(address: str) -> object:
    """Ask a server for what it has."""
    client = Client(RemoteConfig(address, None, "", None, 1.0, False), 1)
    try:
        return await client.facts(f"{address}/models")
    finally:
        await client.close()


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY", "all_proxy"])
async def test_a_server_elsewhere_is_asked_through_the_environments_proxy(
    variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of either kind; but for the hosts of NO_PROXY."""
    async with served() as port, SmallHttp(port).open() as http, SmallSocks(port).open() as socks:
        for proxy, scheme in ((http, "http"), (socks, "socks5")):
            monkeypatch.setenv(variable, f"{scheme}://127.0.0.1:{proxy.port}")
            assert await facts("http://models.test/v1") == {"data": []}
            assert len(proxy.asked) == 1


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "ALL_PROXY"])
async def test_a_server_on_this_machine_is_asked_directly(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the environment says."""
    async with served() as port, SmallSocks(port).open() as socks:
        monkeypatch.setenv(variable, f"socks5://127.0.0.1:{socks.port}")
        assert await facts(f"http://127.0.0.1:{port}/v1") == {"data": []}
        assert socks.asked == []


async def test_what_can_be_no_proxy_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its password."""
    monkeypatch.setenv("ALL_PROXY", "socks4://ada:hunter2@127.0.0.1:1")
    with pytest.raises(CheckpointError, match="ALL_PROXY") as refused:
        await facts("http://models.test/v1")
    assert "hunter2" not in str(refused.value)


async def test_a_proxy_that_says_nothing_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """The server is away."""
    monkeypatch.setattr(clients, "WHOLE_SECONDS", 0.3)
    async with SmallSocks(9, mood=Mood.HANGS).open() as socks:
        monkeypatch.setenv("ALL_PROXY", f"socks5://127.0.0.1:{socks.port}")
        with pytest.raises(RemoteFault) as failed:
            await facts("http://models.test/v1")
    assert failed.value.kind is Kind.AWAY
