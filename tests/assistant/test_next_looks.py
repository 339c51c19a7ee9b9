"""What is offered after an answer about a region of a picture."""

import pytest

from assistant.access import Asker
from assistant.next_looks import closer_than
from assistant.pieces import size_of
from assistant.question import Question, Reading
from assistant.settings.chat_settings import ChatSettings
from assistant.storage import Picture
from assistant.wording.question import ParsedQuestion
from assistant.wording.regions import RegionName
from model_service import GLM4V_DIAL, Detail, EngineInfo, GenerationOutput, Region, Stage, plan_detail

PHOTO = Picture(5, 10, None, "photo", "F", "U", 1280, 960, 1000, "a.jpg", id=1, created_at=0.0)
INFO = EngineInfo("tiny", "cpu", "float32", 1600, GLM4V_DIAL)
MARKED = Region(0.1, 0.1, 0.15, 0.15)


def question(region: Region | None, part: RegionName | None = None) -> Question:
    """A question at the lowest level."""
    settings = ChatSettings(detail=Detail(128))
    return Question(5, 11, 11, Asker(5, "Ada", None), ParsedQuestion("?", part=part), (PHOTO,), settings, region=region)


def test_what_was_marked_counts_before_what_was_named() -> None:
    """Of all of it nothing is left out."""
    assert question(MARKED, RegionName.TOP).looked_at == MARKED
    assert question(None, RegionName.TOP).looked_at == Region(0, 0, 1, 0.55)
    assert question(None).looked_at is None


@pytest.mark.parametrize(("region", "closer"), [(None, 256), (MARKED, None), (Region(0, 0, 0.0001, 0.0001), None)])
def test_no_closer_look_is_offered_where_every_pixel_was_seen(region: Region | None, closer: int | None) -> None:
    """A small region is seen whole at the lowest level already; the smallest is two pixels."""
    asked = question(region)
    plan = plan_detail(INFO.dial, Detail(128), *size_of(PHOTO, region))
    found = closer_than(asked, Reading(PHOTO, GenerationOutput(Stage.DONE, "A cat.", plan), region=region), INFO)
    assert (found and found.tokens) == closer
