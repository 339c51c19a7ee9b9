"""Choose the level for a picture and a question: the lowest at which its print, or its finest strokes, can be read."""

from dataclasses import dataclass
from enum import StrEnum

from assistant.pictures.bands import find_print
from assistant.pieces import size_of
from assistant.settings.detail_setting import DetailSetting
from assistant.storage import Picture
from assistant.wording.parts import is_about_whole
from assistant.wording.question import ParsedQuestion, Task
from model_service import (
    LEVEL_TOKENS,
    MAX_TOKENS,
    STANDARD,
    Detail,
    DetailDial,
    EngineInfo,
    Level,
    PictureRejected,
    Region,
    open_picture,
    plan_detail,
)

LOOSE, PRINT = Level.FINE, Level.HIGH
"""The closest first looks: at what has no lines of print, of which nobody knows how small it is, and at print. What is
too small for them is read in parts, or looked at once more."""

CLOSEST = Detail(LEVEL_TOKENS[PRINT])
"""The closest first look at a whole picture."""


class Wish(StrEnum):
    """What a question wants of a picture: to know what it is, to find something in it, or all of its text."""

    LOOK = "look"
    FIND = "find"
    READ = "read"


CLEAR = 11.0
"""The height of a line, in pixels of what the model is shown, from which on a short answer is right nearly always."""

LINES = {Wish.FIND: 7.0, Wish.READ: CLEAR}
"""The height of a line from which on a first look is worth while at `standard` and above: all text goes wrong sooner
than a short answer, whose doubts tell. Measured with the pocket model: docs/detail.md."""

STROKE = 0.14
"""The usual distance between the strokes of letters, in heights of their line: it tells of print in no straight lines.

Measured on 84 drawn pages in which lines were found: 0.08 to 0.24.
"""


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known of a picture, or of the part of it that is looked at: all in its own pixels.

    `line` is the height of its lines of print, None without print. `stroke` is the distance between its finest strokes,
    None where there is print, or hardly any.
    """

    width: int
    height: int
    line: float | None = None
    stroke: float | None = None


def sight_of(picture: Picture, region: Region | None = None) -> Sight:
    """Return what is known of a picture, or of a region of it."""
    width, height = size_of(picture, region)
    return Sight(width, height, picture.print_height, picture.stroke)


def sight_in(data: bytes) -> Sight:
    """Return what can be known of an encoded picture, upright as it is sent.

    Raises:
        PictureRejected: it cannot be looked at.
    """
    image = open_picture(data)
    found = find_print(image)
    return Sight(image.width, image.height, found.height, found.stroke)


def level_of(info: EngineInfo, data: bytes) -> Detail:
    """Return the level at which an encoded picture is looked at once; what cannot be looked at gets any."""
    try:
        return level_for(sight_in(data), Wish.FIND, info.dial, info.max_visual_tokens, once=True)
    except PictureRejected:
        return STANDARD


def usual_level(setting: DetailSetting, picture: Picture, region: Region | None, info: EngineInfo) -> Detail:
    """Return the level at which a picture is looked at for most questions, where so much is set."""
    if isinstance(setting, Detail):
        return setting
    return level_for(sight_of(picture, region), Wish.FIND, info.dial, info.max_visual_tokens)


def wish_of(parsed: ParsedQuestion) -> Wish:
    """Return what a question wants of a picture."""
    if parsed.task in {Task.TEXT, Task.TABLE}:
        return Wish.READ
    return Wish.LOOK if parsed.task is Task.DESCRIBE or is_about_whole(parsed.text) else Wish.FIND


def level_for(sight: Sight, wish: Wish, dial: DetailDial, most: int = MAX_TOKENS, *, once: bool = False) -> Detail:
    """Return the lowest level that shows enough of a picture.

    More would be no use where the model is given every pixel that there is: so it is with what Telegram has shrunk.
    `most` is what memory allows. `once`: no second look can follow, as the model tells no doubts.
    """
    levels = [level for level in dial.levels if level.tokens <= LEVEL_TOKENS[LOOSE if sight.line is None else PRINT]]
    for level in levels:
        plan = plan_detail(dial, level, sight.width, sight.height, most)
        scale = min(plan.width / sight.width, plan.height / sight.height)
        if scale >= 1 or level.tokens >= most or _shows_enough(level, scale, sight, wish, once=once):
            return level
    return levels[-1]


def _shows_enough(level: Detail, scale: float, sight: Sight, wish: Wish, *, once: bool) -> bool:
    """Whether a level that shows a picture at this scale is enough."""
    coarse = level.tokens < STANDARD.tokens
    line = sight.line or (sight.stroke and sight.stroke / STROKE)
    if line is None or wish is Wish.LOOK or (coarse and sight.line is None):
        return not coarse
    return line * scale >= (CLEAR if once or coarse else LINES[wish])
