"""No bot token gets out through a log, by whatever door."""

import io
import logging
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from bot.logs import HIDDEN, set_up_logs

TOKEN = "123456789:AAH-abcdefghijklmnopqrstuvwxyz_01234"
ODD = "777:odd"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """Collect the log with the bot's setup; restore everything afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    stream = io.StringIO()
    set_up_logs("debug", SecretStr(ODD), stream=stream)
    yield stream
    logging.captureWarnings(False)
    root.handlers, root.level = handlers, level


def test_a_message_and_its_arguments_are_cleaned(log: io.StringIO) -> None:
    """Also of a child logger, whose records no filter on the root logger sees."""
    logging.getLogger("a.b.c").warning("GET https://api.telegram.org/bot%s/getMe %s", TOKEN, {"t": TOKEN})
    assert TOKEN not in log.getvalue()
    assert log.getvalue().count(HIDDEN) == 2


def test_an_exception_is_cleaned(log: io.StringIO) -> None:
    """Its text, its notes and the text of what caused it."""
    try:
        try:
            raise ValueError(f"The token `{TOKEN}` was rejected")
        except ValueError as error:
            raise RuntimeError(f"see {TOKEN}") from error
    except RuntimeError:
        logging.getLogger("child").exception("polling ended")
    assert "Traceback" in log.getvalue()
    assert TOKEN not in log.getvalue()


def test_the_stack_is_cleaned(log: io.StringIO) -> None:
    """A stack shows lines of source, and one may hold it."""
    record = logging.LogRecord("child", logging.ERROR, "x.py", 1, "here", (), None, sinfo=f"  connect('{TOKEN}')")
    logging.getLogger("child").handle(record)
    assert "connect" in log.getvalue()
    assert TOKEN not in log.getvalue()


def test_the_bots_own_token_is_cleaned_whatever_its_shape(log: io.StringIO) -> None:
    """Even one that looks like none."""
    logging.getLogger("child").error("bot%s", ODD)
    assert ODD not in log.getvalue()


def test_one_line_an_event(log: io.StringIO) -> None:
    """Time, level, who, what."""
    logging.getLogger("bot.app").info("listening")
    assert log.getvalue().endswith("INFO    bot.app: listening\n")
    assert log.getvalue().count("\n") == 1


def test_httpx_is_quiet(log: io.StringIO) -> None:
    """It would log each request with its address."""
    logging.getLogger("httpx").info("HTTP Request: POST https://api.telegram.org/bot.../getMe")
    assert log.getvalue() == ""


def test_a_broken_message_does_not_raise(log: io.StringIO) -> None:
    """Arguments that do not fit the message are shown next to it."""
    logging.getLogger("child").error("%d pictures", "many")
    assert "pictures" in log.getvalue()


def test_a_gateways_page_is_no_traceback(log: io.StringIO) -> None:
    """The caller that gets the resulting error logs it."""
    logging.getLogger("telegram.request.BaseRequest").exception("Can not load invalid JSON data")
    assert log.getvalue() == ""
