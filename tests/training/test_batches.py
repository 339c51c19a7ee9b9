"""Batches: repeatable, in the format of the model's prompt, with the characters where they stand."""

import random

import numpy as np
import pytest
import torch

from model_service.detail import MAX_TOKENS, NATIVE_SIDE
from model_service.engines.glm4v.prompt import build_prompt
from model_service.types import Message
from tests.training.papers import FONTS, WORDS
from training.batches import (
    CODES,
    PREFIX,
    SLOTS,
    Batches,
    Plan,
    cells_of,
    converse,
    fill_marks,
    fill_slots,
)
from training.curriculum import STAGES, choose_em, choose_grid, choose_squash, stage_at
from training.documents import Kind
from training.export import byte_tokenizer
from training.marks import KINDS, mark, read_marks
from training.pages import Glyphs
from training.questions import QA, Asked


def batches(rank: int = 0) -> Batches:
    """Return small batches of one process."""
    return Batches(Plan(1000, 0, 900, seed=5, rank=rank), byte_tokenizer(), FONTS, WORDS)


def test_step_is_always_the_same_batch() -> None:
    """A step of a rank draws the same pages every time; another rank draws others on the same grid."""
    first, again, other = batches().batch(30), batches().batch(30), batches(rank=1).batch(30)
    assert torch.equal(first.pictures, again.pictures)
    assert torch.equal(first.ids, again.ids)
    assert first.pictures.shape == other.pictures.shape
    assert not torch.equal(first.pictures, other.pictures)


def test_shapes_fit_together() -> None:
    """Pictures, cells and marks belong to one grid."""
    batch = batches().batch(200)
    count, height, width, _ = batch.pictures.shape
    assert height % 28 == width % 28 == 0
    assert batch.slots.shape == (count, (height // 28) * (width // 28), SLOTS)
    assert batch.marks.shape == (*batch.slots.shape[:2], len(KINDS))
    assert batch.ids.shape == batch.weights.shape
    assert batch.found.shape == (*batch.asked.shape, batch.slots.shape[1] + 1)
    assert bool(batch.weights.any(dim=1).all())


def test_conversation_is_the_models_prompt() -> None:
    """The trained ids are, id for id, the engine's prompt, and the answer follows it."""
    tokenizer = byte_tokenizer()
    turns = [QA(Asked.FIELD, "What is the total?", "$4.20"), QA(Asked.TEXT, "Read it.", "é 5")]
    ids, weights, asked = converse(tokenizer, turns)
    history = (Message("user", turns[0].question), Message("assistant", "$4.20"), Message("user", turns[1].question))
    prompt = build_prompt(tokenizer, history, with_picture=True)
    assert tuple(ids[: len(prompt.ids)]) == prompt.ids
    assert prompt.image_begin == PREFIX - 3
    end = tokenizer.special("<|user|>")
    assert ids[len(prompt.ids) :] == [*tokenizer.encode("\né 5"), end]
    said = [token for token, mark in zip(ids, weights, strict=True) if mark]
    assert said == [*tokenizer.encode("\n$4.20"), end, *tokenizer.encode("\né 5"), end]
    assert [ids[at] for at in asked] == [tokenizer.special("<|assistant|>")] * 2
    assert asked[-1] == len(prompt.ids) - 1
    assert sum(weights) == pytest.approx(7**0.5 + 6**0.5)


def test_a_cell_has_one_mark_of_each_kind() -> None:
    """The first one that lies there, whatever the other kinds are; letters are no marks, and marks are no letters."""
    places = [mark("label", "2"), mark("bar", "centre", "2"), mark("bar", "body", "3"), ord("x")]
    glyphs = Glyphs(np.array(places, np.int32), np.full(4, 9, np.float32), np.full(4, 9, np.float32))
    cells = cells_of(glyphs, (56, 28), rows=1, columns=2)
    expected = read_marks(np.array([mark("label", "centre", "2")], np.int32))
    assert fill_marks(glyphs, cells, 2).tolist() == [*expected.tolist(), [0] * len(KINDS)]
    assert fill_slots(glyphs, cells, 2).tolist() == [[CODES[ord("x")], 0, 0, 0, 0, 0], [0] * SLOTS]


def test_slots_hold_characters_in_reading_order() -> None:
    """Each cell lists the characters with their centres in it; all beyond six are left out."""
    text = "abcdefgh" + "z"
    glyphs = Glyphs(
        np.array([ord(character) for character in text], np.int32),
        np.array([*range(1, 9), 55], np.float32),
        np.array([5] * 8 + [30], np.float32),
    )
    slots = fill_slots(glyphs, cells_of(glyphs, (56, 56), rows=2, columns=2), 4)
    assert slots[0].tolist() == [CODES[ord(character)] for character in "abcdef"]
    assert slots[3].tolist() == [CODES[ord("z")], 0, 0, 0, 0, 0]
    assert not slots[1].any()


def test_curriculum_grows_to_every_level() -> None:
    """It begins small, ends with grids of every level, the native square among them, and type that fits."""
    rng = random.Random(1)
    assert stage_at(0.0) is STAGES[0]
    assert stage_at(1.0) is STAGES[-1]
    small = [choose_grid(rng, STAGES[0]) for _ in range(200)]
    large = [choose_grid(rng, STAGES[-1]) for _ in range(400)]
    assert max(rows * columns for rows, columns in small) <= 1.3 * STAGES[0].tokens[1]
    assert (NATIVE_SIDE, NATIVE_SIDE) in large
    assert max(rows * columns for rows, columns in large) <= 1.05 * MAX_TOKENS
    assert all(choose_em(rng, STAGES[-1], *grid) <= grid[1] * 28 / 8 for grid in large)
    assert any(choose_squash(rng, NATIVE_SIDE, NATIVE_SIDE, Kind.PAGE) > 1.4 for _ in range(50))
    assert all(choose_squash(rng, NATIVE_SIDE, NATIVE_SIDE, Kind.SHAPES) <= 1.2 for _ in range(50))
