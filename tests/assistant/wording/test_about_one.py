"""The words that chose a page or picture do not reach a model that is shown that one alone; other words do."""

import pytest

from assistant.texts import LANGUAGES, texts_in
from assistant.wording.about_one import about_one, asked_again
from assistant.wording.pages import PAGES, PICTURES, Noun, chosen
from assistant.wording.question import PROMPTS, Task
from assistant.wording.regions import RegionName, named_in

TAKEN_OUT = [
    ("What is the total on page 2?", PAGES, "What is the total?"),
    ("What is the total on page 3?", PAGES, "What is the total?"),
    ("What is the total (page 2)?", PAGES, "What is the total?"),
    ("What is the total? (page 2)", PAGES, "What is the total?"),
    ("(page 2) What is the total?", PAGES, "What is the total?"),
    ("Page 2: what is the total?", PAGES, "What is the total?"),
    ("Page 2\nWhat is the total?", PAGES, "What is the total?"),
    ("page 2 what is the total", PAGES, "what is the total"),
    ("On the second page, what is the total?", PAGES, "What is the total?"),
    ("And on page 2, what is the total?", PAGES, "And what is the total?"),
    ("What is the total on the second page?", PAGES, "What is the total?"),
    ("What is the total on page two?", PAGES, "What is the total?"),
    ("What is the total on p. 2, please?", PAGES, "What is the total, please?"),
    ("What is the total, page 2?", PAGES, "What is the total?"),
    ("In the PDF, page 2, what is the total?", PAGES, "In the PDF, what is the total?"),
    ("What is item 3 on page 2?", PAGES, "What is item 3?"),
    ("What is the total? Page 2.", PAGES, "What is the total?"),
    ("What is the total page 2?", PAGES, "What is the total?"),
    ("What is the page 2 total?", PAGES, "What is the total?"),
    ("What is the total of page 2 of 5?", PAGES, "What is the total?"),
    ("total page 2", PAGES, "total"),
    ("page #2 total?", PAGES, "total?"),
    ("the total of the last page", PAGES, "the total"),
    ("What is the total on pages 2, 3 and 5?", PAGES, "What is the total?"),
    ("What is the total on page 2 and on page 3?", PAGES, "What is the total?"),
    ("What is the total on each page?", PAGES, "What is the total?"),
    ("What is the total in picture 2?", PICTURES, "What is the total?"),
    ("What colour is the car in the second photo?", PICTURES, "What colour is the car?"),
    ("第2页的总额是多少？", PAGES, "总额是多少？"),
    ("第二页总额是多少？", PAGES, "总额是多少？"),
    ("第二页上的总额是多少", PAGES, "总额是多少"),
    ("在第2页上，总额是多少？", PAGES, "总额是多少？"),
    ("第2页：总额是多少？", PAGES, "总额是多少？"),
    ("总额是多少（第2页）", PAGES, "总额是多少"),
    ("总额是多少？第2页", PAGES, "总额是多少？"),
    ("第二张图里的车是什么颜色？", PICTURES, "车是什么颜色？"),
]
IN_THEIR_PLACE = [
    ("What is on page 2?", PAGES, "What is on this page?"),
    ("What's in the second picture?", PICTURES, "What's in this picture?"),
    ("What does page 2 say?", PAGES, "What does this page say?"),
    ("What do pages 2 and 3 say?", PAGES, "What does this page say?"),
    ("Are pages 2 and 3 signed?", PAGES, "Is this page signed?"),
    ("Page 2 says what?", PAGES, "This page says what?"),
    ("What is the second page's title?", PAGES, "What is this page's title?"),
    ("Sum up pages 2-4.", PAGES, "Sum up this page."),
    ("Look at page 2. What is the total?", PAGES, "Look at this page. What is the total?"),
    ("Zoom in on page 2", PAGES, "Zoom in on this page"),
    ("Who is in photo 3?", PICTURES, "Who is in this photo?"),
    ("Do all pictures show cats?", PICTURES, "Does this picture show cats?"),
    ("Describe both pictures", PICTURES, "Describe this picture"),
    ("第3页写了什么？", PAGES, "这一页写了什么？"),
    ("第二张图里有什么？", PICTURES, "这张图里有什么？"),
    ("请翻译第2页", PAGES, "请翻译这一页"),
]
COMPARED = [
    ("Compare pages 2 and 3", PAGES, "Compare these pages"),
    ("Compare page 2 with page 3.", PAGES, "Compare these pages."),
    ("Compare the totals on pages 2 and 3", PAGES, "Compare the totals on these pages"),
    ("What is the difference between page 2 and page 3?", PAGES, "What is the difference between these pages?"),
    ("Is picture 1 brighter than picture 2?", PICTURES, "Is this picture brighter than the other picture?"),
    ("Which of all the photos is best?", PICTURES, "Which of these photos is best?"),
    ("第一张和第三张有什么区别？", PICTURES, "这些图片有什么区别？"),
]
NOTHING_ELSE = [
    ("page 2", PAGES),
    ("And page 2?", PAGES),
    ("and on the second page, please?", PAGES),
    ("What about the last page?", PAGES),
    ("the same for pages 2-4", PAGES),
    ("Could you do page 2?", PAGES),
    ("No, I meant page 2", PAGES),
    ("all", PAGES),
    ("the second picture", PICTURES),
    ("And now all pictures", PICTURES),
    ("第三页呢？", PAGES),
    ("那第二张呢", PICTURES),
]
CHOOSES_NOTHING = [
    ("Which page mentions taxes?", PAGES),
    ("How many pages are there?", PAGES),
    ("What page number is printed?", PAGES),
    ("Is this page 2?", PAGES),
    ("Describe the pictures one by one", PICTURES),
    ("一共几页？", PAGES),
]


