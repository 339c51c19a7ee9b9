"""Tests of the parts of a long picture that a question names, and of answers about one of them."""

import pytest

from assistant.wording.parts import absence_in, digits_in, is_about_whole, is_absent, parts_named

TOTAL = "What is the total?"


@pytest.mark.parametrize(
    ("question", "numbers", "left"),
    [
        ("part 3", [3], ""),
        ("And part 2?", [2], ""),
        ("what about part two", [2], ""),
        ("parts 2-4", [2, 3, 4], ""),
        ("the last part", [5], ""),
        ("The second part, please", [2], ""),
        ("all parts", [1, 2, 3, 4, 5], ""),
        ("the last part of the chat", [5], ""),
        ("Part 3: what is the total?", [3], TOTAL),
        ("What is the total in part 3?", [3], TOTAL),
        ("What is the total on part 2 of 5?", [2], TOTAL),
        ("What is the total in the last part of this screenshot?", [5], TOTAL),
        ("What is the total (part 2)?", [2], TOTAL),
        ("What does part 3 say?", [3], "What does this picture say?"),
        ("Read parts 1 and 2", [1, 2], "Read this picture"),
        ("What is in part 44?", [44], "What is in this picture?"),
        ("第3部分", [3], ""),
        ("最后一部分", [5], ""),
        ("第2到4部分", [2, 3, 4], ""),
        ("在第2部分里总额是多少？", [2], "总额是多少？"),
        ("第三部分写了什么？", [3], "这张图写了什么？"),
    ],
)
def test_parts_are_named(question: str, numbers: list[int], left: str) -> None:
    """Of five; the words that name them are taken out. What is not there is returned for the caller to object to."""
    assert parts_named(question, 5) == (numbers, left)


@pytest.mark.parametrize(
    "question",
    [
        "the end",
        "What is said at the end of the chat?",
        "The last message",
        "What does the last message say?",
        "What was the latest message about?",
        "What is the last line?",
        "Who wrote the very last comment in this thread?",
        "Read the bottom of the picture",
        "What does it end with?",
        "最后一条消息说了什么？",
        "最后写了什么？",
        "结尾是什么？",
    ],
)
def test_the_end_is_the_last_part(question: str) -> None:
    """The words stay, since the part has an end as well."""
    assert parts_named(question, 5) == ([5], question)


@pytest.mark.parametrize(
    "question",
    ["the beginning", "What is the first message?", "Who wrote the oldest post?", "How does it start?", "第一条消息"],
)
def test_the_beginning_is_the_first_part(question: str) -> None:
    """In the same way."""
    assert parts_named(question, 5) == ([1], question)


@pytest.mark.parametrize(
    "question",
    [
        TOTAL,
        "Which parts are listed?",
        "What part of the bill is tax?",
        "What does part 3 of the contract say?",
        "How long is the first part of the film?",
        "Is part 2 of the order delivered?",
        "What is part no. 4711?",
        "Part no. 4",
        "part number 7",
        "Part 4711: what does it cost?",
        "What does part 3 cost?",
        "How many of spare part 2 were bought?",
        "What is the end date?",
        "What was the start time?",
        "What is the bottom line?",
        "What stands in the bottom left corner?",
        "What is the last line of the address?",
        "What is the last message Ben sent?",
        "What is the last name?",
        "Which item starts with A?",
        "Which number ends with 42?",
        "合同的第3部分是什么？",
        "第二段写了什么？",
        "最后更新时间是什么时候？",
    ],
)
def test_other_questions_name_none(question: str) -> None:
    """Other things have parts, numbers and ends too; not a sign of the question is lost."""
    assert parts_named(question, 5) == ([], question)


@pytest.mark.parametrize(
    "question",
    [
        "What is this?",
        "What is in the picture?",
        "what's on this page",
        "What do you see?",
        "What does it show?",
        "Describe the picture.",
        "What is this picture about?",
        "What is this a picture of?",
        "What kind of document is this?",
        "这是什么？",
        "这张图是什么？",
        "请描述这张图",
        "你看到了什么？",
    ],
)
def test_a_question_about_the_whole(question: str) -> None:
    """It needs no print to be read."""
    assert is_about_whole(question)


@pytest.mark.parametrize(
    "question",
    [
        TOTAL,
        "What does it say?",
        "What is the page number?",
        "What's the document number?",
        "What is the date in this picture?",
        "What kind of fruit was bought?",
        "What type of payment was it?",
        "What is described in section 3?",
        "这是什么时候的？",
        "商品描述是什么？",
    ],
)
def test_a_question_about_what_is_written(question: str) -> None:
    """Though some of the words are the same."""
    assert not is_about_whole(question)


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        ("NOT HERE", False),
        ("Not here.", False),
        ("", False),
        ("The total is not shown.", False),
        ("This part does not show a total.", False),
        ("图中未包含总额", False),
        ("没有。", False),
        ("The print is too small for me here. Please send a part of the picture, larger.", False),
        ("这里的字太小,我看不清。请把其中一部分放大后发给我。", False),
        ("I cannot answer that. I can read print, name simple shapes and read simple charts.", False),
        ("这个我答不了。我能读文字、认简单的图形、看简单的图表。", False),
        ("There is no total in the picture.", True),
        ("图中没有总额。", True),
    ],
)
def test_an_answer_may_find_nothing(answer: str, *, missing: bool) -> None:
    """Only what is said of the picture can be said of all parts."""
    assert is_absent(answer)
    assert absence_in(answer) == (answer if missing else "")


@pytest.mark.parametrize(
    "answer", ["12.50", "The price does not include VAT.", "价格未包含税", "There was no answer.", "0"]
)
def test_an_answer_that_denies_something_is_one(answer: str) -> None:
    """It was read."""
    assert not is_absent(answer)
    assert absence_in(answer) == ""


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("Item 36 4.50", {"36", "450"}),
        ("$1,234.50", {"123450"}),
        ("3,20 €", {"320"}),
        ("14/03/2025, 9:05", {"14032025", "905"}),
        ("2025-03-14.", {"20250314"}),
        ("no number", set()),
    ],
)
def test_digits_of_numbers(text: str, digits: set[str]) -> None:
    """However their digits are grouped."""
    assert digits_in(text) == digits
