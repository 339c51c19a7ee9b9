"""Files of a Bot API server in local mode, which lie on this machine."""

from pathlib import Path


def local_path(said: str, folder: Path | None) -> Path | None:
    """Return where a file lies that the server named by an absolute path; None if that is not inside its `folder`.

    Links are followed first: what they lead to has to be inside, and a file.
    """
    if folder is None or not Path(said).is_absolute():
        return None
    try:
        path = Path(said).resolve(strict=True)
        inside = path.is_relative_to(folder.resolve(strict=True)) and path.is_file()
    except (OSError, ValueError, RuntimeError):  # It is not here, no path, or a circle of links.
        return None
    return path if inside else None
