"""From tokens to text that never cuts a character in half."""

import codecs
from typing import Protocol


class Tokenizer(Protocol):
    """Knows the bytes of each ordinary token."""

    def decode_bytes(self, token: int) -> bytes:
        """The bytes of one ordinary token: perhaps only a part of a character."""


class Detokenizer:
    """Collects tokens and hands out whole characters; the blank space a reply begins with is dropped."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._started = False

    def push(self, token: int) -> str:
        """The characters that this ordinary token completes; empty while one is still in pieces."""
        return self._trim(self._decoder.decode(self._tokenizer.decode_bytes(token)))

    def finish(self) -> str:
        """What is left: a character that never became whole shows as the replacement character."""
        return self._trim(self._decoder.decode(b"", final=True))

    def _trim(self, text: str) -> str:
        if not self._started:
            text = text.lstrip()
            self._started = bool(text)
        return text
