"""python -m bench.follow_up: what of a follow-up the host takes, as it was done and as it is, by turns in one run.

A tiny model of GLM-4.6V's kind on the CPU, so that the host is what counts: from the request to the first id, about a
picture that was seen before, behind some turns. Without a GPU nothing is known of what that would take.
"""

import json
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from unittest.mock import patch

import torch

from bench.family import asked_about, engine_of, shapes
from bench.machine import facts
from model_service import MAX_TOKENS, Detail, DetailDial, DetailPlan, GenerationRequest, Message
from model_service.detail import _at_least, _cost, _useful_tokens
from model_service.engines.glm4v_engine import GLM4VEngine
from model_service.engines.weights.layout import Plan

GRIDS = {"256": (16, 16), "1575": (35, 45)}
"""Rows and columns of the pictures."""

TURNS = (1, 5)
"""Questions that were asked and answered before."""

ANSWER, QUESTION = "It says that the total is due at the end of the month. " * 4, "And what is the date?"
WARM_UP, ROUNDS = 2, 25


def every_grid(dial: DetailDial, detail: Detail, width: int, height: int, cap: int = MAX_TOKENS) -> DetailPlan:
    """Choose a grid as `plan_detail` does, by trying all that there are."""
    detail = Detail(min(detail.tokens, max(min(cap, dial.max_tokens), dial.min_tokens)))
    most_rows, most_columns = _at_least(dial.fewest, _useful_tokens(height, dial), _useful_tokens(width, dial))
    budget = min(detail.tokens, most_rows * most_columns)
    candidates = ((rows, min(budget // rows, most_columns)) for rows in range(1, min(budget, most_rows) + 1))
    grids = [(rows, columns) for rows, most in candidates for columns in range(1, most + 1)]
    enough = [grid for grid in grids if grid[0] * grid[1] >= dial.fewest]
    rows, columns = min(enough, key=lambda grid: _cost(grid[0], grid[1], budget, width / height))
    return DetailPlan(detail, rows, columns, dial.token_pixels)


@contextmanager
def as_before(engine: GLM4VEngine) -> Iterator[None]:
    """Try every grid, and know nothing of the texts that were encoded before."""
    engine._tokenizer.forget()
    with patch("model_service.seen.plan_detail", every_grid):
        yield


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation about a picture that the engine has seen, whose copy is read from the disk for each question.

    `known`: with the copy goes its digest, and what was encoded before is known.
    """

    engine: GLM4VEngine
    first: GenerationRequest
    turns: int
    known: bool

    def begin(self) -> None:
        """Have the picture seen, and what was said before read."""
        self._first_id(self._request("?"))

    def follow_up(self, number: int) -> dict[str, float]:
        """Return the milliseconds of a new question: what comes before the model, and all to the first id."""
        request = self._request(f"{QUESTION} {number}")
        found = {
            "grid, twice": _ms(lambda: [self.engine.plan(request) for _ in range(2)]),
            "prompt": _ms(lambda: self.engine._fitting_prompt(request)),
        }
        if not self.known:
            self.engine._tokenizer.forget()
        return {**found, "to the first id": self._first_id(self._request(f"{QUESTION} {number}!"))}

    def _request(self, question: str) -> GenerationRequest:
        (asked,), (picture,) = self.first.messages, self.first.pictures
        copy = replace(picture, data=bytes(bytearray(picture.data)), digest="known" if self.known else "")
        said = [Message("assistant", ANSWER), Message("user", QUESTION)] * self.turns
        messages = (replace(asked, pictures=(copy,)), *said[:-1], Message("user", question))
        return replace(self.first, chat=f"known: {self.known}", messages=messages)

    def _first_id(self, request: GenerationRequest) -> float:
        begun = time.perf_counter()
        self.engine.plan(request)  # As whoever runs a request does.
        steps = self.engine.generate(request)
        next(step for step in steps if not step.pause)
        took = (time.perf_counter() - begun) * 1e3
        steps.close()  # type: ignore[attr-defined]
        return took


def measured(engine: GLM4VEngine, grid: tuple[int, int], turns: int, rounds: int = ROUNDS) -> dict[str, object]:
    """Return medians, as it was and as it is by turns, and how many times less it is."""
    first = asked_about(grid)
    was, is_now = Talk(engine, first, turns, known=False), Talk(engine, first, turns, known=True)
    was.begin()
    is_now.begin()
    before, now = list[dict[str, float]](), list[dict[str, float]]()
    for number in range(WARM_UP + rounds):
        with as_before(engine):
            before.append(was.follow_up(number))
        is_now.begin()  # What it encoded was forgotten.
        now.append(is_now.follow_up(number))
    found = dict[str, object]()
    for what in now[0]:
        old, new = (statistics.median(each[what] for each in kept[WARM_UP:]) for kept in (before, now))
        found[what] = {"before": round(old, 2), "now": round(new, 2), "times": round(old / new, 1)}
    return found


def _ms(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1e3


def main() -> None:
    """Measure, and print it in JSON."""
    torch.set_num_threads(1)
    with torch.inference_mode():
        engine = engine_of(shapes(tiny=True)["Flash"], Plan.FULL, torch.device("cpu"), together=1, captured=False)
    found: dict[str, object] = {"machine": facts(), "gpu": None}
    for tokens, grid in GRIDS.items():
        for turns in TURNS:
            found[f"{tokens} visual tokens, {turns} before"] = measured(engine, grid, turns)
    engine.close()
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
