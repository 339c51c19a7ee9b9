"""The real application, whose Telegram has a name that only proxies know."""

import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import trustme

from playground import Server
from tests.conversation.conftest import Stage, bot, chat, impatient, server, stage
from tests.faults.conftest import log
from tests.proxies.small import Tls

__all__ = ["bot", "chat", "impatient", "log", "server", "stage"]

HOST = "api.telegram.test"
VARIABLES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment names no proxy before a test does."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
        monkeypatch.delenv(variable.upper(), raising=False)


@pytest.fixture
async def tls(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """Serve the playground over TLS too, at the port that is returned, with a certificate that is trusted."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(HOST).configure_cert(context)
    async with Tls(port_of(server), certificate=context).open() as running:
        yield running.port


def name(stage: Stage, scheme: str = "http", **telegram: object) -> None:
    """Have the bot ask for Telegram by its name; `telegram` are other settings of that section."""
    addresses = {"base_url": f"{scheme}://{HOST}/bot", "base_file_url": f"{scheme}://{HOST}/file/bot"}
    stage.values["telegram"] |= addresses | telegram


def port_of(server: Server) -> int:
    """Return the playground's port."""
    return urlsplit(server.url).port or 0
