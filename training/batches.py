"""Pages and questions as batches of tensors: one grid a batch, so that no picture needs padding."""

import contextlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
import torch
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from model_service.engines.glm4v.dial import GLM4V_DIAL
from model_service.engines.glm4v.tokenizer import Tokenizer
from training.camera.photo import photograph
from training.curriculum import Stage, choose_em, choose_grid, choose_squash, stage_at
from training.documents import Kind
from training.fonts import ALPHABET, Family
from training.marks import KINDS, read_marks
from training.pages import Glyphs, Page
from training.pictures import draw_picture
from training.pointing import point
from training.printed.drawing import draw_printed
from training.questions import QA, Asked

SLOTS = 6
"""Characters that one visual token is asked for, in reading order; seven in one cell are too small to read."""

PREFIX = 7
"""Ids before the question: [gMASK] <sop> <|user|> line feed, and three for the picture."""

CODES = {ord(character): index + 1 for index, character in enumerate(ALPHABET)}
"""The class of each character; 0 is for none."""

MOST_TEXT = 520
MOST_QUESTIONS, MOST_BESIDE_READING = 10, 8
BENT_SHARE = 0.7
"""The share of photographed pages; the others come as drawn."""


@dataclass(frozen=True, slots=True)
class Batch:
    """B pages on one grid of N visual tokens.

    `pictures` (B, 28 * rows, 28 * columns, 3) uint8; `ids` (B, T) with the picture as three placeholders from
    index 4; `weights` (B, T) float: each id's weight in the loss, 0 outside of answers; `slots` (B, N, 6): characters
    with their centre in each token's cell, 0 for none; `marks` (B, N, 5): its mark of each kind, 0 for none; `asked`
    (B, Q): the index in `ids` at which each question ends, 0 where there is none; `found` (B, Q, N + 1) bool: the cells
    of its answer, the last one for "nowhere", none if unknown.
    """

    pictures: Tensor
    ids: Tensor
    weights: Tensor
    slots: Tensor
    marks: Tensor
    asked: Tensor
    found: Tensor

    def to(self, device: torch.device) -> "Batch":
        """Return the same on a device."""
        return Batch(*(getattr(self, part.name).to(device, non_blocking=True) for part in fields(self)))

    def pin_memory(self) -> "Batch":
        """Return the same in page-locked memory, for a fast copy."""
        return Batch(*(getattr(self, part.name).pin_memory() for part in fields(self)))


@dataclass(frozen=True, slots=True)
class Example:
    """One picture's part of a batch, not padded yet."""

    picture: np.ndarray
    ids: list[int]
    weights: list[float]
    slots: np.ndarray
    marks: np.ndarray
    asked: list[int]
    found: list[np.ndarray]


@dataclass(frozen=True, slots=True)
class Plan:
    """The number of steps and visual tokens, this process's share of them, and the share of printed pages."""

    steps: int
    first: int
    tokens_per_batch: int
    seed: int
    rank: int = 0
    printed: float = 0.0


