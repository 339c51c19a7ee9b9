"""The Telegram bot: everything between an update and an answer, except the model itself."""

import os

# The library otherwise warns, each time Telegram asks to wait, that it will hand out timedeltas one day.
os.environ.setdefault("PTB_TIMEDELTA", "true")
