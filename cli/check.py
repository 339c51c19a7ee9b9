"""`eyeglass check`: everything that the bot needs, one line each, with what to do."""

from collections.abc import Awaitable, Callable
from functools import partial

import typer

from assistant.settings.errors import SettingsError
from assistant.settings.settings import Settings
from assistant.storage import StorageError
from cli.checks import machine, model, telegram
from cli.checks.verdicts import Remark, Wanting
from model_service import ModelServiceError

Look = Callable[[], Awaitable[str] | str]


async def check_all(settings: Settings) -> bool:
    """Print a line for each check; return True if nothing is wanting."""
    line = telegram.Line(settings)
    checks: dict[str, Look] = {
        "access": partial(machine.check_access, settings),
        "storage": partial(machine.check_storage, settings),
        "permissions": partial(machine.check_permissions, settings),
        "disk": partial(machine.check_disk, settings),
        "documents": partial(machine.check_documents, settings),
        "fonts": partial(machine.check_fonts, settings),
        "heic": partial(machine.check_heic, settings),
        "proxy": partial(telegram.check_proxy, line),
        "token": partial(telegram.check_token, line),
        "clock": partial(telegram.check_clock, line),
        "webhook": partial(telegram.check_webhook, line),
        "groups": partial(telegram.check_groups, line),
        "gpu": partial(model.check_gpu, settings),
        "files": partial(model.check_files, settings),
        "reader": partial(model.check_reader, settings),
        "model": partial(model.check_model, settings),
    }
    return all([await said(name, look) for name, look in checks.items()])


async def said(name: str, look: Look) -> bool:
    """Print the line of one check; return whether the bot runs so."""
    try:
        found = look()
        typer.echo(f"{name}: ok, {found if isinstance(found, str) else await found}")
    except Remark as remark:
        typer.echo(f"{name}: note, {remark}")
    except (Wanting, SettingsError, StorageError, ModelServiceError, OSError) as error:
        typer.echo(f"{name}: {' '.join(str(error).split())}")
        return False
    return True
