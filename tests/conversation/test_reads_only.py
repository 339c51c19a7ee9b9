"""GLM-OCR as the model: what it was made for it does, by its own prompts; of all else it says what it is for."""

import pytest

from assistant.texts import FamilySentence
from model_service import Ability, Transcription
from model_service.engines.weights.families import READING
from playground import Server
from tests.conversation.conftest import Stage
from tests.conversation.test_reader import PAGE, answer_to


@pytest.fixture(autouse=True)
def only_reads(stage: Stage) -> None:
    """As GLM-OCR says of itself."""
    stage.engine.fixed_prompts = dict(READING)
    stage.engine.abilities = {Ability.TEXT, Ability.TABLE}
    stage.engine.pieces = ("Green Grocer", "\nTotal 12.25")


@pytest.mark.usefixtures("bot")
@pytest.mark.parametrize(
    ("said", "prompt"),
    [
        ("/text", READING[Transcription.TEXT]),
        ("/text top left", READING[Transcription.TEXT]),
        ("What does it say?", READING[Transcription.TEXT]),
        ("Text Recognition:", READING[Transcription.TEXT]),
        ("/table", READING[Transcription.TABLE]),
        ("formula", READING[Transcription.FORMULA]),
        ("total as JSON", READING[Transcription.FIELDS] + '{\n    "total": ""\n}'),
    ],
)
async def test_its_prompts(stage: Stage, server: Server, said: str, prompt: str) -> None:
    """Word by word, and nothing else."""
    chat = server.person("Ada").private()
    answer = await answer_to(chat, await chat.send_document(PAGE, "a.png", caption=said))
    assert "Green Grocer" in answer.text
    request = stage.engine.requests[-1]
    assert [message.text for message in request.messages] == [prompt]


@pytest.mark.parametrize("loaded", [True, False])
@pytest.mark.parametrize("said", ["What is the total?", "/describe", "Is this JSON?", "Translate it", "/ask who is it"])
async def test_anything_else(stage: Stage, server: Server, said: str, loaded: bool) -> None:
    """It is never asked, also where it was not known yet which model it is."""
    if not loaded:
        stage.may_load.clear()
    await stage.start()
    chat = server.person("Ada").private()
    sent = await chat.send_document(PAGE, "a.png", caption=said)
    if not loaded:
        await chat.answer(sent, lambda reply: reply.reply_to == sent.id)
        stage.may_load.set()
    answer = await chat.answer(sent, lambda reply: "only reads" in reply.text)
    assert answer.text.startswith(str(FamilySentence.READS_ONLY)) and not stage.engine.requests
