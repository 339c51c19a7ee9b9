"""On the page, too, what the model was not sure of is underlined, and what is copied is plain."""

from model_service import Sureness
from tests.bot.samples import picture
from tests.web.conftest import Machine, Visitor


async def test_what_is_doubtful_is_underlined(machine: Machine) -> None:
    """In the answer and in a text that is read out; the line under it says so, and a closer look is offered."""
    machine.engine.sureness = Sureness(sure=0.7)
    machine.engine.pieces = ("TOTA", "I 12.2", "5")
    machine.engine.doubts = {2: (0.5, 0.4)}
    page = await machine.open()
    visitor = Visitor(page.url)
    await visitor.enter(page.desk.entrance.local_path)
    id = await visitor.begin()
    number = (await visitor.upload(id, picture(1600, 1200))).json()["pictures"][0]["id"]
    for question, html, said in (
        ("What is it?", "TOTAI 12.2<u>5</u>", "I am not sure of what is underlined"),
        ("/text", "<pre>TOTAI 12.2<u>5</u></pre>", "I am not sure of 12.25"),
    ):
        asked = (await visitor.ask(id, question, number)).json()
        answer = await visitor.answer(id, asked["message"])
        assert (answer["html"], answer["text"]) == (html, "TOTAI 12.25")
        assert answer["notes"].startswith(said)
        assert answer["closer"] is not None
    assert [message.text for message in page.engine.requests[-1].messages][1] == "TOTAI 12.25"
    await visitor.http.aclose()
