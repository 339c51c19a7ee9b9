"""What Prometheus is told after some questions: parsed by its own client, linted, and right."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from assistant.settings.settings import WaitingLimits
from assistant.tasks import background
from bot.delivery.faults import Fault, TelegramFaults
from model_service import EngineStep, Gauges, GenerationFailed, GenerationRequest, MemoryUse, ModelConfig, local_service
from tests.assistant.desk import ADA, CHAT, Desk, desk_with, text_of
from tests.model_service.scripted_engine import ScriptedEngine, echo, endless
from tests.web.asking import ELSEWHERE, get
from tests.web.promlint import names, problems
from web.health import Checks, health_routes
from web.lag import BEAT, watch_lag
from web.metrics import OUTCOMES, Metrics, metrics_routes
from web.server import serving

SECRET = "Whose is the orchard in Vilshany?"


def by_its_words(request: GenerationRequest) -> Iterator[EngineStep]:
    """Fail, go on for ever, or say the question back."""
    text = text_of(request)
    if text.startswith("Fail"):
        raise GenerationFailed("no")
    yield from endless(request) if text.startswith("Forever") else echo(request)


class Watched(Desk):
    """A desk, and the metrics of its questions."""

    metrics: Metrics
    faults: TelegramFaults

    async def page(self) -> str:
        """Return the page as a scrape on this machine gets it."""
        return (await get(metrics_routes(self.metrics), "/metrics")).text


@contextlib.asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[Watched]:
    """Open it."""
    async with desk_with(by_its_words, folder, WaitingLimits(waiting=1)) as desk:
        desk.__class__ = Watched
        assert isinstance(desk, Watched)
        desk.metrics, desk.faults = Metrics(desk.model), TelegramFaults()
        desk.metrics.follow(desk.questions, desk.faults.errors)
        desk.listeners.append(desk.metrics.on_end)
        yield desk


def values(page: str, name: str) -> dict[str, float]:
    """Return the samples of this name that are not 0, by their label."""
    samples = [sample for family in text_string_to_metric_families(page) for sample in family.samples]
    found = {",".join(sample.labels.values()): sample.value for sample in samples if sample.name == name}
    assert found, f"{name} is not there"
    return {label: value for label, value in found.items() if value}


async def some_questions(desk: Desk) -> None:
    """Ask, at three levels, and end in every way but by the end of the process."""
    await desk.ask(await desk.question(SECRET))
    await desk.ask(await desk.question(SECRET, pictures=2, detail="high"))
    await desk.ask(await desk.question(SECRET, detail="300"))
    await desk.ask(await desk.question("Fail!"))
    await desk.cancel(await desk.question("Forever and"))
    with desk.questions.open(desk.other(1)):
        await desk.ask(await desk.question(SECRET))
    for way in ("superseded", "abandoned"):
        async with contextlib.aclosing(desk.assistant.ask(await desk.question("Forever"), desk.library)) as states:
            async for state in states:
                if state.output is not None and state.output.tokens:
                    break
            if way == "superseded":
                state.question.superseded.set()


async def test_the_page_is_as_prometheus_wants_it(tmp_path: Path) -> None:
    """Parsed by the client's own parser, and without fault for the linter, before and after the first question."""
    async with watched(tmp_path) as desk:
        before = await desk.page()
        assert problems(before) == []
        await some_questions(desk)
        after = await desk.page()
        assert problems(after) == []
        answer = await get(metrics_routes(desk.metrics), "/metrics")
    assert names(before) == names(after)
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    ours = [family for family in text_string_to_metric_families(after) if family.name.startswith("eyeglass_")]
    assert len(ours) == 16
    assert {family.name: family.documentation for family in ours if not family.documentation.endswith(".")} == {}
    assert {"process_cpu_seconds_total", "python_info"} <= names(after)


async def test_each_question_is_counted_once_by_its_outcome(tmp_path: Path) -> None:
    """All that were asked, and no others."""
    async with watched(tmp_path) as desk:
        await some_questions(desk)
        page = await desk.page()
        assert len(desk.ended) == 8
    assert values(page, "eyeglass_questions_total") == {
        "answered": 3,
        "failed": 1,
        "cancelled": 1,
        "refused": 1,
        "superseded": 1,
        "abandoned": 1,
    }
    assert values(page, "eyeglass_question_seconds_count") == {"": 3}
    assert {"eyeglass_questions_waiting", "eyeglass_questions_answering"} <= names(page)
    assert values(page, "eyeglass_questions_answering") == {}


