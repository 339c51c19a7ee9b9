"""The command line: run, demo, ask, chat, web, serve, check, health, calibrate, migrate, backup, restore, unpair."""

import asyncio
import contextlib
import logging
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from telegram.error import InvalidToken, TelegramError

from assistant.settings.errors import SettingsError
from assistant.settings.settings import Settings, load_settings
from assistant.storage import Admissions, StorageError, open_database
from bot.delivery.errors import reason
from bot.logs import set_up_logs
from bot.token import REFUSED, read_token
from cli.pages import COUNT
from model_service import (
    LEVEL_TOKENS,
    CheckpointError,
    Detail,
    ModelServiceError,
    PictureRejected,
    PromptTooLong,
    UnknownDetail,
)

FAILED, MISUSED = 1, 2
"""Exit codes: a failure; a misuse (of an option, a setting, a token's shape)."""

SettingsFile = Annotated[
    Path | None, typer.Option("--settings", help="The settings file; ./settings.toml where there is one.")
]

_log = logging.getLogger(__name__)

app = typer.Typer(
    name="eyeglass",
    help="A Telegram bot that looks at pictures.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command line."""
    app()


def _show_version(wanted: bool) -> None:
    if wanted:
        from cli.version import version_line

        typer.echo(version_line())
        raise typer.Exit


@app.callback()
def options(
    _: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version, and end.")
    ] = False,
) -> None:
    """A Telegram bot that looks at pictures."""


@app.command()
def run(settings: SettingsFile = None) -> None:
    """Run the bot until it is told to stop (Ctrl-C or SIGTERM)."""
    from cli.run import run as run_bot

    with clear_errors():
        loaded = load_settings(settings)
        token = read_token(loaded.telegram)
        way = loaded.telegram.way()
        set_up_logs(loaded.log.level, token, loaded.model.key(), *(way.secrets if way else ()))
        asyncio.run(run_bot(loaded, token))


@app.command()
def demo() -> None:
    """Watch a conversation with the bot on this machine; neither a token nor a network is needed."""
    with clear_errors():
        try:
            from playground.demo import main as play
        except ModuleNotFoundError as error:
            raise SettingsError(f"The demo needs more packages ({error.name}): pip install 'eyeglass[demo]'.") from None
        raise SystemExit(play())


@app.command()
def ask(
    pictures: Annotated[
        list[Path],
        typer.Argument(
            help="A picture, or several, which a model that can sees together; or a PDF: name the page in the question."
        ),
    ],
    question: Annotated[str, typer.Argument(help="What you want to know about them.")],
    detail: Annotated[str | None, typer.Option(help="auto, low, standard, fine, high, max, or 16 to 1600.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each answer instead of text.")] = False,
    settings: SettingsFile = None,
) -> None:
    """Ask about a picture, or several, on this terminal: eyeglass ask one.jpg two.jpg "Which is cheaper?"."""
    from cli.ask import ask_model

    with clear_errors():
        with contextlib.suppress(OSError):  # A question may be longer than the name of a file.
            if Path(question).is_file():
                raise SettingsError(f"What do you want to know? The question comes last, behind {question}.")
        loaded = load_settings(settings)
        set_up_logs("critical")  # Whatever fails is said in one sentence below.
        asyncio.run(ask_model(loaded, pictures, question, detail, as_json=as_json))


@app.command()
def chat(settings: SettingsFile = None) -> None:
    """Talk about pictures on this terminal: the quickest way to try it; what is said is kept in the database."""
    from cli.chat import chat as talk

    with clear_errors():
        loaded = load_settings(settings)
        set_up_logs("critical")
        talk(loaded)


@app.command()
def web(
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="The port; web.port where none is given.")] = None,
    settings: SettingsFile = None,
) -> None:
    """Open the page in a browser on this machine: upload, ask, see what the model sees; no Telegram is needed."""
    from cli.web import run_page

    with clear_errors():
        loaded = load_settings(settings)
        if port is not None:
            loaded = loaded.model_copy(update={"web": loaded.web.model_copy(update={"port": port})})
        set_up_logs(loaded.log.level, loaded.model.key())
        asyncio.run(run_page(loaded))


