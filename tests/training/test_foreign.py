"""Pictures outside the model's world get one answer; photographs are gathered small and kept apart by split."""

import random
from pathlib import Path

import numpy
import pytest
from PIL import Image

from training.documents import Kind
from training.foreign.drawing import FOREIGN, FOREIGN_CHINESE, draw_foreign
from training.foreign.photographs import collect, cut, find_photographs
from training.foreign.scenes import HELD_OUT, SCENES
from training.questions import Asked


@pytest.fixture(autouse=True)
def no_photographs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing was collected."""
    monkeypatch.setenv("TRAINING_FONTS", str(tmp_path / "none"))


def test_every_question_has_the_one_answer_in_its_language() -> None:
    """Without any photograph scenes are drawn."""
    for seed in range(15):
        page = draw_foreign(random.Random(seed), 200, 260)
        assert (page.image.size, page.image.mode, page.kind) == ((200, 260), "RGB", Kind.FOREIGN)
        assert (page.text, len(page.glyphs.codes)) == ("", 0)
        assert 2 <= len(page.qa) <= 4
        for qa in page.qa:
            assert qa.kind is Asked.FOREIGN
            assert qa.answer == (FOREIGN if qa.question.isascii() else FOREIGN_CHINESE)


def test_the_same_seed_draws_the_same_scene() -> None:
    """Chance is the generator's alone."""
    one, other = (draw_foreign(random.Random(4), 160, 120) for _ in range(2))
    assert one.image.tobytes() == other.image.tobytes()
    assert one.qa == other.qa


@pytest.mark.parametrize("scene", [*dict.fromkeys(SCENES), *HELD_OUT])
def test_a_scene_shows_something(scene: object) -> None:
    """None is a flat colour."""
    assert callable(scene)
    picture = scene(random.Random(1), 150, 210)
    assert picture.size == (150, 210)
    assert numpy.asarray(picture).std() > 5


def test_photographs_are_gathered_once_each_and_small(tmp_path: Path) -> None:
    """Another size of a wallpaper, a flat one and one with a logo stay behind."""
    home = tmp_path / "share" / "backgrounds"
    home.mkdir(parents=True)
    for number in range(12):
        _wallpaper(home / f"photo{number}.png", number)
    _wallpaper(home / "photo1-d.png", 77)
    _wallpaper(home / "logo.png", 78)
    Image.new("RGB", (900, 600)).save(home / "flat.bmp")
    target = tmp_path / "collected"
    assert 0 < collect(tmp_path / "share", target) < 12_000_000
    names = {path.name for path in target.iterdir()}
    assert names == {f"photo{number}.jpg" for number in range(12)}
    train, test = find_photographs("train", target), find_photographs("test", target)
    assert not set(train) & set(test)
    assert {path.name for path in (*train, *test)} == names
    with Image.open(train[0]) as image:
        assert max(image.size) == 640
    assert cut(random.Random(1), train[0], 120, 200).size == (120, 200)


def _wallpaper(path: Path, seed: int) -> None:
    levels = numpy.random.default_rng(seed).integers(0, 256, (8, 12, 3), numpy.uint8)
    noise = numpy.random.default_rng(seed + 100).integers(0, 9, (480, 720, 3), numpy.uint8)
    picture = numpy.asarray(Image.fromarray(levels).resize((720, 480))) // 2 + noise
    Image.fromarray(picture).save(path)
