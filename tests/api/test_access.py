"""Who may use the API: with a key, and without one only programs on this machine."""

import logging
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest
from pydantic import SecretStr

from api.access import is_loopback
from assistant.settings.errors import SettingsError
from assistant.settings.settings import API_KEY
from cli.serve import check_host, take_keys
from tests.api.conftest import KEY, Api
from tests.cli.test_commands import eyeglass

ASKED: list[Any] = [{"role": "user", "content": "What is it?"}]
OTHER = "another-key-of-25-letters"


async def test_a_key_opens_it(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    """Any of them; none is written into the log, and health is told without."""
    caplog.set_level(logging.DEBUG)
    api.keys = [KEY, OTHER]
    for key in (KEY, OTHER):
        client = await api.client(key)
        await client.chat.completions.create(model="scripted", messages=ASKED)
    for wrong in (KEY[:-1], "none", KEY.upper()):
        with pytest.raises(openai.AuthenticationError) as refused:
            await (await api.client(wrong)).models.list()
        assert refused.value.code == "invalid_api_key"
    async with httpx.AsyncClient(base_url=api.url) as http:
        assert (await http.get("/v1/models")).status_code == HTTPStatus.UNAUTHORIZED
        assert (await http.get("/v1/models", headers={"Authorization": KEY})).status_code == HTTPStatus.UNAUTHORIZED
        assert (await http.get("/health")).status_code == HTTPStatus.OK
    ours = [record.getMessage() for record in caplog.records if record.name.startswith(("api", "cli", "uvicorn"))]
    assert not any(KEY in line or OTHER in line for line in ours)
    first, second = api.engine.requests
    assert first.chat != second.chat and KEY not in first.chat


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "rebound.test"}, HTTPStatus.MISDIRECTED_REQUEST),
        ({"Host": "127.0.0.1.rebound.test:8000"}, HTTPStatus.MISDIRECTED_REQUEST),
        ({"Host": ""}, HTTPStatus.MISDIRECTED_REQUEST),
        ({"Origin": "https://elsewhere.test"}, HTTPStatus.FORBIDDEN),
        ({"Origin": "null"}, HTTPStatus.FORBIDDEN),
        ({"Sec-Fetch-Site": "cross-site"}, HTTPStatus.FORBIDDEN),
        ({"Host": "localhost:8000"}, HTTPStatus.OK),
        ({"Host": "[::1]"}, HTTPStatus.OK),
    ],
)
async def test_without_a_key_no_page_elsewhere_gets_anything(
    api: Api, headers: dict[str, str], status: HTTPStatus
) -> None:
    """Neither by a name that was made to lead here, nor by a request that it does not read."""
    url = await api.open()
    async with httpx.AsyncClient() as http:
        body = {"messages": ASKED}
        answer = await http.post(f"{url}/chat/completions", json=body, headers=headers)
    assert answer.status_code == status
    assert "access-control-allow-origin" not in answer.headers
    assert len(api.engine.requests) == (status == HTTPStatus.OK)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "::1", "[::1]", "127.8.0.1"])
def test_addresses_of_this_machine_alone(host: str) -> None:
    """They want no key."""
    assert is_loopback(host)
    check_host(host, [])


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.2", "example.test", ""])  # noqa: S104
def test_addresses_that_others_reach_want_a_key(host: str) -> None:
    """Else it does not start."""
    with pytest.raises(SettingsError, match=API_KEY):
        check_host(host, [])
    check_host(host, [SecretStr(KEY)])


def test_keys_come_from_a_file_or_the_environment(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A file goes first; one that others can read is warned of, without its content."""
    file = tmp_path / "keys"
    file.write_text(f"{KEY}\n\n{OTHER}\n")
    file.chmod(0o644)
    environment = {API_KEY: "from-the-environment-1"}
    assert [key.get_secret_value() for key in take_keys(file, environment)] == [KEY, OTHER]
    assert "chmod 600" in caplog.text and KEY not in caplog.text
    assert [key.get_secret_value() for key in take_keys(None, environment)] == ["from-the-environment-1"]
    assert take_keys(None, {}) == []


@pytest.mark.parametrize("content", ["abc-123", "", "with a space in the middle", "ключ-из-других-букв-1"])
def test_a_key_that_is_none(tmp_path: Path, content: str) -> None:
    """It is refused, and not repeated."""
    file = tmp_path / "keys"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        take_keys(file, {})
    assert not content or content not in str(refused.value)
    with pytest.raises(SettingsError, match="cannot be read"):
        take_keys(tmp_path / "nothing", {})


async def test_the_command_does_not_start_without_a_key(tmp_path: Path) -> None:
    """Where others could reach it: one sentence, and exit code 2."""
    code, _, said = await eyeglass("serve", "--host", "0.0.0.0", folder=tmp_path)  # noqa: S104
    assert (code, said.count("\n")) == (2, 1)
    assert API_KEY in said and "--key-file" in said
    code, out, said = await eyeglass("serve", "--host", "0.0.0.0", folder=tmp_path, **{API_KEY: "short"})  # noqa: S104
    assert (code, said.count("\n")) == (2, 1)
    assert "short" not in (out + said).replace("too short", "")
