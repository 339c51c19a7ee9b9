"""`eyeglass ask`: one question on the terminal, through the same model service as the bot's."""

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
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
from assistant.pictures.refusals import USER_ERRORS, BadSelection, refusal
from assistant.pictures.selection import pages_named
from assistant.settings.detail_setting import DetailSetting, read_detail
from assistant.settings.errors import SettingsError
from assistant.settings.settings import Settings
from assistant.shown_part import shown_part
from assistant.texts import Count, LookSentence, Sentence, texts_in
from assistant.wording.about_one import about_one
from assistant.wording.agreement import Difference, differences
from assistant.wording.pages import PAGES, PICTURES, Noun, chosen
from assistant.wording.question import ParsedQuestion
from cli.answer_facts import as_object
from cli.ask_several import ask_about_several
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
    files: Sequence[Path],
    question: str,
    detail: str | None,
    *,
    as_json: bool = False,
    model: ModelService | None = None,
    out: TextIO | None = None,
) -> None:
    """Write the answer about pictures, or pages that the question names, to `out` as it grows; or JSON at its end.

    A model that sees several pictures together is asked about all at once, as the bot asks it; else each has an answer.

    Raises:
        SettingsError: a file cannot be read, or it or the detail is not what it should be.
        ModelServiceError: the model could not answer.
    """
    out, setting = out or sys.stdout, _detail(settings, detail)
    pictures = _named([picture for file in files for picture in await _opened(file, question)], files, question)
    async with model or open_service(settings.model.config(patient=False)) as service:
        info = await service.ready()
        if len(pictures) > 1 and info.pictures_per_request > 1:
            await ask_about_several(settings, files, question, setting, service=service, out=out, as_json=as_json)
        else:
            noun = PAGES if len(files) == 1 else PICTURES
            each = partial(_ask_about_each, settings, pictures, question, setting)
            await each(service=service, out=out, as_json=as_json, noun=noun)


async def _ask_about_each(
    settings: Settings,
    pictures: Sequence[tuple[int, Opened]],
    question: str,
    setting: DetailSetting,
    *,
    service: ModelService,
    out: TextIO,
    as_json: bool,
    noun: Noun,
) -> None:
    """Write an answer about each picture, of which several have their numbers as this `noun`."""
    texts = texts_in("en")
    words = about_one(question, noun) if noun is PICTURES or pictures[0][1].page else question
    for number, picture in pictures:
        if len(pictures) > 1 and not as_json:
            name = Sentence.PAGE_NAME if noun is PAGES else Sentence.PICTURE_NAME
            out.write(texts.say(name, number=number) + "\n")
        sampling, shown = settings.model.sampling(), None if as_json else out
        sight, wish = await asyncio.to_thread(sight_in, picture.data), wish_of(ParsedQuestion(question))
        part = None if isinstance(setting, Detail) else shown_part(sight, wish, await service.ready())
        seen, reference = sight if part is None else resized(sight, part), PictureRef(picture.data, region=part)
        asking = partial(_request, f"ask-{number}", words or question, reference, sampling)
        output, looks, differ = await _looks(service, asking, setting, seen, wish, out=shown)
        if as_json:
            told = {"looks": [str(look) for look in looks]} if len(looks) > 1 else {}
            named = {"pictures": [number]} if noun is PICTURES else {}
            out.write(json.dumps({**as_object(output, picture), **told, **named}, ensure_ascii=False) + "\n")
        elif len(looks) > 1:
            notes = looks_notes(texts, [(looks, differ)])
            out.writelines(f"({note})\n" for note in notes)
    if not as_json and noun is PAGES:
        notes = notes_on(texts, [picture for _, picture in pictures], question)
        out.writelines(f"({note})\n" for note in notes)


def _named(pictures: Sequence[Opened], files: Sequence[Path], question: str) -> list[tuple[int, Opened]]:
    """Return the pictures that a question is about, with their numbers: of one file those of its pages.

    Raises:
        SettingsError: it names pictures that are not there.
    """
    if len(files) == 1:
        return [(picture.page, picture) for picture in pictures]
    numbers = chosen(question, PICTURES, len(pictures)) or range(1, len(pictures) + 1)
    if not 1 <= numbers[0] <= numbers[-1] <= len(pictures):
        error = BadSelection(Sentence.NO_SUCH_PICTURE, pictures=Count.PICTURES.of(len(pictures)))
        raise SettingsError(refusal(texts_in("en"), error))
    return [(number, pictures[number - 1]) for number in numbers]


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
