"""Telegram's "too many requests" holds back what it was said about, and nothing else."""

import asyncio

import pytest
from telegram.error import RetryAfter

from bot.delivery.rate_limiter import ONCE, RetryAfterLimiter
from tests.bot.clocks import Clock

ADA, BEN = 1, 2


class Telegram:
    """Answers with what is planned: an error or True."""

    def __init__(self, *plan: Exception | bool) -> None:
        self.plan = list(plan)
        self.calls = 0

    async def __call__(self) -> bool:
        """Make one request."""
        self.calls += 1
        answer = self.plan.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def clock() -> Clock:
    """The pacing's time."""
    return Clock()


@pytest.fixture
def pacing(clock: Clock) -> RetryAfterLimiter:
    """Pacing by a clock that a test turns."""
    return RetryAfterLimiter(clock, clock.sleep)


async def request(
    pacing: RetryAfterLimiter,
    telegram: Telegram,
    chat: int | None,
    rate: int | None = None,
    method: str = "sendMessage",
) -> object:
    """Make a request to a chat, or about none."""
    data = {} if chat is None else {"chat_id": chat}
    return await pacing.process_request(telegram, (), {}, method, data, rate)


@pytest.mark.parametrize("seconds", [1, 300, 5000])
async def test_a_patient_request_waits_and_goes_out_again(
    pacing: RetryAfterLimiter, clock: Clock, seconds: int
) -> None:
    """As long and as often as it takes."""
    telegram = Telegram(*[RetryAfter(seconds)] * 9, True)
    assert await request(pacing, telegram, ADA) is True
    assert clock.slept == [seconds] * 9


async def test_an_impatient_request_fails_at_once_and_is_kept_back_afterwards(
    pacing: RetryAfterLimiter, clock: Clock
) -> None:
    """While the chat is held back it does not even go out."""
    telegram = Telegram(RetryAfter(60), True)
    for _ in range(2):
        with pytest.raises(RetryAfter):
            await request(pacing, telegram, ADA, ONCE)
    assert (telegram.calls, clock.slept) == (1, [])
    clock.now = 60.0
    assert await request(pacing, telegram, ADA, ONCE) is True


async def test_nobody_else_waits(pacing: RetryAfterLimiter, clock: Clock) -> None:
    """While one chat is held back for 300 s another waits 0 s, as do other methods and what is about no chat."""
    clock.go.clear()
    held = asyncio.ensure_future(request(pacing, Telegram(RetryAfter(300), True), ADA))
    await clock.asleep.wait()
    assert await request(pacing, Telegram(True), BEN) is True
    assert await request(pacing, Telegram(True), ADA, method="getChatMember") is True
    assert await request(pacing, Telegram(True), None, method="getFile") is True
    assert (clock.slept, clock.now) == ([300], 0.0)
    assert not held.done()
    clock.go.set()
    assert await held is True


async def test_what_is_about_no_chat_fails_alone(pacing: RetryAfterLimiter, clock: Clock) -> None:
    """The caller decides whether to wait; the next request goes out."""
    with pytest.raises(RetryAfter):
        await request(pacing, Telegram(RetryAfter(300)), None, method="getFile")
    assert await request(pacing, Telegram(True), None, method="getFile") is True
    assert clock.slept == []


async def test_no_memory_is_kept_of_pauses_that_are_over(pacing: RetryAfterLimiter, clock: Clock) -> None:
    """However many chats there were."""
    for chat in range(1000):
        clock.now += 2.0
        with pytest.raises(RetryAfter):
            await request(pacing, Telegram(RetryAfter(3)), chat, ONCE)
    assert pacing.held == 2
    await pacing.shutdown()
    assert pacing.held == 0
