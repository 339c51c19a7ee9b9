"""On the page, too, a doubtful answer is looked at once more with auto: meanwhile the first one stands."""

import asyncio
from typing import Any

import pytest

from model_service import Sureness
from tests.bot.samples import picture
from tests.web.conftest import Machine, Visitor

CLOSER = "I am not sure yet; looking once more, more closely …"


async def opened(machine: Machine) -> tuple[Visitor, int, int]:
    """Return a visitor with a conversation and a picture."""
    machine.engine.sureness = Sureness(sure=0.7)
    machine.engine.pieces, machine.engine.doubts = ("12.2", "5"), {1: (0.5, 0.4)}
    machine.engine.closer = (("12.26", 0.999),)
    page = await machine.open()
    visitor = Visitor(page.url)
    await visitor.enter(page.desk.entrance.local_path)
    id = await visitor.begin()
    return visitor, id, (await visitor.upload(id, picture(1600, 1200))).json()["pictures"][0]["id"]


async def test_the_second_look_answers(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the first one read, with its mark, is shown until then, and a line under it says what is done."""
    monkeypatch.setattr("assistant.progress.NOTICE_SECONDS", 0.0)
    visitor, id, number = await opened(machine)
    machine.engine.hold_closer = True
    asked = (await visitor.ask(id, "What is the total?", number, tokens="auto")).json()
    meanwhile, last = "", dict[str, Any]()
    async with asyncio.timeout(30):
        async for last in visitor.answers(id, asked["message"]):
            if last["notice"] == CLOSER:
                meanwhile = last["html"]
                machine.engine.go.set()
            if last["state"] == "answered":
                break
    assert (meanwhile, last["html"], last["notice"]) == ("12.2<u>5</u>", "12.26", "")
    assert last["notes"].startswith(
        "At the first look I read 12.25, at the closer one 12.26 · looked twice: standard, then high"
    )
    await visitor.http.aclose()


async def test_it_is_stopped(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the first look read stays."""
    monkeypatch.setattr("assistant.progress.NOTICE_SECONDS", 0.0)
    visitor, id, number = await opened(machine)
    machine.engine.hold_closer = True
    asked = (await visitor.ask(id, "What is the total?", number, tokens="auto")).json()
    last = dict[str, Any]()
    async with asyncio.timeout(30):
        async for last in visitor.answers(id, asked["message"]):
            if last["notice"] == CLOSER:
                await visitor.http.post(f"/api/conversations/{id}/questions/{asked['message']}/stop")
            if last["state"] == "stopped":
                break
    assert last["text"] == "12.25"
    await visitor.http.aclose()


async def test_a_level_that_was_chosen_holds(machine: Machine) -> None:
    """A closer look is offered instead."""
    visitor, id, number = await opened(machine)
    asked = (await visitor.ask(id, "What is the total?", number)).json()
    answer = await visitor.answer(id, asked["message"])
    assert answer["html"] == "12.2<u>5</u>" and answer["closer"] == 384
    await visitor.http.aclose()
