"""A conversation on the page: upload, ask, follow, stop, ask again, delete."""

import asyncio
from http import HTTPStatus

import pytest

from assistant.storage import FIRST_CHAT
from assistant.texts import PageSentence, Sentence, texts_in
from tests.bot.samples import pdf, picture
from tests.web.conftest import Machine, Page, Visitor
from web.answers import Answers


async def test_a_picture_a_question_and_the_answer(page: Page, visitor: Visitor) -> None:
    """The answer streams, ends with what was read and how, and is there after a reload."""
    id = await visitor.begin()
    item = (await visitor.upload(id, picture())).json()
    assert (item["kind"], item["name"], item["pages"]) == ("pictures", "receipt.png", 0)
    (shown,) = item["pictures"]
    with page.held():
        asked = (await visitor.ask(id, "What is it?", shown["id"])).json()
        async for answer in visitor.answers(id, asked["message"]):
            if answer["state"] == "writing":
                assert answer["html"] == "A grey"
                break
    answer = await visitor.answer(id, asked["message"])
    assert (answer["state"], answer["text"], answer["html"]) == ("answered", "A grey gradient.", "A grey gradient.")
    assert "read at" in answer["notes"]
    whole = await visitor.show(id)
    assert whole["title"] == "What is it?"
    assert [one["kind"] for one in whole["items"]] == ["pictures", "question"]
    assert whole["items"][1]["answer"] == answer
    assert whole["current"] == [shown["id"]]
    state = (await visitor.http.get("/api/state")).json()
    assert [(one["id"], one["title"]) for one in state["conversations"]] == [(id, "What is it?")]


async def test_a_follow_up_knows_what_was_said(page: Page, visitor: Visitor) -> None:
    """The model is shown the first question and its answer with the second."""
    id = await visitor.begin()
    number = (await visitor.upload(id, picture())).json()["pictures"][0]["id"]
    for question in ("What is it?", "And its colour?"):
        asked = (await visitor.ask(id, question, number, tokens=512)).json()
        await visitor.answer(id, asked["message"])
    request = page.engine.requests[-1]
    assert [message.text for message in request.messages] == ["What is it?", "A grey gradient.", "And its colour?"]
    assert request.detail.tokens == 512
    assert int(request.chat) == FIRST_CHAT + id


async def test_stop_reaches_the_engine(page: Page, visitor: Visitor) -> None:
    """What was written stays, marked as stopped; the engine is free again at once."""
    id = await visitor.begin()
    number = (await visitor.upload(id, picture())).json()["pictures"][0]["id"]
    with page.held():
        asked = (await visitor.ask(id, "What is it?", number)).json()["message"]
        await asyncio.to_thread(page.engine.held.wait)
        path = f"/api/conversations/{id}/questions/{asked}/stop"
        assert (await visitor.http.post(path)).status_code == HTTPStatus.NO_CONTENT
        answer = await visitor.answer(id, asked)
        assert (answer["state"], answer["html"], answer["retry"]) == ("stopped", "A grey", True)
        assert page.desk.services.model.under_way == 0
    again = (await visitor.http.post(f"/api/conversations/{id}/questions/{asked}/again", json={})).json()
    assert again["message"] == asked
    assert (await visitor.answer(id, asked))["state"] == "answered"


async def test_an_answered_question_asked_again_is_a_new_one(page: Page, visitor: Visitor) -> None:
    """At the tokens of "Look closer"; the first answer stays."""
    id = await visitor.begin()
    number = (await visitor.upload(id, picture(1600, 1200))).json()["pictures"][0]["id"]
    asked = (await visitor.ask(id, "What is it?", number)).json()["message"]
    closer = (await visitor.answer(id, asked))["closer"]
    path = f"/api/conversations/{id}/questions/{asked}/again"
    again = (await visitor.http.post(path, json={"tokens": closer})).json()["message"]
    assert again != asked
    assert (await visitor.answer(id, again))["state"] == "answered"
    assert page.engine.requests[-1].detail.tokens == closer > 256
    reworded = (await visitor.http.post(path, json={"reworded": True})).json()["message"]
    await visitor.answer(id, reworded)
    assert page.engine.requests[-1].sampling.temperature > 0


