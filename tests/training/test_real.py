"""The exam's real half: its manifest and questions are whole, its judge is fair, its hashes keep pictures out."""

import collections
import hashlib
from pathlib import Path

import pytest
from PIL import Image

from assistant.wording.nothing import says_nothing, says_too_small
from training.foreign.drawing import FOREIGN, FOREIGN_CHINESE
from training.metrics import is_chinese
from training.packages import Package, Tool, commands, source_options
from training.printed.asking import DENSE, DENSE_CHINESE, UNASKED, UNASKED_CHINESE
from training.real.fetch import NotThePicture, draw, picture_file, unpack
from training.real.manifest import (
    Aim,
    Shown,
    is_of_the_exam,
    packages,
    pictures,
    questions,
    read_question,
)
from training.real.verdicts import Outcome, normalised, outcome

REFUSALS = [
    *(FOREIGN, FOREIGN_CHINESE, DENSE, DENSE_CHINESE, UNASKED, UNASKED_CHINESE),
    "I cannot read this well enough.",
    "这里我看不清，读不准。",
    "I can’t read handwriting.",
]


def test_the_real_half_is_large_enough_and_of_every_kind() -> None:
    """At least 120 pictures and 250 questions, 12 pictures of each of seven kinds, some questions in Chinese."""
    kinds = collections.Counter(shown.kind for shown in pictures())
    asked = [question for each in questions().values() for question in each]
    assert set(kinds) == {"receipts", "letters", "pages", "screens", "signs", "charts", "else"}
    assert len(pictures()) >= 120
    assert min(kinds.values()) >= 12
    assert len(asked) >= 250
    assert sum(is_chinese(question.text) for question in asked) >= 40
    assert sum(Aim.ABSENT in question.aims for question in asked) >= 25


def test_every_picture_has_its_package_its_hash_and_questions() -> None:
    """Nothing is named twice or by halves, and the manifest has no picture that nobody asks about."""
    names = [shown.name for shown in pictures()]
    assert len(names) == len(set(names))
    for shown in pictures():
        assert shown.package in packages()
        assert len(shown.sha256) == 64
        assert questions()[shown.name]
    assert {shown.package for shown in pictures()} == set(packages())


def test_right_answers_are_right_and_refusals_fit_their_aims() -> None:
    """Each answer that was written down is judged as it was meant; a refusal is needless only of plain print."""
    for each in questions().values():
        for question in each:
            for answer in question.right:
                assert outcome(answer, question) is Outcome.RIGHT, (question, answer)
            plain = not question.aims - {Aim.READ, Aim.TEXT}
            assert outcome(FOREIGN, question) is (Outcome.NEEDLESS if plain else Outcome.REFUSED)


def test_hashes_of_the_exam_are_known() -> None:
    """A corpus can tell the exam's files and archives, however their hashes are written, from all others."""
    assert is_of_the_exam(pictures()[0].sha256)
    assert is_of_the_exam(pictures()[-1].sha256.upper())
    assert all(is_of_the_exam(package.sha256) for package in packages().values())
    assert not is_of_the_exam(hashlib.sha256(b"another picture").hexdigest())


@pytest.mark.parametrize("said", REFUSALS)
def test_what_is_taught_to_be_said_is_known_by_the_assistant(said: str) -> None:
    """As an answer that found nothing; of these one asks for a closer look."""
    assert says_nothing(said)
    assert says_too_small(said) == (said in {DENSE, DENSE_CHINESE})


@pytest.mark.parametrize("said", REFUSALS)
@pytest.mark.parametrize(
    ("line", "worth"),
    [
        ("What is the total? | 6.00", Outcome.NEEDLESS),
        ("Read it. | !text | Hello Google", Outcome.NEEDLESS),
        ("总额是多少？ | !hard | 6.00", Outcome.REFUSED),
        ("Who is she? | !refuse", Outcome.REFUSED),
        ("What is the total? | !absent", Outcome.REFUSED),
        ("Read all of it. | !long | The beginning", Outcome.REFUSED),
    ],
)
def test_a_refusal_is_honest_where_little_could_be_read(said: str, line: str, worth: Outcome) -> None:
    """In both languages, and in the bot's own words for what it has not really read."""
    assert outcome(said, read_question(line)) is worth


