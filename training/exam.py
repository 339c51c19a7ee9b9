"""The pictures and questions of the exam: typefaces, templates and wording kept out of training."""

import io
import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from PIL import Image

from model_service import GLM4V_DIAL, LEVEL_TOKENS, Detail, Level, plan_detail
from training.camera.photo import photograph
from training.documents import PAPERS, Kind
from training.fonts import Family
from training.pages import Page
from training.phrasing import Wording
from training.pictures import draw_picture
from training.questions import QA, Asked

MOST_CHARACTERS = 300
SMALLEST_PRINT = 13.0
"""Pixels of body text once the picture is scaled to the grid of `high`; the largest is 22."""

LARGEST_PRINT = 22.0
ORDER = "PPCPSPPPCPFPPSPPCPSP"
"""The kinds of each 20 sheets: 13 papers, 3 charts, 3 pictures of shapes, 1 from outside the model's world."""

KINDS = {"P": PAPERS, "C": (Kind.CHART,), "S": (Kind.SHAPES,), "F": (Kind.FOREIGN,)}
CANVASES = {
    Kind.RECEIPT: ((800, 1250), (820, 1400), (900, 1200)),
    Kind.CARD: ((1050, 650), (1000, 700)),
    Kind.LABEL: ((1000, 700), (1100, 800), (900, 900)),
}
OTHER_CANVASES = ((850, 1100), (900, 1200), (1100, 850), (960, 960), (1000, 750))
QUALITIES = (40, 95)
"""JPEG qualities of what is not photographed; the camera does its own packing."""

STRENGTHS = (0.6, 1.0)
MOST_SHRUNK = 0.72
"""How much smaller the camera makes a page at most, by showing the table around it."""

HEIGHTS = (8, 10, 12, 14, 16, 20, 24, 32)
"""Sizes of type (its em), in pixels of the picture as it is sent, in the study of heights."""

HEIGHTS_CANVAS = (1000, 600)
HEIGHTS_CHARACTERS = 120


@dataclass(frozen=True, slots=True)
class Sheet:
    """One picture of the exam as a JPEG file's bytes, and its questions.

    `height` is the size of its type in pixels, before a camera took it; 0 where that means nothing.
    """

    picture: bytes
    questions: tuple[QA, ...]
    kind: Kind
    height: float
    photographed: bool = False


def print_scale(width: int, height: int) -> float:
    """Return pixels at the grid of `high` for each pixel of a picture of this size (the smaller of both directions)."""
    plan = plan_detail(GLM4V_DIAL, Detail(LEVEL_TOKENS[Level.HIGH]), width, height)
    return min(plan.width / width, plan.height / height)


def choose_em(rng: random.Random, width: int, height: int, least: float = SMALLEST_PRINT) -> float:
    """Choose a size of type, in pixels of a picture of this size."""
    return rng.uniform(least, LARGEST_PRINT) / print_scale(width, height)


def exam_sheet(number: int, seed: int, fonts: Sequence[Family], words: Sequence[str], wording: Wording) -> Sheet:
    """Draw one sheet of the exam by its number from 0; the same for the same seed and typefaces.

    A paper is asked for its whole text, at most two fields, and a field that it lacks; a chart and a picture of shapes
    for two of their things and one that they lack; another picture for two things that it does not show. Half of
    each kind is photographed. `wording`: `test` is kept out of training, word for word; `plain` and `train` are not
    (and shapes and foreign pictures then come in training's templates).
    """
    rng = random.Random(f"exam {seed} {number}")
    kind, photographed = _choose_kind(number)
    size = rng.choice(CANVASES.get(kind, OTHER_CANVASES))
    em = choose_em(rng, *size, SMALLEST_PRINT / MOST_SHRUNK if photographed else SMALLEST_PRINT)
    page = draw_picture(
        rng, fonts, words, *size, em=em, kind=kind, limit=MOST_CHARACTERS, split="test", wording=wording
    )
    if not photographed:
        return make_sheet(page, jpeg(page.image, rng.randint(*QUALITIES)))
    photo, _ = photograph(rng, page.image, page.glyphs, size, strength=rng.uniform(*STRENGTHS), split="test")
    return make_sheet(page, jpeg(photo, QUALITIES[1]), photographed=True)


def heights_sheet(number: int, seed: int, fonts: Sequence[Family], words: Sequence[str], wording: Wording) -> Sheet:
    """Draw one sheet of the study of heights by its number from 0: page `number // 8` with the height `number % 8`.

    A page is drawn once and then seen from farther and farther away, so that nothing but its size changes. It is asked
    for its whole text and at most two fields.
    """
    turn, step = divmod(number, len(HEIGHTS))
    rng = random.Random(f"heights {seed} {turn}")
    kind, limit, largest, height = PAPERS[turn % len(PAPERS)], HEIGHTS_CHARACTERS, max(HEIGHTS), HEIGHTS[step]
    page = draw_picture(
        rng, fonts, words, *HEIGHTS_CANVAS, em=largest, kind=kind, limit=limit, split="test", wording=wording
    )
    picture = jpeg(step_back(page.image, height / largest, (rng.random(), rng.random())))
    return replace(make_sheet(page, picture, {Asked.TEXT, Asked.FIELD}), height=height)


def make_sheet(
    page: Page, picture: bytes, asked: Collection[Asked] = frozenset(Asked), *, photographed: bool = False
) -> Sheet:
    """Choose a paper's reading, two further questions of the page's own kind, and one for what is not there.

    Only questions of the kinds `asked` are kept.
    """
    reading = [qa for qa in page.qa if qa.kind is Asked.TEXT and page.kind in PAPERS][:1]
    own = [qa for qa in page.qa if qa.kind in {Asked.FIELD, Asked.CHART, Asked.SHAPE, Asked.FOREIGN}][:2]
    absent = [qa for qa in page.qa if qa.kind is Asked.ABSENT][:1]
    questions = tuple(qa for qa in (*reading, *own, *absent) if qa.kind in asked)
    return Sheet(picture, questions, page.kind, page.em, photographed)


def _choose_kind(number: int) -> tuple[Kind, bool]:
    """Return the kind of a sheet, and whether it is photographed, so that each kind takes turns."""
    laps, place = divmod(number, len(ORDER))
    sort = ORDER[place]
    lap, turn = divmod(laps * ORDER.count(sort) + ORDER[:place].count(sort), len(KINDS[sort]))
    return KINDS[sort][turn], (lap + turn) % 2 == 1


def jpeg(image: Image.Image, quality: int = 90) -> bytes:
    """Encode the picture as a JPEG file's bytes, as it is sent."""
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality)
    return buffer.getvalue()


def step_back(image: Image.Image, scale: float, place: tuple[float, float]) -> Image.Image:
    """Shrink the picture by `scale` on a canvas of its old size, in the colour of its first pixel.

    `place`, two numbers from 0 to 1, says where: (0, 0) is the upper left corner.
    """
    width, height = image.size
    small = image.resize((round(width * scale), round(height * scale)), Image.Resampling.LANCZOS)
    canvas = Image.new("RGB", image.size, image.getpixel((0, 0)))
    canvas.paste(small, (round(place[0] * (width - small.width)), round(place[1] * (height - small.height))))
    return canvas
