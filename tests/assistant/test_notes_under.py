"""The line under an answer."""

from dataclasses import replace

import pytest

from assistant.access import Asker
from assistant.notes_under import Answered, footer, note_under, parts_note
from assistant.question import Parts, Question, Reading
from assistant.settings.chat_settings import ChatSettings, Footer
from assistant.storage import Picture
from assistant.texts import texts_in
from assistant.wording.question import ParsedQuestion
from assistant.wording.regions import RegionName
from model_service import GLM4V_DIAL, Detail, DetailPlan, EngineInfo, FinishReason, GenerationOutput, Region, Stage

PHOTO = Picture(5, 10, None, "photo", "F", "U", 1280, 960, 1000, "a.jpg", id=1, created_at=0.0)
OUTPUT = GenerationOutput(
    Stage.DONE, "A cat.", DetailPlan(Detail(384), 16, 24, 28), seconds=2.345, finish_reason=FinishReason.STOP
)


def note(
    picture: Picture = PHOTO,
    asked: int = 384,
    output: GenerationOutput = OUTPUT,
    shown: Footer = Footer.SECONDS,
    info: EngineInfo | None = None,
) -> str:
    """Return the English footer."""
    return footer(texts_in("en"), picture, Detail(asked), output, shown, info=info)


def test_it_says_how_long_it_took_and_if_wanted_how_the_picture_was_read() -> None:
    """The time alone, or size and tokens too."""
    assert note() == "2.3 s"
    assert note(shown=Footer.EVERYTHING) == "read at 672x448, 384 tokens, 2.3 s"


def test_it_says_when_memory_was_the_limit() -> None:
    """The level was lowered; the model that can look no closer has all the memory that it needs."""
    info = EngineInfo("m", "cpu", "float32", 384, GLM4V_DIAL)
    assert "not enough memory to look closer" in note(asked=512, info=info)
    closest = replace(info, dial=replace(GLM4V_DIAL, max_tokens=384))
    assert "this model looks no closer" in note(asked=512, info=closest)
    assert "closer" not in note(info=closest)


def test_it_says_when_memory_was_short() -> None:
    """For this once, which is not what the card can do at most."""
    short = note(asked=512, output=replace(OUTPUT, memory_short=True))
    assert "memory was short" in short
    assert "fine" in short
    assert "no closer" not in short


def test_it_says_when_the_answer_was_cut() -> None:
    """The person need not guess."""
    assert "cut off" in note(output=replace(OUTPUT, finish_reason=FinishReason.LENGTH))


def test_it_hints_at_files_only_where_telegram_shrank_the_photo() -> None:
    """A high level, a photo, and of Telegram's size."""
    high = replace(OUTPUT, plan=DetailPlan(Detail(512), 19, 26, 28))
    assert "sent as a file" in note(asked=512, output=high)
    assert "sent as a file" not in note()
    assert "sent as a file" not in note(replace(PHOTO, source="file"), 512, high)
    assert "sent as a file" not in note(replace(PHOTO, width=800, height=600), 512, high)


def test_without_a_picture_there_is_none() -> None:
    """Nothing was looked at."""
    assert note(output=replace(OUTPUT, plan=None)) == ""


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (Parts((1, 2, 3), 3), "read in 3 parts"),
        (Parts((2,), 5), "part 2 of 5"),
        (Parts((1, 2), 5, left=3), "for time, only the first 2 of 5 parts; name another, as in “part 3”"),
    ],
)
def test_how_a_picture_was_read_in_parts_is_told(parts: Parts, said: str) -> None:
    """Which ones, and what was left out."""
    assert parts_note(texts_in("en"), parts) == said


@pytest.mark.parametrize(
    ("region", "said"),
    [(None, "the upper half only"), (Region(0.1, 0.1, 0.2, 0.2), "I looked only at the part that you marked")],
)
def test_what_was_not_looked_at_is_said(region: Region | None, said: str) -> None:
    """By the part that was marked, or else named; whether or not the seconds are shown."""
    parsed, settings = ParsedQuestion("?", part=RegionName.TOP), ChatSettings(footer=Footer.HIDDEN)
    question = Question(5, 11, 11, Asker(5, "Ada", None), parsed, (PHOTO,), settings, region=region)
    assert note_under(Answered(texts_in("en"), question, [Reading(PHOTO, OUTPUT)], "A cat.")) == said


def test_pictures_that_were_seen_together_are_counted() -> None:
    """With all their tokens, unless memory was short; which had no room, or could not be read, is said by number."""
    album = tuple(replace(PHOTO, id=number, album="a") for number in (1, 2, 3, 4))
    settings = ChatSettings(footer=Footer.EVERYTHING)
    question = Question(5, 11, 11, Asker(5, "Ada", None), ParsedQuestion("?"), album, settings)
    reading = Reading(album[2], OUTPUT, others=album[3:], tokens=500, left=album[:1], unread=album[1:2])

    def noted(reading: Reading) -> str:
        return note_under(Answered(texts_in("en"), question, [reading], "A cat."))

    assert "2 pictures read together, 500 tokens in all" in noted(reading)
    assert "there was no room for picture 1, so I did not look there" in noted(reading)
    assert "I could not read picture 2" in noted(reading)
    short = noted(replace(reading, output=replace(OUTPUT, memory_short=True)))
    assert "2 pictures read together, " in short
    assert "500" not in short
    assert "memory was short" in short
