"""The rules for the address of a webhook, which are Telegram's."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

TELEGRAM = "https://api.telegram.org/"
PORTS = (443, 80, 88, 8443)
"""The ports to which Telegram brings updates; a Bot API server of one's own in local mode knows any."""

OF_OURS = ("/health", "/metrics", "/api", "/enter", "/page")
"""The beginnings of paths that are served for others."""

LIKE = "a web address such as https://eyeglass.example.org/telegram"

PATH = re.compile(r"(/[\w.~-]+)+", re.ASCII)


def check_webhook(address: str, base_url: str, *, local_mode: bool) -> str:
    """Return the address of a webhook, given that of the Bot API server that is to reach it.

    Raises:
        ValueError: that server would not take it; the text says what it must be.
    """
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise ValueError(f"must be {LIKE}") from None
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.username or parts.query or parts.fragment:
        raise ValueError(f"must be {LIKE}")
    if not PATH.fullmatch(parts.path) or parts.path.startswith(OF_OURS):
        raise ValueError("must end with a path of its own, as https://eyeglass.example.org/telegram does")
    if parts.scheme == "http":
        if base_url.startswith(TELEGRAM) or not is_near(parts.hostname):
            raise ValueError(
                "must begin with https://; http:// is for a Bot API server of your own (telegram.base_url), on this "
                "machine or in a private network"
            )
    elif not local_mode and (port or 443) not in PORTS:
        raise ValueError("must have one of the ports that Telegram knows: 443, 80, 88 or 8443")
    return address


def is_near(host: str) -> bool:
    """Whether a host is this machine, or one of a private network: by its address, or by a name without a dot."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host
