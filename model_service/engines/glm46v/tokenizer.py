"""The tokenizer of the family from its `tokenizer.json`; special tokens that a person types stay plain text."""

import json
import re
from functools import lru_cache
from pathlib import Path

from tokenizers import Tokenizer as FastTokenizer

from model_service.errors import CheckpointError

WANTED = ("[gMASK]", "<sop>", "<|user|>", "<|assistant|>", "<|begin_of_image|>", "<|image|>", "<|end_of_image|>")
"""Special tokens without which no prompt can be written."""

MARKS = ("<think>", "</think>", "<answer>", "</answer>", "<|begin_of_box|>", "<|end_of_box|>")
"""Special tokens that an answer may hold; what of it is shown, `answer` knows."""

PARTS = 256
"""Number of parts of prompts, between their marks, whose ids are remembered, as a follow-up repeats what was said."""

BLANK = "\ufdd0"
"""A character that no text has, as Unicode keeps it from texts: put into a typed mark it makes it none."""


def _alphabet() -> dict[str, int]:
    """The byte that each character of a token of bytes stands for: what can be printed for itself, the rest above."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(256 + number): byte for number, byte in enumerate(others)}


BYTES = _alphabet()


class Tokenizer:
    """Text to ids and back."""

    def __init__(self, told: str) -> None:
        """Read the text of a tokenizer.json.

        Raises:
            CheckpointError: it is none, or not one of bytes.
        """
        try:
            read = json.loads(told)
            self.special_ids = {each["content"]: int(each["id"]) for each in read.pop("added_tokens")}
            kinds = {part.get("type") for part in _parts(read.get("decoder"))}
            if "ByteLevel" not in kinds:
                raise ValueError("its decoder is not of bytes")
            # Without added tokens none is found in a text; the processor behind it would add some.
            self._plain = FastTokenizer.from_str(json.dumps(read | {"added_tokens": [], "post_processor": None}))
        except Exception as error:  # The library raises Exception itself.
            raise CheckpointError(f"tokenizer.json cannot be used ({error})") from error
        missing = [token for token in WANTED if token not in self.special_ids]
        if missing:
            raise CheckpointError(f"tokenizer.json lacks {', '.join(missing)}: not a tokenizer of this family")
        self._marks = {self.special_ids[mark]: mark.encode() for mark in MARKS if mark in self.special_ids}
        longest_first = sorted(self.special_ids, key=len, reverse=True)
        self._special = re.compile("(" + "|".join(map(re.escape, longest_first)) + ")")
        ordinary = set(self._plain.get_vocab(with_added_tokens=False).values()) - set(self.special_ids.values())
        self.ordinary_ids = [*sorted(ordinary), *self._marks]
        """Ids that an answer may hold beside those that end it."""
        self._known = lru_cache(PARTS)(lambda part: tuple(self.encode(part)))

    @classmethod
    def load(cls, path: Path) -> "Tokenizer":
        """Read a tokenizer.json.

        Raises:
            CheckpointError: the file is missing, or not in this format.
        """
        try:
            return cls(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CheckpointError(f"{path}: not a readable tokenizer.json ({error})") from error

    def special(self, token: str) -> int:
        """The id of a special token."""
        return self.special_ids[token]

    def encode(self, text: str) -> list[int]:
        """Ids of plain text; nothing in it is special."""
        ids: list[int] = self._plain.encode(text, add_special_tokens=False).ids
        return ids

    def guarded(self, text: str) -> str:
        """What a person wrote, with no mark in it: `encode_marked` brings back what was typed, as plain text."""
        return self._special.sub(lambda found: found[0][0] + BLANK + found[0][1:], text.replace(BLANK, ""))

    def encode_marked(self, text: str) -> list[int]:
        """Ids of a text of which the special tokens, as a template writes them, are special."""
        ids: list[int] = []
        for part in self._special.split(text):
            if part in self.special_ids:
                ids.append(self.special_ids[part])
            elif part:
                ids += self._known(part.replace(BLANK, ""))
        return ids

    def forget(self) -> None:
        """Drop what is remembered of prompts."""
        self._known.cache_clear()

    def decode_bytes(self, token: int) -> bytes:
        """The bytes of one token: perhaps only a part of a character."""
        return self._marks.get(token) or self._bytes(token)

    @lru_cache(maxsize=8192)  # noqa: B019
    def _bytes(self, token: int) -> bytes:
        characters = self._plain.id_to_token(token) or ""
        return bytes(BYTES[each] for each in characters if each in BYTES)


def _parts(decoder: object) -> list[dict[str, object]]:
    """The steps of a decoder, which may be one, or several."""
    if not isinstance(decoder, dict):
        return []
    return decoder.get("decoders") or [decoder]
