"""Group commit: the writes of many callers in one transaction, with one sync; each fails or succeeds on its own."""

import sqlite3
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

Value = str | int | float | bytes | None
Statement = tuple[str, Sequence[Value]]
"""SQL and its values."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Writes of several callers, each of one or more statements, and once committed the outcome of each.

    An outcome is the number of changed rows, or the error for which a write was rolled back.
    """

    writes: Sequence[Sequence[Statement]]
    outcomes: list[int | Exception] = field(default_factory=list)


class GroupCommit(sqlite3.Connection):
    """A connection whose `commit` writes the next of `batches` and commits it; a plain commit if there is none.

    aiosqlite runs `commit` on the connection's thread, so a batch costs one trip there, however many writes it has.
    """

    def __init__(self, batches: deque[Batch], *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._batches = batches

    def commit(self) -> None:
        """Write a batch in one transaction, except for those of its writes that fail.

        Raises:
            sqlite3.Error: nothing of it is written, for a reason that concerns all: a full disk, say.
        """
        if not self._batches:
            super().commit()
            return
        batch = self._batches.popleft()
        self.execute("BEGIN IMMEDIATE")
        try:
            batch.outcomes.extend([self._write(statements) for statements in batch.writes])
            super().commit()
        except BaseException:
            self.rollback()
            raise

    def _write(self, statements: Sequence[Statement]) -> int | Exception:
        """Execute all of the statements or none; return the number of changed rows, or the error."""
        self.execute("SAVEPOINT one")
        outcome: int | Exception
        try:
            outcome = sum(self.execute(sql, values).rowcount for sql, values in statements)
        except Exception as error:
            if not self.in_transaction:  # It concerns all: a full disk, say, has rolled back everything.
                raise
            self.execute("ROLLBACK TO one")
            outcome = error
        self.execute("RELEASE one")
        return outcome
