"""Other readers read the same pages, and the characters that each gets wrong are counted alike."""

from training.peers import PrintedPage, markdown, read_all
from training.real.manifest import full_texts, pictures


def test_each_reader_reads_each_page() -> None:
    """The same page goes to each, a line feed is a blank, and a thousand invented characters are one page wrong."""
    pages = [PrintedPage("real", "a", b"a", "Total\n6.00"), PrintedPage("drawn, flat", "b", b"b", "Hello")]
    readers = {"one": lambda picture: {b"a": "Total 6.00", b"b": "Hallo"}[picture], "two": lambda _: "x" * 1000}
    found = [*read_all(pages, readers)]
    assert [(each.reader, each.name, each.wrong, each.of) for each in found] == [
        ("one", "a", 0, 10),
        ("two", "a", 10, 10),
        ("one", "b", 1, 5),
        ("two", "b", 5, 5),
    ]
    assert markdown(found).splitlines()[2:] == [
        "| real | 1 | 10 | 0.0% | 100.0% |",
        "| drawn, flat | 1 | 5 | 20.0% | 100.0% |",
    ]


def test_the_whole_text_of_enough_pictures_is_known() -> None:
    """At least fifteen printed pages are read side by side, and each is one of the exam's."""
    assert len(full_texts()) >= 15
    assert set(full_texts()) <= {shown.name for shown in pictures()}
