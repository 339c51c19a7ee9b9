"""Tell whether a request comes from this machine itself."""

from ipaddress import IPv6Address, ip_address

from starlette.requests import HTTPConnection

FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
"""Headers that a proxy adds: what comes with one comes from elsewhere."""


def names_this_machine(connection: HTTPConnection) -> bool:
    """Whether a request is made to an address that means, to whoever makes it, their own machine; through no proxy.

    To a container such a request comes from elsewhere, though its port is published to this machine alone.
    """
    if any(header in connection.headers for header in FORWARDED):
        return False
    named = (connection.url.hostname or "").rstrip(".")
    return named == "localhost" or _is_loopback(named)


def is_local(connection: HTTPConnection) -> bool:
    """Whether a request was made on this machine, to an address of it that nobody else can reach.

    A proxy on this machine is a local client too, so a header of one tells against it, and so does a name other than
    that of loopback, which is what a page that was led here by its name (DNS rebinding) asks for.
    """
    client = connection.client
    return client is not None and _is_loopback(client.host) and names_this_machine(connection)


def _is_loopback(host: str) -> bool:
    try:
        address = ip_address(host)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped.is_loopback
    return address.is_loopback
