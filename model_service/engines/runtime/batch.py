"""The answers that are written together: each step puts a token behind every one of them."""

import contextlib
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import torch
from torch import Tensor

from model_service.engines.engine import Likely
from model_service.engines.runtime.prefix_cache import Sequence
from model_service.engines.runtime.runner import ModelRunner
from model_service.engines.runtime.sampling import PARTS, Sampler

UNMEASURED = 0.005
"""Seconds that a step is taken to last until one was measured."""


GIVEN: Likely = (1.0, 0.0)
"""How likely an id is that nobody chose."""


class Arriving:
    """(n, 3) rated ids on their way from the device; others may be chosen there before they are waited for.

    `began` was recorded on the device when what made them began.
    """

    def __init__(self, ids: Tensor, began: torch.cuda.Event | None = None) -> None:
        self._copy, self._began = ids.to("cpu", non_blocking=True), began
        self._copied = _recorded(ids.is_cuda)

    def wait(self) -> list[list[int]]:
        """The ids, each with the probabilities that `rated` gives it."""
        if self._copied is not None:
            self._copied.synchronize()
        return self._copy.tolist()

    @property
    def seconds(self) -> float | None:
        """Seconds that the device took for them, known once they have come; None if it did not measure."""
        if self._began is None or self._copied is None:
            return None
        return self._began.elapsed_time(self._copied) / 1e3  # type: ignore[no-any-return]


def _recorded(cuda: bool) -> torch.cuda.Event | None:
    """An event behind all that was launched on the device so far."""
    if not cuda:
        return None
    event = torch.cuda.Event(enable_timing=True, blocking=True)  # type: ignore[no-untyped-call]
    event.record()
    return event


@dataclass(eq=False, slots=True)
class Row:
    """An answer in the batch: the ids behind its sequence, of which the caller has read some.

    `token` is the (1,) id chosen last, on the device; `put` counts those that were put into the KV cache. `likely` are
    the probabilities of the `ids`, and of the likeliest others.
    """

    sequence: Sequence
    sampler: Sampler
    limit: int
    token: Tensor
    chosen: int = 1
    put: int = 0
    read: int = 0
    ids: list[int] = field(default_factory=list)
    likely: list[Likely] = field(default_factory=list)
    failed: bool = False
    begin: int = field(init=False)

    def __post_init__(self) -> None:
        """Note where the answer begins in its sequence."""
        self.begin = len(self.sequence.ids)

    @property
    def unread(self) -> bool:
        """Whether there is an id that the caller has not read."""
        return self.read < len(self.ids)

    @property
    def wants_step(self) -> bool:
        """Whether the caller has read all there is, and the answer may grow."""
        return not self.unread and self.chosen < self.limit and not self.failed

    @property
    def read_likely(self) -> Likely:
        """The probabilities of the id that was read last."""
        return self.likely[self.read - 1]

    def drop_unread(self) -> None:
        """Take back what was chosen beyond the ids that the caller has read; its sequence holds no more than those."""
        del self.ids[self.read :], self.likely[self.read :], self.sequence.ids[self.begin + self.read :]
        self.put, self.chosen = len(self.sequence.ids) - self.begin, self.read

    def learn(self, token: int, *parts: int) -> None:
        """Take in an id that has arrived, with its probabilities in millionths."""
        self.ids.append(token)
        own, other = parts
        self.likely.append((own / PARTS, other / PARTS))
        self.settle()

    def settle(self) -> None:
        """Let the sequence hold the ids that are both known here and put into its KV cache."""
        held = len(self.sequence.ids) - self.begin
        self.sequence.ids.extend(self.ids[held : self.put])


