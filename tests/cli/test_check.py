"""Each line of `eyeglass check`: green, and red with what to do."""

import asyncio
import contextlib
import os
import shutil
import time
from collections.abc import AsyncIterator
from email.utils import formatdate
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import playground
from assistant.pictures.documents import Opened
from assistant.pictures.refusals import DocumentFault, DocumentRefused
from assistant.storage import open_database
from assistant.storage.database import RESTORING
from cli.checks import machine, model, telegram
from playground import Server
from playground.updates import HookError
from tests.bot.samples import picture
from tests.cli.lines import Show, settings, shown
from tests.proxies.conftest import no_proxies, port_of
from tests.proxies.small import SmallSocks

__all__ = ["no_proxies", "shown"]


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    """A playground whose token is in the environment."""
    async with playground.serve() as running:
        monkeypatch.setenv("TELEGRAM_BOT_TOKEN", running.token)
        yield running


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder for this user alone, in which the program runs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir(mode=0o700)
    return tmp_path / "data"


async def test_proxy(shown: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    """None; one, without its password; one that can be none."""
    assert await shown(lambda: telegram.check_proxy(telegram.Line(settings()))) == (
        "ok",
        "line: ok, api.telegram.org is asked directly\n",
    )
    way = settings(telegram={"proxy": "socks5://ada:hunter2@10.0.0.1"})
    kind, text = await shown(lambda: telegram.check_proxy(telegram.Line(way)))
    assert (kind, text.endswith("through socks5://10.0.0.1:1080 (telegram.proxy)\n")) == ("ok", True)
    monkeypatch.setenv("HTTPS_PROXY", "socks4://ada:hunter2@10.0.0.1")
    kind, text = await shown(lambda: telegram.check_proxy(telegram.Line(settings())))
    assert (kind, "HTTPS_PROXY must be" in text, "hunter2" in text) == ("wanting", True, False)


async def test_token(server: Server, shown: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is known; it is refused; there is none; Telegram is away; a proxy is what is away."""
    here = settings(server=server)
    kind, text = await shown(lambda: telegram.check_token(telegram.Line(here)))
    assert (kind, "@eyeglass_play_bot" in text) == ("ok", True)
    async with SmallSocks(port_of(server), "ada", "hunter2").open() as proxy:
        named = {"base_url": "http://api.telegram.test/bot", "proxy": f"socks5://ada:hunter2@127.0.0.1:{proxy.port}"}
        assert (await shown(lambda: telegram.check_token(telegram.Line(settings(telegram=dict(named))))))[0] == "ok"
        named["proxy"] = f"socks5://ada:hunter3@127.0.0.1:{proxy.port}"
        kind, text = await shown(lambda: telegram.check_token(telegram.Line(settings(telegram=dict(named)))))
        assert (kind, "of telegram.proxy: Invalid" in text, "hunter" in text) == ("wanting", True, False)
    away = settings(telegram={"base_url": "http://127.0.0.1:9/bot"})
    kind, text = await shown(lambda: telegram.check_token(telegram.Line(away)))
    assert (kind, "telegram.proxy" in text) == ("wanting", True)
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123456789:abcdefghijklmnopqrstuvwxyz_0123456789")
    kind, text = await shown(lambda: telegram.check_token(telegram.Line(here)))
    assert (kind, "@BotFather" in text) == ("wanting", True)
    monkeypatch.delenv("TELEGRAM_BOT_TOKEN")
    kind, text = await shown(lambda: telegram.check_token(telegram.Line(here)))
    assert (kind, "There is no bot token" in text) == ("wanting", True)


async def test_what_cannot_be_asked_is_asked_once(shown: Show, server: Server) -> None:
    """One line is red, the others say where to look."""
    line = telegram.Line(settings(telegram={"base_url": "http://127.0.0.1:9/bot"}))
    assert (await shown(lambda: telegram.check_token(line)))[0] == "wanting"
    for check in (telegram.check_webhook, telegram.check_groups):
        assert await shown(lambda check=check: check(line)) == ("note", "line: note, not asked, see token\n")
    assert (await shown(lambda: telegram.check_clock(line)))[0] == "note"


@contextlib.asynccontextmanager
async def dated(off: float) -> AsyncIterator[str]:
    """Serve a getMe whose Date is behind this machine's clock by so many seconds; yields telegram.base_url."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = b'{"ok":true,"result":{"id":7,"is_bot":true,"first_name":"E","username":"e_bot"}}'
        date = formatdate(time.time() - off, usegmt=True)
        head = f"HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as serving:
        yield f"http://127.0.0.1:{serving.sockets[0].getsockname()[1]}/bot"


@pytest.mark.parametrize(
    ("off", "kind"), [(0, "ok"), (40, "ok"), (-40, "ok"), (3700, "wanting"), (-3700, "wanting"), (10**8, "wanting")]
)
async def test_clock(server: Server, shown: Show, off: int, kind: str) -> None:
    """Telegram's Date is compared; which way it is wrong is said."""
    async with dated(off) as address:
        line = telegram.Line(settings(telegram={"base_url": address}))
        assert (await shown(lambda: telegram.check_token(line)))[0] == "ok"
    found, text = await shown(lambda: telegram.check_clock(line))
    assert found == kind
    assert ("ahead of" in text, "behind" in text) == (off > 60, off < -60)


async def test_webhook(server: Server, shown: Show) -> None:
    """None; one's own; another program's, by its host alone; one's own that Telegram does not reach."""
    here = telegram.Line(settings(server=server))
    assert (await shown(lambda: telegram.check_webhook(here)))[0] == "ok"
    own = telegram.Line(settings(server=server, telegram={"webhook_url": "http://127.0.0.1/hook"}))
    assert (await shown(lambda: telegram.check_webhook(own)))[0] == "ok"
    server.set_foreign_webhook("https://other.example.com/hook/c2VjcmV0")
    for line in (here, own):
        kind, text = await shown(lambda line=line: telegram.check_webhook(line))
        assert (kind, "other.example.com" in text, "c2VjcmV0" in text) == ("wanting", True, False)
    server.set_foreign_webhook("http://127.0.0.1/hook")
    assert (await shown(lambda: telegram.check_webhook(own)))[0] == "ok"
    server.world.updates.error = HookError(0, "Connection refused")
    assert (await shown(lambda: telegram.check_webhook(own)))[0] == "ok"  # Nothing waits: it was so once.
    await server.person("Ada").private().send("hello")
    kind, text = await shown(lambda: telegram.check_webhook(own))
    assert (kind, "127.0.0.1 (Connection refused)" in text) == ("wanting", True)


@pytest.mark.parametrize(
    ("privacy", "joins", "sections", "kind", "words"),
    [
        (False, True, {}, "ok", "privacy mode is off"),
        (True, True, {}, "note", "/setprivacy"),
        (True, True, {"chats": {"watch": True}}, "wanting", "/setprivacy"),
        (False, True, {"chats": {"watch": True}}, "ok", "privacy mode is off"),
        (True, False, {}, "note", "/setjoingroups"),
        (True, False, {"access": {"chats": "-5"}}, "wanting", "/setjoingroups"),
    ],
)
async def test_groups(
    server: Server, shown: Show, *, privacy: bool, joins: bool, sections: Any, kind: str, words: str
) -> None:
    """What of groups it sees is said; it is wanting where the settings rely on more."""
    server.bot |= {"can_read_all_group_messages": not privacy, "can_join_groups": joins}
    found, text = await shown(lambda: telegram.check_groups(telegram.Line(settings(server=server, **sections))))
    assert (found, words in text) == (kind, True)


async def test_storage_and_access(folder: Path, shown: Show) -> None:
    """It can be written; a running bot holds it; a restore was broken off; it is damaged."""
    here = settings(folder)
    assert (await shown(lambda: machine.check_storage(here)))[0] == "ok"
    kind, text = await shown(lambda: machine.check_access(here))
    assert (kind, "pairing code" in text) == ("ok", True)
    async with open_database(folder):
        for check in (machine.check_storage, machine.check_access):
            kind, text = await shown(lambda check=check: check(here))
            assert (kind, "running Eyeglass" in text) == ("ok", True)
    (folder / RESTORING).touch()
    assert "Restore the backup again" in (await shown(lambda: machine.check_storage(here)))[1]
    (folder / RESTORING).unlink()
    (folder / "eyeglass.sqlite3").write_bytes(b"x" * 5000)
    for check in (machine.check_storage, machine.check_access):
        kind, text = await shown(lambda check=check: check(here))
        assert (kind, "damaged" in text) == ("wanting", True)
    assert "everybody" in (await shown(lambda: machine.check_access(settings(folder, access={"mode": "open"}))))[1]


@pytest.mark.parametrize("which", ["folder", "token_file", "proxy_file", "key_file", "settings.toml"])
async def test_permissions(folder: Path, shown: Show, which: str, tmp_path: Path) -> None:
    """Each of what others must not read; the command that helps is said."""
    files = {name: tmp_path / name for name in ("token_file", "proxy_file", "key_file", "settings.toml")}
    for file in files.values():
        file.write_text("x")
        file.chmod(0o600)
    telegrams: dict[str, object] = {name: str(files[name]) for name in ("token_file", "proxy_file")}
    here = settings(
        folder, telegram={**telegrams, "proxy": "http://a:b@c:1"}, model={"key_file": str(files["key_file"])}
    )
    assert (await shown(lambda: machine.check_permissions(here)))[0] == "ok"
    (folder if which == "folder" else files[which]).chmod(0o755 if which == "folder" else 0o644)
    kind, text = await shown(lambda: machine.check_permissions(here))
    assert (kind, f"chmod {700 if which == 'folder' else 600} " in text) == ("wanting", True)


async def test_permissions_of_another_user(folder: Path, shown: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a command of root's."""
    (folder / "eyeglass.sqlite3").touch()
    real = Path.stat

    def stat(path: Path, **options: Any) -> os.stat_result:
        found = real(path, **options)
        return os.stat_result((*found[:4], 12345, *found[5:])) if path.name == "eyeglass.sqlite3" else found

    monkeypatch.setattr(Path, "stat", stat)
    kind, text = await shown(lambda: machine.check_permissions(settings(folder)))
    assert (kind, "chown -R" in text) == ("wanting", True)


@pytest.mark.parametrize(("free", "kind"), [(10**9, "wanting"), (2 * 10**9, "ok")])
async def test_disk(folder: Path, shown: Show, free: int, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A gigabyte should be free."""
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert (await shown(lambda: machine.check_disk(settings(folder))))[0] == kind


async def test_documents_and_fonts(shown: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page is drawn; without a font; not at all."""
    assert (await shown(lambda: machine.check_documents(settings())))[0] == "ok"
    flaws = list[str]()

    async def opened(*_: object) -> list[Opened]:
        if not flaws:
            raise DocumentRefused(DocumentFault.BROKEN)
        return [Opened(picture(), flaws=" ".join(flaws))]

    monkeypatch.setattr(machine, "open_file", opened)
    kind, text = await shown(lambda: machine.check_documents(settings()))
    assert (kind, "pip install" in text) == ("wanting", True)
    assert (await shown(lambda: machine.check_fonts(settings())))[0] == "note"
    flaws.append("glyphs")
    kind, text = await shown(lambda: machine.check_fonts(settings()))
    assert (kind, "fonts-wqy-microhei" in text) == ("note", True)
    flaws[:] = ["turned"]
    assert (await shown(lambda: machine.check_fonts(settings())))[0] == "ok"


async def test_heic(shown: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    """With and without the package."""
    assert (await shown(lambda: machine.check_heic(settings())))[0] == "ok"
    monkeypatch.setattr(machine, "find_spec", lambda _: None)
    kind, text = await shown(lambda: machine.check_heic(settings()))
    assert (kind, "pip install" in text) == ("note", True)


CARD = SimpleNamespace(name="NVIDIA H200", total_memory=140 << 30)


@pytest.mark.parametrize(
    ("cards", "driver", "device", "kind", "words"),
    [
        (1, True, "auto", "ok", "NVIDIA H200 with 140 GiB"),
        (0, False, "auto", "ok", "the processor answers"),
        (0, True, "auto", "wanting", "newer driver"),
        (0, True, "cpu", "ok", "the processor answers"),
        (0, False, "cuda", "wanting", "nvidia-smi"),
        (0, True, "cuda:0", "wanting", "newer driver"),
    ],
)
async def test_gpu(
    shown: Show, *, cards: int, driver: bool, device: str, kind: str, words: str, tmp_path: Path, monkeypatch: Any
) -> None:
    """A card that works, none, one that PyTorch cannot use, one that was asked for."""
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: bool(cards))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: cards)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda _: CARD)
    (tmp_path / "version").write_text("NVRM version: 470.1\nGCC\n")
    monkeypatch.setattr(model, "DRIVER", tmp_path / ("version" if driver else "none"))
    found, text = await shown(lambda: model.check_gpu(settings(model={"device": device})))
    assert (found, words in text) == (kind, True)


async def test_gpu_where_none_is_needed_or_possible(shown: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server answers; PyTorch is not there."""
    monkeypatch.setattr(model, "find_spec", lambda _: None)
    assert (await shown(lambda: model.check_gpu(settings(model={"name": "http://127.0.0.1:1/v1"}))))[0] == "ok"
    kind, text = await shown(lambda: model.check_gpu(settings()))
    assert (kind, "eyeglass[local]" in text) == ("wanting", True)
