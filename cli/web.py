"""`eyeglass web`: the page alone, without a bot; it needs no token of Telegram's."""

import contextlib
from collections.abc import AsyncIterator

from assistant.access import Verdict, judge
from assistant.answering import Assistant
from assistant.clock import DAY
from assistant.open_questions import OpenQuestions
from assistant.pictures.memory import keep_little
from assistant.pictures.normalize import begin_worker
from assistant.retention import Retention
from assistant.settings.settings import Settings
from assistant.storage import Turns, open_database
from assistant.tasks import background
from bot.app import settle
from cli.listening import listening_at
from cli.stopping import stop_signal, until_end
from cli.systemd import up
from model_service import ModelService, open_service, pixel_workers
from web.app import finish_deletions, page_app, whole_app
from web.desk import Desk
from web.entrance import Entrance, read_key
from web.health import Checks, health_routes
from web.metrics import Metrics, metrics_routes
from web.server import Listening
from web.services import PageServices, page_services

ADDRESS = "web.host and web.port"
"""The settings that choose where the page listens."""


async def run_page(settings: Settings) -> None:
    """Serve the page until SIGTERM or SIGINT, or until the model dies.

    Raises:
        CheckpointError, EngineDead: the model cannot be used, or died.
        SettingsError: the address cannot be listened at.
        StorageError: the storage cannot be used.
    """
    keep_little()
    stop, model = stop_signal(), open_service(settings.model.config())
    with pixel_workers(begin_worker):
        async with page_alone(settings, model) as (desk, listening), background(settle(model), "announce the model"):
            show_link(listening, desk)
            async with up():
                await until_end(model, stop)


@contextlib.asynccontextmanager
async def page_alone(settings: Settings, model: ModelService) -> AsyncIterator[tuple[Desk, Listening]]:
    """Open storage, model and page for as long as the block lasts; running answers may end before it closes.

    Raises:
        SettingsError, StorageError: as for `run_page`.
    """
    async with open_database(settings.storage.path) as database:
        retention = Retention(database, settings.storage.path, settings.storage.keep_days * DAY)
        metrics, questions = Metrics(model), OpenQuestions(settings.model.limits())
        metrics.follow(questions)
        assistant = Assistant(model, Turns(database), questions, settings.model, on_end=metrics.on_end)
        routes = [*health_routes(Checks(model, lambda: database.outage)), *metrics_routes(metrics)]
        desk = desk_of(page_services(settings, model, assistant, database, retention))
        await finish_deletions(desk)
        await retention.delete_loose()
        async with (
            model,
            background(retention.keep_sweeping(), "delete what is too old"),
            background(metrics.watch_lag(), "watch the event loop"),
        ):
            app = whole_app(routes, page_app(desk, settings.web.url))
            async with listening_at(app, settings.web.host, settings.web.port, ADDRESS) as listening:
                yield desk, listening
            await model.drain()
            await desk.answers.ended()


def show_link(listening: Listening, desk: Desk) -> None:
    """Print the link that lets in whoever uses this machine; it is a secret, so it goes into no log."""
    print(f"\nOn this machine, open this page in a browser:\n\n{listening.url}{desk.entrance.local_path}\n", flush=True)


def desk_of(services: PageServices) -> Desk:
    """Return the desk of a page.

    Raises:
        OSError: the key that signs cookies cannot be kept.
    """
    settings = services.settings

    async def is_welcome(person: int) -> bool:
        inside = await services.admissions.inside(person)
        return judge(settings.access, inside, person, person, private=True) is Verdict.WELCOME

    return Desk(services, Entrance(read_key(settings.storage.path), is_welcome, settings.web.url))