async def test_a_rectangle_is_all_that_the_model_sees(page: Page, visitor: Visitor) -> None:
    """And the line under the answer says so."""
    id = await visitor.begin()
    number = (await visitor.upload(id, picture(800, 600))).json()["pictures"][0]["id"]
    asked = (await visitor.ask(id, "What is it?", number, region=[0.5, 0.0, 1.0, 0.5])).json()["message"]
    answer = await visitor.answer(id, asked)
    region = page.engine.requests[-1].pictures[0].region
    assert region is not None
    assert (region.left, region.top, region.right, region.bottom) == (0.5, 0.0, 1.0, 0.5)
    assert texts_in("en").say(Sentence.MARKED_ONLY) in answer["notes"]
    assert (await visitor.show(id))["items"][1]["region"] == [0.5, 0.0, 1.0, 0.5]


async def test_pages_of_a_document(page: Page, visitor: Visitor) -> None:
    """The first is there at once, others when they are looked at or named; beyond the last there is none."""
    id = await visitor.begin()
    item = (await visitor.upload(id, pdf(3), "scan.pdf")).json()
    assert (item["name"], item["pages"], [one["page"] for one in item["pictures"]]) == ("scan.pdf", 3, [1])
    document = f"/api/conversations/{id}/documents/{item['message']}"
    second = (await visitor.http.post(f"{document}/pages/2")).json()
    assert (second["page"], second["pages"]) == (2, 3)
    assert (await visitor.http.get(f"{document}/thumbnails/3")).headers["content-type"].startswith("image/")
    beyond = await visitor.http.post(f"{document}/pages/4")
    assert beyond.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "3 pages" in beyond.json()["said"]
    first = item["pictures"][0]["id"]
    asked = (await visitor.ask(id, "What is on page 3?", first)).json()["message"]
    assert "page 3 of 3" in (await visitor.answer(id, asked))["notes"]
    assert [one["page"] for one in (await visitor.show(id))["items"][0]["pictures"]] == [1, 2, 3]


async def test_pictures_sent_together_are_answered_one_by_one(page: Page, visitor: Visitor) -> None:
    """By their numbers; one that is named is the only one that is looked at."""
    id = await visitor.begin()
    first = (await visitor.upload(id, picture())).json()["pictures"][0]["id"]
    second = (await visitor.upload(id, picture(640, 480), "b.png", **{"X-Together": "1"})).json()["pictures"][0]["id"]
    assert (await visitor.show(id))["current"] == [first, second]
    asked = (await visitor.ask(id, "What is it?", first, second)).json()["message"]
    assert (await visitor.answer(id, asked))["text"].count("Picture ") == 2
    asked = (await visitor.ask(id, "What is in picture 2?", first, second)).json()["message"]
    await visitor.answer(id, asked)
    assert len(page.engine.requests) == 3


async def test_a_model_of_several_pictures_sees_them_together(machine: Machine) -> None:
    """One answer without names; pages that were named are told to the model by their numbers."""
    machine.engine.together = 8
    page = await machine.open()
    visitor = Visitor(page.url)
    await visitor.enter(page.desk.entrance.local_path)
    id = await visitor.begin()
    first = (await visitor.upload(id, picture())).json()["pictures"][0]["id"]
    second = (await visitor.upload(id, picture(640, 480), "b.png", **{"X-Together": "1"})).json()["pictures"][0]["id"]
    asked = (await visitor.ask(id, "Which is cheaper?", first, second)).json()["message"]
    answer = await visitor.answer(id, asked)
    assert answer["text"] == "A grey gradient."
    assert "2 pictures read together" in answer["notes"]
    paper = (await visitor.upload(id, pdf(4), "scan.pdf")).json()["pictures"][0]["id"]
    asked = (await visitor.ask(id, "What is on pages 2 and 4?", paper)).json()["message"]
    assert "2 pages read together" in (await visitor.answer(id, asked))["notes"]
    asked = (await visitor.ask(id, "What is on each page? Pages 2 and 4", paper)).json()["message"]
    await visitor.answer(id, asked)
    together, pages, *each = page.engine.requests
    assert [len(request.pictures) for request in (together, pages)] == [2, 2]
    assert (pages.messages[-1].text, pages.wish) == (
        "What is on pages 2 and 4?",
        "You see page 2, page 4, in this order.",
    )
    assert {len(request.pictures) for request in each} == {1}
    await visitor.http.aclose()


