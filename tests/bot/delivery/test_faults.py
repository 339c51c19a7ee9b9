"""Each request to Telegram that fails is counted once, by its kind; how long updates stay away is known."""

import json
from collections.abc import Callable

import httpx
import pytest
from telegram.error import TelegramError

from bot.delivery.faults import CountedRequest, Fault, TelegramFaults
from tests.bot.clocks import Clock

API = "http://127.0.0.1/bot1:token/"
WELL = json.dumps({"ok": True, "result": True}).encode()


def refusal(code: int, **parameters: int) -> bytes:
    """Return the body of a refusal."""
    body = {"ok": False, "error_code": code, "description": "no"}
    return json.dumps(body | ({"parameters": parameters} if parameters else {})).encode()


def answers(monkeypatch: pytest.MonkeyPatch, answer: Callable[[], httpx.Response]) -> None:
    """Have every request answered so."""

    async def respond(*_: object, **__: object) -> httpx.Response:
        return answer()

    monkeypatch.setattr(httpx.AsyncClient, "request", respond)


def raises(error: Exception) -> httpx.Response:
    """Fail as the network does."""
    raise error


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (lambda: httpx.Response(429, content=refusal(429, retry_after=3)), Fault.RETRY_AFTER),
        (lambda: httpx.Response(400, content=refusal(400, migrate_to_chat_id=-5)), Fault.BAD_REQUEST),
        (lambda: httpx.Response(403, content=refusal(403)), Fault.FORBIDDEN),
        (lambda: httpx.Response(401, content=refusal(401)), Fault.OTHER),
        (lambda: httpx.Response(409, content=refusal(409)), Fault.OTHER),
        (lambda: httpx.Response(502, content=b"<html>Bad Gateway</html>"), Fault.SERVER),
        (lambda: httpx.Response(200, content=b"<html>Sign in</html>"), Fault.OTHER),
        (lambda: httpx.Response(200, content=WELL[:-5]), Fault.OTHER),
        (lambda: raises(httpx.ConnectError("no route")), Fault.NETWORK),
        (lambda: raises(httpx.ReadTimeout("slow")), Fault.TIMEOUT),
        (lambda: raises(httpx.PoolTimeout("crowded")), Fault.TIMEOUT),
        (lambda: raises(ValueError("what?")), Fault.OTHER),
    ],
)
async def test_a_request_that_fails_is_counted_once(
    monkeypatch: pytest.MonkeyPatch, answer: Callable[[], httpx.Response], fault: Fault
) -> None:
    """It fails for its caller as it did before."""
    faults = TelegramFaults()
    answers(monkeypatch, answer)
    async with CountedRequest(faults) as request:
        with pytest.raises(TelegramError):
            await request.post(f"{API}sendMessage")
    assert {kind: count for kind, count in faults.errors.items() if count} == {fault: 1}
    assert faults.silence is None


async def test_what_goes_well_is_not_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file may end in any way; the kinds are all there, at zero."""
    faults = TelegramFaults()
    async with CountedRequest(faults) as request:
        for body in (WELL, WELL + b"\n"):
            answers(monkeypatch, lambda body=body: httpx.Response(200, content=body))  # type: ignore[misc]
            await request.post(f"{API}sendMessage")
        answers(monkeypatch, lambda: httpx.Response(200, content=b"\xff\xd9"))
        assert await request.retrieve("http://127.0.0.1/file/bot1:token/photos/a.jpg") == b"\xff\xd9"
    assert faults.errors == dict.fromkeys(Fault, 0)


async def test_how_long_updates_stay_away_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the first failure on, whatever else works meanwhile, until they come."""
    clock = Clock()
    faults = TelegramFaults(clock)
    assert faults.silence is None
    async with CountedRequest(faults) as request:
        answers(monkeypatch, lambda: httpx.Response(502))
        for seconds in (0.0, 30.0):
            with pytest.raises(TelegramError):
                await request.post(f"{API}getUpdates")
            assert faults.silence == seconds
            clock.now += 30.0
        answers(monkeypatch, lambda: httpx.Response(200, content=WELL))
        await request.post(f"{API}sendMessage")
        assert faults.silence == 60.0
        await request.post(f"{API}getUpdates")
    assert faults.silence is None
