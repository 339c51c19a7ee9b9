"""Whatever others do, an answer has the ids that it has alone: a state machine on the batch."""

from dataclasses import replace
from functools import cache
from unittest.mock import patch

import pytest
import torch
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from model_service import ModelConfig
from model_service.engines.glm4v.model import GLM4VForConditionalGeneration
from model_service.engines.runtime.batch import Batch, Row
from model_service.engines.runtime.runner import ModelRunner
from tests.model_service.engines.answers import (
    DECODE,
    QUESTIONS,
    Answer,
    Asked,
    Watched,
    alone,
    begin,
    card,
    drawn,
    end,
    logits_of,
)
from tests.model_service.engines.reading import CPU, prompt
from tests.model_service.engines.tiny import tiny_model

pytestmark = pytest.mark.usefixtures("inference")

SLOTS = 4


@cache
def model() -> GLM4VForConditionalGeneration:
    """One that does not say the same again and again."""
    return tiny_model(seed=5)


@cache
def answers() -> tuple[tuple[Asked, Answer], ...]:
    """What can be asked, and what it comes to alone: questions, and follow-ups of two in the same chats."""
    known = [(asked, alone(model(), asked)) for asked in QUESTIONS]
    follow_ups = (
        Asked("one", prompt(1, *known[0][1].ids[:-1], 10, 11), limit=9),
        Asked("two", prompt(2, 3, 4, *known[1][1].ids[:5], 12), 2, drawn(7), limit=5),
    )
    return (*known, *((asked, alone(model(), asked)) for asked in follow_ups))


