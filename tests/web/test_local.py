"""Metrics and details are told to this machine alone, and a proxy on it is not this machine."""

import pytest
from starlette.requests import HTTPConnection

from web.local import FORWARDED, is_local


def connection(client: str | None, host: str = "127.0.0.1:8080", **headers: str) -> HTTPConnection:
    """Return a connection as uvicorn makes it."""
    named = {"host": host} | {name.replace("_", "-"): value for name, value in headers.items()}
    return HTTPConnection(
        {
            "type": "http",
            "scheme": "http",
            "path": "/metrics",
            "query_string": b"",
            "server": ("127.0.0.1", 8080),
            "client": client and (client, 50_000),
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
        }
    )


@pytest.mark.parametrize("client", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
@pytest.mark.parametrize("host", ["127.0.0.1:8080", "localhost:8080", "localhost", "[::1]:8080"])
def test_this_machine_is_told(client: str, host: str) -> None:
    """By either family of addresses."""
    assert is_local(connection(client, host))


@pytest.mark.parametrize("client", ["10.0.0.3", "192.168.1.7", "203.0.113.9", "2001:db8::1", "::ffff:10.0.0.3", None])
def test_other_machines_are_not(client: str | None) -> None:
    """Of the same network neither."""
    assert not is_local(connection(client))


@pytest.mark.parametrize("header", FORWARDED)
def test_what_a_proxy_passes_on_is_not(header: str) -> None:
    """Whatever it says of whom it comes from."""
    assert not is_local(connection("127.0.0.1", **{header: "127.0.0.1"}))


@pytest.mark.parametrize("host", ["eyeglass.example", "127.0.0.1.example:8080", "localhost.example", "10.0.0.2:8080"])
def test_what_asks_for_another_name_is_not(host: str) -> None:
    """A page elsewhere whose name was turned to 127.0.0.1 asks by its own; so does a proxy that keeps the name."""
    assert not is_local(connection("127.0.0.1", host))
