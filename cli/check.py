"""`eyeglass check`: check everything that the bot needs, one line each."""

from collections.abc import Awaitable, Callable

import typer
from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from assistant.settings.errors import SettingsError
from assistant.settings.settings import Settings
from assistant.storage import INSIDE, Admissions, StorageError, StorageInUse, open_database
from bot.token import REFUSED, read_token
from model_service import ModelServiceError, open_service


class _Wanting(Exception):
    """A check failed; the text says why."""


async def check_all(settings: Settings) -> bool:
    """Print a line for each check; return True if all pass."""
    checks: dict[str, Callable[[Settings], Awaitable[str]]] = {
        "access": _check_access,
        "token": _check_token,
        "storage": _check_storage,
        "model": _check_model,
    }
    good = True
    for name, look in checks.items():
        try:
            typer.echo(f"{name}: ok, {await look(settings)}")
        except (_Wanting, SettingsError, StorageError, ModelServiceError) as error:
            typer.echo(f"{name}: {' '.join(str(error).split())}")
            good = False
    return good


async def _check_access(settings: Settings) -> str:
    access = settings.access
    if access.mode == "open":
        return "everybody may use the bot"
    try:
        async with open_database(settings.storage.path) as database:
            admissions = Admissions(database)
            inside = [one for one in await admissions.all() if one.standing in INSIDE]
            pairing = "" if await admissions.owner() else "; it has no owner yet: `eyeglass run` shows a pairing code"
    except StorageInUse:
        return "the running Eyeglass knows who may use it: say /people to it"
    chats = {one.id for one in inside if one.is_group} | set(access.chats)
    users = {one.id for one in inside if not one.is_group} | set(access.users)
    return f"{len(users)} people and {len(chats)} groups may use the bot{pairing}"


async def _check_token(settings: Settings) -> str:
    token = read_token(settings.telegram).get_secret_value()
    try:
        async with Bot(token, settings.telegram.base_url, settings.telegram.base_file_url) as bot:
            return f"the bot is @{bot.username}"
    except InvalidToken:
        raise _Wanting(REFUSED) from None
    except TelegramError as error:
        raise _Wanting(f"Telegram cannot be reached ({type(error).__name__})") from None


async def _check_storage(settings: Settings) -> str:
    try:
        async with open_database(settings.storage.path) as database:
            await database.write("DELETE FROM inbox WHERE FALSE")
    except StorageInUse:
        return f"{settings.storage.path} is in use by a running Eyeglass"
    return f"{settings.storage.path} can be written"


async def _check_model(settings: Settings) -> str:
    async with open_service(settings.model.config()) as model:
        info = await model.ready()
    return f"{info.model} on {info.device} ({info.dtype})"
