"""Group commit: one transaction for many callers, and to each what is theirs."""

import sqlite3
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from assistant.storage.group_commit import Batch, GroupCommit, Statement

INSERT = "INSERT INTO things VALUES (?)"


class Desk:
    """A connection with one table, the batches that it takes, and the statements that ran."""

    def __init__(self, file: Path) -> None:
        self.ran: list[str] = []
        self.batches: deque[Batch] = deque()
        self.connection = GroupCommit(self.batches, file, isolation_level=None)
        self.connection.execute("CREATE TABLE things (id UNIQUE NOT NULL)")
        self.connection.set_trace_callback(self.ran.append)

    def commit(self, *writes: Sequence[Statement]) -> list[int | Exception]:
        """Write a batch; returns its outcomes."""
        batch = Batch(writes)
        self.batches.append(batch)
        self.connection.commit()
        return batch.outcomes

    @property
    def ids(self) -> list[object]:
        """All that is in the table."""
        return [row[0] for row in self.connection.execute("SELECT id FROM things ORDER BY id")]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk, its connection closed afterwards."""
    desk = Desk(tmp_path / "things.sqlite3")
    yield desk
    desk.connection.close()


def test_all_that_is_in_a_batch_is_committed_once(desk: Desk) -> None:
    """Each hears how many rows they changed."""
    assert desk.commit([(INSERT, (1,))], [(INSERT, (2,)), (INSERT, (3,))], []) == [1, 2, 0]
    assert [statement for statement in desk.ran if statement in {"BEGIN IMMEDIATE", "COMMIT"}] == [
        "BEGIN IMMEDIATE",
        "COMMIT",
    ]
    assert not desk.connection.in_transaction
    assert desk.ids == [1, 2, 3]


@pytest.mark.parametrize(
    "wrong",
    [(INSERT, (1,)), (INSERT, (None,)), (INSERT, (1, 2)), ("INSERT INTO nothing VALUES (?)", (1,)), ("NO SQL", ())],
)
def test_a_write_that_fails_is_taken_back_alone(desk: Desk, wrong: Statement) -> None:
    """So are its earlier statements; the writes before and after it are kept."""
    before, failed, after = desk.commit([(INSERT, (1,))], [(INSERT, (2,)), wrong], [(INSERT, (3,))])
    assert (before, after) == (1, 1)
    assert isinstance(failed, sqlite3.Error)
    assert desk.ids == [1, 3]


def test_a_full_disk_concerns_all_and_the_next_batch_is_written(desk: Desk) -> None:
    """Nothing of the batch is there, not even what came after; no transaction is left open."""
    (pages,) = desk.connection.execute("PRAGMA page_count").fetchone()
    desk.connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(sqlite3.OperationalError, match="full"):
        desk.commit([(INSERT, (1,))], [(INSERT, (b"x" * 100_000,))], [(INSERT, (3,))])
    assert not desk.connection.in_transaction
    assert desk.ids == []
    assert desk.commit([(INSERT, (4,))]) == [1]


def test_a_commit_that_fails_concerns_all(desk: Desk) -> None:
    """A foreign key that is looked at only at the end."""
    desk.connection.execute("PRAGMA foreign_keys = ON")
    desk.connection.execute("CREATE TABLE parts (thing REFERENCES things (id) DEFERRABLE INITIALLY DEFERRED)")
    with pytest.raises(sqlite3.IntegrityError):
        desk.commit([(INSERT, (1,))], [("INSERT INTO parts VALUES (9)", ())])
    assert not desk.connection.in_transaction
    assert desk.ids == []


def test_without_a_batch_a_commit_is_a_commit(desk: Desk) -> None:
    """It ends the transaction that is open."""
    desk.connection.execute("BEGIN")
    desk.connection.execute(INSERT, (1,))
    desk.connection.commit()
    assert not desk.connection.in_transaction
    assert desk.ids == [1]
