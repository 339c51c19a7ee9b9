"""Which questions about several pictures ask for each by itself, and which compare them."""

import pytest

from assistant.wording.each import asks_each, compares


@pytest.mark.parametrize(
    ("question", "each"),
    [
        ("Describe each picture.", True),
        ("What is the total on every page?", True),
        ("Describe each of them", True),
        ("Caption each of the 3 photos", True),
        ("Transcribe them one by one", True),
        ("What do they cost, respectively?", True),
        ("What is in this picture?", True),
        ("How many words per page?", True),
        ("每张图里有什么？", True),
        ("分别是什么？", True),
        ("这张图里有什么？", True),
        ("Which of the two is cheaper?", False),
        ("How much does each item cost?", False),
        ("What is the total?", False),
        ("Compare each picture with the first", False),
        ("What is different in this picture?", False),
        ("每个商品多少钱？", False),
        ("哪张更便宜？", False),
        ("What is the cheaper one?", False),
        ("", False),
    ],
)
def test_what_is_asked_of_each(question: str, each: bool) -> None:
    """Each picture, not each thing in them; one that compares is asked of all."""
    assert asks_each(question) is each


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("Which is cheaper?", True),
        ("Which one is the oldest?", True),
        ("What differs?", True),
        ("哪个更贵？", True),
        ("Which number stands at the top?", False),
        ("What does the older invoice say?", False),
    ],
)
def test_what_compares(question: str, found: bool) -> None:
    """One among the pictures is asked for, or what they have in common."""
    assert compares(question) is found
