"""The word lists of training are read by name: none is missing, and none lies idle."""

import re
from pathlib import Path

import pytest

from training.lists import DATA, NAMES, Named, read_data, read_lists
from training.phrasing import WAYS, read_phrases

CODE = "\n".join(file.read_text(encoding="utf-8") for file in DATA.parent.rglob("*.py"))
FILES = sorted(str(file.relative_to(DATA).with_suffix("")) for file in DATA.rglob("*.toml"))
READ = re.compile(r"""(\w+) = read_(?:lists|rows|phrases)\("([\w/]+)"\)$""", re.MULTILINE)


def users() -> list[tuple[Path, str, str]]:
    """Return each module, the name under which it knows a data file, and that file."""
    modules = DATA.parent.rglob("*.py")
    return [(module, *found) for module in modules for found in READ.findall(module.read_text(encoding="utf-8"))]


@pytest.mark.parametrize(("module", "known_as", "file"), users())
def test_what_a_module_reads_is_there(module: Path, known_as: str, file: str) -> None:
    """No type checker sees a name that a data file does not have."""
    text = CODE if known_as in {"NAMES", "WAYS"} else module.read_text(encoding="utf-8")
    wanted = set(re.findall(rf"\b{known_as}\.([A-Z_]+)\b", text))
    assert wanted
    assert wanted <= set(read_data(file))


@pytest.mark.parametrize("file", FILES)
def test_every_list_is_used(file: str) -> None:
    """Each is named in the code, or as a part of a crossing; a table of fields is read whole."""
    crossed = (DATA / f"{file}.toml").read_text(encoding="utf-8")
    names = [name for name in read_data(file) if name.isupper()]
    assert [name for name in names if not re.search(rf"\b{name}\b", CODE) and f'"{name}"' not in crossed] == []


def test_a_list_keeps_its_order() -> None:
    """Words are chosen by their place, and some stand twice to be chosen more often."""
    assert NAMES.DAYS == ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    assert read_lists("papers/reminders").OPENINGS[:7] == ("", "", "", "", "", "", "Please ")


def test_an_unknown_name_is_refused() -> None:
    """A misspelt list is an error that names it."""
    with pytest.raises(AttributeError, match="WEEKDAYS"):
        Named({"DAYS": 7}).WEEKDAYS  # noqa: B018 - reading it is the test


def test_crossings_are_worked_out() -> None:
    """A pattern takes one of each of its parts, the last part first; `once` leaves out what the exam asks."""
    assert read_phrases("charts/phrases").TITLE.more[:2] == ("Tell me the title.", "Tell me the chart's title.")
    asked = [way.lower() for way in WAYS.FIELD_FRAMES.more]
    assert len(set(WAYS.FIELD_FRAMES.more)) == len(asked)
    assert not {way.lower() for way in WAYS.FIELD_FRAMES.test} & set(asked)
