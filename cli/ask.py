"""`eyeglass ask`: one question on the terminal, through the same model service as the bot's."""

import asyncio
import json
import sys
from pathlib import Path
from typing import TextIO

from assistant.settings.errors import SettingsError
from assistant.settings.settings import Settings
from assistant.texts import FAULTS, texts_in
from model_service import (
    Detail,
    GenerationOutput,
    GenerationRequest,
    Message,
    ModelService,
    PictureRef,
    PictureRejected,
    Stage,
    UnknownDetail,
    open_picture,
    open_service,
)


async def ask_model(
    settings: Settings,
    picture: Path,
    question: str,
    detail: str | None,
    *,
    as_json: bool = False,
    model: ModelService | None = None,
    out: TextIO | None = None,
) -> None:
    """Write the answer to `out` as it grows; or as JSON at its end.

    Raises:
        SettingsError: the file cannot be read, or it or the detail is not what it should be.
        ModelServiceError: the model could not answer.
    """
    out = out or sys.stdout
    data = await asyncio.to_thread(_read, picture)
    request = GenerationRequest(
        id="ask",
        chat="terminal",
        messages=(Message("user", question, (PictureRef(data, _detail(settings, detail)),)),),
        sampling=settings.model.sampling(),
    )
    async with model or open_service(settings.model.config()) as service:
        await service.ready()
        output = await _stream(service, request, None if as_json else out)
    if as_json:
        out.write(json.dumps(as_object(output), ensure_ascii=False) + "\n")


def as_object(output: GenerationOutput) -> dict[str, object]:
    """Return the answer with the facts about it; sizes are in pixels, times in seconds."""
    plan = output.plan
    return {
        "answer": output.text.strip(),
        "level": str(plan.detail) if plan else None,
        "rows": plan.rows if plan else None,
        "columns": plan.columns if plan else None,
        "width": plan.width if plan else None,
        "height": plan.height if plan else None,
        "tokens": plan.tokens if plan else None,
        "seconds_to_first_token": _rounded(output.seconds_to_first_token),
        "total_seconds": _rounded(output.seconds),
    }


async def _stream(service: ModelService, request: GenerationRequest, out: TextIO | None) -> GenerationOutput:
    output, written = GenerationOutput(Stage.WAITING), 0
    async for output in service.generate(request):
        if out is not None:
            out.write(output.text[written:])
            out.flush()
            written = len(output.text)
    if out is not None:
        out.write("\n")
    return output


def _read(picture: Path) -> bytes:
    try:
        data = picture.read_bytes()
    except OSError as error:
        raise SettingsError(f"{picture} cannot be read: {error.strerror}.") from None
    try:
        open_picture(data)
    except PictureRejected as error:
        raise SettingsError(f"{picture}: {texts_in('en').say(FAULTS[error.fault])}") from None
    return data


def _detail(settings: Settings, word: str | None) -> Detail:
    if word is None:
        return settings.model.default_detail()
    try:
        return Detail.parse(word)
    except UnknownDetail:
        sentence = "must be low, standard, fine, high, max or a number of tokens from 16 to 1600"
        raise SettingsError(f"--detail {sentence}, not {word!r}.") from None


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
