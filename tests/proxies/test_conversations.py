"""A question is answered through a proxy of each kind, and what goes wrong with one is said."""

import asyncio

import pytest
from telegram import Bot
from telegram.error import NetworkError, TelegramError

from assistant.settings.settings import Settings
from bot.delivery.errors import never_arrived, reason
from bot.delivery.faults import CountedRequest, TelegramFaults
from bot.delivery.transport import transport
from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, final
from tests.proxies.conftest import HOST, name, port_of
from tests.proxies.small import Mood, Small, SmallHttp, SmallSocks

USER, PASSWORD = "ada", "hunter#2"
WRITTEN = f"{USER}:hunter%232@"
"""Name and password as an address has them."""


async def asked(stage: Stage, chat: Chat) -> None:
    """Start the bot, and have a picture fetched and a question answered."""
    await stage.start()
    assert "A grey gradient." in (await final(chat, await chat.send_photo(picture(), "What is this?"))).text
    await stage.stop()


@pytest.mark.parametrize("password", [False, True])
@pytest.mark.parametrize("scheme", ["socks5", "socks5h"])
async def test_through_socks(stage: Stage, server: Server, chat: Chat, scheme: str, password: bool) -> None:
    """With and without a password; the proxy is told the name, and looks it up."""
    user, secret = (USER, PASSWORD) if password else ("", "")
    async with SmallSocks(port_of(server), user, secret).open() as proxy:
        name(stage, proxy=f"{scheme}://{WRITTEN if password else ''}127.0.0.1:{proxy.port}")
        await asked(stage, chat)
    assert set(proxy.asked) == {f"{HOST}:80"}


@pytest.mark.parametrize("password", [False, True])
async def test_through_http(stage: Stage, server: Server, chat: Chat, password: bool) -> None:
    """An address without TLS is passed on by the proxy itself."""
    user, secret = (USER, PASSWORD) if password else ("", "")
    async with SmallHttp(port_of(server), user, secret).open() as proxy:
        name(stage, proxy=f"http://{WRITTEN if password else ''}127.0.0.1:{proxy.port}")
        await asked(stage, chat)
    assert any(target.endswith("/getMe") for target in proxy.asked)
    assert any("/file/bot" in target for target in proxy.asked)


