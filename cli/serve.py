"""`eyeglass serve`: the model behind OpenAI's protocol, for other programs; neither a bot nor a page."""

import contextlib
import logging
import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from pydantic import SecretStr

from api.access import LEAST_KEY, Keys, is_loopback
from api.app import api_app
from api.services import Defaults
from assistant.level import level_of
from assistant.pictures.memory import keep_little
from assistant.settings.errors import SettingsError
from assistant.settings.secret_files import read_secret_file
from assistant.settings.settings import API_KEY, Settings
from assistant.tasks import background
from bot.app import settle
from cli.listening import listening_at
from cli.stopping import stop_signal, until_end
from cli.systemd import up
from model_service import Detail, ModelService, open_service
from web.server import Listening

_log = logging.getLogger(__name__)


def take_keys(file: Path | None, environment: Mapping[str, str] | None = None) -> list[SecretStr]:
    """Return the keys: those of a file, one a line, else that of EYEGLASS_API_KEY; none where neither is given.

    Raises:
        SettingsError: the file cannot be read, or a key is too short; the text never holds it.
    """
    environment = os.environ if environment is None else environment
    text, source = environment.get(API_KEY, ""), API_KEY
    if file is not None:
        source = str(file)
        text = read_secret_file("--key-file", source)
    keys = [line.strip() for line in text.splitlines() if line.strip()]
    if file is not None and not keys:
        raise SettingsError(f"--key-file: {file} holds no key.")
    if any(len(key) < LEAST_KEY or not key.isascii() or " " in key for key in keys):
        raise SettingsError(f"{source}: a key has at least {LEAST_KEY} ASCII characters and no space.")
    return [SecretStr(key) for key in keys]


def check_host(host: str, keys: list[SecretStr]) -> None:
    """Let nobody else in without a key.

    Raises:
        SettingsError: other machines could reach it.
    """
    if not keys and not is_loopback(host):
        raise SettingsError(f"--host {host} lets other machines in: set {API_KEY}, or name a file by --key-file.")


async def run_api(settings: Settings, host: str, port: int, keys: list[SecretStr]) -> None:
    """Serve the model until SIGTERM or SIGINT, or until it dies.

    Raises:
        CheckpointError, EngineDead: the model cannot be used, or died.
        SettingsError: the address cannot be listened at.
    """
    keep_little()
    stop, model = stop_signal(), open_service(settings.model.config())
    async with api_at(settings, model, host, port, keys) as listening, background(settle(model), "announce the model"):
        _log.info("serving OpenAI's protocol at %s/v1, %s", listening.url, f"keys: {len(keys)}")
        async with up():
            await until_end(model, stop)


@contextlib.asynccontextmanager
async def api_at(
    settings: Settings, model: ModelService, host: str, port: int, keys: list[SecretStr]
) -> AsyncIterator[Listening]:
    """Open model and server for as long as the block lasts; running answers may end before it closes.

    Raises:
        SettingsError: as for `run_api`.
    """
    detail = settings.model.default_detail()
    level = detail if isinstance(detail, Detail) else level_of
    defaults = Defaults(level, settings.model.sampling(), settings.model.max_waiting)
    app = api_app(model, defaults, Keys(keys))
    async with model, listening_at(app, host, port, "--host and --port") as listening:
        yield listening
        await model.drain()
