"""python -m bench turned: turn pages of print, and see whether they are answered as they are when they stand upright.

It draws papers and other pictures as the exam of the pocket model does, with typefaces kept out of training.
"""

import io
import time
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from assistant.pictures.normalize import TURNED, check_picture
from bot.logs import set_up_logs
from model_service import (
    Detail,
    GenerationRequest,
    Message,
    ModelConfig,
    ModelService,
    PictureRef,
    SamplingParams,
    open_service,
    quarter_turns,
)
from training.documents import PAPERS
from training.exam import Sheet, exam_sheet, jpeg
from training.fonts import find_families, find_words
from training.metrics import exact
from training.questions import Asked

LEAST_ALIKE = 0.95


@dataclass(frozen=True, slots=True)
class Plan:
    """The papers that are turned in all three ways, the pictures of all kinds that stand upright, and the level."""

    documents: int = 20
    pictures: int = 200
    level: str = "high"
    seed: int = 7


@dataclass(frozen=True, slots=True)
class Outcome:
    """How many pages were sent turned, noticed, and answered as upright ones; and how many upright ones were turned.

    `right_upright` and `right_turned` are right answers, of `documents` and of `turned`. `milliseconds` is how long it
    takes to judge one picture, in the mean. `missed` are the pages that stayed turned, by number and turn.
    """

    documents: int
    turned: int
    noticed: int
    answered_alike: int
    right_upright: int
    right_turned: int
    upright: int
    upright_turned: int
    milliseconds: float
    missed: list[tuple[int, int]]

    def wrong(self) -> str:
        """Return what is wrong; empty if nothing is."""
        few = self.answered_alike < LEAST_ALIKE * self.turned
        wrong = [f"{self.answered_alike} of {self.turned} turned pages answered as upright ones"] if few else []
        wrong += [f"{self.upright_turned} upright pictures turned"] if self.upright_turned else []
        return "; ".join(wrong)


async def measure(plan: Plan, _: Path) -> Outcome:
    """Draw, turn, judge and ask."""
    set_up_logs("warning")
    fonts, words = find_families(split="test"), find_words()
    sheets = [exam_sheet(number, plan.seed, fonts, words, "test") for number in range(plan.pictures)]
    upright_turned, seconds = _judge(sheets)
    papers = [sheet for sheet in sheets if sheet.kind in PAPERS and _field(sheet) is not None][: plan.documents]
    found = Outcome(len(papers), 0, 0, 0, 0, 0, len(sheets), upright_turned, round(1000 * seconds, 1), [])
    async with open_service(ModelConfig(name="pocket", device="cpu")) as service:
        await service.ready()
        for number, sheet in enumerate(papers):
            found = await _turn(service, plan, found, number, sheet)
    return found


def _judge(sheets: list[Sheet]) -> tuple[int, float]:
    """Return how many upright pictures would be turned, and the seconds for each."""
    images = [Image.open(io.BytesIO(sheet.picture)).convert("RGB") for sheet in sheets]
    begun = time.perf_counter()
    turned = sum(quarter_turns(image) > 0 for image in images)
    return turned, (time.perf_counter() - begun) / max(1, len(images))


async def _turn(service: ModelService, plan: Plan, found: Outcome, number: int, sheet: Sheet) -> Outcome:
    """Ask about one paper as it stands, and as it comes in each of the turns."""
    asked = _field(sheet)
    assert asked is not None
    question, right = asked
    upright = await _ask(service, plan, question, check_picture(sheet.picture).copy)
    found = replace(found, right_upright=found.right_upright + exact(upright, right))
    for turns, transpose in enumerate(TURNED):
        if transpose is None:
            continue
        with Image.open(io.BytesIO(sheet.picture)) as image:
            checked = check_picture(jpeg(image.transpose(transpose), 95))
        said = await _ask(service, plan, question, checked.copy)
        noticed = (turns + checked.turns) % 4 == 0
        found = replace(
            found,
            turned=found.turned + 1,
            noticed=found.noticed + noticed,
            answered_alike=found.answered_alike + exact(said, upright),
            right_turned=found.right_turned + exact(said, right),
            missed=found.missed if noticed else [*found.missed, (number, turns)],
        )
    return found


def _field(sheet: Sheet) -> tuple[str, str] | None:
    """Return a question about one field of a paper, with its answer."""
    return next(((qa.question, qa.answer) for qa in sheet.questions if qa.kind is Asked.FIELD), None)


async def _ask(service: ModelService, plan: Plan, question: str, picture: bytes) -> str:
    about = PictureRef(picture, Detail.parse(plan.level))
    request = GenerationRequest(
        "turned", "bench", (Message("user", question, (about,)),), SamplingParams(max_tokens=64)
    )
    *_, last = [output async for output in service.generate(request)]
    return last.text.strip()
