"""The page beside the bot: one model, one queue, one database; /web lets people in."""

from http import HTTPStatus

import httpx
import pytest
from pydantic import SecretStr

from assistant.settings.settings import Settings
from assistant.storage import FIRST_CHAT
from assistant.texts import PageSentence, texts_in
from cli.run import open_all
from model_service import local_service
from playground import Chat, Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage
from tests.web.conftest import Visitor
from web.entrance import COOKIE

SAY = texts_in("en").say


@pytest.fixture
def with_page(stage: Stage, capsys: pytest.CaptureFixture[str]) -> Stage:
    """A bot with a page that has an address for others."""
    stage.values["web"] = {"enabled": True, "port": 0, "url": "https://page.test"}
    return stage


def address(capsys: pytest.CaptureFixture[str]) -> str:
    """Return where the page is, as the terminal says."""
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("http"))
    return line.partition("/enter/")[0]


async def test_web_lets_its_person_in(with_page: Stage, chat: Chat, capsys: pytest.CaptureFixture[str]) -> None:
    """With a button that works once; what they ask there goes through the bot's own queue and database."""
    running = await with_page.start()
    url = address(capsys)
    said = await chat.answer(await chat.send("/web"))
    assert said.text == SAY(PageSentence.LINK)
    ((button,),) = [said.buttons]
    assert button.url is not None and button.url.startswith("https://page.test/enter/")
    ada = Visitor(url)
    ada.http.headers.update({"Host": "page.test", "Origin": "https://page.test"})
    entered = await ada.http.get(httpx.URL(button.url).path)
    assert entered.status_code == HTTPStatus.SEE_OTHER
    assert "Secure" in entered.headers["set-cookie"]
    ada.http.headers["Cookie"] = f"{COOKIE}={entered.cookies.jar and _cookie(entered)}"
    assert (await ada.http.get(httpx.URL(button.url).path)).status_code == HTTPStatus.UNAUTHORIZED
    id = await ada.begin()
    number = (await ada.upload(id, picture())).json()["pictures"][0]["id"]
    asked = (await ada.ask(id, "What is it?", number)).json()["message"]
    assert (await ada.answer(id, asked))["text"] == "A grey gradient."
    assert with_page.engine.requests[-1].person == str(chat.room.id)
    assert int(with_page.engine.requests[-1].chat) == FIRST_CHAT + id
    metrics = (await httpx.AsyncClient().get(f"{url}/metrics")).text
    assert 'eyeglass_questions_total{outcome="answered"} 1.0' in metrics
    assert running.services.questions.waiting == 0
    await ada.http.aclose()


def _cookie(response: httpx.Response) -> str:
    """Return the cookie that a browser would send back over https."""
    return response.headers["set-cookie"].partition("=")[2].partition(";")[0]


async def test_a_group_gets_no_link(with_page: Stage, server: Server) -> None:
    """Everybody there would get in as whoever asked."""
    await with_page.start()
    group = server.group("Club", server.person("Ada"))
    said = await group.answer(await group.send("/web"))
    assert (said.text, said.buttons) == (SAY(PageSentence.IN_PRIVATE_ONLY), [])


async def test_without_a_page_or_an_address_it_says_so(stage: Stage, chat: Chat) -> None:
    """And what there is instead."""
    await stage.start()
    assert (await chat.answer(await chat.send("/web"))).text == SAY(PageSentence.NO_PAGE)
    await stage.stop()
    stage.values["web"] = {"enabled": True, "port": 0}
    await stage.start()
    assert (await chat.answer(await chat.send("/web"))).text == SAY(PageSentence.ON_THE_MACHINE_ONLY)


async def test_an_answer_of_the_page_may_end_before_the_bot_stops(
    with_page: Stage, chat: Chat, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is there after the next start."""
    await with_page.start()
    url = address(capsys)
    said = await chat.answer(await chat.send("/web"))
    ada = Visitor(url)
    ada.http.headers.update({"Host": "page.test", "Origin": "https://page.test"})
    entered = await ada.http.get(httpx.URL(said.buttons[0].url or "").path)
    ada.http.headers["Cookie"] = f"{COOKIE}={_cookie(entered)}"
    id = await ada.begin()
    number = (await ada.upload(id, picture())).json()["pictures"][0]["id"]
    await ada.ask(id, "What is it?", number)
    await ada.http.aclose()
    await with_page.stop()
    await with_page.start()
    ada = Visitor(address(capsys))
    ada.http.headers.update(
        {"Host": "page.test", "Origin": "https://page.test", "Cookie": f"{COOKIE}={_cookie(entered)}"}
    )
    answer = (await ada.show(id))["items"][1]["answer"]
    assert answer["state"] in {"answered", "interrupted"}
    await ada.http.aclose()


async def test_a_port_that_is_taken_is_one_sentence(with_page: Stage, server: Server) -> None:
    """And nothing is left open."""
    with_page.values["web"]["port"] = httpx.URL(server.url).port or 0
    settings = Settings.model_validate(with_page.values)
    model = local_service(lambda: with_page.engine, with_page.config)
    with pytest.raises(Exception, match=r"web\.host and web\.port"):
        async with open_all(settings, SecretStr(server.token), model):
            pass
