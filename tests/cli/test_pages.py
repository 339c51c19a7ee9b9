"""The drawn pages that come along: files, questions and answers agree."""

import json
from pathlib import Path

import cli.pages
from cli.pages import COUNT, read_pages
from cli.scoring import contains
from model_service import open_picture

FOLDER = Path(cli.pages.__file__).parent


def test_files_and_their_description_agree() -> None:
    """Each file is described once, each is a JPEG file, and together they are small."""
    described = [page["file"] for page in json.loads((FOLDER / "pages.json").read_text(encoding="utf-8"))["pages"]]
    assert described == sorted(file.name for file in FOLDER.glob("*.jpg"))
    assert len(described) == COUNT
    assert all(page.picture.startswith(b"\xff\xd8\xff") for page in read_pages())
    assert sum(file.stat().st_size for file in FOLDER.iterdir() if file.is_file()) < 2_000_000


def test_pages_are_different_and_most_have_fields() -> None:
    """As many are read as were wanted, always the first ones."""
    pages = read_pages()
    assert len({page.picture for page in pages}) == len({page.text for page in pages}) == COUNT
    assert sum(len(page.fields) for page in pages) >= COUNT
    assert read_pages(3) == pages[:3]


def test_every_answer_stands_in_its_page() -> None:
    """By the rule that judges a model's answers."""
    wrong = [field for page in read_pages() for field in page.fields if not contains(page.text, field.answer)]
    assert wrong == []


def test_every_page_shows_about_as_much_as_it_says() -> None:
    """There is ink, and more of it the more the text is: in no page less than 20 pixels a character."""
    for page in read_pages():
        grey = open_picture(page.picture).convert("L")
        ground = max(range(256), key=grey.histogram().__getitem__)
        ink = sum(count for level, count in enumerate(grey.histogram()) if abs(level - ground) > 64)
        assert ink > 20 * len(page.text)
