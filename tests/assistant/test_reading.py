"""A long picture is asked, and read out, part by part."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageStat

from assistant.texts.failures import NoSuchPart
from model_service import EngineStep, FinishReason, GenerationRequest, Region, open_picture
from tests.assistant.sessions import opened

LINES = 60
READ_OUT = "Read out all text"


def long_picture() -> Image.Image:
    """A till roll of numbered lines, too long to be read whole."""
    image = Image.new("RGB", (420, 40 * LINES), "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(22)
    for number in range(LINES):
        draw.text((30, 40 * number + 8), f"Item {number} of many things", font=font, fill="black")
    draw.text((390, 8), "No", font=font, fill="black")  # Without it the margin beside the lines were left out.
    return image


def beside_red(image: Image.Image) -> Image.Image:
    """A picture beside the same on red paper."""
    whole = Image.new("RGB", (2 * image.width, image.height), "red")
    whole.paste(image)
    whole.paste(ImageChops.multiply(image, whole.crop((image.width, 0, *whole.size))), (image.width, 0))
    return whole


class Asked:
    """What the model was asked about each part, and what it says: by the question and the number of the part."""

    def __init__(self, answer: Callable[[int], str], text: Callable[[int], str] = "part {}".format) -> None:
        self.questions: list[tuple[str, int]] = []
        self.sizes: list[tuple[int, int]] = []
        self.wishes: set[str] = set()
        self.regions: set[Region | None] = set()
        self._answer, self._text = answer, text
        self.pictures: list[bytes] = []

    def script(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Answer one part."""
        (picture,) = request.pictures
        if picture.data not in self.pictures:
            self.pictures.append(picture.data)
        part, question = self.pictures.index(picture.data) + 1, request.messages[-1].text
        self.questions.append((question, part))
        self.sizes.append(open_picture(picture.data).size)
        self.wishes.add(request.wish)
        self.regions.add(picture.region)
        yield EngineStep(self._text(part) if question.startswith(READ_OUT) else self._answer(part))
        yield EngineStep("", FinishReason.STOP)


async def test_every_part_is_asked_and_the_one_that_knows_answers(tmp_path: Path) -> None:
    """The others say that it is not there, which is no answer."""
    asked = Asked(lambda part: "TOTAL 9.35" if part == 2 else "NOT HERE", lambda part: f"Item {part}\nTOTAL 9.35")
    async with opened(asked.script, tmp_path) as chat:
        assert await chat.ask(long_picture(), "What is the total?") == "TOTAL 9.35"
    parts = max(part for _, part in asked.questions)
    assert parts > 2
    assert [part for question, part in asked.questions if question == "What is the total?"] == [*range(1, parts + 1)]
    assert any("NOT HERE" in wish for wish in asked.wishes)
    assert all(height <= 2 * width for width, height in asked.sizes)


async def test_an_amount_that_no_part_holds_is_not_told(tmp_path: Path) -> None:
    """ "Item 36 4.50" is not 364.50."""
    asked = Asked(lambda part: "364.50" if part == 2 else "There is no total in the picture.", "Item 36 4.50 {}".format)
    async with opened(asked.script, tmp_path) as chat:
        assert await chat.ask(long_picture(), "What is the total?") == "There is no total in the picture."


async def test_of_different_answers_that_counts_whose_line_names_what_is_asked(tmp_path: Path) -> None:
    """A price is no total, though it stands there."""
    asked = Asked(lambda part: f"{part}.25", lambda part: f"{'TOTAL' if part == 3 else 'Bread'} {part}.25")
    async with opened(asked.script, tmp_path) as chat:
        assert await chat.ask(long_picture(), "What is the total?") == "3.25"


async def test_answers_of_several_parts_are_told_by_their_parts(tmp_path: Path) -> None:
    """Where nothing says which one is meant."""
    asked = Asked(lambda part: f"A word of {'one' if part < 3 else 'another'} kind" if part < 4 else "NOT HERE")
    async with opened(asked.script, tmp_path) as chat:
        said = await chat.ask(long_picture(), "Who wrote this down?")
    assert re.findall(r"\*\*Part (\d+):\*\*", said) == ["1", "2", "3"]


async def test_where_no_part_answers_the_lines_that_name_it_are_told(tmp_path: Path) -> None:
    """The model overlooked it, but reads it out."""
    asked = Asked("NOT HERE {}".format, lambda part: "The total is 51.15" if part == 2 else "Hello")
    async with opened(asked.script, tmp_path) as chat:
        assert await chat.ask(long_picture(), "What is the total?") == "The total is 51.15"


async def test_it_is_read_out_in_order(tmp_path: Path) -> None:
    """Each part once, its lines behind those of the part before."""
    asked = Asked(str, lambda part: f"first of {part}\nlast of {part}")
    async with opened(asked.script, tmp_path) as chat:
        said = (await chat.ask(long_picture(), "", "text")).splitlines()
    parts = len(said) // 2
    assert said == [f"{place} of {part}" for part in range(1, parts + 1) for place in ("first", "last")]


