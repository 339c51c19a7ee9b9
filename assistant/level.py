"""Choose the level for a picture and a question: the lowest at which its print, or its finest strokes, can be read."""

from dataclasses import dataclass, replace
from enum import StrEnum

from assistant.pictures.bands import find_print
from assistant.pictures.margins import find_parts
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


LINES = {Wish.FIND: 11.0, Wish.READ: 18.0}
"""The height of a line, in pixels of what the model is shown, from which on that is nearly always right: all text goes
wrong sooner than a short answer. Measured with the pocket model: docs/detail.md."""

SCATTERED = 7.0
"""The height of a line that is guessed from strokes from which on `standard` is worth while: it may be no print."""

STROKE = 0.14
"""The usual distance between the strokes of letters, in heights of their line: it tells of print in no straight lines.

Measured on 84 drawn pages in which lines were found: 0.08 to 0.24.
"""


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known of a picture, or of the part of it that is looked at: all in its own pixels.

    `line` is the height of its lines of print, None without print. `stroke` is the distance between its finest strokes,
    None where there is print, or hardly any. `drawn` and `printed` are the parts of it that are not margin.
    """

    width: int
    height: int
    line: float | None = None
    stroke: float | None = None
    drawn: Region | None = None
    printed: Region | None = None


def sight_of(picture: Picture, region: Region | None = None) -> Sight:
    """Return what is known of a picture, or of a region of it."""
    whole = Sight(picture.width, picture.height, picture.print_height, picture.stroke, picture.drawn, picture.printed)
    return whole if region is None else resized(whole, region)


def resized(sight: Sight, part: Region) -> Sight:
    """Return what is known of a part of a picture that all its print is in."""
    width, height = part.size(sight.width, sight.height)
    return replace(sight, width=width, height=height, drawn=None, printed=None)


def sight_in(data: bytes) -> Sight:
    """Return what can be known of an encoded picture, upright as it is sent.

    Raises:
        PictureRejected: it cannot be looked at.
    """
    image = open_picture(data)
    found = find_print(image)
    parts = find_parts(image, found.height)
    return Sight(image.width, image.height, found.height, found.stroke, parts.drawn, parts.printed)


def level_of(info: EngineInfo, data: bytes) -> Detail:
    """Return the level at which an encoded picture is looked at once; what cannot be looked at gets any."""
    try:
        return level_for(sight_in(data), Wish.FIND, info.dial, info.max_visual_tokens)
    except PictureRejected:
        return STANDARD


def wish_of(parsed: ParsedQuestion) -> Wish:
    """Return what a question wants of a picture."""
    if parsed.task in {Task.TEXT, Task.TABLE}:
        return Wish.READ
    return Wish.LOOK if parsed.task is Task.DESCRIBE or is_about_whole(parsed.text) else Wish.FIND


def level_for(sight: Sight, wish: Wish, dial: DetailDial, most: int = MAX_TOKENS) -> Detail:
    """Return the lowest level that shows enough of a picture.

    More would be no use where the model is given every pixel that there is: so it is with what Telegram has shrunk.
    `most` is what memory allows.
    """
    levels = [level for level in dial.levels if level.tokens <= LEVEL_TOKENS[LOOSE if sight.line is None else PRINT]]
    for level in levels:
        plan = plan_detail(dial, level, sight.width, sight.height, most)
        scale = min(plan.width / sight.width, plan.height / sight.height)
        if scale >= 1 or level.tokens >= most or _shows_enough(level, scale, sight, wish):
            return level
    return levels[-1]


def _shows_enough(level: Detail, scale: float, sight: Sight, wish: Wish) -> bool:
    """Whether a level that shows a picture at this scale is enough."""
    if sight.line is not None and wish is not Wish.LOOK:
        return sight.line * scale >= LINES[wish]
    if level.tokens < STANDARD.tokens:
        return False
    return wish is Wish.LOOK or sight.stroke is None or sight.stroke / STROKE * scale >= SCATTERED
