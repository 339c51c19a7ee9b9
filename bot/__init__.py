"""Telegram and people: everything between an update and an answer, but never the model itself."""