async def test_what_went_through_the_model_is_told_by_level(tmp_path: Path) -> None:
    """An odd number of tokens is no level; each picture has an answer of its own; all tokens are counted."""
    async with watched(tmp_path) as desk:
        await some_questions(desk)
        page = await desk.page()
        outputs = [output for ended in desk.ended for output in ended.outputs]
        answers = [answer for ended in desk.ended for answer in ended.answers]
    for name in ("first_word", "answer"):
        assert values(page, f"eyeglass_{name}_seconds_count") == {"standard": 1, "high": 2, "other": 1}
    assert sum(values(page, "eyeglass_answer_seconds_sum").values()) == pytest.approx(sum(a.seconds for a in answers))
    assert values(page, "eyeglass_waited_seconds_count") == {"": 4}
    assert values(page, "eyeglass_text_tokens_total") == {"": sum(output.tokens for output in outputs)}
    visual = values(page, "eyeglass_visual_tokens_total")
    assert visual.keys() == {"standard", "high", "other"}
    assert 700 < visual["high"] <= 2 * 512 and 200 < visual["other"] <= 300
    assert sum(visual.values()) == sum(output.plan.tokens for output in outputs if output.plan and output.tokens)


async def test_what_is_going_on_is_told(tmp_path: Path) -> None:
    """While a question is answered and another one waits."""
    async with watched(tmp_path) as desk:
        question = await desk.question("Forever")
        async with contextlib.aclosing(desk.assistant.ask(question, desk.library)) as states:
            async for state in states:
                if state.output is not None and state.output.tokens:
                    break
            with desk.questions.open(desk.other(1)):
                page = await desk.page()
    assert values(page, "eyeglass_questions_waiting") == values(page, "eyeglass_questions_answering") == {"": 1}
    assert values(page, "eyeglass_requests_under_way") == {"": 1}
    assert values(page, "eyeglass_requests_waiting") == {}


async def test_the_model_is_told_as_it_is(tmp_path: Path) -> None:
    """Before it is loaded, loaded, and closed."""
    model = local_service(ScriptedEngine, ModelConfig(drain_seconds=0.1))
    metrics = Metrics(model)

    def up_and_loaded() -> tuple[float, float]:
        page = metrics.page().decode()
        return tuple(values(page, f"eyeglass_model_{name}").get("", 0.0) for name in ("up", "load_ratio"))  # type: ignore[return-value]

    assert up_and_loaded() == (0, 0)
    assert "eyeglass_model_info" not in names(metrics.page().decode())
    async with model:
        await model.ready()
        assert up_and_loaded() == (1, 1)
        assert values(metrics.page().decode(), "eyeglass_model_info") == {"cpu,float32,scripted": 1}
    assert up_and_loaded() == (0, 1)


@pytest.mark.parametrize("total", [None, 24 * 2**30])
async def test_memory_is_told_where_it_is_known(total: int | None) -> None:
    """On a CPU it has no bound of its own."""
    gauges = Gauges()
    metrics = Metrics(local_service(ScriptedEngine, ModelConfig(), gauges=gauges))
    assert not any("memory" in name for name in names(metrics.page().decode()) if name.startswith("eyeglass"))
    gauges.memory = MemoryUse(5 * 2**30, total)
    page = metrics.page().decode()
    assert problems(page) == []
    assert values(page, "eyeglass_device_memory_used_bytes") == {"": 5 * 2**30}
    assert ("eyeglass_device_memory_total_bytes" in names(page)) is (total is not None)


async def test_telegrams_errors_are_told_by_kind(tmp_path: Path) -> None:
    """All kinds from the start, and none where no bot runs."""
    async with watched(tmp_path) as desk:
        assert page_kinds(await desk.page()) == set(Fault)
        for _ in range(3):
            desk.faults.note("sendMessage", Fault.RETRY_AFTER)
        assert values(await desk.page(), "eyeglass_telegram_errors_total") == {"retry_after": 3}
        without = Metrics(desk.model)
        without.follow(desk.questions)
        assert "eyeglass_telegram_errors_total" not in names(without.page().decode())
        assert "eyeglass_questions_waiting" in names(without.page().decode())


