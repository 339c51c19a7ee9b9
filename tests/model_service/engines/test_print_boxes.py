"""Pieces of print become lines of text in reading order, and tables."""

from model_service.engines.print_boxes import Box, as_table, as_text

WIDTH = 10


def at(left: float, top: float, text: str, score: float = 0.99, height: float = 20) -> Box:
    """Return a piece whose letters are WIDTH wide."""
    return Box(left, top, left + WIDTH * len(text), top + height, text, score)


def test_lines_come_from_top_to_bottom_whatever_the_order() -> None:
    """A detector gives them as it finds them."""
    boxes = [at(0, 60, "third"), at(0, 0, "first"), at(0, 30, "second")]
    assert [line for line, _ in as_text(boxes)] == ["first", "second", "third"]


def test_pieces_in_one_row_are_one_line_from_left_to_right() -> None:
    """And as doubtful as the least certain of them; a slight slope makes no other row."""
    boxes = [at(300, 4, "12.25", 0.7), at(0, 0, "Total"), at(0, 30, "Cash")]
    assert as_text(boxes) == [("Total  12.25", 0.7), ("Cash", 0.99)]


def test_pieces_above_each_other_are_no_row() -> None:
    """Even where they are close, and of different heights."""
    assert len(as_text([at(0, 0, "Heading", height=40), at(0, 34, "below it")])) == 2


def test_a_table_has_the_columns_that_free_space_parts() -> None:
    """An empty cell stays empty, and a row of one piece stands where it begins."""
    boxes = [
        at(0, 0, "Item"),
        at(200, 0, "Count"),
        at(400, 0, "Price"),
        at(0, 30, "Apples"),
        at(410, 30, "3.20"),
        at(0, 60, "A|B"),
        at(210, 60, "2"),
        at(400, 60, "11.00"),
        at(0, 90, "Total"),
        at(400, 90, "14.20", 0.5),
    ]
    lines = [line for line, _ in as_table(boxes)]
    assert lines == [
        "| Item | Count | Price |",
        "| --- | --- | --- |",
        "| Apples |  | 3.20 |",
        "| A\\|B | 2 | 11.00 |",
        "| Total |  | 14.20 |",
    ]
    assert as_table(boxes)[-1][1] == 0.5


def test_a_title_above_a_table_does_not_join_its_columns() -> None:
    """It spans them, and stands in the first."""
    boxes = [at(0, 0, "A title as wide as the whole table is"), at(0, 40, "a"), at(300, 40, "b"), at(0, 70, "c")]
    lines = [line for line, _ in as_table([*boxes, at(300, 70, "d")])]
    assert lines[0].startswith("| A title") and lines[2:] == ["| a | b |", "| c | d |"]


def test_running_text_and_nothing_are_no_table() -> None:
    """Then there is none to be made a file of."""
    assert as_table([at(0, 0, "one"), at(0, 30, "two")]) == []
    assert as_table([]) == [] and as_text([]) == []
