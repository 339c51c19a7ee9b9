"""The pages of `eyeglass calibrate` are drawn the same every time, and are those that come along."""

import json
from pathlib import Path

import pytest

import cli.pages
from training.calibration import COMMAND, COUNT, describe, draw_sheet, find_faces, write_pages
from training.fonts import BUILT_IN
from training.questions import Asked

PAGES = json.loads((Path(cli.pages.__file__).parent / "pages.json").read_text(encoding="utf-8"))


def test_the_pages_that_come_along_are_what_the_command_draws() -> None:
    """One of each face, and the command is named in their file."""
    assert PAGES["made_by"] == COMMAND
    assert len(PAGES["pages"]) == COUNT == cli.pages.COUNT
    faces = find_faces()
    for number, page in enumerate(PAGES["pages"][: len(faces)]):
        assert describe(draw_sheet(number, faces), page["file"]) == page


def test_pages_are_the_same_every_time_and_can_be_drawn() -> None:
    """Each is asked for its whole text and its fields; Pillow's own face shows ASCII alone."""
    for number in range(4):
        sheet = draw_sheet(number, (BUILT_IN,))
        assert sheet == draw_sheet(number, (BUILT_IN,))
        reading, *fields = sheet.questions
        assert reading.kind is Asked.TEXT
        assert reading.answer.isascii()
        assert all(qa.kind is Asked.FIELD for qa in fields)


@pytest.mark.parametrize("count", [2])
def test_pages_are_written_with_what_they_say(count: int, tmp_path: Path) -> None:
    """A JPEG file each, and one that describes them."""
    write_pages(tmp_path, count)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["01.jpg", "02.jpg", "pages.json"]
    assert json.loads((tmp_path / "pages.json").read_text(encoding="utf-8"))["pages"] == PAGES["pages"][:count]