@app.command()
def serve(
    host: Annotated[
        str, typer.Option(help="The address to listen at; others than this machine's own need a key.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8000,
    key_file: Annotated[
        Path | None, typer.Option(help="A file with keys, one a line, in place of EYEGLASS_API_KEY.")
    ] = None,
    settings: SettingsFile = None,
) -> None:
    """Serve the model to other programs by OpenAI's protocol; no Telegram is needed."""
    from cli.serve import check_host, run_api, take_keys

    with clear_errors():
        loaded = load_settings(settings)
        set_up_logs(loaded.log.level)
        keys = take_keys(key_file)
        check_host(host, keys)
        asyncio.run(run_api(loaded, host, port, keys))


@app.command()
def check(settings: SettingsFile = None) -> None:
    """See whether everything that `run` needs is there."""
    from cli.check import check_all

    with clear_errors():
        loaded = load_settings(settings)
        set_up_logs("critical")
        typer.echo("settings: ok")
        if not asyncio.run(check_all(loaded)):
            raise SystemExit(FAILED)


@app.command()
def health(
    address: Annotated[
        str | None, typer.Argument(help="http://HOST:PORT; web.host and web.port where none is given.")
    ] = None,
    ready: Annotated[bool, typer.Option("--ready", help="Fail while no question would be answered, too.")] = False,
    settings: SettingsFile = None,
) -> None:
    """Ask a running Eyeglass whether it is well; it fails where only a restart would help."""
    from cli.health import address_of, ask_health

    with clear_errors():
        found = ask_health(address or address_of(load_settings(settings).web))
        typer.echo(found.said)
        if not (found.ready if ready else found.live):
            raise SystemExit(FAILED)


@app.command()
def calibrate(
    pages: Annotated[int, typer.Option(min=1, max=COUNT, help="How many of the drawn pages to ask about.")] = COUNT,
    levels: Annotated[str, typer.Option(help="Levels or numbers of tokens, with commas between.")] = ",".join(
        LEVEL_TOKENS
    ),
    settings: SettingsFile = None,
) -> None:
    """Measure what each level of detail is worth with your model on this machine."""
    from cli.calibrate import calibrate as measure

    with clear_errors():
        loaded = load_settings(settings)
        wanted = [Detail.parse(word) for word in levels.split(",")]
        set_up_logs("critical")
        asyncio.run(measure(loaded.model.config(patient=False), wanted, pages))


@app.command()
def migrate(settings: SettingsFile = None) -> None:
    """Bring the database up to date (`run` does this too)."""
    with clear_errors():
        loaded = load_settings(settings)
        asyncio.run(_migrate(loaded))
        typer.echo(f"The database in {loaded.storage.path} is up to date.")


async def _migrate(settings: Settings) -> None:
    async with open_database(settings.storage.path):
        pass


@app.command()
def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; a backup that is there is replaced.")],
    settings: SettingsFile = None,
) -> None:
    """Write all that is kept, pictures included, to one file; the bot may run meanwhile."""
    from cli.backup import back_up

    with clear_errors():
        typer.echo(back_up(load_settings(settings), file))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `eyeglass backup` wrote.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Delete what storage.path holds, once it is done.")
    ] = False,
    settings: SettingsFile = None,
) -> None:
    """Put a backup into storage.path; no bot may run there."""
    from cli.backup import restore as put_back

    with clear_errors():
        typer.echo(put_back(load_settings(settings), file, replace=replace))


@app.command()
def unpair(settings: SettingsFile = None) -> None:
    """Forget who owns the bot: the next `run` shows a new pairing code."""
    with clear_errors():
        loaded = load_settings(settings)
        done = asyncio.run(_unpair(loaded))
        typer.echo("The next `eyeglass run` shows a pairing code." if done else "Nobody owns the bot.")


async def _unpair(settings: Settings) -> bool:
    async with open_database(settings.storage.path) as database:
        return await Admissions(database).unpair()


@contextlib.contextmanager
def clear_errors() -> Iterator[None]:
    """End the process with one sentence and an exit code instead of a traceback."""
    try:
        yield
    except (SettingsError, UnknownDetail) as error:
        _end(f"{error}", MISUSED)
    except InvalidToken:
        _end(REFUSED, FAILED)
    except (StorageError, CheckpointError, PictureRejected, PromptTooLong) as error:
        _end(f"{error}", FAILED)
    except ModelServiceError as error:
        _end(f"The model failed: {error}", FAILED)
    except sqlite3.Error as error:  # A mistake in the program: what else may happen to a database is a StorageError.
        _log.debug("the database failed", exc_info=error)
        _end(
            f'The database failed: {error}. If it does so again, please report it; log.level "debug" says more.', FAILED
        )
    except TelegramError as error:
        _end(f"Telegram cannot be reached: {reason(error)}.", FAILED)
    except KeyboardInterrupt:
        _end("Stopped.", FAILED)


def _end(sentence: str, code: int) -> None:
    sys.stderr.write(f"eyeglass: {' '.join(sentence.split())}\n")
    raise SystemExit(code)


if __name__ == "__main__":
    main()
