"""The part of a picture that the model is shown for a question, where a person chose none: that of its print."""

from typing import Protocol

from assistant.level import Wish, level_for, sight_of
from assistant.settings.detail_setting import DetailSetting
from assistant.storage import Picture
from model_service import Ability, Detail, EngineInfo, Region


class Parted(Protocol):
    """What parts of a picture are not margin: see `assistant.pictures.margins.Parts`."""

    @property
    def drawn(self) -> Region | None:
        """The part that is not blank."""

    @property
    def printed(self) -> Region | None:
        """The part that letters are in."""


def shown_part(seen: Parted, wish: Wish, info: EngineInfo | None) -> Region | None:
    """Return the part of a picture that is shown; None: all of it.

    Of a picture of print the margins are left out, unless it is asked what it is.
    """
    if wish is Wish.LOOK:
        return None
    return seen.drawn or (seen.printed if _is_print_all(wish, info) else None)


def usual_look(
    setting: DetailSetting, picture: Picture, chosen: Region | None, info: EngineInfo
) -> tuple[Detail, Region | None]:
    """Return the level and the part of a picture at most questions' first look, where so much is set or chosen."""
    if isinstance(setting, Detail):
        return setting, chosen
    part = chosen or shown_part(picture, Wish.FIND, info)
    return level_for(sight_of(picture, part), Wish.FIND, info.dial, info.max_visual_tokens), part


def _is_print_all(wish: Wish, info: EngineInfo | None) -> bool:
    """Whether nothing but print can be meant: a model that describes pictures may be asked of the table, too."""
    return wish is Wish.READ or (info is not None and Ability.DESCRIBE not in info.abilities)
