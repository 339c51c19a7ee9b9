"""A database in a file of its own."""

from tests.assistant.storage.conftest import database

__all__ = ["database"]