@pytest.mark.parametrize("kind", [SmallHttp, SmallSocks])
async def test_with_tls(stage: Stage, chat: Chat, tls: int, kind: type[Small]) -> None:
    """As with Telegram itself: the proxy sees a name and a port (CONNECT), and passes on what it cannot read."""
    async with kind(tls, USER, PASSWORD).open() as proxy:
        scheme = "http" if kind is SmallHttp else "socks5"
        name(stage, "https", proxy=f"{scheme}://{WRITTEN}127.0.0.1:{proxy.port}")
        await asked(stage, chat)
    assert set(proxy.asked) == {f"{HOST}:443"}


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
async def test_the_environments_proxy(
    stage: Stage, chat: Chat, tls: int, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is set, and it is used all the same."""
    async with SmallSocks(tls).open() as proxy:
        monkeypatch.setenv(variable, f"socks5://127.0.0.1:{proxy.port}")
        name(stage, "https")
        await asked(stage, chat)
    assert set(proxy.asked) == {f"{HOST}:443"}


async def test_a_server_on_this_machine_is_asked_directly(
    stage: Stage, chat: Chat, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The playground is not looked for behind the environment's proxy, nor behind the setting's."""
    async with SmallSocks(port_of(server)).open() as proxy:
        for variable in ("ALL_PROXY", "HTTP_PROXY"):
            monkeypatch.setenv(variable, f"socks5://127.0.0.1:{proxy.port}")
        await asked(stage, chat)
        stage.values["telegram"]["proxy"] = f"socks5://127.0.0.1:{proxy.port}"
        await asked(stage, chat)
    assert proxy.asked == []


async def failure(proxy: str, scheme: str = "https") -> TelegramError:
    """Return what asking Telegram through a proxy fails with."""
    telegram = {"proxy": proxy, "base_url": f"{scheme}://{HOST}/bot", "timeout_seconds": 0.5}
    settings = Settings.model_validate({"telegram": telegram}).telegram
    request = CountedRequest(
        TelegramFaults(), connect_timeout=0.5, read_timeout=0.5, httpx_kwargs={"transport": transport(settings, 1)}
    )
    bot = Bot("123456789:abcdefghijklmnopqrstuvwxyz_0123456789", settings.base_url, request=request)
    async with asyncio.timeout(10), request:
        with pytest.raises(NetworkError) as failed:
            await bot.get_me()
    return failed.value


@pytest.mark.parametrize(
    ("kind", "mood", "said", "certain"),
    [
        (SmallSocks, Mood.REFUSES, "could not connect: Connection not allowed by ruleset", True),
        (SmallSocks, Mood.HANGS, "the proxy says nothing", True),
        (SmallSocks, Mood.CLOSES, "does not speak SOCKS5", True),
        (SmallHttp, Mood.REFUSES, "403 Forbidden", True),
        (SmallHttp, Mood.HANGS, "ReadTimeout", False),
        (SmallHttp, Mood.CLOSES, "disconnected", False),
    ],
)
async def test_a_proxy_that_fails_is_named(kind: type[Small], mood: Mood, said: str, certain: bool) -> None:
    """In time, with its address and the setting; and whether what was sent may have arrived is known."""
    async with kind(9, mood=mood).open() as proxy:
        scheme = "http" if kind is SmallHttp else "socks5"
        error = await failure(f"{scheme}://127.0.0.1:{proxy.port}")
    assert f"{scheme}://127.0.0.1:{proxy.port} of telegram.proxy" in reason(error)
    assert said in reason(error)
    assert never_arrived(error) == certain


@pytest.mark.parametrize("kind", [SmallHttp, SmallSocks])
@pytest.mark.parametrize("written", ["", "ada:wrong-word@", "bob@"])
@pytest.mark.parametrize("target", ["http", "https"])
async def test_a_wrong_password_is_said_and_not_shown(kind: type[Small], written: str, target: str) -> None:
    """A missing one, too."""
    async with kind(9, USER, PASSWORD).open() as proxy:
        scheme = "http" if kind is SmallHttp else "socks5"
        error = await failure(f"{scheme}://{written}127.0.0.1:{proxy.port}", target)
    words = ("407",) if kind is SmallHttp else ("Invalid username/password", "NO ACCEPTABLE METHODS")
    assert any(word in reason(error) for word in words)
    assert never_arrived(error)
    assert "wrong-word" not in f"{error} {error!r} {reason(error)}"


async def test_nobody_listens_at_the_proxys_address() -> None:
    """The proxy is named, not Telegram."""
    async with SmallHttp(9).open() as proxy:
        address = f"socks5://127.0.0.1:{proxy.port}"
    error = await failure(address)
    assert f"the proxy {address} of telegram.proxy: All connection attempts failed" in reason(error)


async def test_proxies_of_the_other_kind_are_told_apart() -> None:
    """An HTTP proxy named as SOCKS5, and the other way round."""
    async with SmallHttp(9).open() as http, SmallSocks(9).open() as socks:
        assert f"socks5://127.0.0.1:{http.port} of" in reason(await failure(f"socks5://127.0.0.1:{http.port}"))
        assert f"http://127.0.0.1:{socks.port} of" in reason(await failure(f"http://127.0.0.1:{socks.port}"))


async def test_a_proxy_that_repeats_the_password_does_not_get_it_shown() -> None:
    """Not in the error, nor in what led to it."""
    async with SmallHttp(9, USER, PASSWORD, Mood.REPEATS).open() as proxy:
        error = await failure(f"http://{WRITTEN}127.0.0.1:{proxy.port}")
    chain, link = list[BaseException](), error.__cause__
    while link is not None:
        chain.append(link)
        link = link.__cause__
    assert "502 no way for" in reason(error)
    assert all("hunter" not in f"{one} {one!r}" for one in [error, *chain])


async def test_without_a_proxy_the_setting_is_named() -> None:
    """Whoever cannot reach Telegram reads what to set."""
    telegram = {"base_url": "https://127.0.0.1:9/bot", "timeout_seconds": 0.5}
    settings = Settings.model_validate({"telegram": telegram}).telegram
    request = CountedRequest(TelegramFaults(), httpx_kwargs={"transport": transport(settings, 1)})
    bot = Bot("123456789:abcdefghijklmnopqrstuvwxyz_0123456789", settings.base_url, request=request)
    async with request:
        with pytest.raises(NetworkError) as failed:
            await bot.get_me()
    assert "telegram.proxy" in reason(failed.value)
