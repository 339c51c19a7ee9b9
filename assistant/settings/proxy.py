"""The proxy on the way to Telegram: from the settings, a file or the environment; its password is never shown."""

import os
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

from pydantic import SecretStr

from assistant.settings.errors import SettingsError
from assistant.settings.secret_files import read_secret_file

PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
"""The kinds of proxies, each with the port that is meant where none is named."""

LIKE = "an address such as socks5://127.0.0.1:1080 or http://user:password@proxy.example.org:3128"

NONE = SecretStr("")

SHORTEST = 4
"""Passwords of fewer signs are not looked for in texts: they would be found in every other word."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy; `named` is the setting or variable that names it. Neither its repr nor `shown` has the password."""

    named: str
    scheme: str
    host: str
    port: int
    user: str = ""
    password: SecretStr = NONE
    userinfo: SecretStr = NONE

    @property
    def shown(self) -> str:
        """Its address without name and password."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    @property
    def is_socks(self) -> bool:
        """Whether it speaks SOCKS; else it speaks HTTP."""
        return self.scheme.startswith("socks")

    @property
    def secrets(self) -> list[SecretStr]:
        """The forms in which its password may appear in a text, the longest first."""
        password, userinfo = self.password.get_secret_value(), self.userinfo.get_secret_value()
        pair = b64encode(f"{self.user}:{password}".encode()).decode()
        forms = {userinfo, pair, password, userinfo.partition(":")[2]} if password else set[str]()
        return [SecretStr(form) for form in sorted(forms, key=len, reverse=True) if len(form) >= SHORTEST]


def parse_proxy(address: str, named: str) -> Proxy:
    """Return the proxy at an address.

    Raises:
        ValueError: it cannot be one; the text says what it must be, and holds nothing of it.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise ValueError(f"must be {LIKE}; in a password, write # as %23, / as %2F and @ as %40") from None
    if parts.scheme in {"socks", "socks4", "socks4a"}:
        raise ValueError(f"must be {LIKE}: of SOCKS, version 5 alone is spoken")
    if parts.scheme not in PORTS or not parts.hostname or port == 0 or not _is_whole(parts):
        raise ValueError(f"must be {LIKE}; in a password, write # as %23, / as %2F and @ as %40")
    return Proxy(
        named=named,
        scheme=parts.scheme,
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=SecretStr(unquote(parts.password or "")),
        userinfo=SecretStr(parts.netloc.rpartition("@")[0]),
    )


def _is_whole(parts: SplitResult) -> bool:
    """Whether nothing was cut off behind the port, as happens where a password has a # in it."""
    seen = all(sign.isprintable() and not sign.isspace() for sign in parts.geturl())
    return seen and parts.path in {"", "/"} and not parts.query and not parts.fragment


def checked_proxy(address: SecretStr) -> SecretStr:
    """Return what `telegram.proxy` says.

    Raises:
        ValueError: it can be no proxy.
    """
    if address.get_secret_value():
        parse_proxy(address.get_secret_value(), "telegram.proxy")
    return address


def proxy_for(
    target: str, proxy: SecretStr, proxy_file: str, environment: Mapping[str, str] | None = None
) -> Proxy | None:
    """Return the proxy on the way to `target`, a web address; None: there is none.

    It comes from `proxy`, else from `proxy_file`, else from the environment. What runs on this machine is reached
    directly.

    Raises:
        SettingsError: what is named can be no proxy; the text holds nothing of it.
    """
    environment = os.environ if environment is None else environment
    named, address = "telegram.proxy", proxy.get_secret_value()
    if not address and proxy_file:
        named = "telegram.proxy_file"
        address = read_secret_file(named, proxy_file)
        if not address:
            raise SettingsError(f"{named}: {proxy_file} is empty.")
    if not address:
        named, address = environment_proxy(target, environment)
    if not address:
        return None
    try:
        found = parse_proxy(address, named)
    except ValueError as error:
        raise SettingsError(f"{named} {error}.") from None
    return None if is_here(urlsplit(target).hostname or "") else found


def environment_proxy(target: str, environment: Mapping[str, str]) -> tuple[str, str]:
    """Return the variable that names a proxy for `target`, and the address in it; both empty: none does.

    As for other programs: HTTPS_PROXY or HTTP_PROXY, else ALL_PROXY, small letters first, but for NO_PROXY's hosts.
    """
    parts = urlsplit(target)
    if proxy_bypass_environment(parts.netloc.rpartition("@")[2], {"no": _variable("no_proxy", environment)[1]}):
        return "", ""
    for name in (f"{parts.scheme}_proxy", "all_proxy"):
        variable, address = _variable(name, environment)
        if address:
            return variable, address if "://" in address else f"http://{address}"
    return "", ""


def _variable(name: str, environment: Mapping[str, str]) -> tuple[str, str]:
    variable = name if name in environment else name.upper()
    return variable, environment.get(variable, "").strip()


def is_here(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
