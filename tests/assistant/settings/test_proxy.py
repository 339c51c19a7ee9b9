"""Which proxy leads to Telegram, and that its password is told nowhere."""

from base64 import b64encode
from pathlib import Path

import pytest
from pydantic import SecretStr

from assistant.settings.errors import SettingsError
from assistant.settings.proxy import parse_proxy, proxy_for
from assistant.settings.settings import Settings, load_settings

TELEGRAM = "https://api.telegram.org/bot"
EMPTY = SecretStr("")


def found(environment: dict[str, str], target: str = TELEGRAM, proxy: str = "", file: str = "") -> str | None:
    """Return what names the proxy on the way to `target`, and its address."""
    way = proxy_for(target, SecretStr(proxy), file, environment)
    return None if way is None else f"{way.named} {way.shown}"


@pytest.mark.parametrize(
    ("address", "shown", "user", "password"),
    [
        ("http://proxy.example.org:3128", "http://proxy.example.org:3128", "", ""),
        ("http://proxy.example.org/", "http://proxy.example.org:80", "", ""),
        ("https://proxy.example.org", "https://proxy.example.org:443", "", ""),
        ("socks5://127.0.0.1", "socks5://127.0.0.1:1080", "", ""),
        ("socks5h://ada:p%40ss%23%2F@[2001:db8::1]:9", "socks5h://[2001:db8::1]:9", "ada", "p@ss#/"),
        ("SOCKS5://ada@Proxy.Example.org:1080", "socks5://proxy.example.org:1080", "ada", ""),
        ("http://ada:p@ss@proxy.example.org:1", "http://proxy.example.org:1", "ada", "p@ss"),
    ],
)
def test_an_address_is_taken_apart(address: str, shown: str, user: str, password: str) -> None:
    """With the port that is meant where none is named, and with signs that addresses spell out."""
    proxy = parse_proxy(address, "telegram.proxy")
    assert (proxy.shown, proxy.user, proxy.password.get_secret_value()) == (shown, user, password)
    assert len(password) < 4 or password not in repr(proxy)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1:1080",
        "socks://ada:hunter2@127.0.0.1:1080",
        "socks4://ada:hunter2@127.0.0.1:1080",
        "ftp://ada:hunter2@127.0.0.1:1080",
        "socks5://ada:hunter2@:1080",
        "socks5://ada:hunter2@127.0.0.1:0",
        "socks5://ada:hunter2@127.0.0.1:70000",
        "socks5://ada:hunter2@127.0.0.1:1080/path",
        "socks5://ada:hunter2#@127.0.0.1:1080",
        "socks5://ada:hunter2/@127.0.0.1:1080",
        "socks5://ada:hunter2?@127.0.0.1:1080",
        "socks5://ada:hunter2@127.0.0.1:1080 x",
        "http://ada:hunter2@[::1",
        "hunter2",
    ],
)
def test_what_is_no_proxy_is_refused_without_being_shown(address: str, tmp_path: Path) -> None:
    """In the file, in the variable of the setting, in a file of its own, in the environment: the setting is named."""
    settings, secret = tmp_path / "settings.toml", tmp_path / "proxy"
    settings.write_text(f'[telegram]\nproxy = "{address}"\n')
    with pytest.raises(SettingsError, match=r"telegram\.proxy must be an address such as") as refused:
        load_settings(settings, {})
    texts = [f"{refused.value}"]
    with pytest.raises(SettingsError, match=r"^EYEGLASS_TELEGRAM__PROXY: telegram\.proxy must be") as refused:
        load_settings(None, {"EYEGLASS_TELEGRAM__PROXY": address})
    texts.append(f"{refused.value}")
    secret.write_text(address)
    secret.chmod(0o600)
    with pytest.raises(SettingsError, match=r"^telegram\.proxy_file must be") as refused:
        proxy_for(TELEGRAM, EMPTY, str(secret), {})
    texts.append(f"{refused.value}")
    if "://" in address:
        with pytest.raises(SettingsError, match=r"^https_proxy must be") as refused:
            proxy_for(TELEGRAM, EMPTY, "", {"https_proxy": address})
        texts.append(f"{refused.value}")
    assert all("hunter2" not in text and text.count("\n") == 0 for text in texts)


def test_a_wrong_kind_of_value_is_not_shown_either(tmp_path: Path) -> None:
    """A list of proxies is none."""
    (tmp_path / "settings.toml").write_text('[telegram]\nproxy = ["socks5://ada:hunter2@127.0.0.1:1080"]\n')
    with pytest.raises(SettingsError, match=r"telegram\.proxy") as refused:
        load_settings(tmp_path / "settings.toml", {})
    assert "hunter2" not in f"{refused.value}"


