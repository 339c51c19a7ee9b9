"""Pages of a PDF become pictures, in a process of their own with limits to its time and memory."""

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

PROCESS = Path(__file__).with_name("pdf_process.py")
SECONDS = 40.0
"""How long a process may take."""

MOST_PROCESSES = 2
_pool = ThreadPoolExecutor(MOST_PROCESSES, thread_name_prefix="pdf")

_log = logging.getLogger(__name__)


class DocumentFault(StrEnum):
    """Why nothing of a document can be looked at."""

    LOCKED = "locked"
    BROKEN = "broken"
    EMPTY = "empty"
    TOO_MUCH = "too_much"


class DocumentRefused(Exception):
    """Nothing of a document can be looked at."""

    def __init__(self, fault: DocumentFault) -> None:
        super().__init__(f"the document is {fault}")
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Rendered:
    """Pages of a document as JPEG, and how many it has in all."""

    pages: int
    pictures: tuple[bytes, ...]


async def render_pages(data: bytes, numbers: Sequence[int]) -> Rendered:
    """Render the pages of these numbers, from 1; those that do not exist are left out.

    Raises:
        DocumentRefused: it has a password, is no PDF or damaged, has no pages, or takes too much time or memory.
    """
    return await asyncio.get_running_loop().run_in_executor(_pool, _render, data, numbers)


def _render(data: bytes, numbers: Sequence[int]) -> Rendered:
    # Without the environment, which may hold the bot's token, and without this folder on its path.
    command = [sys.executable, "-EP", str(PROCESS), *(str(number) for number in numbers)]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=SECONDS, env={}, check=True)  # noqa: S603
    except (subprocess.SubprocessError, BrokenPipeError) as error:
        _log.warning("a PDF of %d bytes could not be rendered: %s", len(data), type(error).__name__)
        raise DocumentRefused(DocumentFault.TOO_MUCH) from error
    line, _, pictures = done.stdout.partition(b"\n")
    head = json.loads(line)
    if fault := head.get("fault"):
        raise DocumentRefused(DocumentFault(fault))
    found, start = [], 0
    for size in head["sizes"]:
        found.append(pictures[start : start + size])
        start += size
    return Rendered(head["pages"], tuple(found))
