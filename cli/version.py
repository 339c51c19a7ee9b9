"""The program's version, and that of the database it knows."""

import platform
from importlib.metadata import PackageNotFoundError, version

from assistant.storage.database import migrations


def program_version() -> str:
    """Return the installed program's version; "unknown" where it runs without being installed."""
    try:
        return version("eyeglass")
    except PackageNotFoundError:
        return "unknown"


def version_line() -> str:
    """Return what `eyeglass --version` says."""
    return f"Eyeglass {program_version()} (database {len(migrations())}, Python {platform.python_version()})"