def test_the_setting_goes_before_the_file_and_the_environment(tmp_path: Path) -> None:
    """Each is used where what goes before is empty."""
    file, environment = tmp_path / "proxy", {"HTTPS_PROXY": "http://c:3"}
    file.write_text(" socks5://b:2\n")
    file.chmod(0o600)
    assert found(environment, proxy="http://a:1", file=str(file)) == "telegram.proxy http://a:1"
    assert found(environment, file=str(file)) == "telegram.proxy_file socks5://b:2"
    assert found(environment) == "HTTPS_PROXY http://c:3"
    assert found({}) is None
    file.write_text("\n")
    with pytest.raises(SettingsError, match="is empty"):
        found({}, file=str(file))
    with pytest.raises(SettingsError, match="cannot be read"):
        found({}, file=str(tmp_path / "gone"))


def test_the_environments_proxies_are_honoured_as_by_other_programs() -> None:
    """By the scheme of the address, else ALL_PROXY; small letters first; without a scheme it is HTTP."""
    both = {"https_proxy": "http://small:1", "HTTPS_PROXY": "http://large:1", "ALL_PROXY": "socks5://all:1"}
    assert found(both) == "https_proxy http://small:1"
    assert found(both, "http://bots.example.org/bot") == "ALL_PROXY socks5://all:1"
    assert found({"HTTP_PROXY": "http://plain:1"}) is None
    assert found({"HTTP_PROXY": "http://plain:1"}, "http://bots.example.org/bot") == "HTTP_PROXY http://plain:1"
    assert found({"all_proxy": "127.0.0.1:7890"}) == "all_proxy http://127.0.0.1:7890"
    assert found({"https_proxy": "", "HTTPS_PROXY": "http://large:1"}) is None


@pytest.mark.parametrize("hosts", ["*", "api.telegram.org", "example.org, .telegram.org", "telegram.org"])
def test_what_no_proxy_names_is_reached_directly(hosts: str) -> None:
    """Unless the setting names a proxy: it is for Telegram alone."""
    environment = {"HTTPS_PROXY": "http://a:1", "NO_PROXY": hosts}
    assert found(environment) is None
    assert found(environment, proxy="socks5://b:2") == "telegram.proxy socks5://b:2"


@pytest.mark.parametrize("hosts", ["", "example.org", "notelegram.org", "api.telegram.org.example.org"])
def test_what_no_proxy_does_not_name_is_not(hosts: str) -> None:
    """Other hosts, however alike."""
    assert found({"HTTPS_PROXY": "http://a:1", "NO_PROXY": hosts}) == "HTTPS_PROXY http://a:1"


@pytest.mark.parametrize("host", ["127.0.0.1:8081", "localhost:8081", "[::1]:8081", "127.1.2.3", "LOCALHOST"])
def test_a_server_on_this_machine_is_asked_directly(host: str) -> None:
    """The playground, or a Bot API server of one's own, whatever names a proxy."""
    environment = {"HTTP_PROXY": "http://a:1", "ALL_PROXY": "socks5://a:1"}
    assert found(environment, f"http://{host}/bot") is None
    assert found(environment, f"http://{host}/bot", proxy="socks5://b:2") is None
    assert found(environment, "http://10.0.0.7:8081/bot") == "HTTP_PROXY http://a:1"


def test_the_password_is_shown_by_nothing_and_known_in_all_its_forms() -> None:
    """Settings and proxy may be logged whole; a log's filter knows what to take out."""
    settings = Settings.model_validate({"telegram": {"proxy": "http://ada:hunter%232@a:1"}})
    way = settings.telegram.way()
    assert way is not None
    for text in (repr(settings), str(settings), settings.model_dump_json(), repr(way), way.shown):
        assert "hunter" not in text
    secrets = [secret.get_secret_value() for secret in way.secrets]
    pair = b64encode(b"ada:hunter#2").decode()
    assert set(secrets) == {"ada:hunter%232", "hunter%232", "hunter#2", pair}
    assert sorted(secrets, key=len, reverse=True) == secrets
    assert parse_proxy("http://ada:x@a:1", "").secrets == [SecretStr(b64encode(b"ada:x").decode()), SecretStr("ada:x")]
    assert parse_proxy("http://ada@a:1", "").secrets == []
