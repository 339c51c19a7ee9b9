"""Render pages of a PDF as pictures, in a process of its own with limits on time and memory."""

import asyncio
import json
import logging
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from assistant.pictures.fair_slots import FairSlots

PROCESS = Path(__file__).with_name("pdf_process.py")
SECONDS = 40.0
"""The time limit of a process."""

MOST_PROCESSES = 2
_slots = FairSlots(MOST_PROCESSES)

_log = logging.getLogger(__name__)


class DocumentFault(StrEnum):
    """The reason why nothing of a document can be read."""

    LOCKED = "locked"
    BROKEN = "broken"
    EMPTY = "empty"
    TOO_MUCH = "too_much"


class DocumentRefused(Exception):
    """Nothing of a document can be read."""

    def __init__(self, fault: DocumentFault) -> None:
        super().__init__(f"the document is {fault}")
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Rendered:
    """Pages of a document as JPEG, and the number of all its pages."""

    pages: int
    pictures: tuple[bytes, ...]


async def render_pages(data: bytes, numbers: Sequence[int], chat: int) -> Rendered:
    """Render the pages with these numbers, from 1; skip those that do not exist. One PDF at a time for a chat.

    Raises:
        DocumentRefused: it has a password, is no PDF or damaged, has no pages, or takes too much time or memory.
    """
    async with _slots.of(chat):
        output = await _output(data, numbers)
    line, _, pictures = output.partition(b"\n")
    head = json.loads(line)
    if fault := head.get("fault"):
        raise DocumentRefused(DocumentFault(fault))
    found, start = [], 0
    for size in head["sizes"]:
        found.append(pictures[start : start + size])
        start += size
    return Rendered(head["pages"], tuple(found))


async def _output(data: bytes, numbers: Sequence[int]) -> bytes:
    """Return the output of the process. Kill it if the caller is cancelled."""
    # Without the environment, which may hold the bot's token, and without this folder on its path.
    command = [sys.executable, "-EP", str(PROCESS), *(str(number) for number in numbers)]
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env={})
    end = ""
    try:
        async with asyncio.timeout(SECONDS):
            output, _ = await process.communicate(data)
        if process.returncode:
            end = f"it ended with {process.returncode}"
    except TimeoutError:
        end = f"it took more than {SECONDS:.0f} s"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if end:
        _log.warning("a PDF of %d bytes could not be rendered: %s", len(data), end)
        raise DocumentRefused(DocumentFault.TOO_MUCH)
    return output
