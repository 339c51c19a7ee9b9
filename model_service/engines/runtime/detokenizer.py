"""From tokens to text that never cuts a character in half."""

import codecs
from typing import Protocol

from model_service.engines.engine import Likely


class Tokenizer(Protocol):
    """Knows the bytes of each ordinary token."""

    def decode_bytes(self, token: int) -> bytes:
        """The bytes of one ordinary token: perhaps only a part of a character."""


class Answer(Protocol):
    """Picks of a text, as it grows, what is the answer, with how likely that is."""

    def push(self, text: str, likely: Likely | None) -> tuple[str, Likely | None]:
        """What a further piece of text makes certain."""

    def finish(self, text: str, likely: Likely | None) -> tuple[str, Likely | None]:
        """The rest, with a last piece."""


class Detokenizer:
    """Collects tokens and hands out whole characters; the blank space a reply begins with is dropped.

    With them it says how likely they were: as likely as the least likely of the tokens they come from. Of a text that
    is not all answer, `answer` picks what is.
    """

    def __init__(self, tokenizer: Tokenizer, answer: Answer | None = None) -> None:
        self._tokenizer, self._answer = tokenizer, answer
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._started = False
        self._pending: Likely | None = None
        """How likely the tokens were from which a character comes that is still in pieces."""

    def push(self, token: int, likely: Likely | None = None) -> tuple[str, Likely | None]:
        """The characters that this ordinary token completes; empty while one is still in pieces."""
        found = self._decoder.decode(self._tokenizer.decode_bytes(token))
        all_of_it = _least(self._pending, likely)
        in_pieces = bool(self._decoder.getstate()[0])
        self._pending = (likely if found else all_of_it) if in_pieces else None
        text = self._trim(found)
        told = all_of_it if text else None
        return (text, told) if self._answer is None else self._answer.push(text, told)

    def finish(self) -> tuple[str, Likely | None]:
        """Return what is left: a character that never became whole shows as the replacement character."""
        text = self._trim(self._decoder.decode(b"", final=True))
        told = self._pending if text else None
        return (text, told) if self._answer is None else self._answer.finish(text, told)

    def _trim(self, text: str) -> str:
        if not self._started:
            text = text.lstrip()
            self._started = bool(text)
        return text


def _least(one: Likely | None, other: Likely | None) -> Likely | None:
    if one is None or other is None:
        return one or other
    return min(one, other)
