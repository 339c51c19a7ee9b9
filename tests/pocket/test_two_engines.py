"""The pocket model twice in one process, as on two cards: who asks at the same time has the same answers as alone."""

import asyncio
from dataclasses import replace

from model_service import GenerationRequest, ModelConfig, open_service
from playground.demo.samples import load_samples
from tests.pocket.conftest import Pocket

QUESTIONS = ["What is the phone number?", "What is the name?"]


async def test_two_engines_answer_at_once() -> None:
    """Each chat by an engine of its own, a follow-up by the same."""
    note = load_samples()["note.jpg"]
    async with open_service(ModelConfig(name="pocket", device="cpu,cpu")) as service:
        assert (await service.ready()).together == 2
        pocket = Pocket(service)
        for question in QUESTIONS:
            request = pocket.request(question, note.data)
            answers = await asyncio.gather(*(_answer(pocket, replace(request, id=who, chat=who)) for who in "ab"))
            assert answers == [note.answers[question]] * 2


async def _answer(pocket: Pocket, request: GenerationRequest) -> str:
    *_, last = [output async for output in pocket.service.generate(request)]
    return last.text.strip()
