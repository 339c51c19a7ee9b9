"""What is offered after an answer about a region of a picture."""

import pytest

from assistant.access import Asker
from assistant.doubt import Verdict
from assistant.next_looks import closer_than, leaves_doubts, much_closer
from assistant.pieces import size_of
from assistant.question import Question, Reading
from assistant.settings.chat_settings import ChatSettings
from assistant.storage import Picture
from assistant.wording.question import ParsedQuestion
from assistant.wording.regions import RegionName
from model_service import GLM4V_DIAL, Detail, Doubt, EngineInfo, GenerationOutput, Region, Stage, plan_detail

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


PAGE = "A line of print. " * 20


def doubtful(count: int) -> tuple[Doubt, ...]:
    """So many characters of a page, each as likely wrong as right."""
    return tuple(Doubt(5 * number, 5 * number + 1, 0.5) for number in range(count))


@pytest.mark.parametrize(
    ("count", "verdict", "whole", "again"),
    [
        (1, Verdict.UNSURE, True, False),
        (6, Verdict.UNSURE, True, False),
        (8, Verdict.UNSURE, True, True),
        (1, Verdict.UNSURE, False, True),
        (0, Verdict.SURE, False, False),
        (20, Verdict.SURE, True, False),
        (0, Verdict.CANNOT_READ, True, True),
        (0, Verdict.CANNOT_READ, False, True),
    ],
)
def test_a_doubtful_character_in_a_long_text_is_only_marked(
    count: int, verdict: Verdict, *, whole: bool, again: bool
) -> None:
    """A second look is for a short answer that is not sure, and for a text of which more than a hundredth is wrong."""
    assert leaves_doubts(PAGE, doubtful(count), verdict, whole=whole) is again


@pytest.mark.parametrize(("level", "following"), [(128, 256), (256, 512), (384, 1600), (512, 1600), (1600, None)])
def test_the_second_look_shows_much_more(level: int, following: int | None) -> None:
    """At least 1.6 times as much; at the closest level there is none."""
    plan = plan_detail(INFO.dial, Detail(level), 2400, 1800)
    found = much_closer((2400, 1800), plan, INFO)
    assert (found and found.tokens) == following


@pytest.mark.parametrize("printed", [False, True])
def test_print_is_shown_larger_than_it_is(*, printed: bool) -> None:
    """Of any other picture that was seen pixel by pixel no more can be seen."""
    size = (300, 200)
    plan = plan_detail(INFO.dial, Detail(128), *size)
    assert plan.width >= size[0] and plan.height >= size[1]
    assert much_closer(size, plan, INFO, printed=printed) == (Detail(256) if printed else None)


@pytest.mark.parametrize(("level", "closer"), [(128, 512), (256, 1600), (512, None)])
def test_after_a_look_at_the_print_alone_more_of_the_whole_is_offered(level: int, closer: int | None) -> None:
    """A level that shows the whole picture less closely than the part was seen would be no closer look."""
    part = Region(0, 0, 0.5, 0.5)
    plan = plan_detail(INFO.dial, Detail(level), *size_of(PHOTO, part))
    found = closer_than(question(None), Reading(PHOTO, GenerationOutput(Stage.DONE, "A", plan), region=part), INFO)
    assert (found and found.tokens) == closer
