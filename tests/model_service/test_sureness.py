"""What was measured of models' probabilities is kept by their names."""

from pathlib import Path

import pytest

from model_service import Sureness, keep_sureness
from model_service.sureness import FILE, kept_sureness

ONE, OTHER = Sureness(0.7, 0.6, 0.2), Sureness(0.8)


def test_each_model_has_its_own(tmp_path: Path) -> None:
    """What is kept of one changes nothing of another; a newer one takes the place of an older one."""
    cache = tmp_path / "made" / "for it"
    keep_sureness(cache, "one", OTHER)
    keep_sureness(cache, "zai-org/other", OTHER)
    keep_sureness(cache, "one", ONE)
    assert kept_sureness(cache, "one") == ONE
    assert kept_sureness(cache, "zai-org/other") == OTHER
    assert [file.name for file in cache.iterdir()] == [FILE]


def test_without_a_cache_nothing_is_known(tmp_path: Path) -> None:
    """Nor of a model that was not measured."""
    keep_sureness(tmp_path, "one", ONE)
    assert kept_sureness(None, "one") is None
    assert kept_sureness(tmp_path, "two") is None


@pytest.mark.parametrize("text", ["", "[]", "[1]", '{"one": 3}', '{"one": {"sure": "x"}}', '{"one": {"odd": 1}}'])
def test_a_damaged_file_is_as_none(tmp_path: Path, text: str) -> None:
    """It is made again by the next measurement."""
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    assert kept_sureness(tmp_path, "one") is None
    keep_sureness(tmp_path, "one", ONE)
    assert kept_sureness(tmp_path, "one") == ONE
