"""What a failed request to Telegram means: has the message arrived, and what is to be done?"""

from datetime import timedelta

import httpx
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError, TimedOut

NOT_SENT_CAUSES = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def never_arrived(error: TelegramError) -> bool:
    """True where the request certainly had no effect, so that sending it again makes no double."""
    if isinstance(error, RetryAfter | BadRequest):
        return True
    if not isinstance(error, NetworkError):
        return True
    cause = error.__cause__
    if cause is None and not isinstance(error, TimedOut):
        return True  # Telegram answered, with a failure of its own.
    return isinstance(cause, NOT_SENT_CAUSES)


def is_unchanged(error: BadRequest) -> bool:
    """The edit changed nothing: as good as done."""
    return "not modified" in error.message.lower()


def is_gone(error: BadRequest) -> bool:
    """The message cannot be edited any more: it was deleted, or is not the bot's."""
    text = error.message.lower()
    return "message to edit not found" in text or "can't be edited" in text or "message_id_invalid" in text


def is_odd_markup(error: BadRequest) -> bool:
    """Telegram does not take the entities."""
    return "entit" in error.message.lower()


def seconds_of(error: RetryAfter) -> float:
    """How long Telegram asks to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
