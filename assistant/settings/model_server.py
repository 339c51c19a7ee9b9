"""A server that the model runs on: its address, and the key for it, which is never printed nor stored."""

import logging
import os
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from pydantic import SecretStr

from assistant.settings.errors import SettingsError
from assistant.settings.secret_files import read_secret_file
from assistant.settings.webhook_address import is_near

VARIABLE = "MODEL_API_KEY"

SCHEMES = ("https://", "http://")

SHAPE = re.compile(r"[!-~]+")
"""What a header can hold, without white space."""

_log = logging.getLogger(__name__)


def is_address(name: str) -> bool:
    """Whether `model.name` is the address of a server."""
    return name.casefold().startswith(SCHEMES)


def checked_address(address: str) -> str:
    """Return the address of a server.

    Raises:
        SettingsError: it cannot be one, or holds a password; the text does not.
    """
    try:
        parts = urlsplit(address)
        usable = parts.hostname and parts.port != 0 and not parts.query and not parts.fragment
    except ValueError:
        parts, usable = None, False
    if parts is not None and (parts.username or parts.password):
        raise SettingsError(f"model.name must hold no password: the key of the server goes into {VARIABLE}.")
    if not usable:
        raise SettingsError("model.name must be an address such as https://models.example.org/v1.")
    if parts is not None and parts.scheme == "http" and not is_near(parts.hostname or ""):
        _log.warning("model.name: pictures, questions and the key go to %s in clear text", parts.hostname)
    return address.rstrip("/")


def read_key(key_file: str, environment: Mapping[str, str] | None = None) -> SecretStr | None:
    """Return the key from MODEL_API_KEY, else from the file that `model.key_file` names; None: there is none.

    Raises:
        SettingsError: the file cannot be read, or what is there cannot be a key; the text never holds it.
    """
    environment = os.environ if environment is None else environment
    text, source = environment.get(VARIABLE, "").strip(), VARIABLE
    if not text and key_file:
        source = key_file
        text = read_secret_file("model.key_file", source)
        if not text:
            raise SettingsError(f"model.key_file: {source} is empty.")
    if text and not SHAPE.fullmatch(text):
        raise SettingsError(f"{source} does not hold a key: one is a single word of ordinary signs.")
    return SecretStr(text) if text else None
