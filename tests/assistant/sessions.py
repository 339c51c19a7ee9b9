"""A chat with an assistant whose model follows a script."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from assistant.storage import open_database
from bench.parts import Session
from tests.model_service.scripted_engine import Loader, Script, serve


@contextlib.asynccontextmanager
async def opened(script: Script, folder: Path) -> AsyncIterator[Session]:
    """Open it, with a database of its own."""
    async with open_database(folder) as database, serve(Loader(script)) as model:
        await model.ready()
        yield Session(database, model, folder)
