"""Too many wrong pairing codes: nothing counts any more, and the owner hears what to do."""

import re

import pytest

from playground import Server
from tests.conversation.conftest import Stage
from tests.conversation.test_access import code, said_by_bot

__all__ = ["code"]


async def test_a_wrong_code_is_told_a_few_times(stage: Stage, server: Server, code: str) -> None:
    """Then nothing that they send counts, right or wrong, and they are told what the owner does: a few times, too."""
    eve = server.person("Eve").private()
    other = "2222-2222" if code != "2222-2222" else "3333-3333"
    for left in range(4, -1, -1):
        assert f"You have {left} attempt{'s' * (left != 1)} left." in (await eve.answer(await eve.send(other))).text
    for text in (code, other, f"/start {code}", other, code):
        assert "restart Eyeglass" in (await eve.answer(await eve.send(text))).text
    assert "restart Eyeglass" in (await eve.answer(await eve.send("Hello?"))).text
    await eve.send(code)
    ben = server.person("Ben").private()
    assert "no owner yet" in (await ben.answer(await ben.send("Hello?"))).text
    assert len(said_by_bot(eve)) == 5 + 5 + 1
    assert stage.running is not None
    assert await stage.running.services.admissions.owner() is None


@pytest.mark.parametrize("language", ["en", "zh"])
async def test_a_crowd_of_wrong_codes_tells_the_owner_to_restart(
    stage: Stage, server: Server, code: str, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing says whether the code was right; the next start shows another, and that one counts."""
    assert stage.running is not None
    pairing = stage.running.services.pairing
    assert pairing is not None
    for person in range(40):
        for _ in range(5):
            pairing.attempt(person, "2222-2223")
    ada = server.person("Ada", language_code=language).private()
    word = {"en": "restart Eyeglass", "zh": "重新启动 Eyeglass"}[language]
    right, wrong = [(await ada.answer(await ada.send(text))).text for text in (code, "2222-2224")]
    assert word in right and right == wrong
    await stage.stop()
    await stage.start()
    shown = re.search(r"^ +(\w{4}-\w{4})$", capsys.readouterr().out, re.MULTILINE)
    assert shown is not None and shown[1] != code
    await ada.answer(await ada.send(code))
    assert await stage.running.services.admissions.owner() is None
    await ada.answer(await ada.send(shown[1]))
    assert await stage.running.services.admissions.owner() is not None
