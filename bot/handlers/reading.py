"""A question's way through the model: its pictures are looked at in turn, and one answer grows from all of them."""

import contextlib
import logging
import math
from dataclasses import dataclass

from telegram import Message

from assistant.access import Asker
from assistant.open_questions import OpenQuestion, Step
from assistant.request import Question, build_request, drop_repeats, sampling_in
from assistant.settings.chat_settings import ChatSettings
from assistant.storage import Picture
from assistant.texts import FAULTS, LIMITS, Sentence, Texts
from assistant.wording.question import ParsedQuestion
from assistant.wording.regions import REGIONS, about_part
from bot.context import Services
from bot.delivery.progress import Progress
from bot.delivery.reply import Reply
from bot.incoming.downloads import DownloadFailed
from bot.incoming.media import Media
from model_service import (
    CheckpointError,
    Draining,
    EngineDead,
    FinishReason,
    GenerationOutput,
    GenerationRequest,
    Health,
    LimitReached,
    ModelServiceError,
    OutOfMemory,
    PictureRejected,
    QueueFull,
    Stage,
)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answering:
    """One question on its way to its answer. `message` asks it, or is the answer under which it was asked again.

    `hint`: nobody was told yet how the picture would keep its small print.
    """

    services: Services
    message: Message
    asker: Asker
    wanted: ParsedQuestion
    pictures: list[Picture]
    asked: OpenQuestion
    settings: ChatSettings
    texts: Texts
    progress: Progress
    reply: Reply
    hint: bool = True


@dataclass(frozen=True, slots=True)
class Reading:
    """What the model said about one picture."""

    picture: Picture
    output: GenerationOutput

    @property
    def text(self) -> str:
        """The answer as to this picture."""
        return self.output.text.strip()


async def read_all(work: Answering, media: Media) -> list[Reading]:
    """Look at each picture with the same question; one that fails has its sentence in the answer instead.

    Raises:
        CheckpointError, Draining, EngineDead: the process is about to end.
        ModelServiceError, DownloadFailed: nothing could be read in any of them; the last one's reason.
    """
    readings: list[Reading] = []
    failure: Exception | None = None
    for number, picture in enumerate(work.pictures):
        work.asked.picture, work.progress.output = number, None
        try:
            readings.append(Reading(picture, output := await _read(work, media, picture)))
        except (CheckpointError, Draining, EngineDead):
            raise
        except (ModelServiceError, DownloadFailed) as error:
            place = f"{number + 1} of {len(work.pictures)}"
            _log.warning("update %d: picture %s was not read: %s", work.asked.update_id, place, error)
            failure = error
            work.progress.answer.add(excuse(work, error))
            if isinstance(error, LimitReached | QueueFull):  # It holds for the others as well.
                break
        else:
            work.progress.answer.add(output.text.strip() or work.texts.say(Sentence.NO_WORDS))
    if not readings and failure is not None:
        raise failure
    return readings


def excuse(work: Answering, error: Exception) -> str:
    """What a person is told about an answer that failed; the log knows more by the number of its update."""
    texts = work.texts
    if isinstance(error, PictureRejected):
        return texts.say(FAULTS[error.fault])
    if isinstance(error, LimitReached):
        return texts.say(LIMITS[error.limit], most=int(error.most), minutes=math.ceil((error.retry_after or 0) / 60))
    sentences = {
        OutOfMemory: Sentence.OUT_OF_MEMORY,
        QueueFull: Sentence.QUEUE_FULL,
        DownloadFailed: Sentence.PICTURE_GONE,
    }
    return texts.say(sentences.get(type(error), Sentence.FAILED), number=work.asked.update_id)


async def _read(work: Answering, media: Media, picture: Picture) -> GenerationOutput:
    """Stream what is said about one picture to the screen; returns the last state.

    Of places in line `Reply.growing` shows the later ones.
    """
    if work.services.model.health is Health.DEAD:
        raise Draining("the engine died while the question waited for another")
    output = GenerationOutput(Stage.WAITING)
    request = await _request(work, media, picture)
    async with contextlib.aclosing(work.services.model.generate(request)) as outputs:
        async for output in outputs:
            news = work.progress.output is None or output.stage is not Stage.WAITING
            work.progress.output = output
            if output.stage is not Stage.WAITING:
                work.asked.step = Step.ANSWERING
            if news and output.finish_reason is None:
                await work.reply.show(work.progress.text())
    if output.finish_reason in {None, FinishReason.ABORT}:
        raise Draining("the answer was aborted")
    if len(request.messages) == 1 and not work.wanted.anew:  # Else what the model kept of the picture may serve again.
        work.services.timings.note(output)
    return output


async def _request(work: Answering, media: Media, picture: Picture) -> GenerationRequest:
    model, part = work.services.settings.model, work.wanted.part
    question = Question(
        id=work.asked.request,
        chat=str(work.message.chat.id),
        text=about_part(work.asked.text, part) if part else work.asked.text,
        picture=await media.read(picture),
        detail=work.settings.detail,
        person=work.asker.person,
        length=work.settings.length,
        region=REGIONS[part] if part else None,
    )
    history = drop_repeats(await work.services.turns.history(picture, work.asker.id), work.asked.text)
    return build_request(question, history, sampling_in(work.settings, model), model.history_tokens)
