"""What the page does not let past: requests of other sites, names of other hosts, floods and endless bodies."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from http import HTTPStatus
from itertools import chain

import httpx
import pytest

from tests.bot.samples import picture
from tests.web.conftest import Page, Visitor
from web.guard import MOST_AT_ONCE


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://elsewhere.test"},
        {"Origin": "null"},
        {"Origin": "", "Sec-Fetch-Site": "cross-site"},
    ],
)
async def test_another_site_cannot_act_in_a_visitors_name(visitor: Visitor, headers: dict[str, str]) -> None:
    """Though the browser sends the cookie along."""
    id = await visitor.begin()
    visitor.http.headers.update(headers)
    assert (await visitor.http.post("/api/conversations")).status_code == HTTPStatus.FORBIDDEN
    assert (await visitor.http.delete(f"/api/conversations/{id}")).status_code == HTTPStatus.FORBIDDEN


async def test_without_an_origin_nothing_is_changed(page: Page, visitor: Visitor) -> None:
    """Unless the browser says that the page itself asks."""
    cookies = dict(visitor.http.cookies)
    async with httpx.AsyncClient(base_url=page.url, cookies=cookies) as http:
        assert (await http.post("/api/conversations")).status_code == HTTPStatus.FORBIDDEN
        own = {"Sec-Fetch-Site": "same-origin"}
        assert (await http.post("/api/conversations", headers=own)).status_code == HTTPStatus.CREATED


async def test_another_name_for_this_machine_is_refused(page: Page, visitor: Visitor) -> None:
    """A page elsewhere whose name was made to lead here gets nothing, not even the page's files."""
    for path in ("/", "/page.js", "/api/state"):
        response = await visitor.http.get(path, headers={"Host": "rebound.test"})
        assert response.status_code == HTTPStatus.MISDIRECTED_REQUEST


async def test_every_answer_tells_the_browser_to_be_careful(visitor: Visitor, stranger: Visitor) -> None:
    """Nothing from outside, no frame, no sniffing; whoever asks and whatever comes."""
    for response in (await visitor.http.get("/"), await visitor.http.get("/api/state"), await stranger.http.get("/no")):
        policy = response.headers["content-security-policy"]
        assert policy.startswith("default-src 'self';") and "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["referrer-policy"] == "no-referrer"
    assert (await visitor.http.get("/api/state")).headers["cache-control"] == "no-store"


async def test_a_gigabyte_is_not_read(visitor: Visitor) -> None:
    """Announced it is refused at once, unannounced as soon as it is too long; and nothing is kept."""
    id = await visitor.begin()
    path, sent = f"/api/conversations/{id}/pictures", 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 2**30:
            sent += 2**20
            yield bytes(2**20)

    announced = {"Content-Length": str(2**30)}
    with contextlib.suppress(httpx.HTTPError):  # The server may close before all is sent.
        response = await visitor.http.post(path, content=endless(), headers=announced)
        assert response.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert sent < 2**26
    sent = 0
    with contextlib.suppress(httpx.HTTPError):
        response = await visitor.http.post(path, content=endless())
        assert response.status_code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        assert "20 MB" in response.json()["said"]
    assert sent < 2**27
    assert (await visitor.show(id))["items"] == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "..%2F..%2Fx", "a\u202egpj.exe", "%00", "/", ""])
async def test_a_files_name_is_only_words(page: Page, visitor: Visitor, name: str) -> None:
    """It names no path, and nothing invisible is in it."""
    id = await visitor.begin()
    encoded = httpx.QueryParams({"n": name}).__str__().removeprefix("n=")
    shown = (await visitor.upload(id, picture(), encoded)).json()["name"]
    assert shown and "/" not in shown and shown.isprintable()
    assert {file.parent for file in page.desk.services.folder.rglob("*")} == {page.desk.services.folder}


async def test_paths_lead_nowhere(visitor: Visitor) -> None:
    """Only the page's own files are files."""
    for path in (
        "/../web.key",
        "/%2e%2e/web.key",
        "/page.html",
        "/closed.html",
        "//etc/passwd",
        "/page.js/../../app.py",
    ):
        assert (await visitor.http.get(path)).status_code in {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}


async def test_numbers_beyond_all_bounds_are_nothing(visitor: Visitor) -> None:
    """And no error of the program."""
    beyond = 10**30
    for path in (f"/api/conversations/{beyond}", f"/api/pictures/{beyond}/copy", f"/api/conversations/{2**63}/events"):
        assert (await visitor.http.get(path)).is_client_error
    id = await visitor.begin()
    assert (await visitor.ask(id, "What is it?", beyond)).is_client_error


async def test_a_flood_of_one_client_does_not_keep_others_waiting(page: Page, visitor: Visitor) -> None:
    """Ten thousand requests, fifty at a time, are refused one by one, and somebody else is answered meanwhile."""
    id = await visitor.begin()
    flood = asyncio.gather(*(_flood(page.url, 200) for _ in range(50)))
    answered = 0
    while not flood.done():
        assert (await visitor.show(id))["items"] == []
        answered += 1
    assert set(chain.from_iterable(await flood)) == {HTTPStatus.UNAUTHORIZED}
    assert answered > 20


async def _flood(url: str, requests: int) -> list[int]:
    """Make many requests on one connection, as fast as it can; return their statuses."""
    host = httpx.URL(url)
    reader, writer = await asyncio.open_connection(host.host, host.port)
    statuses = []
    for _ in range(requests):
        writer.write(f"GET /api/state HTTP/1.1\r\nHost: {host.host}:{host.port}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        statuses.append(int(head.split()[1]))
        length = re.search(rb"content-length: (\d+)", head.lower())
        assert length is not None
        await reader.readexactly(int(length[1]))
        if b"connection: close" in head.lower():
            writer.close()
            reader, writer = await asyncio.open_connection(host.host, host.port)
    writer.close()
    await writer.wait_closed()
    return statuses


async def test_one_persons_readers_are_counted(page: Page, visitor: Visitor) -> None:
    """Who has too many tabs open is told so; closed ones count no more."""
    id = await visitor.begin()
    path = f"/api/conversations/{id}/events"
    async with contextlib.AsyncExitStack() as opened:
        reading = []  # A reader that nobody holds is closed.
        for _ in range(MOST_AT_ONCE):
            stream = await opened.enter_async_context(visitor.http.stream("GET", path))
            reading.append(stream.aiter_lines())
            await anext(reading[-1])
        assert (await visitor.http.get(path)).status_code == HTTPStatus.TOO_MANY_REQUESTS
    async with asyncio.timeout(5):
        while True:
            async with visitor.http.stream("GET", path) as stream:
                if stream.status_code == HTTPStatus.OK:
                    break
