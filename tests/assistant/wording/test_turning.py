"""The words that ask to turn a picture."""

import pytest

from assistant.wording.nothing import says_nothing, says_too_small
from assistant.wording.question import ParsedQuestion, read


@pytest.mark.parametrize(
    ("text", "quarters"),
    [
        *[(words, 1) for words in ("#turn", "＃turn", "#TURN", "#rotate", "#turn right", "#turn it", "#转", "#旋转")],
        *[(words, 1) for words in ("turn it", "Rotate the picture, please.", "can you turn it?", "转", "旋转一下")],
        *[
            (words, 1)
            for words in ("turn right", "rotate it clockwise", "поверни её", "поверните картинку", "#поверни")
        ],
        *[(words, 2) for words in ("#turn 180", "#turn180", "turn it upside down", "rotate by 180 degrees", "转180度")],
        *[
            (words, 3)
            for words in ("#turn left", "#turnleft", "#turn_left", "#rotate 270", "#向左转", "把图片左转90度")
        ],
        *[(words, 3) for words in ("turn it to the left", "rotate 90 degrees counterclockwise", "поверни налево")],
    ],
)
def test_alone_they_ask_nothing_else(text: str, quarters: int) -> None:
    """Quarter turns clockwise."""
    assert read(text) == ParsedQuestion("", turn=quarters)


@pytest.mark.parametrize(
    ("text", "question", "quarters"),
    [
        ("#turn What is the total?", "What is the total?", 1),
        ("What is the total? #turn left", "What is the total?", 3),
        ("What is #turn 180 the total?", "What is the total?", 2),
        ("#turn. Total?", "Total?", 1),
        ("总额是多少？#转", "总额是多少？", 1),
        ("#turn #turn left Total?", "Total?", 3),
    ],
)
def test_a_tag_may_stand_in_a_question(text: str, question: str, quarters: int) -> None:
    """It is taken out of it."""
    assert (read(text).text, read(text).turn) == (question, quarters)


def test_beside_a_level_and_a_part() -> None:
    """Each keeps its own."""
    wanted = read("#high #turn left #topleft Total?")
    assert (wanted.text, str(wanted.detail), wanted.part, wanted.turn) == ("Total?", "high", "topleft", 3)


@pytest.mark.parametrize(
    "text",
    [
        *("Where do I turn left?", "What turns?", "return", "turn it on", "turn this picture into a table", "#turnip"),
        *("转账", "转账多少？", "Does it say turn right?", "https://a.example/#turn", "whose turn is it?", "#1turn"),
        *("Как повернуть налево?", "этот поворот"),
    ],
)
def test_other_words_turn_nothing(text: str) -> None:
    """They are about what the picture shows."""
    assert (read(text).text, read(text).turn) == (text, 0)


def test_what_waits_keeps_its_turn() -> None:
    """What a former version wrote down has none."""
    wanted = read("#turn left Total?")
    assert ParsedQuestion.load(wanted.dump()) == wanted
    assert ParsedQuestion.load('["Total?", 512, null, null, ""]').turn == 0


@pytest.mark.parametrize(
    "answer",
    [
        *("There is no total in the picture.", "There are no dates.", "图中没有总额。", "$", "", "—"),
        "This is a kind of picture I have not learned. I can read print, name simple shapes and read simple charts.",
        *(
            "这种图片我没有学过。我能读文字、认简单的图形、看简单的图表。",
            "I'm sorry, I can’t read it.",
            "The text is upside down.",
        ),
        *("The print is too small for me here. Please send a part of the picture, larger.", "The text is too small."),
        *(
            "这里的字太小,我看不清。请把其中一部分放大后发给我。",
            "这个我答不了。我能读文字、认简单的图形、看简单的图表。",
        ),
        "I cannot answer that. I can read print, name simple shapes and read simple charts.",
        *("I cannot make out the text.", "文字是倒置的，无法辨认。", "На картинке нет суммы.", "Текст перевёрнут."),
    ],
)
def test_answers_that_found_nothing(answer: str) -> None:
    """In the words of the models."""
    assert says_nothing(answer)


@pytest.mark.parametrize(
    "answer",
    [
        *("9.35", "Yes.", "Theresa", "Notary", "图中有三个圆。", "A shop. There is no tip.", "Сумма 5"),
        *("The print is large.", "Too small a world", "Print shop: the print is 3.00", "太小的字", "A small print"),
    ],
)
def test_answers_that_found_something(answer: str) -> None:
    """However short."""
    assert not says_nothing(answer)


@pytest.mark.parametrize(
    ("answer", "small"),
    [
        ("The print is too small for me here. Please send a part of the picture, larger.", True),
        ("Sorry, the text here is too tiny to read.", True),
        ("这里的字太小,我看不清。", True),
        ("图中的文字太密。", True),
        ("I cannot answer that.", False),
        ("The print is small.", False),
        ("The hall is too small.", False),
        ("It says: the print is too small", False),
    ],
)
def test_print_that_is_too_small(answer: str, small: bool) -> None:
    """It alone is worth a closer look; what else cannot be answered stays so."""
    assert says_too_small(answer) is small