class Answers(RuleBasedStateMachine):
    """People ask, read or not, and leave, on a card that has room for some, and whose steps fail now and then."""

    @initialize(ahead=st.booleans(), room=st.integers(1, SLOTS))
    def start(self, ahead: bool, room: int) -> None:
        """With room for some."""
        answers()  # While they are alone.
        self.runner = ModelRunner(model(), CPU, ModelConfig())
        self.batch = Batch(self.runner, ahead=ahead)
        self.patched = card(self.batch, room)
        self.card = self.patched.__enter__()
        self.rows: list[tuple[Row, list[int], Answer]] = []
        """Rows, what was read of each, and what it comes to alone."""
        self.silent: set[int] = set()
        """Indices of rows that are not read in rounds."""
        self.asked: dict[Row, Asked] = {}
        self.amending: dict[Row, tuple[list[int], Watched, Answer]] = {}
        """Rows behind which ids are to be put, once there is room: those, who chooses then, and what it comes to."""

    @precondition(lambda self: len(self.rows) < SLOTS)
    @rule(data=st.data())
    def join(self, data: st.DataObject) -> None:
        """Somebody's answer begins, perhaps behind what an earlier one left."""
        asked, wanted = answers()[data.draw(st.integers(0, len(answers()) - 1))]
        row = begin(self.runner, self.batch, asked)
        self.asked[row] = asked
        self.rows.append((row, [], wanted))

    def read(self, index: int) -> bool:
        """Somebody reads an id, and leaves with the last; whether anybody got on: read, or left.

        Who fails was alone on the card.
        """
        row, found, wanted = self.rows[index]
        try:
            if row in self.amending:
                return self.amend(index)
            token = self.batch.next_id(row)
        except torch.OutOfMemoryError:
            assert any(each is row.sequence for each in self.card.hopeless)
            self.leave(index)
            return True
        if token is not None:
            found.append(token)
            assert found == wanted.ids[: len(found)]
        if len(found) == len(wanted.ids):
            self.leave(index)
        return token is not None

    @precondition(lambda self: self.rows)
    @rule(data=st.data(), count=st.integers(1, 2))
    def put_behind(self, data: st.DataObject, count: int) -> None:
        """One of them goes on behind ids that it did not choose."""
        index = data.draw(st.integers(0, len(self.rows) - 1))
        row, found, wanted = self.rows[index]
        left = row.limit - len(found) - count
        if row in self.amending or not found or left < 1:
            return
        ids, asked = [30, 31][:count], self.asked[row]
        whole = replace(asked.prompt, ids=(*asked.prompt.ids, *found, *ids))
        with patch.object(ModelRunner, "_decode", DECODE):
            behind = alone(model(), replace(asked, prompt=whole, limit=left))
        before = [*wanted.logits[: len(found)], *[torch.empty(0)] * count]
        sampler = Watched(asked.params, torch.ones(model().config.padded_vocab_size, dtype=torch.bool))
        sampler.logits += before
        comes_to = Answer([*found, *ids, *behind.ids], [*before, *behind.logits])
        self.amending[row] = ids, sampler, comes_to
        self.read(index)

    def amend(self, index: int) -> bool:
        """Whether there was room to put ids behind one of them."""
        row, found, _ = self.rows[index]
        ids, sampler, comes_to = self.amending[row]
        if not self.batch.amend(row, ids, sampler):
            return False
        del self.amending[row]
        self.rows[index] = row, [*found, *ids], comes_to
        return True

    def leave(self, index: int) -> None:
        """Somebody has it all, or gives up."""
        row, *_ = self.rows.pop(index)
        self.amending.pop(row, None)
        self.silent = {each - (each > index) for each in self.silent if each != index}
        end(self.runner, self.batch, row)

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def read_one(self, data: st.DataObject) -> None:
        """One of them reads."""
        self.read(data.draw(st.integers(0, len(self.rows) - 1)))

    @precondition(lambda self: self.rows)
    @rule(times=st.integers(1, 3))
    def read_all(self, times: int) -> None:
        """All read that are not silent, in turn."""
        for _ in range(times):
            self.round()

    def round(self) -> bool:
        """Whether anybody got on."""
        reading = [row for index, (row, *_) in enumerate(self.rows) if index not in self.silent]
        moved = False
        for row in reading:
            moved |= self.read(next(index for index, (each, *_) in enumerate(self.rows) if each is row))
        return moved

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def fall_silent_or_speak(self, data: st.DataObject) -> None:
        """One of them is suspended, or goes on."""
        self.silent ^= {data.draw(st.integers(0, len(self.rows) - 1))}

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def give_up(self, data: st.DataObject) -> None:
        """One of them is aborted."""
        self.leave(data.draw(st.integers(0, len(self.rows) - 1)))

    @rule(steps=st.integers(1, 6))
    def fail(self, steps: int) -> None:
        """Memory does not suffice for the next steps, whoever is in them."""
        self.card.failing = steps

    @rule(room=st.integers(1, SLOTS))
    def resize(self, room: int) -> None:
        """There is more room, or less."""
        self.card.room = room

    @rule()
    def make_room(self) -> None:
        """A picture is to be read, and there is no room."""
        self.batch.make_room()

    @invariant()
    def the_batch_is_who_is_there(self) -> None:
        """Nobody is lost, and nobody stays."""
        if hasattr(self, "rows"):
            assert [row for row, *_ in self.rows] == self.batch._rows

    @invariant()
    def what_is_computed_is_right(self) -> None:
        """To rounding, whether it is read or not."""
        for row, _, wanted in getattr(self, "rows", []):
            if row in self.amending:
                continue
            assert len(logits_of(row)) == row.chosen
            assert torch.allclose(logits_of(row)[-1], wanted.logits[row.chosen - 1], atol=1e-3)

    def teardown(self) -> None:
        """When nobody else asks, all go on to the end, whoever was parked; with room for one, nobody fails."""
        if not hasattr(self, "rows"):
            return
        self.silent.clear()
        self.card.failing = 0
        while self.rows:
            assert self.round()
        self.patched.__exit__(None, None, None)


def test_an_answer_is_what_it_is_alone() -> None:
    """Ahead or not, drawn or not, behind whatever was kept."""
    run_state_machine_as_test(Answers, settings=settings(max_examples=80, stateful_step_count=30, deadline=None))
