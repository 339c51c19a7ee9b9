"""Work on pixels is done by other processes, whose end is not that of this one."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from model_service import PictureFault, PictureRejected, decode_picture, in_worker, pixel_workers, workers
from tests.bot.samples import picture
from tests.model_service.working import (
    die_once,
    environment,
    modules,
    print_much,
    ready,
    return_what_cannot_cross,
    take,
    touch_nothing,
    wait_for,
    work_without_end,
)

PATIENCE = 30.0

ORPHAN = """
import os, sys
from pathlib import Path
from threading import Event, Thread
from model_service import in_worker, pixel_workers
from tests.model_service.working import wait_for

with pixel_workers(os.getpid):
    print(in_worker(os.getpid), flush=True)
    Thread(target=in_worker, args=(wait_for, Path(sys.argv[1])), daemon=True).start() if sys.argv[1:] else None
    Event().wait()
"""


@pytest.fixture
def opened() -> Iterator[None]:
    """Have workers."""
    with pixel_workers(ready):
        yield


def is_there(process: int) -> bool:
    """Whether a process lives."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(true: Callable[[], object]) -> None:
    """Wait for something that other processes do."""
    until = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)


def refused(work: Callable[..., object], *arguments: object) -> PictureFault:
    """Return why work is refused."""
    with pytest.raises(PictureRejected) as caught:
        in_worker(work, *arguments)
    return caught.value.fault


def test_without_workers_all_is_done_here() -> None:
    """As for a command on a terminal; and again, once they are closed."""
    assert in_worker(os.getpid) == os.getpid()
    with pixel_workers(ready):
        assert in_worker(os.getpid) != os.getpid()
    assert in_worker(os.getpid) == os.getpid()


@pytest.mark.usefixtures("opened")
def test_a_worker_is_ready_and_stays() -> None:
    """One does all that comes one after the other, in a group of its own: a Ctrl-C is not for it."""
    first = in_worker(os.getpid)
    assert in_worker(environment)["READY"] == "yes"
    assert in_worker(os.getpid) == first
    assert in_worker(os.getpgid, 0) not in {os.getpgid(0), 0}


