"""On the page, too, a model that can think does where it is asked to; its thoughts stand apart, and go nowhere else."""

import json
from typing import Any

import pytest

from assistant.texts import LANGUAGES, FamilySentence, texts_in
from tests.bot.samples import picture
from tests.web.conftest import Machine, Page, Visitor

ASKED = "How much is left?"


@pytest.fixture(autouse=True)
def thoughtful(machine: Machine) -> None:
    """A model that can think."""
    machine.engine.thoughts = ("10 less ", "<b>3</b>.")
    machine.engine.pieces = ("7.",)


async def sent(visitor: Visitor) -> tuple[int, int]:
    """A conversation, and the picture in it."""
    id = await visitor.begin()
    return id, (await visitor.upload(id, picture())).json()["pictures"][0]["id"]


async def again(visitor: Visitor, id: int, number: int, **how: object) -> dict[str, Any]:
    """Ask the same once more, and return the answer."""
    asked = (await visitor.http.post(f"/api/conversations/{id}/questions/{number}/again", json=how)).json()
    return await visitor.answer(id, asked["message"])


async def test_it_thinks_where_the_switch_is_on(page: Page, visitor: Visitor) -> None:
    """The thoughts are told as pure text apart from the answer, also after a reload, and the question says so."""
    id, number = await sent(visitor)
    plain = await visitor.answer(id, (await visitor.ask(id, ASKED, number)).json()["message"])
    assert (plain["text"], plain["thoughts"], plain["think"]) == ("7.", "", True)
    asked = (await visitor.ask(id, ASKED, number, thinking=True)).json()
    answer = await visitor.answer(id, asked["message"])
    assert (answer["text"], answer["html"], answer["think"]) == ("7.", "7.", False)
    assert answer["thoughts"] == "10 less <b>3</b>."
    assert [request.thinking for request in page.engine.requests] == [0, 2048]
    first, second = (await visitor.show(id))["items"][1:]
    assert (first["thinking"], second["thinking"]) == (False, True)
    assert second["answer"] == answer


async def test_thoughts_are_never_in_the_history(page: Page, visitor: Visitor) -> None:
    """Of a follow-up the model is told the answer alone."""
    id, number = await sent(visitor)
    for question, thinking in ((ASKED, True), ("And then?", False)):
        asked = await visitor.ask(id, question, number, thinking=thinking)
        await visitor.answer(id, asked.json()["message"])
    assert [message.text for message in page.engine.requests[-1].messages] == [ASKED, "7.", "And then?"]
    assert page.engine.requests[-1].thinking == 0


async def test_the_button_under_an_answer_thinks_it_over(page: Page, visitor: Visitor) -> None:
    """As a new question; a closer look at what was thought over is thought over as well."""
    id, number = await sent(visitor)
    asked = (await visitor.ask(id, ASKED, number)).json()["message"]
    await visitor.answer(id, asked)
    answer = await again(visitor, id, asked, thinking=True)
    assert answer["thoughts"]
    last = (await visitor.show(id))["items"][-1]
    assert (last["text"], last["thinking"]) == (ASKED, True)
    assert (await again(visitor, id, last["message"], tokens=384))["thoughts"]
    assert [request.thinking > 0 for request in page.engine.requests] == [False, True, True]
    assert not (await again(visitor, id, asked))["thoughts"]


async def test_what_is_read_out_needs_no_thoughts(page: Page, visitor: Visitor) -> None:
    """The switch does not matter to /text, and no button offers it."""
    id, number = await sent(visitor)
    asked = (await visitor.ask(id, "/text", number, thinking=True)).json()["message"]
    answer = await visitor.answer(id, asked)
    assert (answer["thoughts"], answer["think"]) == ("", False)
    assert [request.thinking for request in page.engine.requests] == [0]


async def test_the_page_offers_it_where_the_model_can(page: Page, visitor: Visitor) -> None:
    """In each language in its own words."""
    for language in LANGUAGES:
        told = (await visitor.http.get("/api/state", params={"language": language})).json()
        texts = texts_in(language)
        assert told["thinking"] is True
        assert told["texts"]["think"] == texts.say(FamilySentence.BUTTON_THINK)
        assert told["texts"]["thoughts"] == texts.say(FamilySentence.THOUGHTS)
    assert texts_in("zh").say(FamilySentence.BUTTON_THINK) != FamilySentence.BUTTON_THINK


@pytest.mark.parametrize("can", [False, True])
async def test_there_is_no_switch_where_there_is_nothing_to_choose(machine: Machine, can: bool) -> None:
    """A model that cannot think is not asked to, whatever a request says; one that always does needs no switch."""
    machine.values["model"]["thinking"] = can
    machine.engine.thoughts = machine.engine.thoughts if can else ()
    page = await machine.open()
    visitor = Visitor(page.url)
    await visitor.enter(page.desk.entrance.local_path)
    id, number = await sent(visitor)
    assert (await visitor.http.get("/api/state")).json()["thinking"] is False
    asked = (await visitor.ask(id, ASKED, number, thinking=not can)).json()["message"]
    answer = await visitor.answer(id, asked)
    assert (answer["text"], bool(answer["thoughts"]), answer["think"]) == ("7.", can, False)
    assert [request.thinking > 0 for request in page.engine.requests] == [can]
    await visitor.http.aclose()


async def test_an_answer_that_was_kept_before_is_shown(page: Page, visitor: Visitor) -> None:
    """Of an older version, whose answers and questions know nothing of thoughts."""
    id, number = await sent(visitor)
    asked = (await visitor.ask(id, ASKED, number)).json()["message"]
    answer = await visitor.answer(id, asked)
    older = {"state": "answered", "text": "7.", "html": "7.", "notes": "", "retry": True, "tables": []}
    await page.desk.services.conversations.tell(asked, json.dumps(older))
    shown = (await visitor.show(id))["items"][-1]["answer"]
    assert (shown["text"], shown["thoughts"], shown["think"]) == (answer["text"], "", False)
