"""Which questions want fields filled in as JSON."""

import json

import pytest

from assistant.texts import texts_in
from assistant.wording.fields import MOST_FIELDS, fields_of
from assistant.wording.question import Task, parse
from assistant.wording.transcription import transcription_of
from model_service import Transcription


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("total and date as JSON", ["total", "date"]),
        ("Give me the name, the date of birth and the total as JSON, please.", ["name", "date of birth", "total"]),
        ("JSON with vendor, total", ["vendor", "total"]),
        ("json: total", ["total"]),
        ("Can you extract the invoice number from this invoice in JSON format?", ["invoice number"]),
        ("以JSON格式输出姓名、日期和金额", ["姓名", "日期", "金额"]),
        ("把姓名和地址转成json", ["姓名", "地址"]),
        ('{"total": "", "date": ""}', ["total", "date"]),
        ('Fill in this JSON:\n{"total": ""}', ["total"]),
        ('请按下列JSON格式输出图中信息:\n{"total": "", "seller": {"name": ""}}', ["total", "seller"]),
        ('```json\n{"total": ""}\n```', ["total"]),
    ],
)
def test_fields_by_their_names(question: str, names: list[str]) -> None:
    """Listed, or as an object with empty values; that is what a reader is asked with."""
    assert list(json.loads(fields_of(question))) == names
    assert transcription_of(parse(question, None, texts_in("en"))) is Transcription.FIELDS


@pytest.mark.parametrize(
    "question",
    [
        "What is the total?",
        "What is the total as JSON?",
        "How do I write total and date as JSON?",
        "Is this valid JSON?",
        "everything as JSON",
        "it as JSON",
        "the table as JSON",
        "Describe it as JSON",
        "Translate the title as JSON",
        "Convert to JSON",
        "请用JSON输出这张图片",
        'What does this JSON mean? {"a": 1}',
        'Why is {"a": ""} printed here?',
        "{not json}",
        "{}",
        "[1, 2]",
        "JSON",
        "as JSON",
        json.dumps(dict.fromkeys(map(str, range(MOST_FIELDS + 1)), "")),
        "{" * 4000,
    ],
)
def test_other_questions_are_the_models(question: str) -> None:
    """About JSON, or about everything: there is no form to fill in."""
    assert fields_of(question) == ""
    assert transcription_of(parse(question, None, texts_in("en"))) is None


@pytest.mark.parametrize(
    ("question", "what"),
    [
        ("formula", Transcription.FORMULA),
        ("What is the formula?", Transcription.FORMULA),
        ("Read the formulas as LaTeX", Transcription.FORMULA),
        ("Please give me the equation on this page in LaTeX.", Transcription.FORMULA),
        ("latex of this", Transcription.FORMULA),
        ("识别图中的公式", Transcription.FORMULA),
        ("Text Recognition:", Transcription.TEXT),
        ("table recognition", Transcription.TABLE),
        ("Formula Recognition：", Transcription.FORMULA),
        ("What does the formula mean?", None),
        ("What is the formula for water?", None),
        ("Solve the equation", None),
        ("这个公式是什么意思？", None),
        ("Is this a table recognition task?", None),
    ],
)
def test_formulas_and_the_prompts_that_some_know_by_heart(question: str, what: Transcription | None) -> None:
    """Written down, not explained."""
    assert transcription_of(parse(question, None, texts_in("en"))) is what


@pytest.mark.parametrize(
    ("behind", "what"),
    [("", Transcription.TEXT), ("part 2", Transcription.TEXT), ("parts 2 to 4", Transcription.TEXT), ("prices", None)],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_parts_of_a_long_page_are_read_as_all_of_it(language: str, behind: str, what: Transcription | None) -> None:
    """Each is shown by itself; other words behind the command are the model's."""
    assert transcription_of(parse(behind, Task.TEXT, texts_in(language))) is what
