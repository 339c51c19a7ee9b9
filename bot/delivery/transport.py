"""The way to Telegram: directly or through a proxy, whose failures say which setting names it."""

from collections.abc import Iterable
from typing import Any

import httpcore
import httpx
import socksio

from assistant.settings.proxy import Proxy
from assistant.settings.settings import TelegramSettings

BLOCKED = "if Telegram is blocked where you are, name a proxy in telegram.proxy"


def transport(telegram: TelegramSettings, connections: int) -> httpx.AsyncBaseTransport:
    """Return a transport of up to `connections` connections, by the proxy that the settings or the environment name.

    Raises:
        SettingsError: what is named can be no proxy.
    """
    limits, way = httpx.Limits(max_connections=connections), telegram.way()
    return Direct(limits=limits) if way is None else Proxied(way, limits, telegram.timeout_seconds)


class Direct(httpx.AsyncHTTPTransport):
    """No proxy."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Make a request."""
        try:
            return await super().handle_async_request(request)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise type(error)(f"{error or 'no connection in time'} ({BLOCKED})", request=request) from error


class Proxied(httpx.AsyncHTTPTransport):
    """Through a proxy. What it says about a failure is told without its password."""

    def __init__(self, proxy: Proxy, limits: httpx.Limits, seconds: float) -> None:
        """Wait for each word of a SOCKS proxy at most so many seconds."""
        password = proxy.password.get_secret_value()
        auth = (proxy.user, password) if proxy.user or password else None
        super().__init__(limits=limits, proxy=httpx.Proxy(proxy.shown, auth=auth))
        self._proxy = proxy
        if proxy.is_socks:
            self._pool = httpcore.AsyncSOCKSProxy(
                proxy.shown,
                None if auth is None else (auth[0].encode(), auth[1].encode()),
                httpx.create_ssl_context(),
                limits.max_connections,
                limits.max_keepalive_connections,
                limits.keepalive_expiry,
                network_backend=_Bounded(seconds),
            )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Make a request."""
        try:
            response = await super().handle_async_request(request)
        except httpx.ProxyError as error:
            raise httpx.ProxyError(self._named(f"{error}"), request=request) from None
        except (socksio.SOCKSError, AssertionError):  # httpcore asserts what a proxy may say.
            raise httpx.ProxyError(self._named("it does not speak SOCKS5"), request=request) from None
        except httpx.TransportError as error:
            text = self._named(f"{error}" or type(error).__name__)
            raise type(error)(text, request=request) from error
        if response.status_code == httpx.codes.PROXY_AUTHENTICATION_REQUIRED:
            await response.aclose()
            raise httpx.ProxyError(self._named("407, it wants another name and password"), request=request)
        return response

    def _named(self, text: str) -> str:
        for secret in self._proxy.secrets:
            text = text.replace(secret.get_secret_value(), "<password>")
        return f"the proxy {self._proxy.shown} of {self._proxy.named}: {text}"


class _Bounded(httpcore.AsyncNetworkBackend):
    """Connections on which no word is waited for without end, as httpcore does of a SOCKS proxy."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect."""
        inner = await self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        return _BoundedStream(inner, self._seconds)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._inner.sleep(seconds)


class _BoundedStream(httpcore.AsyncNetworkStream):
    """A stream to a SOCKS proxy: what has no time-out is the talk with it before there is a connection."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, seconds: float) -> None:
        self._inner = inner
        self._seconds = seconds

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """Read up to so many bytes."""
        if timeout is not None:
            return await self._inner.read(max_bytes, timeout)
        try:
            return await self._inner.read(max_bytes, self._seconds)
        except httpcore.ReadTimeout as error:
            raise httpcore.ConnectTimeout("the proxy says nothing") from error

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Write all bytes."""
        await self._inner.write(buffer, self._seconds if timeout is None else timeout)

    async def aclose(self) -> None:
        """Close it."""
        await self._inner.aclose()

    async def start_tls(self, *args: Any, **options: Any) -> httpcore.AsyncNetworkStream:
        """Continue with TLS; from then on each time-out is the request's."""
        return await self._inner.start_tls(*args, **options)

    def get_extra_info(self, info: str) -> Any:
        """Return what the connection is."""
        return self._inner.get_extra_info(info)
