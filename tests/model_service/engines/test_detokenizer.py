"""Streaming never cuts a character in half."""

from hypothesis import given
from hypothesis import strategies as st

from model_service.engines.glm4v.tokenizer import Tokenizer
from model_service.engines.runtime.detokenizer import Detokenizer
from tests.model_service.engines.tiny import ORDINARY

BYTES = Tokenizer({bytes([byte]): byte for byte in range(ORDINARY)})


def pieces(data: bytes) -> list[str]:
    """What each byte, pushed as a token, makes printable; last what is left at the end."""
    stream = Detokenizer(BYTES)
    return [*(stream.push(byte)[0] for byte in data), stream.finish()[0]]


@given(st.text())
def test_any_text_comes_out_whole(text: str) -> None:
    """Byte by byte, every state is a beginning of the text, and the last is all of it but the blank it begins with."""
    shown = ""
    for piece in pieces(text.encode()):
        shown += piece
        assert text.lstrip().startswith(shown)
    assert shown == text.lstrip()


@given(st.text(min_size=1).filter(lambda text: text.strip() and ord(text[-1]) > 127))
def test_half_a_character_is_never_shown(text: str) -> None:
    """While the last character lacks a byte nothing of it is seen; at the end it is owned up to."""
    *before, last = pieces(text.encode()[:-1])
    assert "".join(before) == text[:-1].lstrip()
    assert last == "\N{REPLACEMENT CHARACTER}"


@given(st.binary())
def test_any_bytes_are_survived(data: bytes) -> None:
    """What is no text at all shows as replacement characters, as Python itself would have it."""
    assert "".join(pieces(data)) == data.decode("utf-8", "replace").lstrip()


def test_the_line_feed_before_a_reply_is_dropped() -> None:
    """A reply begins with a line feed; blanks inside it stay."""
    assert pieces(b"\n a \n b") == ["", "", "a", " ", "\n", " ", "b", ""]


def rated(*tokens: tuple[bytes, float]) -> list[tuple[str, float | None]]:
    """What each token makes printable, with how likely that is; last what is left at the end."""
    spoken = Tokenizer({spelled: number for number, (spelled, _) in enumerate(tokens)})
    stream = Detokenizer(spoken)
    pieces = [stream.push(number, (likely, 0.0)) for number, (_, likely) in enumerate(tokens)]
    return [(text, None if likely is None else likely[0]) for text, likely in [*pieces, stream.finish()]]


def test_a_character_is_as_likely_as_its_least_likely_token() -> None:
    """Of several tokens' bytes, and of one that ends a character, holds one and begins the next."""
    euro = "€".encode()
    told = rated((euro[:1], 0.5), (euro[1:2], 0.9), (euro[2:] + b"a" + euro[:2], 0.8), (euro[2:], 0.95), (b"b", 0.7))
    assert told == [("", None), ("", None), ("€a", 0.5), ("€", 0.8), ("b", 0.7), ("", None)]


def test_a_character_that_is_never_whole_is_rated_too() -> None:
    """And the blank a reply begins with is not held against what follows."""
    assert rated((b" ", 0.1), (b"a", 0.9), (b"\xe2", 0.3)) == [("", None), ("a", 0.9), ("", None), ("\ufffd", 0.3)]
