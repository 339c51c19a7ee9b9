"""GLM-OCR as the reader beside the model: what it writes down, where it goes wrong, and what is said of it."""

import pytest

from model_service import (
    GLM4V_DIAL,
    EngineInfo,
    GenerationFailed,
    OutOfMemory,
    ReaderInfo,
    Sureness,
    Transcription,
)
from playground import Server
from tests.bot.samples import picture
from tests.conversation.conftest import Stage, is_growing
from tests.conversation.test_reader import PAGE, answer_to

pytestmark = pytest.mark.usefixtures("bot")


OCR = EngineInfo("GLM-OCR", "cpu", "float32", 1600, GLM4V_DIAL, family="GLM-OCR")
MODEL_READER = ReaderInfo("GLM-OCR", 0, Sureness(sure=0.8), tuple(Transcription), OCR)
ROUND = "the same again, "


@pytest.fixture(autouse=True)
def reads(stage: Stage) -> None:
    """It is sure of one line, and not of the other."""
    stage.engine.reader = MODEL_READER
    stage.engine.transcript = (("Green Grocer\n", 0.99), ("Tota1 12.25", 0.6))


async def test_the_line_says_what_a_model_saw(stage: Stage, server: Server) -> None:
    """And so it does of several pictures, each of which it reads by itself."""
    chat = server.person("Ada").private()
    answer = await answer_to(chat, await chat.send_document(PAGE, "a.png", caption="/text"))
    assert "read by GLM-OCR at 504x392, 252 tokens, " in answer.text and "I am not sure of" in answer.text
    album = await chat.send_album([PAGE, picture(900, 700)], caption="/text")
    answer = await answer_to(chat, album[0])
    assert "written down by GLM-OCR" in answer.text and answer.text.count("Green Grocer") == 2


@pytest.mark.parametrize("error", [OutOfMemory("planted"), GenerationFailed("planted")])
@pytest.mark.parametrize("lines", [0, 2])
async def test_where_the_reader_fails_the_model_reads(
    stage: Stage, server: Server, error: Exception, lines: int
) -> None:
    """At once, or in the middle; nothing of what it had written is left."""
    stage.engine.reader_failure, stage.engine.transcript = error, stage.engine.transcript[:lines]
    chat = server.person("Ada").private()
    answer = await answer_to(chat, await chat.send_document(PAGE, "a.png", caption="/text"))
    assert answer.text.startswith("A grey gradient.") and "GLM-OCR" not in answer.text
    assert "Green Grocer" not in answer.text
    assert [request.transcription for request in stage.engine.requests[-2:]] == [Transcription.TEXT, None]


async def test_a_loop_is_cut(stage: Stage, server: Server) -> None:
    """What stood before it is told, as unsure; it is not written on for ever."""
    stage.engine.transcript = (("Green Grocer, 12 Hill Road\n", 0.99), *((ROUND, 0.99),) * 400)
    chat = server.person("Ada").private()
    answer = await answer_to(chat, await chat.send_document(PAGE, "a.png", caption="/text #standard"))
    assert "Green Grocer, 12 Hill Road" in answer.text and answer.text.count(ROUND.strip()) <= 2
    assert "GLM-OCR" in answer.text


async def test_after_a_loop_from_the_start_the_model_reads(stage: Stage, server: Server) -> None:
    """Nothing of it is worth telling."""
    stage.engine.transcript = (("ab cd, ", 0.99),) * 400
    chat = server.person("Ada").private()
    answer = await answer_to(chat, await chat.send_document(PAGE, "a.png", caption="/text"))
    assert answer.text.startswith("A grey gradient.") and "ab cd" not in answer.text


async def test_formulas_and_fields_are_the_readers_too(stage: Stage, server: Server) -> None:
    """As code, to be copied; the form goes with the request."""
    stage.engine.transcript = (("E = mc^2", 0.99),)
    chat = server.person("Ada").private()
    answer = await answer_to(chat, await chat.send_document(PAGE, "a.png", caption="What is the formula?"))
    assert answer.text.startswith("E = mc^2") and "GLM-OCR" in answer.text
    assert any(entity["type"] == "pre" for entity in answer.entities)
    stage.engine.transcript = (('{"total": "12.25"}', 0.99),)
    answer = await answer_to(chat, await chat.send("total as JSON"))
    assert answer.text.startswith('{"total": "12.25"}') and "GLM-OCR" in answer.text
    request = stage.engine.requests[-1]
    assert request.transcription is Transcription.FIELDS and '"total": ""' in request.fields


async def test_its_tables_are_files(stage: Stage, server: Server) -> None:
    """It writes them in HTML, which nobody sees."""
    stage.engine.transcript = (("<table><tr><td>Item</td><td>Price</td></tr>", 0.99), ("<tr><td>Tea</td><td>3", 0.99))
    stage.engine.transcript += ((".2", 0.5), ("0</td></tr></table>", 0.99))
    chat = server.person("Ada").private()
    sent = await chat.send_document(PAGE, "a.png", caption="/table")
    answer = await answer_to(chat, sent)
    assert "<t" not in answer.text and "Item │ Price" in answer.text and "3.20" in answer.text
    assert "read by GLM-OCR" in answer.text and "I am not sure of" in answer.text


async def test_stop_ends_its_answer(stage: Stage, server: Server) -> None:
    """As any; the next question is answered."""
    stage.engine.hold = 1
    chat = server.person("Ada").private()
    sent = await chat.send_document(PAGE, "a.png", caption="/text")
    begun = await chat.answer(sent, lambda reply: "Green Grocer" in reply.text)
    await chat.press("Cancel", begun)
    stopped = await chat.answer(sent, lambda reply: "Green Grocer" in reply.text and not is_growing(reply))
    assert "GLM-OCR" not in stopped.text or "stopped" in stopped.text.lower()
    stage.engine.hold = None
    stage.engine.go.set()
    answer = await answer_to(chat, await chat.send("/text"))
    assert "Tota1 12.25" in answer.text


async def test_status_says_who_reads(server: Server) -> None:
    """Beside the model, and what for."""
    chat = server.person("Ada").private()
    answer = await chat.answer(await chat.send("/status"), lambda reply: "Reader" in reply.text)
    assert "Reader: GLM-OCR, for /text, /table, formulas" in answer.text