async def test_a_page_and_pictures_that_came_apart_are_told_apart(page: Page, visitor: Visitor) -> None:
    """A page by its number, a picture by its place; what is read out has no names, as in Telegram."""
    id = await visitor.begin()
    first = (await visitor.upload(id, pdf(3), "scan.pdf")).json()["pictures"][0]["id"]
    second = (await visitor.upload(id, picture())).json()["pictures"][0]["id"]
    asked = (await visitor.ask(id, "What is it?", first, second)).json()["message"]
    text = (await visitor.answer(id, asked))["text"]
    assert "**Page 1:**" in text and "**Picture 2:**" in text
    asked = (await visitor.ask(id, "/text", first, second)).json()["message"]
    answer = await visitor.answer(id, asked)
    assert answer["html"] == "<pre>A grey gradient.\n\nA grey gradient.</pre>"


async def test_commands_and_tags_mean_what_they_mean_to_the_bot(page: Page, visitor: Visitor) -> None:
    """/table has its table as a file, and #low its level."""
    id = await visitor.begin()
    number = (await visitor.upload(id, picture())).json()["pictures"][0]["id"]
    page.engine.pieces = ("| a | b |\n| --- | --- |\n| 1 | 2 |",)
    asked = (await visitor.ask(id, "/table #low", number)).json()["message"]
    (file,) = (await visitor.answer(id, asked))["files"]
    assert (await visitor.http.get(file["url"])).content.decode("utf-8-sig") == "a,b\r\n1,2\r\n"
    assert page.engine.requests[-1].detail.tokens == 128


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"text": "What is it?", "pictures": ()}, Sentence.SEND_PICTURE_FIRST),
        ({"text": "What is it?", "pictures": (77,)}, PageSentence.NOT_HERE),
        ({"text": "What is it?", "tokens": 4000}, PageSentence.NOT_UNDERSTOOD),
        ({"text": "What is it?", "region": [0.5, 0.5, 0.4, 1]}, PageSentence.NOT_UNDERSTOOD),
        ({"text": " "}, Sentence.WHAT_TO_KNOW),
    ],
)
async def test_what_cannot_be_asked_leaves_nothing_behind(
    visitor: Visitor, asked: dict[str, object], said: Sentence | PageSentence
) -> None:
    """It is refused with a sentence."""
    id = await visitor.begin()
    number = (await visitor.upload(id, picture())).json()["pictures"][0]["id"]
    question = {"pictures": (number,), "tokens": 256, **asked}
    response = await visitor.http.post(f"/api/conversations/{id}/questions", json=question)
    assert response.is_client_error
    assert response.json()["said"] == texts_in("en").say(said)
    assert [item["kind"] for item in (await visitor.show(id))["items"]] == ["pictures"]


async def test_what_is_no_picture_leaves_nothing_behind(visitor: Visitor) -> None:
    """It is refused in the visitor's language."""
    id = await visitor.begin()
    await visitor.http.get("/api/state?language=zh")
    response = await visitor.upload(id, b"no picture at all")
    assert response.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert response.json()["said"].startswith(texts_in("zh").say(Sentence.NOT_A_PICTURE)[:8])
    assert (await visitor.show(id))["items"] == []


