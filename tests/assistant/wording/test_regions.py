"""Words that name a part of a picture, and words that only seem to."""

import pytest

from assistant.wording.regions import NAMES, REGIONS, RegionName, about_part, named_by_tag, named_in

NAMED = [
    ("What is in the top left corner?", RegionName.TOP_LEFT, "What is in this picture?"),
    (
        "What does the sign in the upper right corner say?",
        RegionName.TOP_RIGHT,
        "What does the sign in this picture say?",
    ),
    ("Read the bottom half.", RegionName.BOTTOM, "Read this picture."),
    ("Read the top left corner of the page", RegionName.TOP_LEFT, "Read this picture"),
    ("What's in the middle?", RegionName.MIDDLE, "What's in this picture?"),
    ("Who is in the middle of the picture?", RegionName.MIDDLE, "Who is in this picture?"),
    ("In the lower-right, what does it say?", RegionName.BOTTOM_RIGHT, "In this picture, what does it say?"),
    ("What is at the bottom left of this photo?", RegionName.BOTTOM_LEFT, "What is in this picture?"),
    ("What is on the left half?", RegionName.LEFT, "What is in this picture?"),
    ("右上角写了什么？", RegionName.TOP_RIGHT, "图中写了什么？"),
    ("请读左上角的文字", RegionName.TOP_LEFT, "请读图中的文字"),
    ("这张图的右下角有什么", RegionName.BOTTOM_RIGHT, "图中有什么"),
    ("下半部分写了什么", RegionName.BOTTOM, "图中写了什么"),
    ("图片中间是什么", RegionName.MIDDLE, "图中是什么"),
]
UNNAMED = [
    "What is the total?",
    "What is the top left number?",
    "What is in the top left corner of the table?",
    "What is the left half of the logo?",
    "Who is on the left?",
    "What time is left?",
    "What happened in the middle of the night?",
    "Is the top left corner like the bottom right corner?",
    "Everything except the bottom half",
    "表格右下角的数字是多少",
    "地图左上角是哪里",
    "中间名是什么",
    "中间那个人是谁",
    "上半年的销售额是多少",
    "除了左上角还有什么",
]


@pytest.mark.parametrize(("question", "part", "asked"), NAMED)
def test_a_part_is_named(question: str, part: RegionName, asked: str) -> None:
    """A model that is shown that part alone is not asked for its top left."""
    assert named_in(question) is part
    assert about_part(question, part) == asked


@pytest.mark.parametrize("question", UNNAMED)
def test_none_is_named(question: str) -> None:
    """Nothing is cropped where something else may be meant."""
    assert named_in(question) is None


@pytest.mark.parametrize(
    ("tag", "part"),
    [
        ("topleft", RegionName.TOP_LEFT),
        ("Bottom", RegionName.BOTTOM),
        ("centre", RegionName.MIDDLE),
        ("左上角", RegionName.TOP_LEFT),
        ("右半边", RegionName.RIGHT),
        ("下半部分", RegionName.BOTTOM),
        ("中间", RegionName.MIDDLE),
        ("moon", None),
        ("上", None),
    ],
)
def test_tags(tag: str, part: RegionName | None) -> None:
    """In English as they are spelt, in Chinese as one says it."""
    assert named_by_tag(tag) is part


def test_a_tag_leaves_the_words_alone() -> None:
    """If the question names another part, that is about the part that the tag chose."""
    assert about_part("What is in the middle?", RegionName.TOP_LEFT) == "What is in the middle?"


def test_every_part_has_a_region_and_a_name() -> None:
    """And each can be asked for by its tag."""
    assert set(REGIONS) == set(NAMES) == set(RegionName)
    assert [named_by_tag(part) for part in RegionName] == list(RegionName)
