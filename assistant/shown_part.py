"""The part of a picture that the model is shown for a question: what a person chose, else where its print is."""

from assistant.level import Sight, Wish
from assistant.pictures.library import Library
from assistant.pictures.margins import without_margins
from assistant.storage import Picture
from model_service import Ability, EngineInfo, Region


async def shown_part(
    picture: Picture, chosen: Region | None, wish: Wish, library: Library, info: EngineInfo | None
) -> Region | None:
    """Return the part of a picture that is shown; None: all of it.

    Of a picture of print the margins are left out, unless it is asked what it is.

    Raises:
        What `Library.read` raises.
    """
    if chosen is not None or picture.print_height is None or wish is Wish.LOOK:
        return chosen
    return await library.without_margins(picture, picture.print_height, only_print=_is_print_all(wish, info))


def part_of(data: bytes, sight: Sight, wish: Wish, info: EngineInfo) -> Region | None:
    """Return the part of an encoded picture that is shown, by what is known of it; None: all of it.

    Raises:
        PictureRejected: it cannot be looked at.
    """
    if sight.line is None or wish is Wish.LOOK:
        return None
    return without_margins(data, sight.line / sight.width, only_print=_is_print_all(wish, info))


def _is_print_all(wish: Wish, info: EngineInfo | None) -> bool:
    """Whether nothing but print can be meant: a model that describes pictures may be asked of the table, too."""
    return wish is Wish.READ or (info is not None and Ability.DESCRIBE not in info.abilities)