class Batches(IterableDataset[Batch]):
    """A practically endless stream of batches, repeatable by seed: step s of rank r is always the same."""

    def __init__(self, plan: Plan, tokenizer: Tokenizer, families: tuple[Family, ...], words: tuple[str, ...]) -> None:
        self._plan, self._tokenizer, self._families, self._words = plan, tokenizer, families, words

    def __iter__(self) -> Iterator[Batch]:
        """Yield the batches of the worker's own steps."""
        worker = get_worker_info()
        offset, stride = (worker.id, worker.num_workers) if worker else (0, 1)
        for step in range(self._plan.first + offset, self._plan.steps, stride):
            yield self.batch(step)

    def batch(self, step: int) -> Batch:
        """Draw the batch of one step; all ranks use the same grid, each its own pages."""
        plan = self._plan
        stage = stage_at(step / plan.steps)
        rows, columns = choose_grid(random.Random(f"{plan.seed} {step} train"), stage)
        rng = random.Random(f"{plan.seed} {step} train {plan.rank}")
        size = max(4, min(256, plan.tokens_per_batch // (rows * columns + stage.limit // 2)))
        return collate([self._example(rng, rows, columns, stage) for _ in range(size)], self._tokenizer)

    def _example(self, rng: random.Random, rows: int, columns: int, stage: Stage) -> Example:
        size = columns * GLM4V_DIAL.token_pixels, rows * GLM4V_DIAL.token_pixels
        scale = 1.0 if rng.random() < 0.5 else rng.uniform(1.0, 1.6)
        kind = Kind.PRINT if rng.random() < self._plan.printed else rng.choice(stage.kinds)
        squash = choose_squash(rng, rows, columns, kind) ** 0.5
        canvas = round(size[0] * scale * squash), round(size[1] * scale / squash)
        if kind is Kind.PRINT:
            page = draw_printed(rng, size, canvas)
        else:
            page = self._page(rng, canvas, choose_em(rng, stage, rows, columns) * scale, kind, stage.limit)
        strength = stage.strength * rng.random() ** 0.5 if rng.random() < BENT_SHARE else 0.0
        image, glyphs = photograph(rng, page.image, page.glyphs, size, strength=strength)
        questions = choose_questions(rng, page, stage.reading)
        ids, weights, asked = converse(self._tokenizer, questions)
        cells = cells_of(glyphs, size, rows, columns)
        slots, marks = fill_slots(glyphs, cells, rows * columns), fill_marks(glyphs, cells, rows * columns)
        found = [point(glyphs, qa, cells, rows * columns) for qa in questions[: len(asked)]]
        return Example(np.asarray(image), ids, weights, slots, marks, asked, found)

    def _page(self, rng: random.Random, canvas: tuple[int, int], em: float, kind: Kind, limit: int) -> Page:
        """Draw a picture of a kind; if it does not fit, in smaller type or with a few words only."""
        fonts, words = self._families, self._words
        for wanted, size in ((kind, em), (kind, em * 0.75), (Kind.WORDS, em * 0.6)):
            with contextlib.suppress(ValueError):
                return draw_picture(rng, fonts, words, *canvas, em=size, kind=wanted, limit=limit)
        return draw_picture(rng, fonts, words, *canvas, em=em * 0.4, kind=Kind.WORDS, limit=limit)


def collate(drawn: list[Example], tokenizer: Tokenizer) -> Batch:
    """Collate pictures of one size into a batch, their conversations padded to one length."""
    length = -(-max(len(one.ids) for one in drawn) // 32) * 32
    filler = tokenizer.special("<|endoftext|>")
    most = max(len(one.asked) for one in drawn)
    nowhere = np.zeros_like(drawn[0].found[0])
    return Batch(
        torch.from_numpy(np.stack([one.picture for one in drawn])),
        torch.tensor([one.ids + [filler] * (length - len(one.ids)) for one in drawn]),
        torch.tensor([one.weights + [0.0] * (length - len(one.weights)) for one in drawn]),
        torch.from_numpy(np.stack([one.slots for one in drawn])).long(),
        torch.from_numpy(np.stack([one.marks for one in drawn])).long(),
        torch.tensor([one.asked + [0] * (most - len(one.asked)) for one in drawn]),
        torch.from_numpy(np.stack([np.stack(one.found + [nowhere] * (most - len(one.found))) for one in drawn])),
    )


def choose_questions(rng: random.Random, page: Page, reading_share: float) -> list[QA]:
    """Choose questions in random order; on about `reading_share` of the pages the whole text and a few."""
    reading = [qa for qa in page.qa if qa.kind is Asked.TEXT]
    others = [qa for qa in page.qa if qa.kind is not Asked.TEXT] or reading
    read = others is not reading and bool(reading) and rng.random() < reading_share
    wanted = rng.sample(others, min(len(others), rng.randint(2, MOST_BESIDE_READING) if read else MOST_QUESTIONS))
    if read:
        wanted.insert(rng.randrange(len(wanted) + 1), reading[0])
    return wanted


def converse(tokenizer: Tokenizer, questions: list[QA]) -> tuple[list[int], list[float], list[int]]:
    """Return a conversation's ids in GLM-4V's format, each id's weight, and where each question ends.

    The token after an answer ends it. Questions that would make the conversation too long are left out.

    An answer's weight is the root of its length, so that a page read out does not drown a price.
    """
    special = tokenizer.special
    user, assistant = special("<|user|>"), special("<|assistant|>")
    feed = tokenizer.encode("\n")
    ids = [special("[gMASK]"), special("<sop>"), user, *feed]
    ids += (special("<|begin_of_image|>"), special("<|endoftext|>"), special("<|end_of_image|>"))
    weights, asked = [0.0] * len(ids), []
    for number, qa in enumerate(questions):
        question = ([] if number == 0 else feed) + tokenizer.encode(qa.question) + [assistant]
        answer = feed + tokenizer.encode(qa.answer) + [user]
        if number and len(ids) + len(question) + len(answer) > MOST_TEXT:
            break
        asked.append(len(ids) + len(question) - 1)
        ids += question + answer
        weights += [0.0] * len(question) + [len(answer) ** -0.5] * len(answer)
    return ids, weights, asked


def cells_of(glyphs: Glyphs, canvas: tuple[int, int], rows: int, columns: int) -> np.ndarray:
    """Return (n,): the cell of the grid with each glyph's centre, counted row by row."""
    across = (glyphs.x / canvas[0] * columns).astype(int).clip(0, columns - 1)
    down = (glyphs.y / canvas[1] * rows).astype(int).clip(0, rows - 1)
    return down * columns + across  # type: ignore[no-any-return]


def fill_slots(glyphs: Glyphs, cells: np.ndarray, count: int) -> np.ndarray:
    """Return (count, 6): the characters with their centres in each cell, in reading order, 0 for none.

    `cells` is as of `cells_of`; equal letters in a cell are all counted.
    """
    slots = np.zeros((count, SLOTS), np.uint8)
    filled = np.zeros(count, int)
    for cell, code in zip(cells, glyphs.codes, strict=True):
        if filled[cell] < SLOTS and code in CODES:
            slots[cell, filled[cell]] = CODES[code]
            filled[cell] += 1
    return slots


def fill_marks(glyphs: Glyphs, cells: np.ndarray, count: int) -> np.ndarray:
    """Return (count, 5): each cell's mark of each kind, the first one of several, 0 for none."""
    marks = np.zeros((count, len(KINDS)), np.uint8)
    found = read_marks(glyphs.codes)
    for column in range(len(KINDS)):
        there = np.flatnonzero(found[:, column])[::-1]
        marks[cells[there], column] = found[there, column]
    return marks
