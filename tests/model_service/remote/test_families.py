"""How models look at pictures, by their names."""

import pytest

from model_service.backends.remote.families import dial_of


@pytest.mark.parametrize(
    ("name", "side", "squashes"),
    [
        ("zai-org/GLM-4.6V-Flash", 28, False),
        ("zai-org/GLM-4.1V-9B-Thinking", 28, False),
        ("glm4.5v", 28, False),
        ("zai-org/GLM-OCR", 28, False),
        ("Qwen/Qwen2.5-VL-7B-Instruct", 28, False),
        ("qwen2-vl", 28, False),
        ("Qwen/Qwen3-VL-8B-Instruct", 32, False),
        ("zai-org/glm-4v-9b", 28, True),
        ("somebody/else", 28, False),
    ],
)
def test_a_token_sees_a_square_that_the_family_knows(name: str, side: int, squashes: bool) -> None:
    """28 pixels where nothing is known: the comparison at the start tells whether that holds."""
    dial = dial_of(name)
    assert (dial.token_pixels, dial.squashes_at_max, dial.max_tokens) == (side, squashes, 1600)


def test_a_server_that_tells_its_closest_look_is_one_of_ours() -> None:
    """So its dial is."""
    assert dial_of("pocket", 700).max_tokens == 700
    assert not dial_of("pocket", 700).squashes_at_max
    assert dial_of("pocket", 1600).squashes_at_max
