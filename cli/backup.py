"""`eyeglass backup` and `eyeglass restore`: all that is kept, in one file, and back."""

import time
from pathlib import Path

from assistant.settings.settings import Settings
from assistant.storage.archive import Listing
from assistant.storage.backup import back_up_all
from assistant.storage.restore import restore_all
from cli.version import program_version

NOT_IN_IT = (
    "Not in it: the bot's token, the keys of settings.toml and of web pages. Anyone who can read it reads what people "
    "sent: keep it as you keep the folder."
)
BACK_AGAIN = (
    "What people deleted (/forget) or what became too old since then is back: nobody is told. Restore only what you "
    "may, and delete backups when they are older than storage.keep_days."
)


def back_up(settings: Settings, file: Path) -> str:
    """Write a backup; return what to say.

    Raises:
        StorageError: it cannot be made.
    """
    folder = settings.storage.path
    listing = back_up_all(folder, file.expanduser(), program_version())
    missing = f"; {listing.missing} copies of pictures were not there" if listing.missing else ""
    return f"{file}: {_described(listing)}{missing}.\n{NOT_IN_IT}"


def restore(settings: Settings, file: Path, *, replace: bool) -> str:
    """Restore a backup; return what to say.

    Raises:
        StorageError: it cannot be restored.
    """
    listing = restore_all(settings.storage.path, file.expanduser(), replace=replace)
    made = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime(listing.made_at))
    return f"{settings.storage.path} is as it was on {made}: {_described(listing)}.\n{BACK_AGAIN}"


def _described(listing: Listing) -> str:
    return f"the database and {len(listing.files) - 1} files of pictures, {listing.size / 1e6:.1f} MB"
