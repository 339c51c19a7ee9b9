"""What `eyeglass calibrate` measured of models' probabilities, by their names, in a file beside the packed weights."""

import contextlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from model_service.engines.engine import Sureness

FILE = "sureness.json"


def kept_sureness(cache: Path | None, model: str) -> Sureness | None:
    """Return what was measured of a model; None if nothing was, or the file cannot be read."""
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        if cache is not None:
            return told_sureness(json.loads((cache / FILE).read_text(encoding="utf-8"))[model])
    return None


def told_sureness(found: Any) -> Sureness | None:
    """Return what a JSON object says of a model; None where it says something else."""
    with contextlib.suppress(ValueError, TypeError, AttributeError):
        return Sureness(**{name: float(value) for name, value in found.items()})
    return None


def keep_sureness(cache: Path, model: str, sureness: Sureness) -> None:
    """Keep what was measured of a model, and what is there of others.

    Raises:
        OSError: it cannot be written.
    """
    file = cache / FILE
    known: dict[str, object] = {}
    with contextlib.suppress(OSError, ValueError, TypeError):
        known = dict(json.loads(file.read_text(encoding="utf-8")))
    cache.mkdir(parents=True, exist_ok=True)
    part = file.with_suffix(".part")
    part.write_text(json.dumps({**known, model: asdict(sureness)}, indent=1) + "\n", encoding="utf-8")
    part.replace(file)
