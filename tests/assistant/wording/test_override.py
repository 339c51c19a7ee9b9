"""Tests of the tags, levels and tasks in a question."""

import pytest

from assistant.settings.chat_settings import ChatSettings, Footer, Length
from assistant.texts import LANGUAGES, texts_in
from assistant.wording.pages import PAGES, PICTURES, chosen
from assistant.wording.question import PROMPTS, ParsedQuestion, Task, as_typed, parse, read
from assistant.wording.regions import RegionName, named_in
from model_service import Detail

HIGH, MAX = Detail(512), Detail(1600)
READ = [
    ("What is this?", ParsedQuestion("What is this?")),
    ("#high What is this?", ParsedQuestion("What is this?", HIGH)),
    ("What is #MAX this ?", ParsedQuestion("What is this?", MAX)),
    ("What is this? #300", ParsedQuestion("What is this?", Detail(300))),
    ("#high #max x", ParsedQuestion("x", MAX)),
    ("＃high这是什么", ParsedQuestion("这是什么", HIGH)),
    ("#topleft what?", ParsedQuestion("what?", None, RegionName.TOP_LEFT)),
    ("#左上角这是什么", ParsedQuestion("这是什么", None, RegionName.TOP_LEFT)),
    ("#max #middle Read  it", ParsedQuestion("Read it", MAX, RegionName.MIDDLE)),
    ("In the middle, #high what is it?", ParsedQuestion("In the middle, what is it?", HIGH, RegionName.MIDDLE)),
    ("Line one #high\nLine two", ParsedQuestion("Line one\nLine two", HIGH)),
    ("#high", ParsedQuestion("", HIGH)),
    ("#高 这是什么？", ParsedQuestion("这是什么？", HIGH)),
    ("这是什么？＃最高", ParsedQuestion("这是什么？", MAX)),
    ("#Высокий что это?", ParsedQuestion("что это?", HIGH)),
    ("＃７００ 这是什么", ParsedQuestion("这是什么", Detail(700))),
    ("＃ｈｉｇｈ What is this?", ParsedQuestion("What is this?", HIGH)),
    ("#700 What is invoice #1042", ParsedQuestion("What is invoice #1042", Detail(700))),
    ("#700", ParsedQuestion("", Detail(700))),
    ("#1042 #700", ParsedQuestion("", Detail(700))),
    ("#topleft #700 What is it", ParsedQuestion("What is it", Detail(700), RegionName.TOP_LEFT)),
    ("What is it? #topleft #700", ParsedQuestion("What is it?", Detail(700), RegionName.TOP_LEFT)),
    ("What is it? #700 #topleft", ParsedQuestion("What is it?", Detail(700), RegionName.TOP_LEFT)),
    ("What is it?\n#700", ParsedQuestion("What is it?", Detail(700))),
    ("The total\n#700", ParsedQuestion("The total", Detail(700))),
    ("What is “the total”? #700", ParsedQuestion("What is “the total”?", Detail(700))),
    ("Read “it.” #700", ParsedQuestion("Read “it.”", Detail(700))),
    ("总额是多少？#700", ParsedQuestion("总额是多少？", Detail(700))),
    ("总额是多少？＃７００", ParsedQuestion("总额是多少？", Detail(700))),
    ("＃７００　总额是多少", ParsedQuestion("总额是多少", Detail(700))),
    ("Какая сумма? #700", ParsedQuestion("Какая сумма?", Detail(700))),
    ("#high: what is this?", ParsedQuestion("what is this?", HIGH)),
    ("What is the total, #high?", ParsedQuestion("What is the total?", HIGH)),
    ("What is this? #high.", ParsedQuestion("What is this?", HIGH)),
    ("What is this? (#topleft, #high)", ParsedQuestion("What is this?", HIGH, RegionName.TOP_LEFT)),
    ("(#high)", ParsedQuestion("", HIGH)),
    ("#high#topleft what?", ParsedQuestion("what?", HIGH, RegionName.TOP_LEFT)),
    ("#high-res what?", ParsedQuestion("what?", HIGH)),
    ("#top-left what?", ParsedQuestion("what?", None, RegionName.TOP_LEFT)),
    ("#Lower_Right: what?", ParsedQuestion("what?", None, RegionName.BOTTOM_RIGHT)),
    ("What is it? #top left", ParsedQuestion("What is it?", None, RegionName.TOP_LEFT)),
    ("#bottom half", ParsedQuestion("", None, RegionName.BOTTOM)),
    ("#top left column?", ParsedQuestion("left column?", None, RegionName.TOP)),
    ("What is in #topleft?", ParsedQuestion("What is in this picture?", None, RegionName.TOP_LEFT)),
    (
        "Look in the #topright corner: what is it?",
        ParsedQuestion("Look in the picture: what is it?", None, RegionName.TOP_RIGHT),
    ),
    ("#高这是什么？", ParsedQuestion("这是什么？", HIGH)),
    ("#最高，总额是多少？", ParsedQuestion("总额是多少？", MAX)),
]
LEFT_ALONE = [
    "Who is player #23?",
    "What is item #300 in the list?",
    "What is the total of invoice #1042",
    "What is the total of invoice #1042?",
    "the total of invoice no. #1042",
    "Read it! Then tell me about Apt. #300",
    "发票总额 #1042",
    "发票＃１０４２的总额",
    "Счёт #1042",
    "Who is it? Not #300 I hope",
    "Total: #700",
    "#15",
    "What? #2000",
    "What is #foo?",
    "C#high",
    "#highest",
    "今天#高兴",
    "#高兴 这是什么",
    "#высокийдом",
    "https://example.org/#high",
    "#" + "9" * 5000,
]


@pytest.mark.parametrize(("text", "wanted"), READ)
def test_tags_choose_and_are_taken_out(text: str, wanted: ParsedQuestion) -> None:
    """Anywhere, in any case; the last one holds; a number at the beginning, or behind a sentence at the end."""
    assert read(text) == wanted


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_what_chooses_nothing_stays(text: str) -> None:
    """Not a sign of the question is lost."""
    assert read(text) == ParsedQuestion(text)


def test_what_is_chosen_holds_for_this_question() -> None:
    """All else stays as the chat chose it."""
    chat = ChatSettings(detail=MAX, length=Length.SHORT, temperature=0.0, footer=Footer.HIDDEN)
    assert ParsedQuestion("?").settings(chat) == chat
    assert ParsedQuestion("?", HIGH).settings(chat).detail == HIGH
    assert ParsedQuestion("?", task=Task.TEXT).settings(chat).length is Length.NORMAL
    assert ParsedQuestion("?", reworded=True).settings(chat).temperature > 0
    assert ParsedQuestion("?", HIGH).settings(chat).footer is Footer.HIDDEN


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("task", Task)
def test_no_prompt_names_a_page_or_a_part(language: str, task: Task) -> None:
    """A command asks about all pictures that the person means."""
    prompt = texts_in(language).say(PROMPTS[task])
    assert not chosen(prompt, PAGES, 5) and not chosen(prompt, PICTURES, 5)
    assert named_in(prompt) is None and read(prompt) == ParsedQuestion(prompt)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("task", Task)
def test_a_task_is_shown_as_it_was_typed(language: str, task: Task) -> None:
    """In lists of questions the prompt, which is for the model, says nothing; other questions stay."""
    texts = texts_in(language)
    assert as_typed(parse("", task, texts).text) == f"/{task}"
    assert as_typed(parse("of the bill", task, texts).text) == f"/{task} of the bill"
    assert as_typed("What is this?") == "What is this?"
