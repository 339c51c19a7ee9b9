"""Finding a checkpoint: a folder, a hub id, or the pocket model that comes along."""

import contextlib
import json
import logging
from pathlib import Path
from typing import Any

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
from huggingface_hub.utils.tqdm import tqdm

from model_service.engines.glm4v.config import GLM4VConfig
from model_service.engines.hardware import Hardware
from model_service.engines.weights.families import FAMILIES, known_families
from model_service.engines.weights.memory_plan import holds_nine_billion
from model_service.engines.weights.shards import shards
from model_service.errors import CheckpointError, WrongFamily
from model_service.gauges import Gauges

HUB_NAME = "zai-org/glm-4v-9b"
POCKET = Path(__file__).parents[2] / "pocket"
WANTED = ("*.safetensors", "*.json", "*.jinja", "tokenizer.model")

DOWNLOAD_SHARE = 0.8
"""Share of the progress shown that is the download, where there is one."""

logger = logging.getLogger(__name__)


def find_checkpoint(name: str, hardware: Hardware, gauges: Gauges | None = None) -> Path:
    """The folder of the checkpoint that `model.name` asks for; a hub id is downloaded, and resumed.

    A download shows its progress on the terminal, and moves `gauges.loaded` up to DOWNLOAD_SHARE.

    Raises:
        CheckpointError: nothing usable there; the text says what was looked for.
    """
    if name == "auto":
        name = HUB_NAME if holds_nine_billion(hardware) else "pocket"
    folder = POCKET if name == "pocket" else Path(name).expanduser()
    if not folder.is_dir():
        folder = _download(name, gauges or Gauges())
    _check_files(folder)
    return folder


def checkpoint_name(folder: Path) -> str:
    """Return a checkpoint's name: its folder's, or the hub id where that is a snapshot in the hub's cache."""
    if folder.parent.name != "snapshots":
        return folder.name
    return folder.parent.parent.name.removeprefix("models--").replace("--", "/")


def load_tokenizer(folder: Path, config: Any) -> Any:
    """The checkpoint's tokenizer, checked against its configuration.

    Raises:
        CheckpointError: the two do not belong together.
    """
    return FAMILIES[config.model_type].tokenizer(folder, config)


def _download(name: str, gauges: Gauges) -> Path:
    if Path(name).is_absolute() or name.startswith((".", "~")) or name.count("/") != 1:
        raise CheckpointError(
            f"no checkpoint at {name!r}: it is neither `pocket`, nor a folder, nor a hub id (owner/name)"
        )
    logger.info("looking for %s in the local cache and on the hub", name)
    try:
        return Path(snapshot_download(name, allow_patterns=list(WANTED), tqdm_class=_bars(name, gauges)))
    except (OSError, HfHubHTTPError, LocalEntryNotFoundError, ValueError) as error:  # ValueError: of HTTPS_PROXY too.
        reason = str(error).strip().splitlines()[0]
        raise CheckpointError(
            f"{name!r} is no folder here and could not be downloaded from the hub ({reason})"
        ) from error


def _bars(name: str, gauges: Gauges) -> type[tqdm]:
    """The hub's progress bars, which move the gauge also where there is no terminal to be shown on."""
    total = _bytes_to_fetch(name)

    class Bar(tqdm):
        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]
            self.of_bytes, self.fetched = kwargs.get("unit") == "B", 0.0

        def update(self, n: float | None = 1) -> bool | None:
            self.fetched += n or 0
            if self.of_bytes and total:
                gauges.loaded = max(gauges.loaded, DOWNLOAD_SHARE * min(1.0, self.fetched / total))
            return super().update(n)  # type: ignore[no-any-return]

    return Bar


def _bytes_to_fetch(name: str) -> int:
    """Return the bytes that are not in the local cache yet; 0 where the hub cannot be asked."""
    with contextlib.suppress(OSError, HfHubHTTPError, LocalEntryNotFoundError, ValueError):
        files = snapshot_download(name, allow_patterns=list(WANTED), dry_run=True)
        return sum(file.file_size or 0 for file in files if file.will_download)
    return 0


def _check_files(folder: Path) -> None:
    """Say at once what is missing, rather than fail deep inside a loader."""
    try:
        there = (folder / "config.json").is_file()
        kind = json.loads((folder / "config.json").read_text())["model_type"] if there else ""
        family = FAMILIES.get(kind, FAMILIES[GLM4VConfig.model_type])
        wanted = [*(folder / name for name in family.files), *shards(folder)]
        missing = [file.name for file in wanted if not file.is_file()]
    except (OSError, ValueError, KeyError, AttributeError, TypeError) as error:
        raise CheckpointError(f"{folder}: a JSON file cannot be read ({error!r})") from error
    if there and kind not in FAMILIES:
        raise WrongFamily(f"{folder}: config.json says model_type {kind!r}, not {known_families()}")
    if missing:
        raise CheckpointError(f"{folder}: looked for a {family.name} checkpoint, but {', '.join(missing)} is missing")
