"""The changes that `make mutants` makes in SQL; its plan names existing files."""

import tomllib

import pytest

from bench.mutants import PLAN
from bench.mutants.sql import changes, is_sql
from tests.test_house import ROOT


@pytest.mark.parametrize(
    ("sql", "changed"),
    [
        ("SELECT a WHERE b = ? AND c < 5", [
            "SELECT a WHERE b <> ? AND c < 5", "SELECT a WHERE b = ? AND c <= 5", "SELECT a WHERE b = ? OR c < 5",
            "SELECT a ", "SELECT a WHERE b = ? AND c < 6",
        ]),
        ("WHERE state IN ('done') ORDER BY id DESC", [
            "", "WHERE state NOT IN ('done') ORDER BY id DESC", "WHERE state IN ('done') ORDER BY id ASC",
            "WHERE state IN ('done') ", "WHERE state IN ('XXdone') ORDER BY id DESC",
        ]),
        ("SET a = max(?1, b ->> '$.c' + 1)", [
            "SET a <> max(?1, b ->> '$.c' + 1)", "SET a = min(?1, b ->> '$.c' + 1)", "SET a = max(?1, b ->> '$.c' - 1)",
            "SET a = max(?1, b ->> '$.c' + 2)",
        ]),
    ],
)  # fmt: skip
def test_one_thing_at_a_time_is_changed(sql: str, changed: list[str]) -> None:
    """In every known way; numbers of parameters and paths in JSON are left alone."""
    assert list(changes(sql)) == changed


def test_sql_is_known_by_its_words() -> None:
    """A sentence is no SQL."""
    assert is_sql("DELETE FROM turns")
    assert not is_sql("Where did you set it, and when?")


def test_the_plan_names_files_that_are_there() -> None:
    """The examined files, their tests, and what is excused: each still stands in its file, and has a reason."""
    plan = tomllib.loads(PLAN.read_text(encoding="utf-8"))
    for module, tests in plan["tests"].items():
        assert tests
        assert all((ROOT / file.partition("::")[0]).exists() for file in (module, *tests))
    code = {file: " ".join(line.strip() for line in (ROOT / file).read_text().splitlines()) for file in plan["tests"]}
    for one in plan["equivalent"]:
        assert one["was"] in code[one["module"]]
        assert one["why"]
