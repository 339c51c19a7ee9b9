"""Numbers of things, in English; the catalogue of a language has as many forms of each as the language needs."""

from dataclasses import dataclass
from enum import Enum


class Count(Enum):
    """The things that are counted: one of them, and several. A sentence has a place for the number and its noun.

    A language with cases has them in the one that its own sentences need.
    """

    PICTURES = ("{count} picture", "{count} pictures")
    PAGES = ("{count} page", "{count} pages")
    PARTS = ("{count} part", "{count} parts")
    QUESTIONS = ("{count} question", "{count} questions")
    ANSWERS = ("{count} answer", "{count} answers")
    MESSAGES = ("{count} message", "{count} messages")
    PEOPLE = ("{count} person", "{count} people")
    GROUPS = ("{count} group", "{count} groups")
    TOKENS = ("{count} token", "{count} tokens")
    ATTEMPTS = ("{count} attempt", "{count} attempts")
    TIMES = ("{count} time", "{count} times")
    SECONDS = ("{count} second", "{count} seconds")
    MINUTES = ("{count} minute", "{count} minutes")
    HOURS = ("{count} hour", "{count} hours")
    DAYS = ("{count} day", "{count} days")

    def of(self, number: int) -> "Counted":
        """Return a number of these, to fill into a sentence."""
        return Counted(self, number)


@dataclass(frozen=True, slots=True)
class Counted:
    """A number of things, which `Texts.say` puts into words."""

    count: Count
    number: int