async def test_deleting_leaves_nothing(machine: Machine, page: Page, visitor: Visitor) -> None:
    """No word in the database, no copy on the disk; a running answer ends."""
    id = await visitor.begin()
    number = (await visitor.upload(id, pdf(2), "secret.pdf")).json()["pictures"][0]["id"]
    with page.held():
        await visitor.ask(id, "What is the password?", number)
        await asyncio.to_thread(page.engine.held.wait)
        assert (await visitor.http.delete(f"/api/conversations/{id}")).status_code == HTTPStatus.NO_CONTENT
    folder = page.desk.services.settings.storage.path
    assert (await visitor.http.get(f"/api/conversations/{id}")).status_code == HTTPStatus.NOT_FOUND
    await machine.close()
    assert list((folder / "pictures").iterdir()) == []
    for file in folder.glob("eyeglass.sqlite3*"):
        assert b"password" not in file.read_bytes()
        assert b"secret.pdf" not in file.read_bytes()


async def test_a_deletion_that_was_cut_is_ended_at_the_next_start(machine: Machine) -> None:
    """Even where the process was killed right after its beginning."""
    page = await machine.open()
    visitor = Visitor(page.url)
    await visitor.enter(page.desk.entrance.local_path)
    id = await visitor.begin()
    await visitor.upload(id, picture())
    await page.desk.services.conversations.delete(id)
    await visitor.http.aclose()
    await machine.close()
    page = await machine.open()
    assert await page.desk.services.conversations.half_deleted() == []
    assert await page.desk.services.pictures.recent(FIRST_CHAT + id, 9) == []
    assert list(page.desk.services.folder.iterdir()) == []


async def test_what_was_interrupted_is_there_and_can_be_asked_again(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A question without an answer is never lost, however the process ended."""
    page = await machine.open()
    visitor = Visitor(page.url)
    await visitor.enter(page.desk.entrance.local_path)
    id = await visitor.begin()
    number = (await visitor.upload(id, picture())).json()["pictures"][0]["id"]

    def killed(self: Answers, conversation: object, question: object) -> None:
        raise SystemError

    with monkeypatch.context() as patched:
        patched.setattr(Answers, "begin", killed)
        assert (await visitor.ask(id, "What is it?", number)).status_code == HTTPStatus.INTERNAL_SERVER_ERROR
    await visitor.http.aclose()
    await machine.close()
    page = await machine.open()
    visitor = Visitor(page.url)
    await visitor.enter(page.desk.entrance.local_path)
    asked = (await visitor.show(id))["items"][1]
    assert (asked["text"], asked["answer"]["state"]) == ("What is it?", "interrupted")
    await visitor.http.post(f"/api/conversations/{id}/questions/{asked['message']}/again", json={})
    assert (await visitor.answer(id, asked["message"]))["text"] == "A grey gradient."
    await visitor.http.aclose()


async def test_the_plan_and_the_picture_that_the_model_sees(page: Page, visitor: Visitor) -> None:
    """The very grid of the answer, and a picture of just that size."""
    id = await visitor.begin()
    number = (await visitor.upload(id, picture(800, 600))).json()["pictures"][0]["id"]
    plan = (await visitor.http.get(f"/api/pictures/{number}/plan?tokens=100")).json()
    assert plan["tokens"] == plan["rows"] * plan["columns"] <= 100
    assert plan["width"] == plan["columns"] * 28
    seen = await visitor.http.get(f"/api/pictures/{number}/seen?tokens=100")
    assert seen.content.startswith(b"\x89PNG")
    asked = (await visitor.ask(id, "What is it?", number, tokens=100)).json()["message"]
    assert f"{plan['width']}x{plan['height']}" in (await visitor.answer(id, asked))["notes"]
    wrong = await visitor.http.get(f"/api/pictures/{number}/plan?tokens=high&region=1,0,0,1")
    assert wrong.status_code == HTTPStatus.BAD_REQUEST
