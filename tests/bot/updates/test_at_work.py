"""The next process knows the work in progress when the last one died."""

import os
import signal
from multiprocessing import get_context
from pathlib import Path

from bot.updates.at_work import PAGE, AtWork


def die_at_work(folder: Path) -> None:
    """Be killed while the engine works on updates 7 and 8."""
    marks = AtWork(folder)
    marks.turn([5])
    marks.turn([])
    marks.turn([7, 8])
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_a_killed_process_had_at_work_is_left(tmp_path: Path) -> None:
    """And nothing that it had come back from; the next start knows of neither."""
    process = get_context("spawn").Process(target=die_at_work, args=(tmp_path,))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert set(AtWork(tmp_path).left) == {7, 8}
    assert AtWork(tmp_path).left == ()


def test_several_turns_at_once_are_all_marked(tmp_path: Path) -> None:
    """Each until the model came back from it."""
    marks = AtWork(tmp_path)
    marks.turn([1, 2, 3])
    marks.turn([1, 3])
    assert set(AtWork(tmp_path).left) == {1, 3}


def test_a_stop_that_was_asked_for_blames_nobody(tmp_path: Path) -> None:
    """Whatever is at work, or begins after that."""
    marks = AtWork(tmp_path)
    marks.turn([1])
    marks.forgive()
    assert AtWork(tmp_path).left == ()
    marks.turn([3])
    assert AtWork(tmp_path).left == ()


def test_more_than_fits_and_a_closed_file_do_no_harm(tmp_path: Path) -> None:
    """A mark never fails; a number of which a part did not fit is none."""
    marks, many = AtWork(tmp_path), range(10**9, 10**9 + 500)
    marks.turn(many)
    assert (tmp_path / "at_work").stat().st_size == PAGE
    left = AtWork(tmp_path).left
    assert len(left) > 300 and set(left) < set(many)
    marks.close()
    marks.turn([1])
    (tmp_path / "at_work").write_bytes(b"\xff 1\n-1\nx y\n4 1\n5\n\n6")
    assert AtWork(tmp_path).left == (5,)
