"""Training's papers come in many forms, and never in one of the exam's."""

import random
from collections.abc import Sequence

import pytest

from tests.training.papers import WORDS, drawn
from training.documents import Document, Fact, Kind, Line, Part, Room, Source
from training.lists import read_lists
from training.pages import MAKERS
from training.papers import cards, invoices, labels, notices, receipts
from training.papers.cards import role
from training.papers.extras import EXTRAS, extras
from training.papers.keys import ENTRIES, SIMILAR
from training.papers.labelling import varied
from training.papers.notes import SLOT, reminder
from training.papers.orders import Order, beside, in_order
from training.questions import Asked

ROOM = Room(columns=48, rows=30, characters=340)
KINDS = [
    (cards.ROWS.ORDERS, cards.ROWS.HELD_OUT_ORDERS, ()),
    (invoices.ROWS.ORDERS, invoices.ROWS.HELD_OUT_ORDERS, invoices.TOGETHER),
    (labels.ROWS.ORDERS, labels.ROWS.HELD_OUT_ORDERS, ("to", "address")),
    (notices.ROWS.ORDERS, notices.ROWS.HELD_OUT_ORDERS, ()),
    (receipts.ROWS.ORDERS, receipts.ROWS.HELD_OUT_ORDERS, receipts.TOGETHER),
]


@pytest.mark.parametrize(("usual", "held_out", "together"), KINDS)
def test_blocks_stand_in_any_order_but_those_of_the_exam(
    usual: Sequence[Order], held_out: Sequence[Order], together: Order
) -> None:
    """Training has many orders and none that is held out; the exam has the held-out ones alone."""
    names = tuple(dict.fromkeys(name for order in usual for name in order))
    blocks = {name: [Part(Line("" if name == "rule" else name))] for name in names}
    printed = {
        split: {_printed(in_order(Source(random.Random(seed), WORDS, split), blocks, usual, held_out, together))
                for seed in range(300)}
        for split in ("train", "test")
    }  # fmt: skip
    assert printed["test"] == {tuple(name for name in order if name != "rule") for order in held_out}
    assert not printed["train"] & printed["test"]
    assert len(printed["train"]) >= 10
    assert all(_neighbours(order, together) for order in printed["train"])


def _printed(parts: Sequence[Part]) -> tuple[str, ...]:
    return tuple(part.line.text for part in parts if part.line.text)


def _neighbours(order: tuple[str, ...], together: Order) -> bool:
    start = order.index(together[0]) if together and together[0] in order else 0
    kept = [name for name in together if name in order]
    return list(order[start : start + len(kept)]) == kept


def test_a_label_must_be_read() -> None:
    """Training prints one label in hundreds of ways, all of which still hold it; the exam prints it as it is."""
    printed = {varied(Source(random.Random(seed), WORDS), "Due date:") for seed in range(2000)}
    assert len(printed) > 100
    assert all("due date" in label.lower() for label in printed)
    assert {varied(Source(random.Random(seed), WORDS, "test"), "Due date:") for seed in range(50)} == {"Due date:"}


def test_two_blocks_stand_beside_each_other() -> None:
    """Line by line, each with its facts; a block with a column of its own stays below the other."""
    seller = [Part(Line("Rowan Ltd"), (Fact("company", "Rowan Ltd"),)), Part(Line("1 Elm Road"))]
    data = [Part(Line("No. 7"), (Fact("number", "7"),))]
    rows = beside(seller, data)
    assert [part.line.reading for part in rows] == ["Rowan Ltd No. 7", "1 Elm Road"]
    assert [fact.field for part in rows for fact in part.facts] == ["company", "number"]
    table = [Part(Line("No.", "7"))]
    assert beside(seller, table) == [*seller, *table]


def test_roles_and_notes_of_the_exam_are_never_put_together() -> None:
    """Neither a role nor a note of training is one of the exam's, and there are hundreds of each."""
    roles = {role(Source(random.Random(seed), WORDS)) for seed in range(3000)}
    notes = {reminder(random.Random(seed)) for seed in range(3000)}
    assert not roles & set(read_lists("papers/jobs").HELD_OUT_ROLES)
    assert not notes & set(read_lists("papers/reminders").HELD_OUT_NOTES)
    assert len(roles) > 500
    assert len(notes) > 500


def test_a_reminder_tells_nothing_twice() -> None:
    """A combined reminder has each slot once, so that it can be asked for."""
    for template in {reminder(random.Random(seed)) for seed in range(500)}:
        slots = [slot for slot in SLOT.findall(template) if slot not in {"thing", "time", "name"}]
        assert len(slots) == len(set(slots))


def test_keys_of_the_exam_are_not_used_in_training() -> None:
    """Training's words before a key never make a key that is held out for the same field."""
    held_out = {(entry.field, key.lower()) for entry in ENTRIES for key in entry.held_out}
    used = 0
    for whole in made(Kind.FORM, 300):
        fields = {fact.answer: fact.field for fact in whole.facts if fact.field != "entry"}
        keys = {(fields.get(fact.answer, ""), fact.subject.lower()) for fact in whole.facts if fact.field == "entry"}
        assert not keys & held_out
        used += len(keys)
    assert used > 1000


def made(kind: Kind, count: int) -> list[Document]:
    """Make documents of training, with room enough."""
    drawn_ones = (MAKERS[kind](Source(random.Random(seed), WORDS), ROOM) for seed in range(count))
    return [whole for whole in drawn_ones if whole]


def test_twins_on_a_form_are_asked_by_their_keys() -> None:
    """Where two dates stand on a form, the date as such is neither asked for nor denied; each has a key of its own."""
    twins = 0
    for whole in made(Kind.FORM, 600):
        keys = {fact.subject for fact in whole.facts if fact.field == "entry"}
        if keys & set(SIMILAR["date"]):
            twins += 1
            assert "date" not in {fact.field for fact in whole.facts}
            assert "date" in whole.unsure
    assert twins > 10


def test_a_line_that_looks_like_a_fields_is_asked_by_its_label() -> None:
    """A fax number is no telephone number: it has a label to ask by, and then no telephone number is denied."""
    faxes = 0
    for whole in made(Kind.CARD, 600):
        if any("Fax" in fact.subject for fact in whole.facts):
            faxes += 1
            assert "phone" in whole.unsure | {fact.field for fact in whole.facts}
    assert faxes > 20
    for kind in EXTRAS:
        assert not extras(Source(random.Random(1), WORDS, "test"), kind)


def test_a_key_of_another_form_is_denied() -> None:
    """Training asks forms for keys that they lack, by name, and the answer repeats the name."""
    denied = [
        qa for seed in range(400) for qa in drawn(seed, Kind.FORM).qa if qa.kind is Asked.ABSENT and qa.field == "entry"
    ]
    assert len(denied) > 20
    for qa in denied:
        key = qa.answer.removeprefix("There is no ").removesuffix(" in the picture.")
        key = key.removeprefix("图中没有").rstrip("。.")
        assert key.lower() in qa.question.lower()
