"""A reader takes questions for all that is printed, and no others."""

import pytest

from assistant.texts import LANGUAGES, texts_in
from assistant.wording.question import PROMPTS, ParsedQuestion, Task
from assistant.wording.transcription import transcription_of
from model_service import Transcription


@pytest.mark.parametrize(
    "question",
    [
        "What does it say?",
        "what does this say",
        "What is written on it?",
        "What’s printed here?",
        "Read it",
        "please read this to me",
        "Transcribe the page.",
        "Read out all the text in the picture",
        "can you read the text?",
        "give me the full text please",
        "all the words on this page",
        "图片上写了什么？",
        "上面写的是什么",
        "请读出全部文字",
        "识别文字",
        "这上面写着什么？",
    ],
)
def test_all_that_is_printed(question: str) -> None:
    """However it is put."""
    assert transcription_of(ParsedQuestion(question)) is Transcription.TEXT


@pytest.mark.parametrize(
    "question",
    [
        "What does the sign behind the man say?",
        "What does it say about refunds?",
        "What does it cost?",
        "Read the total",
        "What is written in line 3?",
        "What is the text about?",
        "Translate the text into German",
        "What is this?",
        "it",
        "图片里有什么？",
        "总额是多少",
        "第三行写了什么",
        "",
        "?",
    ],
)
def test_something_else(question: str) -> None:
    """These the model answers."""
    assert transcription_of(ParsedQuestion(question)) is None


def test_tasks() -> None:
    """A text that is asked for by its command alone, in each language; a description is none."""
    for language in LANGUAGES:
        prompt = texts_in(language).say(PROMPTS[Task.TEXT])
        assert transcription_of(ParsedQuestion(prompt, task=Task.TEXT)) is Transcription.TEXT
    assert transcription_of(ParsedQuestion("", task=Task.TABLE)) is Transcription.TABLE
    assert transcription_of(ParsedQuestion(f"{PROMPTS[Task.TEXT]} In German.", task=Task.TEXT)) is None
    assert transcription_of(ParsedQuestion("What does it say?", task=Task.DESCRIBE)) is None
    assert transcription_of(ParsedQuestion("What does it say?", quote="the total")) is None
