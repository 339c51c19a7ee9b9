"""The rows of docs/security.md name tests that there are."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
NAMED = re.compile(r"`([\w/]*test_\w+\.py)(?:::(test_\w+))?`")


def test_every_row_is_shown_by_tests_that_exist() -> None:
    """None promises anything untested."""
    lines = (ROOT / "docs" / "security.md").read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("| ") and not line.startswith(("| tried", "| ---"))]
    assert len(rows) > 30
    for row in rows:
        named = NAMED.findall(row.rsplit("|", 2)[1])
        assert named, row
        for file, test in named:
            path = ROOT / file if "/" in file else ROOT / "tests" / "security" / file
            assert (f"def {test}(" if test else "def test_") in path.read_text(encoding="utf-8"), (file, test)
