"""`eyeglass health`: right whatever is served, by its exit code, and in a sentence."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import playground
from assistant.settings.errors import SettingsError
from assistant.settings.settings import Settings
from cli.health import address_of, ask_health
from cli.run import open_all
from model_service import Health, ModelConfig, ModelService, local_service
from tests.bot.engines import ScriptedEngine
from tests.cli.test_commands import eyeglass
from web.server import serving


@contextlib.asynccontextmanager
async def bot(folder: Path, **web: object) -> AsyncIterator[tuple[Settings, ModelService]]:
    """The bot with these settings of [web], on a port that was free."""
    async with playground.serve() as server:
        with socket.create_server(("127.0.0.1", 0)) as opened:
            port = opened.getsockname()[1]
        values = {
            "telegram": {"base_url": server.base_url, "base_file_url": server.base_file_url},
            "storage": {"path": folder},
            "web": {"port": port} | web,
        }
        settings = Settings.model_validate(values)
        model = local_service(ScriptedEngine, ModelConfig(drain_seconds=0.1))
        async with open_all(settings, SecretStr(server.token), model):
            await model.ready()
            yield settings, model


@contextlib.asynccontextmanager
async def saying(health: Response, live: Response) -> AsyncIterator[str]:
    """A server that gives these two answers; its address."""

    async def say_health(_: Request) -> Response:
        return health

    async def say_live(_: Request) -> Response:
        return live

    app = Starlette(routes=[Route("/health", say_health), Route("/health/live", say_live)])
    async with serving(app, "127.0.0.1", 0) as listening:
        yield listening.url


@pytest.mark.parametrize("web", [{"health": True}, {"enabled": True}, {"enabled": True, "health": True}])
async def test_it_is_served_with_the_page_and_without(tmp_path: Path, web: dict[str, object]) -> None:
    """The command asks where the settings say; the page is there only where it was asked for."""
    async with bot(tmp_path / "data", **web) as (settings, _):
        found = await asyncio.to_thread(ask_health, address_of(settings.web))
        assert (found.live, found.ready, found.said) == (True, True, "ready")
        port = str(settings.web.port)
        assert await eyeglass("health", folder=tmp_path, EYEGLASS_WEB__PORT=port) == (0, "ready\n", "")


async def test_a_bot_that_serves_nothing_is_told_what_to_set(tmp_path: Path) -> None:
    """It fails, and names the settings."""
    async with bot(tmp_path / "data") as (settings, _):
        found = await asyncio.to_thread(ask_health, address_of(settings.web))
        assert (found.live, found.ready) == (False, False)
        assert "web.health" in found.said
        code, said, _ = await eyeglass("health", folder=tmp_path, EYEGLASS_WEB__PORT=str(settings.web.port))
        assert (code, "web.health" in said) == (1, True)


async def test_what_no_restart_helps_is_no_failure_unless_asked_for(tmp_path: Path) -> None:
    """A model that was closed in good order; `--ready` fails."""
    async with bot(tmp_path / "data", health=True) as (settings, model):
        await model.drain()
        assert model.health is Health.CLOSED
        port = str(settings.web.port)
        code, said, _ = await eyeglass("health", folder=tmp_path, EYEGLASS_WEB__PORT=port)
        assert (code, "is closed" in said) == (0, True)
        assert (await eyeglass("health", "--ready", folder=tmp_path, EYEGLASS_WEB__PORT=port))[0] == 1


@pytest.mark.parametrize("status", [200, 503])
async def test_where_details_are_not_told_the_status_decides(status: int) -> None:
    """As at an address of this machine that others reach, too."""
    async with saying(JSONResponse({"ready": False}, 503), JSONResponse({}, status)) as address:
        found = await asyncio.to_thread(ask_health, address)
        assert (found.live, found.ready) == (status == 200, False)


@pytest.mark.parametrize("body", [b"", b"[]", b"<html>", b"\xff"])
async def test_another_server_there_is_not_well(body: bytes) -> None:
    """Whatever it says."""
    async with saying(Response(body, 404), Response(body, 404)) as address:
        assert not (await asyncio.to_thread(ask_health, address)).live


async def test_what_speaks_no_http_or_nothing_is_not_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """A port that answers with something else; one that takes a connection, and says nothing."""
    monkeypatch.setattr("cli.health.SECONDS", 0.3)

    async def talk(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example.org\r\n")
        writer.close()

    async with await asyncio.start_server(talk, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        assert not (await asyncio.to_thread(ask_health, f"http://127.0.0.1:{port}")).live
    with socket.create_server(("127.0.0.1", 0)) as silent:
        found = await asyncio.to_thread(ask_health, f"http://127.0.0.1:{silent.getsockname()[1]}")
        assert (found.live, "in time" in found.said) == (False, True)


@pytest.mark.parametrize("address", ["127.0.0.1:8080", "https://127.0.0.1", "http://", "http://127.0.0.1:x", "8080"])
def test_what_is_no_address_is_refused(address: str) -> None:
    """In a sentence."""
    with pytest.raises(SettingsError, match=r"http://127\.0\.0\.1:8080"):
        ask_health(address)


@pytest.mark.parametrize(
    ("host", "port", "address"),
    [
        ("127.0.0.1", 8080, "http://127.0.0.1:8080"),
        ("0.0.0.0", 9000, "http://127.0.0.1:9000"),  # noqa: S104
        ("::", 80, "http://[::1]:80"),
    ],
)
def test_it_asks_where_the_settings_say(host: str, port: int, address: str) -> None:
    """What listens everywhere is asked on this machine."""
    assert address_of(Settings.model_validate({"web": {"host": host, "port": port}}).web) == address


def test_a_port_that_nobody_knows_is_asked_for() -> None:
    """In a sentence."""
    with pytest.raises(SettingsError, match=r"web\.port is 0"):
        address_of(Settings.model_validate({"web": {"port": 0}}).web)
