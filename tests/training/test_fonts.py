"""Typefaces are found, split by family and collected."""

import random
from collections import Counter
from pathlib import Path

import pytest
from PIL import features

from training.fonts import (
    ALPHABET,
    BUILT_IN,
    HELD_OUT,
    FontsError,
    collect,
    favour_old_figures,
    find_families,
    find_words,
    open_face,
)


def test_a_folder_without_fonts_is_named(tmp_path: Path) -> None:
    """The error says where the search was."""
    with pytest.raises(FontsError, match=str(tmp_path)):
        find_families(tmp_path)


def test_a_collected_word_list_comes_first(tmp_path: Path) -> None:
    """`words.txt` next to the typefaces is used, without names and long words."""
    (tmp_path / "words.txt").write_text("apple\nParis\nit's\nextraordinarily\npear\n", encoding="utf-8")
    assert find_words(tmp_path) == ("apple", "pear")


def test_a_length_is_the_sum_of_its_characters() -> None:
    """Measured in pixels, the same face for the same size."""
    face = open_face("", 20.0)
    assert open_face("", 20.0) is face
    assert face.length("moon") == pytest.approx(face.length("mo") + face.length("on"))
    assert 0 < face.middle < 10


def test_body_text_is_mostly_regular() -> None:
    """Where a family has other styles they are used in a third of the pages, else never."""
    assert BUILT_IN.choose(random.Random(1)) == ""


def test_no_family_is_in_both_splits() -> None:
    """A family kept out of training, and all that bears its name, is nowhere in training."""
    if not features.check("freetype2"):
        pytest.skip("Pillow without FreeType")
    try:
        train, test = find_families(split="train"), find_families(split="test")
    except FontsError as error:
        pytest.skip(str(error))
    assert not {family.name for family in train} & {family.name for family in test}
    assert not any(family.name.startswith(tuple(HELD_OUT)) for family in train)
    assert all(family.name.startswith(tuple(HELD_OUT)) for family in test)
    face = open_face(train[0].regular[0], 20.0)
    assert all(face.font.getmask(character).getbbox() for character in ALPHABET if character != " ")


def test_families_with_old_figures_come_more_often() -> None:
    """Those whose 3 hangs below the line come three times, all others once."""
    try:
        families = find_families(split="train")
    except FontsError as error:
        pytest.skip(str(error))
    times = Counter(family.name for family in favour_old_figures(families))
    assert times.keys() == {family.name for family in families}
    assert set(times.values()) <= {1, 3}
    for family in families:
        font = open_face(family.regular[0], 200.0).font
        hangs = font.getbbox("3", anchor="ls")[3] - font.getbbox("H", anchor="ls")[3]
        if not 8 < hangs < 24:  # In between it is a matter of taste.
            assert (times[family.name] == 3) is (hangs >= 24), family.name
    assert favour_old_figures((BUILT_IN,)) == (BUILT_IN,)


def test_a_collection_stays_small_and_serves_alone(tmp_path: Path) -> None:
    """The copied folder is small and holds words and faces of both splits."""
    try:
        find_families(split="test")
        find_words()
    except FontsError as error:
        pytest.skip(str(error))
    assert collect(tmp_path) <= 20_000_000
    assert len(find_families(tmp_path, "test")) >= 5
    assert find_families(tmp_path, "train")
    assert find_words(tmp_path) == find_words()
