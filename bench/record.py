"""Record the results of a part while it runs."""

import json
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Record:
    """The results of one part, in a file that is whole after every section."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.found: dict[str, object] = {}

    @contextmanager
    def section(self, name: str) -> Iterator[dict[str, object]]:
        """Fill the dictionary; record an error, and go on with the next section."""
        found: dict[str, object] = {}
        begun = time.perf_counter()
        try:
            yield found
        except Exception:
            found["error"] = traceback.format_exc(limit=-4)
        found["took"] = round(time.perf_counter() - begun, 2)
        self.found[name] = found
        self._file.write_text(json.dumps(self.found, indent=2) + "\n", encoding="utf-8")
        print(name, json.dumps(found)[:2000], flush=True)
