"""Files that hold a secret: a token, or keys."""

import logging
from pathlib import Path

from assistant.settings.errors import SettingsError

OTHERS = 0o077
"""The permissions of everybody except a file's owner."""

_log = logging.getLogger(__name__)


def read_secret_file(named: str, source: str) -> str:
    """Return what a file holds, without the white space around it; log if others on this machine can read it.

    `named` is the setting or option that names the file, `source` its path.

    Raises:
        SettingsError: it cannot be read.
    """
    file = Path(source).expanduser()
    try:
        text = file.read_text(encoding="utf-8").strip()
        shared = file.stat().st_mode & OTHERS
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{named}: {source} cannot be read ({type(error).__name__}).") from None
    if shared:
        _log.warning("%s: others on this machine can read %s: chmod 600 %s", named, source, source)
    return text