def test_a_worker_knows_no_secret_and_no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment may hold the token."""
    monkeypatch.setenv("EYEGLASS_TELEGRAM__TOKEN", "secret")
    with pixel_workers(ready):
        assert "secret" not in str(in_worker(environment))
        in_worker(decode_picture, picture())
        assert "torch" not in in_worker(modules)


@pytest.mark.usefixtures("opened")
def test_a_refusal_comes_as_it_is() -> None:
    """With its words and facts; and what comes next is done."""
    for data in (b"no picture", picture(4000, 8)):
        with pytest.raises(PictureRejected) as here:
            decode_picture(data)
        with pytest.raises(PictureRejected) as there:
            in_worker(decode_picture, data)
        assert (there.value.fault, there.value.facts, str(there.value)) == (
            here.value.fault,
            here.value.facts,
            str(here.value),
        )
    assert in_worker(decode_picture, picture(30, 20)).width == 30


@pytest.mark.usefixtures("opened")
def test_who_was_killed_is_replaced(tmp_path: Path) -> None:
    """The work is done all the same: it is not known to be the cause."""
    first = in_worker(os.getpid)
    assert in_worker(die_once, tmp_path / "mark", signal.SIGKILL) != first
    assert not is_there(first)


@pytest.mark.usefixtures("opened")
def test_who_was_killed_while_it_had_nothing_to_do_is_replaced(tmp_path: Path) -> None:
    """All of them."""
    with ThreadPoolExecutor(2) as threads:
        waiting = [threads.submit(in_worker, wait_for, tmp_path / "go") for _ in range(2)]
        wait_until(lambda: len(list(tmp_path.glob("go.*"))) == 2)
        (tmp_path / "go").touch()
    former = {one.result() for one in waiting}
    for process in former:
        os.kill(process, signal.SIGKILL)
    assert in_worker(os.getpid) not in former


@pytest.mark.usefixtures("opened")
def test_what_crashes_again_is_refused() -> None:
    """With the reason, as far as it is known; the next is welcome."""
    assert refused(touch_nothing) is PictureFault.CRASHED
    assert refused(os._exit, 1) is PictureFault.CRASHED
    assert refused(signal.raise_signal, signal.SIGKILL) is PictureFault.TOO_MUCH
    assert in_worker(os.getpid) != os.getpid()


@pytest.mark.usefixtures("opened")
def test_work_without_an_end_is_ended(caplog: pytest.LogCaptureFixture) -> None:
    """By the system, and not tried again."""
    assert refused(work_without_end) is PictureFault.TOO_MUCH
    assert [record.getMessage() for record in caplog.records] == [
        "a process that works on pictures took more than 60 s"
    ]
    assert in_worker(os.getpid) != os.getpid()


@pytest.mark.skipif(sys.platform != "linux", reason="others may not bound memory")
@pytest.mark.usefixtures("opened")
def test_memory_is_bounded() -> None:
    """What takes more is refused, by the very process that goes on."""
    before = in_worker(os.getpid)
    assert refused(take, 4000) is PictureFault.TOO_MUCH
    assert in_worker(take, 100) == 100
    assert in_worker(os.getpid) == before


@pytest.mark.usefixtures("opened")
def test_what_is_printed_is_no_answer() -> None:
    """However much of it."""
    assert in_worker(print_much, "words" * 100_000) == "words" * 100_000
    assert in_worker(os.getpid) != os.getpid()


@pytest.mark.usefixtures("opened")
def test_what_cannot_cross_is_an_error_and_no_more() -> None:
    """Neither as an argument, nor as a result."""
    for work, argument in ((str, threading.Lock()), (id, lambda: None)):
        with pytest.raises((TypeError, AttributeError)):
            in_worker(work, argument)
    with pytest.raises(TypeError):
        in_worker(return_what_cannot_cross)
    assert in_worker(os.getpid) != os.getpid()


@pytest.mark.usefixtures("opened")
def test_as_many_work_as_there_is_work_for(tmp_path: Path) -> None:
    """Up to a few, which are kept; other work waits for one of them."""
    go, many = tmp_path / "go", workers.MOST + 2
    with ThreadPoolExecutor(many) as threads:
        waiting = [threads.submit(in_worker, wait_for, go) for _ in range(many)]
        wait_until(lambda: len(list(tmp_path.glob("go.*"))) == workers.MOST)
        go.touch()
    began = {one.result() for one in waiting}
    assert len(began) == workers.MOST
    assert all(map(is_there, began))


def test_where_no_process_can_be_started_all_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slower for others, but done."""

    def full(*_: object, **__: object) -> None:
        raise BlockingIOError("no more processes")

    monkeypatch.setattr("model_service.workers.subprocess.Popen", full)
    with pixel_workers(ready):
        assert in_worker(os.getpid) == os.getpid()


def test_the_end_waits_for_no_work(tmp_path: Path) -> None:
    """Who waits for it hears at once; nothing is left, and nothing is begun again here."""
    with ThreadPoolExecutor(1) as threads:
        with pixel_workers(ready):
            waiting = threads.submit(in_worker, wait_for, tmp_path / "never")
            wait_until(lambda: list(tmp_path.glob("never.*")))
        assert isinstance(waiting.exception(PATIENCE), PictureRejected)
    (mark,) = tmp_path.glob("never.*")
    assert not is_there(int(mark.suffix[1:]))


@pytest.mark.parametrize("busy", [False, True])
def test_a_killed_bot_leaves_no_worker(tmp_path: Path, busy: bool) -> None:
    """Whether it works or waits: it ends by itself, once it has done what it is at."""
    go = tmp_path / "go"
    command = [sys.executable, "-c", ORPHAN, *([str(go)] if busy else [])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as bot:  # noqa: S603
        assert bot.stdout is not None
        worker = int(bot.stdout.readline())
        wait_until(lambda: not busy or list(tmp_path.glob("go.*")))
        bot.kill()
    go.touch()
    wait_until(lambda: not is_there(worker))