async def test_a_part_of_which_a_line_is_missing_is_looked_at_again(tmp_path: Path) -> None:
    """More closely; what the closer look reads counts if it is more."""
    seen = {2: ["first of 2", "first of 2\nlast of 2"], 3: ["first of 3", ""]}
    asked = Asked(str, lambda part: seen[part].pop(0) if part in seen else f"first of {part}\nlast of {part}")
    async with opened(asked.script, tmp_path) as chat:
        said = (await chat.ask(long_picture(), "", "text")).splitlines()
    assert said == ["first of 1", "last of 1", "first of 2", "last of 2", "first of 3", "first of 4", "last of 4"]
    assert [part for _, part in asked.questions] == [1, 2, 2, 3, 3, 4]


@pytest.mark.parametrize(("question", "task"), [("", "text"), ("What is the price?", None)])
async def test_doubts_about_parts_are_about_the_same_characters_of_the_whole(
    tmp_path: Path, question: str, task: str | None
) -> None:
    """Whether parts are read out and joined, or each is asked and named; what all agree on is told once."""

    def script(request: GenerationRequest) -> Iterator[EngineStep]:
        pictures.setdefault(request.pictures[0].data, len(pictures))
        yield EngineStep("  \nline ", likely=(0.99, 0.0))
        yield EngineStep(f"{pictures[request.pictures[0].data]}", likely=(0.5, 0.3))
        yield EngineStep("\n\ngoes on \n", likely=(0.999, 0.0))
        yield EngineStep("", FinishReason.STOP, likely=(0.6, 0.0))

    pictures: dict[bytes, int] = {}
    async with opened(script, tmp_path) as chat:
        (reading,) = (await chat.last_state(long_picture(), question, task)).readings
    assert reading.output is not None and len(pictures) > 2
    text = reading.output.text
    doubtful = [text[doubt.start : doubt.end] for doubt in reading.output.doubts if doubt.probability == 0.5]
    assert doubtful == [str(number) for number in range(len(pictures))]


@pytest.mark.parametrize(
    ("question", "left"), [("Part 2: what is it?", "What is it?"), ("What is in the last line?", None)]
)
async def test_a_part_that_is_named_is_asked_alone(question: str, left: str | None, tmp_path: Path) -> None:
    """Without the words that chose it; a word for the end stays, for the part has one too."""
    asked = Asked("word {}".format)
    async with opened(asked.script, tmp_path) as chat:
        await chat.ask(long_picture(), question)
    assert [said for said, _ in asked.questions if not said.startswith(READ_OUT)] == [left or question]


async def test_a_part_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """How many there are is said."""
    asked = Asked(str)
    async with opened(asked.script, tmp_path) as chat:
        state = await chat.last_state(long_picture(), "part 40?")
    assert isinstance(state.error, NoSuchPart) and 2 < state.error.parts < 40
    assert asked.questions == []


async def test_what_it_shows_as_a_whole_needs_no_parts(tmp_path: Path) -> None:
    """One look is enough for that, and for a picture whose print is large enough."""
    asked = Asked(lambda _: "A till roll.")
    async with opened(asked.script, tmp_path) as chat:
        assert await chat.ask(long_picture(), "What is this?") == "A till roll."
        assert await chat.ask(long_picture().crop((0, 0, 420, 400)), "What is the total?") == "A till roll."
    assert len(asked.questions) == 2


async def test_several_pictures_share_the_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left by then is left out, and counted."""
    monkeypatch.setattr("assistant.piecewise.MOST_SECONDS", 0.0)
    asked = Asked("word {}".format)
    async with opened(asked.script, tmp_path) as chat:
        state = await chat.last_state(long_picture(), "Who wrote this down?")
    (parts,) = [reading.parts for reading in state.readings]
    assert parts is not None and parts.left == parts.count - len(parts.read) > 0


async def test_a_region_that_is_marked_is_asked_about_alone(tmp_path: Path) -> None:
    """It counts before a part that the question names, whose words may be about the region."""
    asked, marked = Asked(lambda _: "9.35"), Region(0.1, 0.4, 0.9, 0.5)
    async with opened(asked.script, tmp_path) as chat:
        assert await chat.ask(long_picture(), "What is in the top left corner? #bottom", region=marked) == "9.35"
    assert asked.questions == [("What is in the top left corner?", 1)]
    assert asked.regions == {marked}


async def test_of_a_long_region_no_part_shows_more_than_that(tmp_path: Path) -> None:
    """A narrow one, at the edge: its parts are cut out of it, so each is red."""
    asked, marked = Asked(lambda part: f"word {part}"), Region(0.5, 0.0, 1.0, 0.8)
    async with opened(asked.script, tmp_path) as chat:
        state = await chat.last_state(beside_red(long_picture()), "Who wrote this down?", region=marked)
    (parts,) = [reading.parts for reading in state.readings]
    assert parts is not None and parts.count > 1
    assert all(blue < 100 < red for picture in asked.pictures for red, _, blue in [_colour_of(picture)])


def _colour_of(picture: bytes) -> tuple[float, ...]:
    """Return a picture's mean colour."""
    image = open_picture(picture)
    return tuple(ImageStat.Stat(image).mean)
