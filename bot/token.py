"""The bot's token: read it from the environment or a file, never print it, never store it."""

import os
import re
from collections.abc import Mapping

from pydantic import SecretStr

from assistant.settings.errors import SettingsError
from assistant.settings.secret_files import read_secret_file
from assistant.settings.settings import TelegramSettings

VARIABLE = "TELEGRAM_BOT_TOKEN"
SHAPE = re.compile(r"[0-9]{3,20}:[A-Za-z0-9_-]{10,100}")
"""Digits, a colon and letters, as @BotFather issues them. Only Telegram knows whether a token is valid."""

REFUSED = (
    "Telegram refuses the bot's token. Ask @BotFather for the current one and set it in "
    f"{VARIABLE} or in the file named by telegram.token_file."
)


def read_token(settings: TelegramSettings, environment: Mapping[str, str] | None = None) -> SecretStr:
    """Return the token from TELEGRAM_BOT_TOKEN, else from `telegram.token_file`.

    Raises:
        SettingsError: there is none, or it cannot be one; the text never holds it.
    """
    environment = os.environ if environment is None else environment
    text, source = environment.get(VARIABLE, "").strip(), VARIABLE
    if not text and settings.token_file:
        source = settings.token_file
        text = read_secret_file("telegram.token_file", source)
    if not text:
        raise SettingsError(f"There is no bot token. Ask @BotFather for one and set it in {VARIABLE}.")
    if not SHAPE.fullmatch(text):
        raise SettingsError(f"{source} does not hold a bot token: one looks like 123456:letters-and-digits.")
    return SecretStr(text)
