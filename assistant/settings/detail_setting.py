"""What the dial of detail can be set to: a level or a number of tokens, or auto: the bot chooses for each picture."""

from enum import StrEnum

from model_service import Detail


class Auto(StrEnum):
    """The level is chosen for each picture and question, and a doubtful answer is looked at once more."""

    AUTO = "auto"


DetailSetting = Detail | Auto


def read_detail(text: str) -> DetailSetting:
    """Read "auto", a level's name, or a number of tokens.

    Raises:
        UnknownDetail: it is none of them.
    """
    return Auto.AUTO if text.strip().casefold() == Auto.AUTO else Detail.parse(text)
