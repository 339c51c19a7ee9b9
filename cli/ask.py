"""`eyeglass ask`: one question on the terminal, through the same model service as the bot's."""

import asyncio
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TextIO

from assistant.doubt import Verdict
from assistant.level import Sight, Wish, level_for, resized, sight_in, wish_of
from assistant.looking import judgement_of
from assistant.next_looks import much_closer
from assistant.notes_under import looks_notes
from assistant.pictures.documents import Opened, open_file
from assistant.pictures.notes import notes_on
from assistant.pictures.refusals import USER_ERRORS, refusal
from assistant.pictures.selection import pages_named
from assistant.settings.detail_setting import DetailSetting, read_detail
from assistant.settings.errors import SettingsError
from assistant.settings.settings import Settings
from assistant.shown_part import part_of
from assistant.texts import LookSentence, Sentence, texts_in
from assistant.wording.about_one import about_one
from assistant.wording.agreement import Difference, differences
from assistant.wording.pages import PAGES
from assistant.wording.question import ParsedQuestion
from model_service import (
    Detail,
    GenerationOutput,
    GenerationRequest,
    Message,
    ModelService,
    PictureRef,
    SamplingParams,
    Stage,
    UnknownDetail,
    open_picture,
    open_service,
)


async def ask_model(
    settings: Settings,
    file: Path,
    question: str,
    detail: str | None,
    *,
    as_json: bool = False,
    model: ModelService | None = None,
    out: TextIO | None = None,
) -> None:
    """Write the answer about a picture, or the pages that the question names, to `out` as it grows; or JSON at its end.

    Raises:
        SettingsError: the file cannot be read, or it or the detail is not what it should be.
        ModelServiceError: the model could not answer.
    """
    out, texts = out or sys.stdout, texts_in("en")
    setting, pictures = _detail(settings, detail), await _opened(file, question)
    words = about_one(question, PAGES) if pictures[0].page else question
    async with model or open_service(settings.model.config(patient=False)) as service:
        await service.ready()
        for number, picture in enumerate(pictures, start=1):
            if len(pictures) > 1 and not as_json:
                out.write(texts.say(Sentence.PAGE_NAME, number=picture.page) + "\n")
            sampling, shown = settings.model.sampling(), None if as_json else out
            sight, wish = await asyncio.to_thread(sight_in, picture.data), wish_of(ParsedQuestion(question))
            info, part = await service.ready(), None
            if not isinstance(setting, Detail):
                part = await asyncio.to_thread(part_of, picture.data, sight, wish, info)
            seen, reference = sight if part is None else resized(sight, part), PictureRef(picture.data, region=part)
            asking = partial(_request, f"ask-{number}", words or question, reference, sampling)
            output, looks, differ = await _looks(service, asking, setting, seen, wish, out=shown)
            if as_json:
                told = {"looks": [str(look) for look in looks]} if len(looks) > 1 else {}
                out.write(json.dumps({**as_object(output, picture), **told}, ensure_ascii=False) + "\n")
            elif len(looks) > 1:
                notes = looks_notes(texts, [(looks, differ)])
                out.writelines(f"({note})\n" for note in notes)
    if not as_json:
        out.writelines(f"({note})\n" for note in notes_on(texts, pictures, question))


def as_object(output: GenerationOutput, picture: Opened) -> dict[str, object]:
    """Return the answer with the facts about it; sizes are in pixels, times in seconds. A page has its number, too."""
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
        **({"page": picture.page, "pages": picture.pages} if picture.page else {}),
    }


def _request(
    number: str, question: str, picture: PictureRef, sampling: SamplingParams, level: Detail
) -> GenerationRequest:
    messages = (Message("user", question, (replace(picture, detail=level),)),)
    return GenerationRequest(id=number, chat="terminal", messages=messages, sampling=sampling)


async def _looks(
    service: ModelService,
    asking: Callable[[Detail], GenerationRequest],
    setting: DetailSetting,
    sight: Sight,
    wish: Wish,
    *,
    out: TextIO | None,
) -> tuple[GenerationOutput, tuple[Detail, ...], tuple[Difference, ...]]:
    """Return the answer, the levels that were looked at, and what they read otherwise: with auto two where in doubt."""
    if isinstance(setting, Detail):
        return await _stream(service, asking(setting), out), (setting,), ()
    info = await service.ready()
    level = level_for(sight, wish, info.dial, info.max_visual_tokens)
    first = await _stream(service, asking(level), out)
    judged, closer = judgement_of(first, info), None
    if judged is not None and judged.verdict is not Verdict.SURE and first.plan is not None and not first.memory_short:
        closer = much_closer((sight.width, sight.height), first.plan, info, printed=sight.line is not None)
    if closer is None:
        return first, (level,), ()
    if out is not None:
        out.write(f"({texts_in('en').say(LookSentence.LOOKING_CLOSER)})\n")
    second = await _stream(service, asking(closer), out)
    return second, (level, closer), differences(first.text, second.text)


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


async def _opened(file: Path, question: str) -> list[Opened]:
    """Return the pictures of a file that the question is about, each of which can be decoded."""
    try:
        pictures = await open_file(file, 0, partial(pages_named, question))
        for picture in pictures:
            await asyncio.to_thread(open_picture, picture.data)
    except OSError as error:
        raise SettingsError(f"{file} cannot be read: {error.strerror}.") from None
    except USER_ERRORS as error:
        raise SettingsError(f"{file}: {refusal(texts_in('en'), error)}") from None
    return pictures


def _detail(settings: Settings, word: str | None) -> DetailSetting:
    if word is None:
        return settings.model.default_detail()
    try:
        return read_detail(word)
    except UnknownDetail:
        sentence = "must be auto, low, standard, fine, high, max or a number of tokens from 16 to 1600"
        raise SettingsError(f"--detail {sentence}, not {word!r}.") from None


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
