"""The settings of a chat, or of a topic in it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Any

from assistant.settings.detail_setting import Auto, DetailSetting, read_detail

AUTO = "auto"
"""The language of a chat in which each person is spoken to in their own."""


class Setting(StrEnum):
    """A setting, by its column in the database."""

    DETAIL = "detail"
    LANGUAGE = "language"
    FOOTER = "footer"
    STREAM = "stream"
    LENGTH = "length"
    TEMPERATURE = "temperature"
    WATCH = "watch"
    UNASKED = "unasked"
    CHANGED_BY = "changed_by"


class Footer(IntEnum):
    """The line under an answer: nothing of how it came about, the seconds that it took, or all of it.

    What must not be misunderstood, such as the page that was read, is said in any case.
    """

    HIDDEN = 0
    SECONDS = 1
    EVERYTHING = 2


class Stream(StrEnum):
    """The way an answer appears: a message that grows by edits, Telegram's preview of one, or only the finished one.

    The preview is for private chats; elsewhere it is as with edits.
    """

    EDIT = "edit"
    DRAFT = "draft"
    OFF = "off"


class Length(StrEnum):
    """The length of an answer."""

    SHORT = "short"
    NORMAL = "normal"
    LONG = "long"


class Unasked(StrEnum):
    """What is done with a picture that comes without a question: say in a line what it shows, ask, or only react.

    A model that cannot describe asks; in a group nobody is asked who did not speak to the bot.
    """

    DESCRIBE = "describe"
    ASK = "ask"
    REACT = "react"


class ChangedBy(StrEnum):
    """The people who may change a group's settings."""

    ADMINS = "admins"
    EVERYBODY = "everybody"


@dataclass(frozen=True, slots=True)
class ChatSettings:
    """The settings of a chat or a topic.

    `language` is AUTO or one of `texts.LANGUAGES`. `watch`: every picture of a group is answered, asked or not.
    `temperature` is that of the sampling, from 0 to 2.
    """

    detail: DetailSetting = Auto.AUTO
    language: str = AUTO
    footer: Footer = Footer.SECONDS
    stream: Stream = Stream.EDIT
    length: Length = Length.NORMAL
    temperature: float = 0.0
    watch: bool = False
    unasked: Unasked = Unasked.DESCRIBE
    changed_by: ChangedBy = ChangedBy.ADMINS

    def word(self, setting: Setting) -> str:
        """Return the value of a setting, as the database and buttons spell it: "high", "zh", "1", "0.4"."""
        value = getattr(self, setting)
        return str(int(value)) if isinstance(value, bool) else f"{value:g}" if isinstance(value, float) else str(value)


READERS: Mapping[Setting, Callable[[Any], Any]] = {
    Setting.DETAIL: read_detail,
    Setting.LANGUAGE: str,
    Setting.FOOTER: Footer,
    Setting.STREAM: Stream,
    Setting.LENGTH: Length,
    Setting.TEMPERATURE: float,
    Setting.WATCH: bool,
    Setting.UNASKED: Unasked,
    Setting.CHANGED_BY: ChangedBy,
}
"""The parser of each column."""
