"""A chat with an assistant whose model follows a script."""

import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from assistant.storage import open_database
from bench.parts import Session
from tests.model_service.scripted_engine import Loader, Script, serve


@contextlib.asynccontextmanager
async def opened(script: Script, folder: Path) -> AsyncIterator[Session]:
    """Open it, with a database of its own."""
    async with opened_with(Loader(script), folder) as session:
        yield session


@contextlib.asynccontextmanager
async def opened_with(load: Callable[[], Any], folder: Path) -> AsyncIterator[Session]:
    """Open it with an engine."""
    async with open_database(folder) as database, serve(load) as model:
        await model.ready()
        yield Session(database, model, folder)
