"""Tests of what becomes of what hangs on a message."""
