"""The rows of docs/conversation.md and docs/pictures.md name tests that there are."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KINDS = 18
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")
HEADS = ("| kind", "| how long", "| ---")


@pytest.mark.parametrize("name", ["conversation.md", "pictures.md"])
def test_every_row_is_shown_by_tests_that_exist(name: str) -> None:
    """None promises anything untested, and each of the eighteen kinds has its row; the table of times has no tests."""
    page = (ROOT / "docs" / name).read_text(encoding="utf-8").split("## Times")[0]
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith(HEADS)]
    kinds = [int(number) for row in rows for number in re.findall(r"^\| (\d+)\. ", row)]
    assert kinds == list(range(1, KINDS + 1))
    for row in rows:
        named = NAMED.findall(row.rsplit("|", 2)[1])
        assert named, row
        for file, test in named:
            assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), (file, test)


def test_every_time_has_its_constant() -> None:
    """Each is named as in the code."""
    page = (ROOT / "docs" / "conversation.md").read_text(encoding="utf-8").split("## Times")[1]
    code = "".join(
        file.read_text(encoding="utf-8") for part in ("bot", "assistant") for file in (ROOT / part).rglob("*.py")
    )
    constants = {
        name for row in page.splitlines() if row.startswith("| ") for name in re.findall(r"`([A-Z][A-Z_]+)`", row)
    }
    assert len(constants) > 5
    assert {name for name in constants if not re.search(rf"\b{name}\b.* = ", code)} == set()