@pytest.mark.parametrize(("question", "noun", "left"), TAKEN_OUT + IN_THEIR_PLACE + COMPARED)
def test_the_words_that_chose_are_taken_out(question: str, noun: Noun, left: str) -> None:
    """What is left is a question about the one that the model is shown; where it needs a word for that, it has one."""
    assert chosen(question, noun, 9)
    assert about_one(question, noun) == left
    assert chosen(left, noun, 9) == []


@pytest.mark.parametrize(("question", "noun"), NOTHING_ELSE)
def test_nothing_may_be_left(question: str, noun: Noun) -> None:
    """Then it is asked again what was asked before, about what it names."""
    assert about_one(question, noun) == ""
    again = asked_again("What is the total on page 1?", question, noun)
    assert chosen(again, noun, 9) == chosen(question, noun, 9)
    assert about_one(again, noun) == "What is the total?"
    assert about_one(asked_again(again, "page 4", noun), noun) == "What is the total?"


@pytest.mark.parametrize(("question", "noun"), CHOOSES_NOTHING)
def test_words_that_choose_nothing_stay(question: str, noun: Noun) -> None:
    """Not a sign of the question is lost."""
    assert chosen(question, noun, 9) == []
    assert about_one(question, noun) == question


def test_a_page_that_another_one_speaks_of_stays() -> None:
    """It is the matter, not where to look."""
    question = "What does page 2 of the contract say about page 7?"
    assert chosen(question, PAGES, 9) == [2]
    assert about_one(question, PAGES) == "What does this page of the contract say about page 7?"
    assert chosen("Tell me about page 7", PAGES, 9) == [7]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("task", Task)
@pytest.mark.parametrize("words", ["page 2", "of page 2", "第2页"])
def test_behind_a_commands_prompt(language: str, task: Task, words: str) -> None:
    """/text page 2 asks what /text asks."""
    prompt = texts_in(language).say(PROMPTS[task])
    assert about_one(f"{prompt} {words}", PAGES) == prompt


def test_with_a_part_of_the_page() -> None:
    """The part is known by the words that are left, and goes its own way."""
    assert named_in(about_one("What is in the top left corner of page 2?", PAGES)) is RegionName.TOP_LEFT
