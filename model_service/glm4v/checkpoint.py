"""Finding a checkpoint and loading it: a folder, a hub id, or the pocket model that comes along."""

import json
import logging
from pathlib import Path
from typing import Any

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
from safetensors import SafetensorError
from transformers import BitsAndBytesConfig
from transformers.utils.logging import disable_progress_bar

from model_service.config import ModelConfig
from model_service.errors import CheckpointError
from model_service.glm4v.config import GLM4VConfig
from model_service.glm4v.hardware import Hardware, holds_nine_billion
from model_service.glm4v.model import GLM4VForConditionalGeneration
from model_service.glm4v.tokenizer import Tokenizer

NINE_BILLION = "zai-org/glm-4v-9b"
POCKET = Path(__file__).parent.parent / "pocket"
LARGE = 4 * 1024**3
INDEX, SINGLE = "model.safetensors.index.json", "model.safetensors"
WANTED = ("*.safetensors", "*.json", "tokenizer.model")
KEPT_WHOLE = ["transformer.output_layer", "transformer.vision.conv", "transformer.vision.patch_embedding.proj"]
"""Modules that are not quantised: the head, as transformers does by default, and the convolutions."""

logger = logging.getLogger(__name__)


def find_checkpoint(name: str, hardware: Hardware) -> Path:
    """The folder of the checkpoint that `model.name` asks for; a hub id is downloaded, with progress, and resumed.

    Raises:
        CheckpointError: nothing usable there; the text says what was looked for.
    """
    if name == "auto":
        name = NINE_BILLION if holds_nine_billion(hardware.device) else "pocket"
    folder = POCKET if name == "pocket" else Path(name).expanduser()
    if not folder.is_dir():
        folder = _download(name)
    _check_files(folder)
    return folder


def load_checkpoint(folder: Path, config: ModelConfig, hardware: Hardware) -> GLM4VForConditionalGeneration:
    """The model with its weights, every tensor of it on one device and in one dtype.

    Raises:
        CheckpointError: torn, incomplete, or of another model.
    """
    disable_progress_bar()  # type: ignore[no-untyped-call]  # Of reading tensors; a download shows its own.
    quantization = _nf4(hardware) if _in_four_bits(folder, config, hardware) else None
    try:
        loaded: Any = GLM4VForConditionalGeneration.from_pretrained(
            folder,
            config=GLM4VConfig.from_pretrained(folder),
            dtype=hardware.dtype,
            device_map={"": hardware.device},
            quantization_config=quantization,
            output_loading_info=True,
        )
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise CheckpointError(f"{folder}: cannot be loaded ({error})") from error
    model, report = loaded
    if report["missing_keys"]:
        some = ", ".join(sorted(report["missing_keys"])[:3])
        raise CheckpointError(f"{folder}: {len(report['missing_keys'])} tensors are missing, among them {some}")
    return model.eval()  # type: ignore[no-any-return]


def checkpoint_name(folder: Path) -> str:
    """What to call it: a folder's own name, or the hub id where the folder is a snapshot in the hub's cache."""
    if folder.parent.name != "snapshots":
        return folder.name
    return folder.parent.parent.name.removeprefix("models--").replace("--", "/")


def _in_four_bits(folder: Path, config: ModelConfig, hardware: Hardware) -> bool:
    """As set; left to itself, a large checkpoint on a GPU is quantised."""
    if config.quantize != "auto":
        return config.quantize == "nf4"
    weights = sum(file.stat().st_size for file in folder.glob("*.safetensors"))
    return hardware.device.type == "cuda" and weights > LARGE


def _nf4(hardware: Hardware) -> BitsAndBytesConfig:
    return BitsAndBytesConfig(  # type: ignore[no-untyped-call]
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=hardware.dtype,
        llm_int8_skip_modules=KEPT_WHOLE,
    )


def load_tokenizer(folder: Path, config: GLM4VConfig) -> Tokenizer:
    """The checkpoint's tokenizer, checked against its configuration.

    Raises:
        CheckpointError: the two do not belong together.
    """
    tokenizer = Tokenizer.load(folder / "tokenizer.model")
    if tokenizer.special("<|begin_of_image|>") != config.boi_token_id:
        raise CheckpointError(f"{folder}: tokenizer.model does not fit config.json (boi_token_id)")
    return tokenizer


def _download(name: str) -> Path:
    if Path(name).is_absolute() or name.startswith((".", "~")) or name.count("/") != 1:
        raise CheckpointError(
            f"no checkpoint at {name!r}: it is neither `pocket`, nor a folder, nor a hub id (owner/name)"
        )
    logger.info("looking for %s in the local cache and on the hub", name)
    try:
        return Path(snapshot_download(name, allow_patterns=list(WANTED)))
    except (OSError, HfHubHTTPError, LocalEntryNotFoundError, HFValidationError) as error:
        reason = str(error).strip().splitlines()[0]
        raise CheckpointError(
            f"{name!r} is no folder here and could not be downloaded from the hub ({reason})"
        ) from error


def _check_files(folder: Path) -> None:
    """Say at once what is missing, rather than fail deep inside a loader."""
    weights = INDEX if (folder / INDEX).exists() else SINGLE
    missing = [name for name in ("config.json", "tokenizer.model", weights) if not (folder / name).is_file()]
    try:
        if not missing and weights == INDEX:
            shards = set(json.loads((folder / INDEX).read_text())["weight_map"].values())
            missing = sorted(shard for shard in shards if not (folder / shard).is_file())
        kind = None if missing else json.loads((folder / "config.json").read_text())["model_type"]
    except (OSError, ValueError, KeyError, AttributeError) as error:
        raise CheckpointError(f"{folder}: a JSON file cannot be read ({error!r})") from error
    if missing:
        raise CheckpointError(f"{folder}: looked for a GLM-4V checkpoint, but {', '.join(missing)} is missing")
    if kind != GLM4VConfig.model_type:
        raise CheckpointError(
            f"{folder}: config.json says model_type {kind!r}, not {GLM4VConfig.model_type!r} (GLM-4V)"
        )
