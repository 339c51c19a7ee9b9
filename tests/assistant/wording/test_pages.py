"""Tests of the pictures or pages that a question names, in both languages."""

import pytest

from assistant.wording.pages import PAGES, PICTURES, chosen, names_pages


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("page 3", [3]),
        ("What is on page 3?", [3]),
        ("Sum up pages 2-4.", [2, 3, 4]),
        ("Pages 2 to 4 and 7", [2, 3, 4, 7]),
        ("pages 1, 3, and 5", [1, 3, 5]),
        ("pages 5-3", [3, 4, 5]),
        ("p. 4, please", [4]),
        ("the second page", [2]),
        ("the 3rd page", [3]),
        ("the first and last pages", [1, 9]),
        ("all", list(range(1, 10))),
        ("What do all 9 pages say?", list(range(1, 10))),
        ("第3页", [3]),
        ("第三页写了什么？", [3]),
        ("第十二页", [12]),
        ("第二十页", [20]),
        ("第2到4页", [2, 3, 4]),
        ("第二到第四页", [2, 3, 4]),
        ("2-4页", [2, 3, 4]),
        ("第2、4页", [2, 4]),
        ("最后一页", [9]),
        ("全部", list(range(1, 10))),
        ("每一页讲什么？", list(range(1, 10))),
        ("page 0", [0]),
        ("page 44", [44]),
    ],
)
def test_pages_are_named(question: str, numbers: list[int]) -> None:
    """One, several, a range, all; what is not there is returned for the caller to object to."""
    assert chosen(question, PAGES, 9) == numbers
    assert names_pages(question)


@pytest.mark.parametrize(
    "question",
    ["What is the total?", "Is this a web page?", "homepage 2", "How many pages?", "Stop. 4 apples", "一共几页？", ""],
)
def test_other_questions_name_none(question: str) -> None:
    """A number or a page alone is no name."""
    assert chosen(question, PAGES, 9) == []
    assert not names_pages(question)


@pytest.mark.parametrize(
    ("question", "numbers"),
    [
        ("What is in picture 2?", [2]),
        ("photo no. 3", [3]),
        ("Compare images 1 and 3.", [1, 3]),
        ("the second picture", [2]),
        ("Is the last photo sharper?", [4]),
        ("both pictures", [1, 2, 3, 4]),
        ("Which of all the photos is best?", [1, 2, 3, 4]),
        ("page 3", [3]),
        ("第二张", [2]),
        ("第2张图里是什么？", [2]),
        ("第一张和第三张", [1, 3]),
        ("最后一张照片", [4]),
        ("所有图片", [1, 2, 3, 4]),
        ("两张图有什么区别？", []),
        ("Who is in the picture?", []),
        ("一张图", []),
    ],
)
def test_pictures_of_an_album_are_named(question: str, numbers: list[int]) -> None:
    """As pages are, by their own words."""
    assert chosen(question, PICTURES, 4) == numbers
