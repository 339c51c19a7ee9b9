"""Pairing: the person who sends the code on the terminal becomes the owner."""

import logging
import secrets
from collections import Counter
from enum import Enum, auto

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""The characters that nobody mistakes for others when typing."""

LENGTH = 8
MOST_ATTEMPTS = 5
MOST_IN_ALL = 200
"""The most wrong codes of all people together; 200 guesses find one of 31^8 codes in one of four billion cases."""

_log = logging.getLogger(__name__)


class Attempt(Enum):
    """The result of an attempt: no code at all, a wrong one, the right one; or a code that was not compared."""

    NONE = auto()
    WRONG = auto()
    RIGHT = auto()
    LOCKED = auto()


class Pairing:
    """One code, in memory only: the next start makes another. It counts only while the bot has no owner."""

    def __init__(self) -> None:
        self._code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        self._attempts: Counter[int] = Counter()
        self._told: dict[int, int] = {}

    @property
    def code(self) -> str:
        """The code as it is shown: 7KQM-2XWD."""
        return f"{self._code[: LENGTH // 2]}-{self._code[LENGTH // 2 :]}"

    def left(self, person: int) -> int:
        """Return how many attempts this person has left."""
        return min(MOST_ATTEMPTS - self._attempts[person], MOST_IN_ALL - self._attempts.total())

    def attempt(self, person: int, text: str) -> Attempt:
        """Compare a message with the code; after MOST_ATTEMPTS wrong ones, none of this person's is compared."""
        said = text.removeprefix("/start").replace("-", "").strip().upper()
        if len(said) != LENGTH or not set(said) <= set(ALPHABET):
            return Attempt.NONE
        if self.left(person) <= 0:
            return Attempt.LOCKED
        if secrets.compare_digest(said, self._code):
            return Attempt.RIGHT
        self._attempts[person] += 1
        if self._attempts[person] == MOST_ATTEMPTS:
            _log.warning("access: no pairing code of user %d counts any more; if they are the owner, restart", person)
        if self._attempts.total() == MOST_IN_ALL:
            _log.warning(
                "access: %d wrong pairing codes; none counts until the next start shows another: restart Eyeglass",
                MOST_IN_ALL,
            )
        return Attempt.WRONG

    def may_tell(self, person: int) -> bool:
        """Whether to tell this person that their codes are not compared: as often as they might have tried.

        Only the last MOST_IN_ALL people are remembered.
        """
        told = self._told.pop(person, 0)
        self._told[person] = told + 1
        if len(self._told) > MOST_IN_ALL:
            del self._told[next(iter(self._told))]
        return told < MOST_ATTEMPTS