class Batch:
    """Rows whose next ids are computed in one step, whoever of their callers asks first.

    A row whose caller does not read takes no part once an id waits for it, so that a suspended answer costs nothing.
    `ahead`: the device begins a step before the ids that it puts in are known here, so that it never waits for the
    host. Whoever stops reading has then had one step computed that nobody takes.

    When memory runs out in a step, rows that take no part are parked in host memory, then the youngest that do; they
    come back when another row has left.
    """

    def __init__(self, runner: ModelRunner, *, ahead: bool, clock: Callable[[], float] = time.perf_counter) -> None:
        self._runner = runner
        self.ahead = ahead
        self.beside: tuple[Batch, ...] = ()
        """Those of other models on the same device."""
        self._clock = clock
        self._rows: list[Row] = []
        self._pending: deque[tuple[list[Row | None], Arriving]] = deque()
        """What is on its way, and to whom: None, who does not want it any more."""
        self.steps = 0
        """Count of steps so far."""
        self.left = 0
        """Count of rows that have left."""
        self._unpark_at = 0
        self.seconds = UNMEASURED
        """Seconds that the last step took: on the device, or else here, and then not while `interrupted`."""
        self.interrupted = False
        """Set while something else computes between the steps."""

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self._rows)

    def join(self, sequence: Sequence, logits: Tensor, sampler: Sampler, limit: int) -> Row:
        """Let an answer of at most `limit` ids grow behind a sequence, whose last (vocabulary,) logits are given.

        Raises:
            torch.OutOfMemoryError: there is no room to choose the first.
        """
        first = sampler.choose_rated(logits)
        row = Row(sequence, sampler, limit, first[:, 0])
        self._rows.append(row)
        self._pending.append(([row], Arriving(first)))
        return row

    def leave(self, row: Row) -> None:
        """Take a row out; its sequence holds what a follow-up may take over."""
        self._rows.remove(row)
        self.left += 1
        if row.sequence.cache.parked:
            with contextlib.suppress(torch.OutOfMemoryError):
                row.sequence.cache.unpark()

    def next_id(self, row: Row) -> int | None:
        """The row's next id; None if memory is short and the others' answers come first.

        Raises:
            torch.OutOfMemoryError: in a step, even without the others.
        """
        while not row.unread:
            if row.failed:
                raise torch.OutOfMemoryError("a step failed, even without the others")
            self._advance(row)
            if row.sequence.cache.parked and not row.unread:
                return None
        row.read += 1
        return row.ids[row.read - 1]

    def amend(self, row: Row, ids: list[int], sampler: Sampler) -> bool:
        """Put ids behind those that the caller has read, in place of what was chosen; count them as read.

        A fresh `sampler` chooses from there on: how often the former one chose depends on the other rows. False if
        memory is short and the others' answers come first: the row takes no part until it is tried again.

        Raises:
            torch.OutOfMemoryError: even without the others.
        """
        row.drop_unread()
        self._pending = deque(
            ([None if each is row else each for each in rows], arriving) for rows, arriving in self._pending
        )
        first = self._extended(row, [*row.ids[row.put :], *ids], sampler)
        if first is None:
            row.chosen = row.limit
            return False
        row.ids += ids
        row.likely += [GIVEN] * len(ids)
        row.read = row.put = len(row.ids)
        row.chosen, row.sampler, row.token = row.read + 1, sampler, first[:, 0]
        self._pending.append(([row], Arriving(first)))
        return True

    def _extended(self, row: Row, ids: list[int], sampler: Sampler) -> Tensor | None:
        """Put ids behind a row's sequence; the rated id behind them, None if memory is short and others go on."""
        cache = row.sequence.cache
        while True:
            # Left by the with statement, the error lets go of the tensors that its frames hold.
            with contextlib.suppress(torch.OutOfMemoryError):
                if cache.parked:
                    cache.unpark()
                return sampler.choose_rated(self._runner.extend(row.sequence, ids))
            if self.make_room():
                continue
            if all(each.sequence.cache.parked for each in self._rows if each is not row):
                raise torch.OutOfMemoryError("an answer could not go on, even without the others")
            if not cache.parked:
                cache.park()
            return None

    @property
    def awaited(self) -> bool:
        """Whether a caller waits for the next step."""
        return any(row.wants_step for row in self._rows)

    def make_room(self) -> bool:
        """Park the rows that take no part now, here and beside; False if there are none."""
        rows = [row for batch in (self, *self.beside) for row in batch._rows]
        idle = [row for row in rows if not row.wants_step and not row.sequence.cache.parked]
        for row in idle:
            row.sequence.cache.park()
        return bool(idle)

    def _advance(self, asking: Row) -> None:
        """Compute a step for all rows that want one, and take in what was computed before, up to an id of this row.

        What is behind that may take long: the first id of an answer comes when its picture has been read. Where the
        host goes first, only what is pending, if anything is: a step's ids are then known at once.
        """
        begin = self._clock()
        pending = len(self._pending)
        if (self.ahead and self._may_launch) or not pending:
            self._launch()
        for _ in range(pending or len(self._pending)):
            rows, arriving = self._pending.popleft()
            for row, found in zip(rows, arriving.wait(), strict=True):
                if row is not None:
                    row.learn(*found)
            if arriving.seconds is not None:
                self.seconds = arriving.seconds
            if asking.unread:
                break
        if not self.ahead and not self.interrupted:
            self.seconds = self._clock() - begin

    @property
    def _may_launch(self) -> bool:
        """Whether of all who want a step what was put in is known: their positions are counted by that."""
        return all(row.put <= len(row.ids) for row in self._rows if row.wants_step)

    def _launch(self) -> None:
        """Begin a step; rows for which memory does not suffice are parked, and the last one fails."""
        self._unpark()
        rows = [row for row in self._rows if row.wants_step and not row.sequence.cache.parked]
        began = _recorded(bool(rows) and rows[0].token.is_cuda)
        while rows:
            # Left by the with statement, the error lets go of the tensors that its frames hold.
            with contextlib.suppress(torch.OutOfMemoryError):
                ids = self._runner.decode(
                    [row.sequence for row in rows], [row.token for row in rows], [row.sampler for row in rows]
                )
                break
            if self.make_room():
                continue
            youngest = rows.pop()
            if rows:
                youngest.sequence.cache.park()
                self._unpark_at = self.left + 1
            else:
                youngest.failed = True
        else:
            return
        self.steps += 1
        self._pending.append(([*rows], Arriving(ids, began)))
        for row, token in zip(rows, torch.split(ids[:, 0], 1), strict=True):
            row.token = token
            row.chosen += 1
            row.put += 1
            row.settle()

    def _unpark(self) -> None:
        """Bring parked rows back that want a step: once another row has left, or where no other wants one."""
        wanting = [row for row in self._rows if row.wants_step]
        parked = [row for row in wanting if row.sequence.cache.parked]
        if not parked or (self.left < self._unpark_at and len(parked) < len(wanting)):
            return
        for row in parked:
            while row.sequence.cache.parked:
                with contextlib.suppress(torch.OutOfMemoryError):
                    row.sequence.cache.unpark()
                    break
                if not self.make_room():
                    self._unpark_at = self.left + 1
                    row.failed = all(each.sequence.cache.parked for each in wanting)
                    return
