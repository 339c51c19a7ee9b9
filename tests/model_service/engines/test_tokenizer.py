"""Text to ids and back, as the original does it."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model_service.engines.glm4v.config import SPECIAL_TOKENS
from model_service.engines.glm4v.prompt import build_prompt
from model_service.engines.glm4v.tokenizer import Tokenizer
from model_service.errors import CheckpointError
from model_service.types import Message
from tests.model_service.engines.tiny import ORDINARY

BYTES = Tokenizer({bytes([byte]): byte for byte in range(ORDINARY)})


def test_the_ids_are_the_originals(golden: Path) -> None:
    """With the real vocabulary, special and ordinary ids are those of the original tokenizer, text by text."""
    tokenizer = Tokenizer.load(golden / "tokenizer.model")
    wanted = json.loads((golden / "tokenizer_golden.json").read_text(encoding="utf-8"))
    assert {token: tokenizer.special(token) for token in wanted["special"]} == wanted["special"]
    assert tokenizer.encode(wanted["chktxt"]) == wanted["chktxt_ids"]
    for case in wanted["original_apply_chat_template"].values():
        messages = [Message(message["role"], message["content"]) for message in case["messages"]]
        pictured = [index for index, message in enumerate(case["messages"]) if "image" in message]
        if pictured in ([], [0]):  # A picture in a later turn is something that the model was not trained on.
            assert list(build_prompt(tokenizer, messages, pictured == [0]).ids) == case["input_ids"]


@given(st.text())
def test_any_text_survives(text: str) -> None:
    """The tokens' bytes, put together, are the text."""
    assert b"".join(BYTES.decode_bytes(token) for token in BYTES.encode(text)).decode() == text


@given(st.text(), st.sampled_from(SPECIAL_TOKENS), st.text())
def test_a_typed_special_token_stays_text(before: str, special: str, after: str) -> None:
    """Whatever stands around it, nothing that is typed becomes a special id."""
    tokens = BYTES.encode(before + special + after)
    assert all(token < BYTES.ordinary_size for token in tokens)


def test_special_ids_follow_the_vocabulary(tokenizer: Tokenizer) -> None:
    """In the order of the list, right behind the ordinary ids."""
    ids = [tokenizer.special(token) for token in SPECIAL_TOKENS]
    assert ids == list(range(tokenizer.ordinary_size, tokenizer.ordinary_size + len(SPECIAL_TOKENS)))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "the ranks are not"),
        (b"not a tokenizer", "not a readable tokenizer.model"),
        (b"%%% 0\n", "not a readable tokenizer.model"),
        (base64.b64encode(b"a") + b" one\n", "not a readable tokenizer.model"),
        (base64.b64encode(b"a") + b" 0\n" + base64.b64encode(b"b") + b" 7\n", "the ranks are not"),
        (b"\x00\xff\xfe binary", "not a readable tokenizer.model"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, content: bytes, why: str) -> None:
    """A tokenizer.model that is torn or of another format is refused, with its path."""
    file = tmp_path / "tokenizer.model"
    file.write_bytes(content)
    with pytest.raises(CheckpointError, match=why) as refused:
        Tokenizer.load(file)
    assert str(file) in str(refused.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """No file at the place is the same kind of error."""
    with pytest.raises(CheckpointError, match="nowhere"):
        Tokenizer.load(tmp_path / "nowhere")
