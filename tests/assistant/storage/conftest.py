"""A database in a file of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assistant.storage import Database, open_database


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """A new database."""
    async with open_database(tmp_path / "data") as opened:
        yield opened
