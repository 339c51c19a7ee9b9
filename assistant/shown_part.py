"""The part of a picture that the model is shown for a question: what a person chose, else where its print is."""

from assistant.level import Wish
from assistant.pictures.library import Library
from assistant.storage import Picture
from model_service import Ability, EngineInfo, Region


async def shown_part(
    picture: Picture, chosen: Region | None, wish: Wish, library: Library, info: EngineInfo | None
) -> Region | None:
    """Return the part of a picture that is shown; None: all of it.

    Of a picture of print the margins are left out, unless it is asked what it is. A model that describes pictures may
    be asked of more than the print in them: then only blank margins are.

    Raises:
        What `Library.read` raises.
    """
    if chosen is not None or picture.print_height is None or wish is Wish.LOOK:
        return chosen
    only_print = wish is Wish.READ or (info is not None and Ability.DESCRIBE not in info.abilities)
    return await library.without_margins(picture, picture.print_height, only_print=only_print)
