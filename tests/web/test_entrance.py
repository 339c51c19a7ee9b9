"""Who is let in: by a link, from then on by a cookie; and nobody sees another's conversations."""

import stat
from http import HTTPStatus
from pathlib import Path

import httpx
import pytest

from assistant.storage import Standing
from assistant.texts import PageSentence, texts_in
from tests.bot.samples import picture
from tests.web.conftest import Machine, Page, Visitor
from web.entrance import COOKIE, KEY_FILE, LINK_SECONDS, Entrance, read_key

ADA, BEN = 1001, 1002


@pytest.fixture
def open_to_others(machine: Machine) -> Machine:
    """A machine whose page has an address for others; who is listed may use it."""
    machine.values["web"]["url"] = "http://page.test"
    machine.values["access"] = {"users": [ADA, BEN]}
    return machine


async def other(page: Page, person: int) -> Visitor:
    """Return somebody who came by a link that the bot sent, through a proxy."""
    visitor = Visitor(page.url)
    visitor.http.headers.update({"Host": "page.test", "Origin": "http://page.test"})
    link = page.desk.entrance.link_for(person)
    assert link is not None
    response = await visitor.http.get(httpx.URL(link).path)
    assert response.status_code == HTTPStatus.SEE_OTHER
    visitor.http.cookies.set(COOKIE, response.cookies[COOKIE])
    return visitor


async def test_without_a_link_nobody_is_let_in(stranger: Visitor) -> None:
    """And is told how to get one."""
    for path in ("/", "/api/state", "/api/conversations/1", "/api/pictures/1/copy", "/api/conversations/1/events"):
        response = await stranger.http.get(path)
        assert response.status_code == HTTPStatus.UNAUTHORIZED
        assert texts_in("en").say(PageSentence.CLOSED) in response.text


async def test_the_terminals_link_lets_this_machine_in_and_nobody_else(page: Page, stranger: Visitor) -> None:
    """Its cookie cannot be read by scripts, and is good on this machine alone."""
    response = await stranger.http.get(page.desk.entrance.local_path)
    assert response.status_code == HTTPStatus.SEE_OTHER
    cookie = response.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie
    assert (await stranger.http.get("/api/state")).status_code == HTTPStatus.OK
    wrong = await stranger.http.get("/enter/guessed")
    assert wrong.status_code == HTTPStatus.UNAUTHORIZED
    assert texts_in("en").say(PageSentence.LINK_USED_UP) in wrong.text


async def test_from_elsewhere_the_terminals_link_and_its_cookie_are_worth_nothing(open_to_others: Machine) -> None:
    """Whoever got hold of them comes through the proxy."""
    page = await open_to_others.open()
    visitor = Visitor(page.url)
    await visitor.enter(page.desk.entrance.local_path)
    visitor.http.headers.update({"Host": "page.test", "Origin": "http://page.test"})
    assert (await visitor.http.get("/api/state")).status_code == HTTPStatus.UNAUTHORIZED
    assert (await visitor.http.get(page.desk.entrance.local_path)).status_code == HTTPStatus.UNAUTHORIZED
    await visitor.http.aclose()


async def test_a_forged_or_altered_cookie_is_worth_nothing(page: Page, visitor: Visitor, tmp_path: Path) -> None:
    """Neither one that another key signed, nor one with another name in it."""
    good = visitor.http.cookies[COOKIE]
    # Not the last character: some of its bits are of no byte.
    altered = good[:-3] + ("A" if good[-3] != "A" else "B") + good[-2:]
    elsewhere = Entrance(b"x" * 32, page.desk.entrance._is_welcome)
    forged = elsewhere._cookies.dumps(0)
    for cookie in (forged, altered, "0", "", "a.b.c"):
        visitor.http.cookies.set(COOKIE, cookie)
        assert (await visitor.http.get("/api/state")).status_code == HTTPStatus.UNAUTHORIZED
    link = page.desk.entrance._links.dumps([0, "nonce"])  # A link is no cookie.
    visitor.http.cookies.set(COOKIE, link)
    assert (await visitor.http.get("/api/state")).status_code == HTTPStatus.UNAUTHORIZED


async def test_a_link_works_once(open_to_others: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not when it is too old."""
    page = await open_to_others.open()
    link = page.desk.entrance.link_for(ADA)
    assert link is not None and link.startswith("http://page.test/enter/")
    path = httpx.URL(link).path
    async with httpx.AsyncClient(base_url=page.url, headers={"Host": "page.test"}) as http:
        assert (await http.get(path)).status_code == HTTPStatus.SEE_OTHER
        assert (await http.get(path)).status_code == HTTPStatus.UNAUTHORIZED
        late = httpx.URL(page.desk.entrance.link_for(ADA) or "").path
        monkeypatch.setattr("itsdangerous.timed.time.time", lambda: 2e9 + LINK_SECONDS)
        assert (await http.get(late)).status_code == HTTPStatus.UNAUTHORIZED


async def test_two_people_do_not_see_each_other(open_to_others: Machine) -> None:
    """Not a conversation, not a picture, not an answer; and neither sees this machine's."""
    page = await open_to_others.open()
    ada, ben = await other(page, ADA), await other(page, BEN)
    id = await ada.begin()
    number = (await ada.upload(id, picture())).json()["pictures"][0]["id"]
    asked = (await ada.ask(id, "What is it?", number)).json()["message"]
    await ada.answer(id, asked)
    mine = await ben.begin()
    refused = [
        await ben.http.get(f"/api/conversations/{id}"),
        await ben.http.delete(f"/api/conversations/{id}"),
        await ben.http.get(f"/api/conversations/{id}/events"),
        await ben.http.post(f"/api/conversations/{id}/questions/{asked}/stop"),
        await ben.http.post(f"/api/conversations/{mine}/questions/{asked}/again", json={}),
        await ben.http.put(f"/api/conversations/{mine}/current", json={"pictures": [number]}),
        await ben.ask(id, "What is it?", number),
        await ben.ask(mine, "What is it?", number),
        *[await ben.http.get(f"/api/pictures/{number}/{what}?tokens=64") for what in ("copy", "plan", "seen")],
    ]
    assert {response.status_code for response in refused} == {HTTPStatus.NOT_FOUND}
    assert (await ben.http.get("/api/state")).json()["conversations"] == []
    assert len((await ada.http.get("/api/state")).json()["conversations"]) == 1
    for visitor in (ada, ben):
        await visitor.http.aclose()


async def test_who_may_no_longer_use_the_bot_is_out_at_once(machine: Machine) -> None:
    """The cookie is asked about at every request."""
    machine.values["web"]["url"] = "http://page.test"
    page = await machine.open()
    admissions = page.desk.services.admissions
    await admissions.let_in(ADA, "Ada", 1)
    ada = await other(page, ADA)
    assert (await ada.http.get("/api/state")).status_code == HTTPStatus.OK
    admission = await admissions.get(ADA)
    assert admission is not None
    await admissions.change(admission, Standing.REFUSED, 1)
    assert (await ada.http.get("/api/state")).status_code == HTTPStatus.UNAUTHORIZED
    await ada.http.aclose()


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    """A torn one is made again."""
    key = read_key(tmp_path)
    assert read_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    (tmp_path / KEY_FILE).write_bytes(b"torn")
    assert len(read_key(tmp_path)) == len(key)
