"""Tell whether a request comes from this machine itself: only then are metrics and details told."""

from ipaddress import IPv6Address, ip_address

from starlette.requests import HTTPConnection

FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
"""Headers that a proxy adds: what comes with one comes from elsewhere."""


def is_local(connection: HTTPConnection) -> bool:
    """Whether a request was made on this machine, to an address of it that nobody else can reach.

    A proxy on this machine is a local client too, so a header of one tells against it, and so does a name other than
    that of loopback, which is what a page that was led here by its name (DNS rebinding) asks for.
    """
    if connection.client is None or any(header in connection.headers for header in FORWARDED):
        return False
    named = (connection.url.hostname or "").rstrip(".")
    return _is_loopback(connection.client.host) and (named == "localhost" or _is_loopback(named))


def _is_loopback(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback
