"""The model: the card it would run on, its files, and whether it answers a question."""

import shutil
from dataclasses import replace
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

from assistant.level import level_of
from assistant.settings.model_server import is_address
from assistant.settings.settings import Settings
from cli.checks.verdicts import Remark, Wanting
from model_service import (
    RAPIDOCR,
    Detail,
    EngineInfo,
    GenerationRequest,
    Message,
    ModelService,
    ModelServiceError,
    PictureRef,
    SamplingParams,
    Transcription,
    open_service,
)

DRIVER = Path("/proc/driver/nvidia/version")
"""There where the driver of an NVIDIA card is loaded."""

NEEDED = 37 * 10**9
"""The bytes of the 9B's files: 28 GB from the hub, and 9 GB packed for the next start."""

READER_NEEDS = 4 * 10**9
"""The bytes of GLM-OCR's files: by its sizes 2.2 GB in 16 bits, and 0.9 packed for the next start."""

QUESTION, TOKENS = "What is this?", 8


def check_gpu(settings: Settings) -> str:
    """See whether a card that is there can be used."""
    if is_address(settings.model.name):
        return "not needed, a server answers"
    if find_spec("torch") is None:
        raise Wanting("PyTorch is not installed: pip install 'eyeglass[local]', or name a server in model.name")
    import torch

    if torch.cuda.is_available():
        cards = [torch.cuda.get_device_properties(number) for number in range(torch.cuda.device_count())]
        return ", ".join(f"{card.name} with {card.total_memory / 2**30:.0f} GiB" for card in cards)
    if DRIVER.exists() and settings.model.device != "cpu":
        driver = DRIVER.read_text(encoding="utf-8", errors="replace").splitlines()[0]
        built = f"it is built for CUDA {torch.version.cuda}" if torch.version.cuda else "it is built without CUDA"
        raise Wanting(
            f"there is an NVIDIA card ({driver}), but PyTorch {torch.__version__} cannot use it ({built}): install a "
            'PyTorch for it, or a newer driver; or set model.device = "cpu"'
        )
    if settings.model.device.startswith("cuda"):
        raise Wanting(
            f'model.device is "{settings.model.device}", but there is no NVIDIA card, or its driver is not loaded '
            "(nvidia-smi); in a container: see whether it was given the card"
        )
    return "none; the processor answers"


def check_files(settings: Settings) -> str:
    """See whether the model's files are here, or there is room for them."""
    name = settings.model.name
    if is_address(name):
        return "not needed, a server answers"
    if name == "pocket":
        return "the pocket model comes along"
    return _files_of(name, "model.name is a folder, a hub id, or a server's address", NEEDED)


def check_reader(settings: Settings) -> str:
    """See whether the reader beside the model, if one is set, is here, or there is room for it."""
    name = settings.model.reader
    if not name:
        return "none is set, the model reads"
    if is_address(settings.model.name):
        raise Remark(f'model.reader is "{name}", but a server answers, and there is no reader beside that')
    if name == RAPIDOCR:
        if find_spec("rapidocr") is None:
            raise Wanting("model.reader is \"rapidocr\", which is not installed: pip install 'eyeglass[rapidocr]'")
        return "RapidOCR is installed"
    return _files_of(name, "model.reader is rapidocr, or a folder or a hub id of GLM-OCR", READER_NEEDS)


def _files_of(name: str, what: str, needed: int) -> str:
    """See whether a checkpoint is here, or there is room for its `needed` bytes; `what` says what its setting takes."""
    folder = Path(name).expanduser()
    if folder.is_dir():
        return f"{folder}"
    if name == "auto" or find_spec("huggingface_hub") is None:
        return "chosen when the model is loaded"
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.constants import HF_HUB_CACHE
    from huggingface_hub.errors import HFValidationError

    try:
        found = try_to_load_from_cache(name, "config.json")
    except HFValidationError:
        found = None
        if name.count("/") != 1 or name.startswith((".", "/", "~")):
            raise Wanting(f"there is no folder {name}: {what}") from None
    if isinstance(found, str):
        return f"{name} is in the hub's cache ({HF_HUB_CACHE})"
    cache = next(path for path in (Path(HF_HUB_CACHE), *Path(HF_HUB_CACHE).parents) if path.exists())
    free = shutil.disk_usage(cache).free
    if free < needed:
        raise Wanting(
            f"{name} is not here yet, and of {cache} {free / 1e9:.0f} GB are free, {needed / 1e9:.0f} are needed: "
            "make room, or set HF_HOME to a folder on another disk"
        )
    raise Remark(f"{name} is not here yet: the first start downloads it to {HF_HUB_CACHE}, which may take an hour")


async def check_model(settings: Settings) -> str:
    """Load the model, and have it answer a question about a picture."""
    async with open_service(settings.model.config(patient=False)) as model:
        info = await model.ready()
        picture = resources.files("bot").joinpath("samples/receipt.jpg").read_bytes()
        setting = settings.model.default_detail()
        level = setting if isinstance(setting, Detail) else level_of(info, picture)
        question = info.fixed_prompts.get(Transcription.TEXT, QUESTION)
        request = GenerationRequest(
            id="check",
            chat="check",
            messages=(Message("user", question, (PictureRef(picture, level),)),),
            sampling=SamplingParams(max_tokens=TOKENS),
        )
        try:
            outputs = [output async for output in model.generate(request)]
        except ModelServiceError as error:
            raise Wanting(f"{info.model} on {info.device} is loaded, but does not answer: {error}") from None
        reads = await _reader(model, info, replace(request, transcription=Transcription.TEXT))
        resizes = model.server is not None and model.server.resizes
    if not outputs[-1].text.strip():
        raise Wanting(f"{info.model} on {info.device} is loaded, but answers with nothing: try another model.dtype")
    note = "; the server resizes pictures on its own, so levels of detail count for little" if resizes else ""
    more = f"{_family(info)}{reads}{note}"
    return f"{info.model} on {info.device} ({info.dtype}) answers in {outputs[-1].seconds:.1f} s{more}"


async def _reader(model: ModelService, info: EngineInfo, request: GenerationRequest) -> str:
    """Have the reader beside the model, if there is one, read; return what is to be said of it."""
    if info.reader_fault:
        raise Wanting(f"{info.model} answers, but the reader of model.reader was not loaded: {info.reader_fault}")
    if info.reader is None:
        return ""
    try:
        outputs = [output async for output in model.generate(request)]
    except ModelServiceError as error:
        raise Wanting(
            f"{info.model} answers, but neither it nor its reader {info.reader.name} reads: {error}"
        ) from None
    if not outputs[-1].reader:
        raise Wanting(f"{info.model} answers, but its reader {info.reader.name} fails: the log says why")
    return f"; {info.reader.name} reads beside it, in {outputs[-1].seconds:.1f} s"


def _family(info: EngineInfo) -> str:
    """Return of which family a model is, and its dial; nothing where that is not known."""
    if not info.family:
        return ""
    dial, pictures = info.dial, info.pictures_per_request
    shape = "a square at max" if dial.squashes_at_max else "in its own shape"
    together = "one picture at a time" if pictures == 1 else f"up to {pictures} pictures together"
    seen = f"a token sees {dial.token_pixels}x{dial.token_pixels} pixels, a picture gets {dial.min_tokens} to"
    return f"; it is of {info.family}: {seen} {dial.max_tokens} of them, {shape}, {together}"
