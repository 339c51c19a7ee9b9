"""Receipts and invoices add up, and contain no fact twice."""

import random
import re
from decimal import Decimal

import pytest

from tests.training.papers import WORDS
from training.documents import Document, Kind, Room, Source
from training.pages import MAKERS
from training.phrasing import Wording

ROOM = Room(columns=48, rows=30, characters=340)


def made(kind: Kind, split: Wording = "train", count: int = 150) -> list[Document]:
    """Make documents of one kind, with room enough."""
    drawn = (MAKERS[kind](Source(random.Random(seed), WORDS, split), ROOM) for seed in range(count))
    return [whole for whole in drawn if whole]


def amount(printed: str) -> Decimal:
    """Parse an amount without its currency; a comma before two last digits is the decimal point."""
    digits = "".join(re.findall(r"[\d.,-]", printed))
    return Decimal(re.sub(r",(?=\d\d$)", ".", digits).replace(",", ""))


@pytest.mark.parametrize("split", ["train", "test"])
@pytest.mark.parametrize("kind", [Kind.RECEIPT, Kind.INVOICE])
def test_sums_add_up(kind: Kind, split: Wording) -> None:
    """Items make the subtotal; less the discount and with the tax, the total."""
    taxed = 0
    for whole in made(kind, split):
        told = {fact.field: amount(fact.answer) for fact in whole.facts if fact.field in SUMS}
        if {"subtotal", "total"} <= told.keys():
            items = sum(amount(fact.answer) for fact in whole.facts if fact.field == "item")
            assert items == told["subtotal"]
        if {"subtotal", "tax", "total"} <= told.keys():
            added = told["subtotal"] + told.get("discount", 0)
            assert told["total"] in {added, added + told["tax"]}
            taxed += told["total"] != added
    assert taxed > 10


SPLITS: tuple[Wording, ...] = ("train", "test")
SUMS = {"subtotal", "discount", "tax", "total"}


@pytest.mark.parametrize("kind", [Kind.RECEIPT, Kind.INVOICE, Kind.LABEL, Kind.CARD, Kind.FORM])
@pytest.mark.parametrize("split", ["train", "test"])
def test_a_field_has_one_answer(kind: Kind, split: Wording) -> None:
    """No field has two facts, and no item or entry."""
    for whole in made(kind, split):
        asked = [(fact.field, fact.subject.lower()) for fact in whole.facts]
        assert len(asked) == len(set(asked))
        assert not whole.unsure & {field for field, _ in asked}


@pytest.mark.parametrize("kind", [Kind.RECEIPT, Kind.INVOICE])
def test_held_out_papers_differ(kind: Kind) -> None:
    """The words next to the total are others than in training."""
    labels = {split: _labels_of_totals(made(kind, split)) for split in SPLITS}
    words = re.compile(r"total|due|sum|balance|pay|amount", re.IGNORECASE)
    totals = [{label for label in labels[split] if words.search(label)} for split in SPLITS]
    assert totals[0]
    assert totals[1]
    assert not totals[0] & totals[1]


def _labels_of_totals(papers: list[Document]) -> set[str]:
    totals = [(whole, fact.answer) for whole in papers for fact in whole.facts if fact.field == "total"]
    return {line.text for whole, total in totals for line in whole.lines if line.right == total}


def test_a_count_counts_the_items() -> None:
    """How many items are listed, where none is bought in several pieces."""
    counted = 0
    for whole in made(Kind.RECEIPT):
        items = sum(fact.field == "item" for fact in whole.facts)
        for fact in whole.facts:
            if fact.field == "count":
                counted += 1
                assert fact.answer == str(items)
    assert counted > 20


def test_an_invoice_is_due_after_its_date() -> None:
    """Both dates are facts, each its own, printed alike."""
    for whole in made(Kind.INVOICE):
        told = {fact.field: fact.answer for fact in whole.facts}
        if {"date", "due"} <= told.keys():
            assert told["date"] != told["due"]
            assert re.findall(r"[/.,-]", told["date"]) == re.findall(r"[/.,-]", told["due"])
