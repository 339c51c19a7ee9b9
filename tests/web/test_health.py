"""Whether questions are answered now, and why not, in each state of the model, the storage and Telegram."""

import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from assistant.storage import open_database
from model_service import CheckpointError, Gauges, ModelConfig, ModelService, ServerState, Trouble, local_service
from tests.model_service.scripted_engine import ScriptedEngine
from tests.web.asking import ELSEWHERE, get
from web.health import SILENCE, Checks, health_routes


class Loading:
    """Loads once it may, or fails."""

    def __init__(self) -> None:
        self.may_end = threading.Event()
        self.error: Exception | None = None
        self.gauges = Gauges()
        self.model = local_service(self, ModelConfig(drain_seconds=0.1), gauges=self.gauges)

    def __call__(self) -> ScriptedEngine:
        """Load, on the engine's thread."""
        self.may_end.wait(20)
        if self.error is not None:
            raise self.error
        return ScriptedEngine()


@pytest.fixture
async def loading() -> AsyncIterator[Loading]:
    """A model that is being loaded."""
    made = Loading()
    async with made.model:
        yield made
        made.may_end.set()


@pytest.fixture
async def model(loading: Loading) -> ModelService:
    """A model that is loaded."""
    loading.may_end.set()
    await loading.model.ready()
    return loading.model


async def health(checks: Checks, path: str = "/health", **options: str) -> tuple[int, dict[str, object]]:
    """Return the status and what is said."""
    answer = await get(health_routes(checks), path, **options)  # type: ignore[arg-type]
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.json()


async def test_all_is_well(model: ModelService) -> None:
    """Ready and live."""
    assert await health(Checks(model)) == (200, {"ready": True, "live": True, "model": "ready", "why": None})
    assert await health(Checks(model), "/health/live") == (200, {"live": True})


async def test_a_model_that_loads_is_live_and_not_ready(loading: Loading) -> None:
    """It says how far it is."""
    loading.gauges.loaded = 0.42
    why = "The model is loading: 42 %."
    assert await health(Checks(loading.model)) == (503, {"ready": False, "live": True, "model": "loading", "why": why})
    assert await health(Checks(loading.model), "/health/live") == (200, {"live": True})


@pytest.mark.parametrize("trouble", Trouble)
async def test_a_server_that_answers_nobody_is_live_and_not_ready(loading: Loading, trouble: Trouble) -> None:
    """Before it was reached and after; a restart would not help."""
    loading.gauges.server = ServerState("models.example.org", trouble)
    before = await health(Checks(loading.model))
    loading.may_end.set()
    await loading.model.ready()
    status, said = await health(Checks(loading.model))
    assert (status, said["live"], said["why"]) == (503, True, before[1]["why"])
    assert str(said["why"]).startswith("The model's server does not")
    loading.gauges.server = ServerState("models.example.org", resizes=True)
    assert (await health(Checks(loading.model)))[0] == 200


async def test_a_dead_engine_is_not_live(loading: Loading) -> None:
    """Only a restart helps."""
    loading.error = CheckpointError("torn")
    loading.may_end.set()
    with pytest.raises(CheckpointError):
        await loading.model.ready()
    status, said = await health(Checks(loading.model))
    assert (status, said["live"], said["model"]) == (503, False, "dead")
    assert "restart" in str(said["why"])
    assert await health(Checks(loading.model), "/health/live") == (503, {"live": False})


async def test_what_drains_or_is_closed_is_live_and_not_ready(model: ModelService) -> None:
    """It ends by itself."""
    said = []
    draining = Checks(model)
    model._refuse()
    said.append(await health(draining))
    await model.close()
    said.append(await health(draining))
    assert [(status, told["model"], told["live"]) for status, told in said] == [
        (503, "draining", True),
        (503, "closed", True),
    ]
    assert "about to end" in str(said[0][1]["why"]) and "closed" in str(said[1][1]["why"])


async def test_a_storage_that_takes_nothing_is_told_until_it_does(model: ModelService, tmp_path: Path) -> None:
    """A real database whose file may not grow, and one that another program holds."""
    async with open_database(tmp_path) as database:
        checks = Checks(model, outage=lambda: database.outage)
        ((pages,),) = await database.rows("PRAGMA page_count")
        await database.rows(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(sqlite3.OperationalError):
            await database.write("INSERT INTO chats (id, detail) VALUES (1, ?)", "x" * 100_000)
        assert (await health(checks))[1]["why"] == "The storage is full."
        await database.rows(f"PRAGMA max_page_count = {pages + 100}")
        await database.write("INSERT INTO chats (id, detail) VALUES (1, 'low')")
        assert (await health(checks))[0] == 200
    held = sqlite3.OperationalError("database is locked")
    held.sqlite_errorcode = sqlite3.SQLITE_BUSY
    status, said = await health(Checks(model, outage=lambda: held))
    assert (status, said["why"], said["live"]) == (503, "The storage takes nothing: see the log.", True)


@pytest.mark.parametrize(
    ("silence", "why"),
    [
        (None, None),
        (SILENCE - 1, None),
        (SILENCE, "Telegram has given no updates for 60 seconds."),
        (754.4, "Telegram has given no updates for 754 seconds."),
    ],
)
async def test_telegram_may_be_away_for_a_minute(model: ModelService, silence: float | None, why: str | None) -> None:
    """Then it is told."""
    status, said = await health(Checks(model, silence=lambda: silence))
    assert (status, said["why"]) == (503 if why else 200, why)


async def test_of_several_reasons_the_first_is_told(loading: Loading) -> None:
    """The model's, the storage's, Telegram's: in the order in which they stand in each other's way."""
    full = sqlite3.OperationalError("full")
    full.sqlite_errorcode = sqlite3.SQLITE_FULL
    checks = Checks(loading.model, outage=lambda: full, silence=lambda: 100.0)
    assert "loading" in str((await health(checks))[1]["why"])
    loading.may_end.set()
    await loading.model.ready()
    assert (await health(checks))[1]["why"] == "The storage is full."


async def test_others_are_told_no_details(loading: Loading) -> None:
    """Whether it is ready, by the status as well; so too through a proxy."""
    checks = Checks(loading.model)
    assert await health(checks, client=ELSEWHERE) == (503, {"ready": False})
    forwarded = await get(health_routes(checks), "/health", headers={"X-Forwarded-For": ELSEWHERE})
    assert forwarded.json() == {"ready": False}
    loading.may_end.set()
    await loading.model.ready()
    assert await health(checks, client=ELSEWHERE) == (200, {"ready": True})
    assert await health(checks, "/health/live", client=ELSEWHERE) == (200, {"live": True})