def page_kinds(page: str) -> set[str]:
    """Return the kinds of Telegram's errors that a page names."""
    samples = [sample for family in text_string_to_metric_families(page) for sample in family.samples]
    return {sample.labels["kind"] for sample in samples if sample.name == "eyeglass_telegram_errors_total"}


async def test_nobody_is_told_of(tmp_path: Path) -> None:
    """No chat, no person, no text; and what is told does not grow with what is asked."""
    async with watched(tmp_path) as desk:
        before = (await desk.page()).count("\n")
        await some_questions(desk)
        for tokens in (17, 33, 99):
            await desk.ask(await desk.question(SECRET, detail=str(tokens)))
        page = await desk.page()
    assert page.count("\n") == before
    for private in (str(CHAT), str(ADA), "Ada", "orchard", "Vilshany", "Forever"):
        assert private not in page
    labels = {
        value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
        for label, value in sample.labels.items()
        if label == "outcome"
    }
    assert labels == set(OUTCOMES)


async def test_for_others_there_are_no_metrics(tmp_path: Path) -> None:
    """Not even that they exist is told."""
    async with watched(tmp_path) as desk:
        routes = metrics_routes(desk.metrics)
        refused = [await get(routes, "/metrics", client=ELSEWHERE)]
        refused.append(await get(routes, "/metrics", headers={"X-Forwarded-For": "127.0.0.1"}))
        refused.append(await get(routes, "/metrics", host="rebound.example"))
        missing = await get(routes, "/nothing")
    assert [(answer.status_code, answer.text) for answer in refused] == [(404, missing.text)] * 3


async def test_a_scrape_over_the_network_is_answered() -> None:
    """By the server that the page has, to a client on loopback; what came through a proxy is not."""
    model = local_service(ScriptedEngine, ModelConfig())
    app = Starlette(routes=[*metrics_routes(Metrics(model)), *health_routes(Checks(model))])
    async with serving(app, "127.0.0.1", 0) as listening, httpx.AsyncClient(base_url=listening.url) as client:
        scraped = await client.get("/metrics")
        proxied = await client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"})
        health = await client.get("/health")
    assert (scraped.status_code, problems(scraped.text), proxied.status_code) == (200, [], 404)
    assert (health.status_code, health.json()["model"]) == (503, "closed")


async def test_a_loop_that_is_held_is_noticed() -> None:
    """For 0.2 s; it is noticed by how late the next beat is."""
    metrics = Metrics(local_service(ScriptedEngine, ModelConfig()))
    lags, noticed = list[float](), asyncio.Event()

    def note(seconds: float) -> None:
        lags.append(seconds)
        noticed.set()

    async with background(metrics.watch_lag(), "watch the loop"), background(watch_lag(note), "watch it as well"):
        await asyncio.sleep(0)
        time.sleep(0.2)  # noqa: ASYNC251
        await asyncio.wait_for(noticed.wait(), 20)
    assert lags[0] >= 0.2 - BEAT
    page = metrics.page().decode()
    assert values(page, "eyeglass_event_loop_lag_seconds_sum")[""] >= 0.2 - BEAT


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        ("# HELP a_x A.\n# TYPE a_x counter\na_x 1\n", "a_x: counts, and does not end in _total"),
        ("# TYPE a_x gauge\na_x 1\n", "a_x: has no help"),
        ("# HELP a_x A.\na_x 1\n", "a_x: has no type"),
        ("# HELP a_total A.\n# TYPE a_total gauge\na_total 1\n", "a_total: ends as only counters and histograms do"),
        ("# HELP aX A.\n# TYPE aX gauge\naX 1\n", "aX: is not in snake case"),
        ("# HELP a_percent A.\n# TYPE a_percent gauge\na_percent 1\n", "a_percent: is in percent, not in ratio"),
        ("# HELP a_ms A.\n# TYPE a_ms gauge\na_ms 1\n", "a_ms: holds the word ms"),
        ('# HELP a A.\n# TYPE a gauge\na{le="1"} 1\n', "a: has the label le"),
        ('# HELP a A.\n# TYPE a gauge\na{quantile="1"} 1\n', "a: has the label quantile"),
        (
            '# HELP a A.\n# TYPE a histogram\na_bucket{le="+Inf"} 1\na_count 1\na_sum 1\n',
            "a: does not say what it is in",
        ),
    ],
)
def test_the_linter_finds_what_is_wrong(page: str, wrong: str) -> None:
    """Else a page without fault would say nothing."""
    assert wrong in problems(page)
