"""Logging to stderr, one readable line an event; redact bot tokens."""

import contextlib
import logging
import os
import re
import sys
from typing import TextIO

from pydantic import SecretStr

TOKEN = re.compile(r"[0-9]{3,20}(?::|%3[Aa])[A-Za-z0-9_-]{20,100}")
"""Anything that looks like a bot token, in an address too."""

UNSEEN = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
"""Characters that begin a new line, or change how a terminal shows the rest: strangers' names may hold them."""

HIDDEN = "<token>"
LINE = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
JOURNAL_LINE = "%(name)s: %(message)s"
"""A line of systemd's journal, which has the time and the level by itself."""

PRIORITIES = {logging.DEBUG: 7, logging.INFO: 6, logging.WARNING: 4, logging.ERROR: 3, logging.CRITICAL: 2}
"""The journal's numbers for levels: `journalctl -p warning` finds them."""

QUIET = ("httpx", "httpcore", "telegram", "apscheduler", "aiosqlite", "PIL", "asyncio", "uvicorn")
"""Libraries that log from WARNING up: httpx would print every address, token and all."""

SILENT = ("telegram.request.BaseRequest",)
"""Silenced loggers: they print a traceback for each page that a gateway sends instead of JSON; the error says it."""


class Redaction(logging.Filter):
    """Redact tokens in a record: message, arguments, exception and stack; and make the message one line.

    A traceback's lines are indented, so that none looks like an event. It belongs on handlers: a filter on a logger is
    not asked about the records of its children.
    """

    def __init__(self, *secrets: SecretStr | None) -> None:
        super().__init__()
        self._secrets = [secret.get_secret_value() for secret in secrets if secret]

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record in place; every record passes."""
        record.msg = _visible(self.clean(_message(record)).rstrip())
        record.args = None
        if record.exc_info:
            record.exc_text = _indented(self.clean(logging.Formatter().formatException(record.exc_info)))
            record.exc_info = None
        elif record.exc_text:
            record.exc_text = _indented(self.clean(record.exc_text))
        if record.stack_info:
            record.stack_info = _indented(self.clean(record.stack_info))
        return True

    def clean(self, text: str) -> str:
        """Return the text without tokens and keys."""
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return without_tokens(text)


class JournalFormatter(logging.Formatter):
    """Lines with the journal's priority before each of them."""

    def __init__(self) -> None:
        super().__init__(JOURNAL_LINE)

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's lines."""
        priority = PRIORITIES.get(record.levelno, 5)
        return "\n".join(f"<{priority}>{line}" for line in super().format(record).split("\n"))


def goes_to_journal(stream: TextIO) -> bool:
    """Whether systemd's journal reads a stream: JOURNAL_STREAM names its device and inode."""
    with contextlib.suppress(OSError, ValueError):
        found = os.fstat(stream.fileno())
        return os.environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"
    return False


def without_tokens(text: str) -> str:
    """Return the text without anything that looks like a bot token."""
    return TOKEN.sub(HIDDEN, text)


def _visible(text: str) -> str:
    return UNSEEN.sub(lambda sign: ascii(sign[0])[1:-1], text)


def _indented(text: str) -> str:
    return "\n".join(f"  {_visible(line)}" for line in text.split("\n"))


def _message(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except (TypeError, ValueError):
        return f"{record.msg} {record.args}"


def set_up_logs(level: str, *secrets: SecretStr | None, stream: TextIO | None = None) -> None:
    """Send everything from `level` up to stderr, redacted; replace an earlier setup."""
    stream = stream or sys.stderr
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JournalFormatter() if goes_to_journal(stream) else logging.Formatter(LINE))
    handler.addFilter(Redaction(*secrets))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
