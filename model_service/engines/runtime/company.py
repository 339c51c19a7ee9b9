"""The batches of models that share a device and a thread, as one to whoever paces work there or looks for room."""

from model_service.engines.runtime.batch import Batch


class Company:
    """One batch, or several."""

    def __init__(self, *batches: Batch) -> None:
        """Let each park the others' rows, too, where memory is short."""
        self._batches = batches
        for batch in batches:
            batch.beside = tuple(each for each in batches if each is not batch)

    def __len__(self) -> int:
        """Return how many rows there are."""
        return sum(map(len, self._batches))

    @property
    def ahead(self) -> bool:
        """Whether the device goes ahead of the host."""
        return any(batch.ahead for batch in self._batches)

    @property
    def awaited(self) -> bool:
        """Whether a caller waits for the next step of any."""
        return any(batch.awaited for batch in self._batches)

    @property
    def seconds(self) -> float:
        """Seconds that the last steps took of those that are waited for."""
        return sum(batch.seconds for batch in self._batches if batch.awaited)

    @property
    def steps(self) -> int:
        """Count of steps so far."""
        return sum(batch.steps for batch in self._batches)

    @property
    def left(self) -> int:
        """Count of rows that have left."""
        return sum(batch.left for batch in self._batches)

    @property
    def interrupted(self) -> bool:
        """Whether something else computes between the steps."""
        return any(batch.interrupted for batch in self._batches)

    @interrupted.setter
    def interrupted(self, value: bool) -> None:
        for batch in self._batches:
            batch.interrupted = value

    def make_room(self) -> bool:
        """Park the rows that take no part now; False if there are none."""
        return self._batches[0].make_room()  # Those of the others, too.
