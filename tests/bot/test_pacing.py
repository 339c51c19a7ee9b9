"""Telegram's "too many requests" holds back one chat."""

from datetime import timedelta

import pytest
from telegram.error import RetryAfter

from bot.pacing import ONCE, ChatPacing

SOON = timedelta(milliseconds=10)


class Telegram:
    """Answers with what is planned: an error or True."""

    def __init__(self, *plan: Exception | bool) -> None:
        self.plan = list(plan)
        self.calls = 0

    async def __call__(self) -> bool:
        """One request."""
        self.calls += 1
        answer = self.plan.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


async def request(pacing: ChatPacing, telegram: Telegram, chat: int, attempts: int | None = None) -> object:
    """A request to a chat."""
    return await pacing.process_request(telegram, (), {}, "sendMessage", {"chat_id": chat}, attempts)


async def test_a_patient_request_waits_and_goes_out_again() -> None:
    """As often as it takes, up to its attempts."""
    telegram = Telegram(RetryAfter(SOON), RetryAfter(SOON), True)
    assert await request(ChatPacing(), telegram, 1, 3) is True
    telegram = Telegram(RetryAfter(SOON), RetryAfter(SOON), True)
    with pytest.raises(RetryAfter):
        await request(ChatPacing(), telegram, 1, 2)


async def test_an_impatient_request_fails_at_once_and_is_kept_back_afterwards() -> None:
    """While the chat is held back it does not even go out; other chats are free."""
    pacing, telegram = ChatPacing(), Telegram(RetryAfter(60), True)
    for _ in range(2):
        with pytest.raises(RetryAfter):
            await request(pacing, telegram, 1, ONCE)
    assert telegram.calls == 1
    assert await request(pacing, telegram, 2, ONCE) is True
