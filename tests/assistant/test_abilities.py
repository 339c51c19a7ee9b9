"""What the model can be asked: tasks, languages, and the questions that the bot itself proposes."""

from dataclasses import replace

import pytest

from assistant.abilities import fitted, in_known_language, missing_for, one_line_prompt, takes
from assistant.texts import FamilySentence, Sentence, texts_in
from assistant.texts.failures import Unable, excuse
from assistant.wording.question import Task, parse
from model_service import GLM4V_DIAL, Ability, EngineInfo, Transcription

ENGLISH = EngineInfo("m", "cpu", "float32", 1600, GLM4V_DIAL, languages=("en",))
ALL = EngineInfo("m", "cpu", "float32", 1600, GLM4V_DIAL, abilities=tuple(Ability))
CHINESE = texts_in("zh")


@pytest.mark.parametrize(
    ("text", "languages", "taken"),
    [
        ("What is the total?", ["en"], True),
        ("总额是多少？", ["en"], False),
        ("总额是多少？", ["en", "zh"], True),
        ("What is 总额?", ["en"], True),
        ("Что такое total?", ["en", "zh"], False),
        ("“Какая сумма” in English?", ["en"], True),
        ("“Какая сумма”", ["en"], False),
        ("Ｔｏｔａｌ？", ["en"], True),
        ("123", ["en"], True),
        ("Какая сумма?", [], True),
        ("Какая сумма?", ["en", "ru"], True),
    ],
)
def test_the_language_is_told_by_its_letters(text: str, languages: list[str], taken: bool) -> None:
    """Outside of quotes, where there are any; nothing is checked of a language whose letters are not known here."""
    assert takes(text, languages) is taken


def test_a_task_is_asked_in_a_language_that_the_model_takes() -> None:
    """With what was added to it; a person's own question cannot be put into other words."""
    task = parse("prices only", Task.TEXT, CHINESE)
    assert fitted(task, ENGLISH).text == f"{Sentence.PROMPT_TEXT} prices only"
    assert fitted(task, ALL) == task
    with pytest.raises(Unable):
        fitted(parse("总额是多少？", None, CHINESE), ENGLISH)
    with pytest.raises(Unable) as unable:
        fitted(parse("", Task.TABLE, CHINESE), ENGLISH)
    assert unable.value.lacks is Ability.TABLE


READER = replace(ENGLISH, languages=(), fixed_prompts={Transcription.TEXT: "Read:", Transcription.TABLE: "Table:"})


def test_a_reader_is_asked_by_its_own_prompts() -> None:
    """Whatever the language and what was added; of anything else a person is told what it is for."""
    assert fitted(parse("prices only", Task.TEXT, CHINESE), READER).text == "Read:"
    assert fitted(parse("", Task.TABLE, CHINESE), READER).text == "Table:"
    for said, task in (("What is the total?", None), ("", Task.DESCRIBE), ("总额是多少？", None)):
        with pytest.raises(Unable) as unable:
            fitted(parse(said, task, CHINESE), READER)
        told = excuse(texts_in("en"), unable.value, 1)
        assert told == FamilySentence.READS_ONLY
        assert "/text" in excuse(CHINESE, unable.value, 1) != told


def test_nothing_is_missing_before_the_model_is_known() -> None:
    """Only then it can be said what it lacks."""
    assert missing_for(Task.TABLE, None) is None
    assert missing_for(Task.TABLE, ALL) is None
    assert missing_for(Task.TABLE, ENGLISH) is Ability.TABLE
    assert missing_for("settings", ENGLISH) is None


def test_what_the_bot_proposes_is_in_a_language_that_the_model_takes() -> None:
    """In the person's where that is one; and a picture is described in one line only by a model that can."""
    assert in_known_language(Sentence.SAMPLE_TOTAL, CHINESE, ENGLISH) == Sentence.SAMPLE_TOTAL
    assert in_known_language(Sentence.SAMPLE_TOTAL, CHINESE, None) == CHINESE.say(Sentence.SAMPLE_TOTAL)
    assert one_line_prompt(CHINESE, ALL) == CHINESE.say(Sentence.PROMPT_ONE_LINE)
    assert one_line_prompt(CHINESE, ENGLISH) is None and one_line_prompt(CHINESE, None) is None
