"""The next process knows the work in progress when the last one died."""

import gc
import os
import signal
import threading
from multiprocessing import get_context
from pathlib import Path

from bot.updates.at_work import PAGE, AtWork, Mark


def open_marks(folder: Path, *, ready: bool = True) -> AtWork:
    """Return the marks in a folder."""
    return AtWork(folder, lambda: ready)


def die_at_work(folder: Path) -> None:
    """Be killed while update 7 is decoded and the engine works on update 8."""
    marks = open_marks(folder)
    with marks.marked(6):
        pass
    marks.turn([5])
    marks.turn([])
    marks.turn([8])
    with marks.marked(7):
        os.kill(os.getpid(), signal.SIGKILL)


def test_what_a_killed_process_had_at_work_is_left(tmp_path: Path) -> None:
    """And nothing that it had come back from; the next start knows of neither."""
    process = get_context("spawn").Process(target=die_at_work, args=(tmp_path,))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    assert set(open_marks(tmp_path).left) == {Mark(7, ready=True), Mark(8, ready=True)}
    assert open_marks(tmp_path).left == ()


def test_a_mark_says_whether_the_model_was_there(tmp_path: Path) -> None:
    """A turn of the engine always has one."""
    marks = open_marks(tmp_path, ready=False)
    with marks.marked(1):
        marks.turn([2])
        assert set(open_marks(tmp_path).left) == {Mark(1, ready=False), Mark(2, ready=True)}


def test_several_turns_at_once_are_all_marked(tmp_path: Path) -> None:
    """Each until the model came back from it."""
    marks = open_marks(tmp_path)
    marks.turn([1, 2, 3])
    marks.turn([1, 3])
    assert set(open_marks(tmp_path).left) == {Mark(1, ready=True), Mark(3, ready=True)}


def test_an_update_at_work_twice_is_marked_until_both_are_done(tmp_path: Path) -> None:
    """Pictures of one album are decoded concurrently, on threads."""
    marks, inside, go = open_marks(tmp_path), threading.Event(), threading.Event()

    def decode() -> None:
        with marks.marked(1):
            inside.set()
            go.wait(10)

    thread = threading.Thread(target=decode)
    with marks.marked(1):
        thread.start()
        inside.wait(10)
    assert (tmp_path / "at_work").read_bytes().split() == [b"1", b"1"]
    go.set()
    thread.join()
    assert open_marks(tmp_path).left == ()


def test_what_is_done_takes_no_memory(tmp_path: Path) -> None:
    """However many pictures were decoded."""

    def known() -> int:
        gc.collect()
        return sum(type(one) is Mark for one in gc.get_objects())  # Some objects warn when asked by isinstance.

    marks, before = open_marks(tmp_path), known()
    for number in range(100):
        with marks.marked(number), marks.marked(number):
            pass
    assert known() == before


def test_a_stop_that_was_asked_for_blames_nobody(tmp_path: Path) -> None:
    """Whatever is at work, or begins after that."""
    marks = open_marks(tmp_path)
    marks.turn([1])
    marks.forgive()
    with marks.marked(2):
        marks.turn([3])
        assert open_marks(tmp_path).left == ()


def test_more_than_fits_and_a_closed_file_do_no_harm(tmp_path: Path) -> None:
    """A mark never fails."""
    marks = open_marks(tmp_path)
    for number in range(10**9, 10**9 + 500):
        marks._change(Mark(number, ready=True), 1)
    assert (tmp_path / "at_work").stat().st_size == PAGE
    assert 300 < len(open_marks(tmp_path).left) < 500
    marks.close()
    marks.turn([1])
    (tmp_path / "at_work").write_bytes(b"\xff 1\n-1 1\nx y\n3\n4 1 1\n5 0\n")
    assert open_marks(tmp_path).left == (Mark(5, ready=False),)