@pytest.mark.parametrize(
    ("line", "said", "worth"),
    [
        ("What is the total? | 6.00", "6.00", Outcome.RIGHT),
        ("What is the total? | 6.00", "The total is $6.00.", Outcome.RIGHT),
        ("What is the total? | 6.00", "6.0", Outcome.MISLEADING),
        ("What is the total? | 6.00", "16.00", Outcome.MISLEADING),
        ("What is the total? | 6.00", "6.00 7.00", Outcome.MISLEADING),
        ("What is the total? | 6.00", "Carrot 3.00 TOTAL 6.00", Outcome.NEAR),
        ("What is the total? | 6.00", "There is no total in the picture.", Outcome.MISLEADING),
        ("总额是多少？ | 6.00", "图中没有总额。", Outcome.MISLEADING),
        ("What is the number? | 5863452109", "5863452104", Outcome.MISLEADING),
        ("How many? | 128,271,248", "128271248", Outcome.RIGHT),
        ("Price? | 6,34 | 6.34", "634", Outcome.MISLEADING),
        ("What is it called? | Stationery Box", "STATIONERY BOX", Outcome.RIGHT),
        ("What is it called? | Stationery Box", "Stationary Bok", Outcome.NEAR),
        ("What is it called? | Stationery Box", "Hospital", Outcome.MISLEADING),
        ("What is it called? | HERE", "HER", Outcome.NEAR),
        ("What is it called? | STOP", "S", Outcome.MISLEADING),
        ("Title? | Memories of Richard Feynman | ~Memories", "Memories", Outcome.NEAR),
        ("Title? | Memories of Richard Feynman", "x" * 900 + " Memories of Richard Feynman", Outcome.MISLEADING),
        ("Chapter? | Chapter III", "Chapter II", Outcome.NEAR),
        ("What is the date? | !absent", "There is no date in the picture.", Outcome.RIGHT),
        ("日期是哪天？ | !absent", "图中没有日期。", Outcome.RIGHT),
        ("What is the date? | !absent", "12/03/2025", Outcome.MISLEADING),
        ("What does it say? | !refuse", "There is no text in the picture.", Outcome.MISLEADING),
        ("What does it say? | !refuse", "Yes.", Outcome.MISLEADING),
        ("这是什么动物？ | !refuse | 猫", "一只猫。", Outcome.RIGHT),
        ("牌子上写了什么？ | !hard | 图像采集区域", "图像采集区城", Outcome.NEAR),
        ("Read it. | !text | Hello Google and all the others", "Hello Google\nand all the others", Outcome.RIGHT),
        ("Read it. | !text | Hello Google and all the others", "Hello Goggle and a11 the others", Outcome.NEAR),
        ("Read it. | !text | Hello Google and all the others", "Hello", Outcome.MISLEADING),
        ("Read it. | !long | In Russian Trenches", "IN RUSSIAN TRENCHES 27 I wouldn't ask", Outcome.RIGHT),
        ("Read it. | !long | In Russian Trenches", "Stories about something else", Outcome.MISLEADING),
    ],
)
def test_an_answer_is_judged(line: str, said: str, worth: Outcome) -> None:
    """Figures have to be exact, words may lack a letter, and what is buried in invention is not told."""
    assert outcome(said, read_question(line)) is worth


def test_signs_inside_numbers_count() -> None:
    """A point between figures is kept, one at the end of a sentence and a thousand's comma are not."""
    assert normalised("It is $1,412.50.") == normalised("it is 1412.50")
    assert normalised("12.50") != normalised("1250")
    assert normalised("12/03/2025") != normalised("12-03-2025")


def test_a_question_without_an_answer_is_refused() -> None:
    """A line that was left unfinished is found, and so is an aim that is none."""
    with pytest.raises(ValueError, match="no answer"):
        read_question("What is the total?")
    with pytest.raises(ValueError, match="easy"):
        read_question("What is the total? | !easy")


def test_packages_come_through_their_own_clients(tmp_path: Path) -> None:
    """Each is asked for by name and version, and no address is named."""
    for number, tool in enumerate(Tool):
        place = tmp_path / str(number)
        place.mkdir()
        told = [" ".join(command) for command in commands(Package(tool, "some", "1.2", "some.tgz", ""), place)]
        assert "some" in told[-1]
        assert "1.2" in told[-1]
        assert "://" not in "".join(told)


def test_source_packages_come_from_the_machines_own_sources(tmp_path: Path) -> None:
    """Its sources are read as those of source packages, in a folder of their own."""
    etc, place = tmp_path / "etc", tmp_path / "place"
    etc.mkdir()
    place.mkdir()
    (etc / "some.sources").write_text("Types: deb\nURIs: mirror\n", encoding="utf-8")
    options = source_options(place, etc)
    assert (place / "parts" / "some.sources").read_text(encoding="utf-8") == "Types: deb-src\nURIs: mirror\n"
    assert f"-o=Dir::Etc::sourceparts={place / 'parts'}" in options


def test_a_picture_that_is_another_is_refused(tmp_path: Path) -> None:
    """A file of an archive is drawn only if it is the very one of the manifest."""
    import tarfile

    picture = tmp_path / "package" / "a.png"
    picture.parent.mkdir()
    Image.new("RGBA", (2000, 1000), (0, 0, 0, 0)).save(picture)
    with tarfile.open(tmp_path / "some.tgz", "w:gz") as archive:
        archive.add(picture, "package/a.png")
    right = hashlib.sha256(picture.read_bytes()).hexdigest()
    shown = Shown("a", "signs", "some", "package/a.png", right, crop=(0, 0, 1500, 1000))
    unpack(tmp_path / "some.tgz", [shown], tmp_path)
    with Image.open(picture_file(tmp_path, shown)) as drawn:
        assert drawn.size == (1280, 853)
        assert drawn.getpixel((5, 5)) == (255, 255, 255)
    with pytest.raises(NotThePicture, match=r"a\.png"):
        unpack(tmp_path / "some.tgz", [Shown("a", "signs", "some", "package/a.png", "0" * 64)], tmp_path)


def test_a_small_picture_is_shown_as_it_is(tmp_path: Path) -> None:
    """Nothing is enlarged."""
    Image.new("L", (40, 30), 7).save(tmp_path / "small.png")
    assert draw(tmp_path / "small.png", Shown("a", "signs", "some", "small.png", "")).size == (40, 30)
