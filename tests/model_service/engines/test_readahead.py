"""Reading files ahead of whoever goes through them."""

import threading
from pathlib import Path

import pytest

from model_service.engines.weights import readahead, shards
from model_service.engines.weights.readahead import ReadAhead
from model_service.errors import CheckpointError


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Two files of ten chunks each, of which three may be read ahead."""
    monkeypatch.setattr(readahead, "CHUNK", 10)
    monkeypatch.setattr(readahead, "AHEAD", 30)
    found = [tmp_path / "one", tmp_path / "two"]
    for file in found:
        file.write_bytes(bytes(100))
    return found


def _until(reader: ReadAhead, read: int) -> None:
    """Wait until this many bytes are read."""
    with reader._changed:
        assert reader._changed.wait_for(lambda: reader.read >= read, timeout=30)


def test_what_is_asked_for_is_read_and_not_much_more(files: list[Path]) -> None:
    """Across the border of the files, and of a piece larger than what may be read ahead; then the thread has ended."""
    asked = 0
    with ReadAhead(files) as reader:
        for count in (1, 9, 25, 90, 40, 35):
            reader.await_next(count)
            asked += count
            assert asked <= reader.read < asked + 30 + 10
        assert asked == reader.read == 200
    assert not reader._thread.is_alive()


def test_nobody_asking_it_stops_early(files: list[Path]) -> None:
    """With as much read as may be, it waits; and does not read on when it is left."""
    with ReadAhead(files) as reader:
        _until(reader, 30)
    assert reader.read == 30
    assert not reader._thread.is_alive()


def test_left_by_an_error_it_ends(files: list[Path]) -> None:
    """Also with files unread."""
    reader = ReadAhead(files)
    with pytest.raises(KeyError), reader:
        reader.await_next(5)
        raise KeyError
    assert not reader._thread.is_alive()


def test_what_cannot_be_read_is_told_when_it_is_asked_for(files: list[Path]) -> None:
    """Not before: what lies before it is whole."""
    files[1].unlink()
    with ReadAhead(files) as reader:
        reader.await_next(100)
        with pytest.raises(FileNotFoundError):
            reader.await_next(1)


def test_a_file_that_became_shorter_is_waited_for_by_nobody(files: list[Path]) -> None:
    """More is asked for than there is."""
    with ReadAhead(files) as reader, pytest.raises(OSError, match="too early"):
        reader.await_next(201)


def test_all_of_a_checkpoint_is_asked_for_in_step_with_its_tensors(
    checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Headers and tensors are all that the files hold, so that what is asked for ends where they end."""
    made: list[ReadAhead] = []

    def noted(files: list[Path]) -> ReadAhead:
        made.append(ReadAhead(files))
        return made[0]

    monkeypatch.setattr(shards, "ReadAhead", noted)
    files = shards.shards(checkpoint)
    for _ in shards.read_tensors(files, lambda share: None):
        pass
    assert made[0]._asked == made[0].read == sum(file.stat().st_size for file in files)


def test_tensors_that_nobody_takes_leave_no_thread(checkpoint: Path) -> None:
    """A consumer that fails at the first drops the rest; so does a file that is missing."""
    with pytest.raises(KeyError):
        _fail_at_the_first(checkpoint)
    with pytest.raises(CheckpointError, match="nothing"):
        list(shards.read_tensors([checkpoint / "nothing.safetensors"], lambda share: None))
    assert "read-ahead" not in [thread.name for thread in threading.enumerate()]


def _fail_at_the_first(checkpoint: Path) -> None:
    for name, _ in shards.read_tensors(shards.shards(checkpoint), lambda share: None):
        raise KeyError(name)
