"""The tokenizer of GLM-4 from its `tokenizer.model` (lines of base64 token and rank), without remote code."""

import base64
import binascii
from collections.abc import Sequence
from pathlib import Path

import tiktoken

from model_service.engines.glm4v.config import SPECIAL_TOKENS
from model_service.errors import CheckpointError

PATTERN = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)


class Tokenizer:
    """Text to ids and back.

    Special tokens exist as ids only: what a person types, `<|user|>` for instance, is encoded as ordinary text.
    """

    def __init__(self, ranks: dict[bytes, int]) -> None:
        special = {token: len(ranks) + index for index, token in enumerate(SPECIAL_TOKENS)}
        self._special = special
        self._encoding = tiktoken.Encoding("glm-4", pat_str=PATTERN, mergeable_ranks=ranks, special_tokens=special)
        self.ordinary_size = len(ranks)
        """Ids below this are text; those above are special or padding."""
        self.ordinary_ids: Sequence[int] = range(len(ranks))

    @classmethod
    def load(cls, path: Path) -> "Tokenizer":
        """Read a tokenizer.model.

        Raises:
            CheckpointError: the file is missing or not in this format.
        """
        try:
            pairs = (line.split() for line in path.read_bytes().splitlines() if line)
            ranks = {base64.b64decode(token, validate=True): int(rank) for token, rank in pairs}
        except (OSError, ValueError, binascii.Error) as error:
            raise CheckpointError(f"{path}: not a readable tokenizer.model ({error})") from error
        if sorted(ranks.values()) != list(range(len(ranks))) or not ranks:
            raise CheckpointError(f"{path}: the ranks are not 0 to {len(ranks) - 1}")
        return cls(ranks)

    def special(self, token: str) -> int:
        """The id of a special token."""
        return self._special[token]

    def encode(self, text: str) -> list[int]:
        """Ids of plain text; nothing in it is special."""
        return self._encoding.encode_ordinary(text)

    def decode_bytes(self, token: int) -> bytes:
        """The bytes of one ordinary token: perhaps only a part of a character."""
        return self._encoding.decode_single_token_bytes(token)

    def forget(self) -> None:
        """Do nothing: it remembers no text."""
