"""The table of faults in the documents names tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def test_every_fault_has_its_test() -> None:
    """Each row names at least one, and each that is named is there."""
    page = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ") and not line.startswith(("| fault", "| ---"))]
    assert len(rows) > 20
    assert [row for row in rows if not NAMED.search(row)] == []
    for file, test in NAMED.findall(page):
        assert f"def {test}(" in (ROOT / file).read_text(encoding="utf-8"), test


def test_every_test_of_a_fault_is_in_the_table() -> None:
    """Nothing is tried here that the table does not tell of."""
    page = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    files = (
        "test_too_many_requests.py", "test_unreachable.py", "test_moved.py", "test_delivery.py", "test_files.py",
        "test_damaged_copies.py",
    )  # fmt: skip
    code = "".join((ROOT / "tests" / "faults" / file).read_text(encoding="utf-8") for file in files)
    assert {test for test in re.findall(r"def (test_\w+)\(", code) if test not in page} == set()
