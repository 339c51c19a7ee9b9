"""A database in a file of its own, and the log."""

import logging

import pytest

from tests.assistant.storage.conftest import database

__all__ = ["database"]


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """The bot's log, from INFO up."""
    caplog.set_level(logging.INFO, "bot")
    return caplog
