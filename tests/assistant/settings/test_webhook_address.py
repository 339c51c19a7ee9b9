"""The address of a webhook: what Telegram takes, and what a Bot API server of one's own does."""

from pathlib import Path

import pytest

from assistant.settings.errors import SettingsError
from assistant.settings.settings import Settings, load_settings
from assistant.settings.webhook_address import is_near

OWN = "http://10.0.0.7:8081/bot"


def load(tmp_path: Path, **telegram: object) -> Settings:
    """Return the settings with these of [telegram]."""
    file = tmp_path / "settings.toml"
    lines = [
        f"{key} = {str(value).lower() if isinstance(value, bool) else repr(value)}" for key, value in telegram.items()
    ]
    file.write_text("\n".join(["[telegram]", *lines]), encoding="utf-8")
    return load_settings(file, {})


@pytest.mark.parametrize(
    "address",
    [
        "",
        "https://eyeglass.example.org/telegram",
        "https://eyeglass.example.org:443/bots/eye-1",
        *(f"https://[2001:db8::7]:{port}/hook" for port in (80, 88, 8443)),
    ],
)
def test_telegram_takes_it(tmp_path: Path, address: str) -> None:
    """HTTPS, on the ports that it knows, with a path of its own."""
    assert load(tmp_path, webhook_url=address).telegram.webhook_url == address


WRONG = {
    "eyeglass.example.org/telegram": "must be a web address",
    "ftp://eyeglass.example.org/telegram": "must be a web address",
    "https:///telegram": "must be a web address",
    "https://me:secret@eyeglass.example.org/telegram": "must be a web address",
    "https://eyeglass.example.org/telegram?a=b": "must be a web address",
    "https://eyeglass.example.org/telegram#a": "must be a web address",
    "https://eyeglass.example.org:port/telegram": "must be a web address",
    "https://[eyeglass/telegram": "must be a web address",
    "https://eyeglass.example.org": "a path of its own",
    "https://eyeglass.example.org/": "a path of its own",
    "https://eyeglass.example.org/telegram/": "a path of its own",
    "https://eyeglass.example.org/health": "a path of its own",
    "https://eyeglass.example.org/metrics": "a path of its own",
    "https://eyeglass.example.org/{token}": "a path of its own",
    "https://eyeglass.example.org:8080/telegram": "443, 80, 88 or 8443",
    "http://eyeglass.example.org/telegram": "must begin with https://",
    "http://127.0.0.1:8080/telegram": "must begin with https://",
}


@pytest.mark.parametrize("address", WRONG)
def test_what_telegram_would_not_take_is_named(tmp_path: Path, address: str) -> None:
    """At the start, in one line."""
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, webhook_url=address)
    assert "telegram.webhook_url" in str(caught.value) and WRONG[address] in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.0.0.7", "192.168.1.2", "[::1]", "[fd00::7]", "localhost", "eyeglass"]
)
def test_a_server_of_ones_own_takes_http_nearby(tmp_path: Path, host: str) -> None:
    """On this machine, in a private network, or in a container beside it; on any port."""
    address = f"http://{host}:8080/telegram"
    assert load(tmp_path, base_url=OWN, webhook_url=address).telegram.webhook_url == address


def test_http_goes_through_no_public_network(tmp_path: Path) -> None:
    """Whoever reads along would read people's messages."""
    for host in ("8.8.8.8", "eyeglass.example.org"):
        with pytest.raises(SettingsError, match="private network"):
            load(tmp_path, base_url=OWN, webhook_url=f"http://{host}/telegram")
    assert not is_near("8.8.8.8")


def test_in_local_mode_any_port_will_do(tmp_path: Path) -> None:
    """The server says so of itself; without it Telegram's four."""
    address = "https://eyeglass.example.org:4443/telegram"
    assert load(tmp_path, base_url=OWN, local_mode=True, webhook_url=address).telegram.webhook_url == address
    with pytest.raises(SettingsError, match="8443"):
        load(tmp_path, base_url=OWN, webhook_url=address)
