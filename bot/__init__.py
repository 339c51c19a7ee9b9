"""Telegram and people: everything between an update and an answer, but never the model itself."""

import os

# The library otherwise warns, each time Telegram asks to wait, that it will hand out timedeltas one day.
os.environ.setdefault("PTB_TIMEDELTA", "true")
