"""The meaning of a failed request to Telegram: whether the message arrived, and what to do."""

from datetime import timedelta

import httpx
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError, TimedOut

NOT_SENT_CAUSES = httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout | httpx.ProxyError

CLOSED_DOORS = (
    "chat not found",
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_restricted",
    "user_is_blocked",
    "topic_closed",
    "topic_deleted",
    "message thread not found",
)
"""Telegram's descriptions, with a 400, of chats where the bot cannot write at all: a retry is of no use."""


def never_arrived(error: TelegramError) -> bool:
    """Whether the request certainly had no effect, so that sending it again makes no duplicate."""
    if type(error) is TelegramError:
        return False  # It was taken, and the answer cannot be read.
    if isinstance(error, BadRequest) or not isinstance(error, NetworkError):
        return True
    if isinstance(error, TimedOut) or "timeout" in error.message.lower():
        return isinstance(error.__cause__, NOT_SENT_CAUSES)
    # Telegram, or its gateway, answered with a failure of its own, if perhaps not in JSON.
    return error.__cause__ is None or isinstance(error.__cause__, TelegramError | NOT_SENT_CAUSES)


def is_transient(error: BaseException | None) -> bool:
    """Whether the error is transient: worth retrying."""
    passing = type(error) is TelegramError or isinstance(error, NetworkError | RetryAfter)
    return passing and not isinstance(error, BadRequest)


def is_unreachable(error: BaseException | None) -> bool:
    """Whether the chat cannot be written to: the bot was blocked or removed, has no rights, or the chat is gone."""
    if isinstance(error, BadRequest):
        return any(said in error.message.lower() for said in CLOSED_DOORS)
    return isinstance(error, Forbidden)


def is_unchanged(error: BadRequest) -> bool:
    """Whether the edit changed nothing: as good as done."""
    return "not modified" in error.message.lower()


def is_missing(error: BadRequest) -> bool:
    """Whether the message cannot be edited any more: it was deleted, or is not the bot's."""
    text = error.message.lower()
    return "message to edit not found" in text or "can't be edited" in text or "message_id_invalid" in text


def is_entity_error(error: BadRequest) -> bool:
    """Whether Telegram rejects the entities."""
    return "entit" in error.message.lower()


def reason(error: TelegramError) -> str:
    """Return why Telegram was not reached: a time-out of the library's says nothing, its cause does."""
    cause = error.__cause__
    return f"{cause}" if isinstance(cause, httpx.TransportError) and f"{cause}" else error.message


def seconds_of(error: RetryAfter) -> float:
    """Return the seconds that Telegram asks to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
