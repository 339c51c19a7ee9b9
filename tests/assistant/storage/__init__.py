"""Tests of the storage, on a real SQLite file."""
