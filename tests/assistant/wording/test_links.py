"""Tests of what a text with a link is about."""

import pytest

from assistant.wording.links import Link

ABOUT_IT = [
    "<https://example.com>",
    "<example.com>",
    "<www.example.com/a>.",
    "(<https://example.com/a>)",
    "<https://example.com/receipt.jpg> What is the total?",
    "<https://example.com/a> 总额是多少？",
    "What is the total? <https://example.com/a>",
    "What is the total of <http://example.com/a>!",
    "What is on <https://example.com/a>?",
    "总额是多少？<https://example.com>",
    "这是什么：<https://example.com/a>",
    "What is the total of <https://example.com/a/scan.PDF?x=1#p>, please, and the date?",
    "Look at <example.com/cat.png> and say what it is",
    "看看<example.com/猫.jpeg>里有什么",
]
ABOUT_A_PICTURE = [
    "Does it say <www.shop.com>?",
    "Is the address <example.com>?",
    "Is the address <example.com>",
    "Is <example.com> on it?",
    "Does it say <https://shop.com>?",
    "Does it say <https://shop.com/> ？",
    "Does it say <https://shop.com/sale> or something else?",
    "地址是<example.com>吗？",
    "<example.com> or what does it say?",
    "<tg://resolve?domain=x>",
    "<ftp://example.com/a.jpg>",
]


def link(text: str) -> Link:
    """Return the link between < and > with the words around it."""
    before, _, rest = text.partition("<")
    url, _, after = rest.partition(">")
    return Link(url, before, after)


@pytest.mark.parametrize("text", ABOUT_IT)
def test_a_text_about_a_link(text: str) -> None:
    """It is the whole text, begins or ends it, or leads to a picture."""
    assert link(text).is_the_matter


@pytest.mark.parametrize("text", ABOUT_A_PICTURE)
def test_a_question_in_which_an_address_stands(text: str) -> None:
    """It may be what is read in the picture."""
    assert not link(text).is_the_matter
