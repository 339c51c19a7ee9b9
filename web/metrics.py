"""`/metrics`, for Prometheus: what was asked and answered, what waits, the model, the event loop, Telegram's errors.

Values of labels come from closed sets: no chat, no person and no text stands in them.
"""

from collections.abc import Iterator, Mapping
from http import HTTPStatus

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from assistant.answering import End, Ended
from assistant.open_questions import OpenQuestions
from model_service import GenerationOutput, Health, Level, ModelService
from web.lag import watch_lag
from web.local import is_local

SUPERSEDED, ABANDONED = "superseded", "abandoned"
OUTCOMES = (*(end.value for end in End), SUPERSEDED, ABANDONED)

OTHER = "other"
LEVELS = (*(level.value for level in Level), OTHER)
"""The labels of a level; of a number of tokens between two it is OTHER."""

SECONDS = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0)
"""Buckets from a follow-up's first word on a large GPU to a long picture that is read out."""

LAGS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
"""Buckets of the event loop's lag, in seconds."""

# When each series began is asked by nobody, and takes a line for each.
disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """All metrics, in a registry of their own."""

    def __init__(self, model: ModelService) -> None:
        """Have what is asked of a model counted by `on_end`, and its state read whenever it is asked for."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.registry.register(_Model(model))
        self._questions = Counter(
            "eyeglass_questions", "Questions that are over, by outcome.", ["outcome"], registry=self.registry
        )
        self._question = self._histogram("question", "Seconds from a question to the end of its answer.")
        self._waited = self._histogram("waited", "Seconds for which a picture's question was in the model's line.")
        self._first_word = self._histogram(
            "first_word", "Seconds until the first word about a picture, waiting in line included.", "level"
        )
        self._answer = self._histogram(
            "answer", "Seconds until the whole answer about a picture, waiting in line included.", "level"
        )
        self._text_tokens = Counter("eyeglass_text_tokens", "Tokens that the model wrote.", registry=self.registry)
        self._visual_tokens = Counter(
            "eyeglass_visual_tokens", "Visual tokens of pictures that were read.", ["level"], registry=self.registry
        )
        self._lag = self._histogram("event_loop_lag", "Seconds by which the event loop woke late.", buckets=LAGS)
        self._begin_at_zero()

    def _histogram(self, name: str, help_text: str, *labels: str, buckets: tuple[float, ...] = SECONDS) -> Histogram:
        name = f"eyeglass_{name}_seconds"
        return Histogram(name, help_text, labels, buckets=buckets, registry=self.registry)

    def _begin_at_zero(self) -> None:
        """Make every series, so that the first event of each is seen as a rise."""
        for outcome in OUTCOMES:
            self._questions.labels(outcome)
        for level in LEVELS:
            for metric in (self._visual_tokens, self._first_word, self._answer):
                metric.labels(level)

    def follow(self, questions: OpenQuestions, telegram_errors: Mapping[str, int] | None = None) -> None:
        """Have these read whenever metrics are asked for; `telegram_errors` are counted by kind, if the bot runs."""
        self.registry.register(_Questions(questions))
        if telegram_errors is not None:
            self.registry.register(_Telegram(telegram_errors))

    def on_end(self, ended: Ended) -> None:
        """Count a question that is over; `Assistant` calls it."""
        self._questions.labels(SUPERSEDED if ended.superseded else ended.end or ABANDONED).inc()
        if ended.end is End.ANSWERED and not ended.superseded:
            self._question.observe(ended.seconds)
        for answer in ended.answers:
            self._waited.observe(answer.seconds_waited)
            if answer.seconds_to_first_token is not None:
                self._first_word.labels(level_of(answer)).observe(answer.seconds_to_first_token)
            self._answer.labels(level_of(answer)).observe(answer.seconds)
        for output in ended.outputs:
            self._text_tokens.inc(output.tokens)
            if output.plan is not None and output.tokens:
                self._visual_tokens.labels(level_of(output)).inc(output.plan.tokens)

    async def watch_lag(self) -> None:
        """Measure the event loop's lag until cancelled."""
        await watch_lag(self._lag.observe)

    def page(self) -> bytes:
        """Return all of them in Prometheus' text format. To be called on the event loop, whose state it reads."""
        return generate_latest(self.registry)


def level_of(output: GenerationOutput) -> str:
    """Return the label of the level that a picture was read at."""
    level = None if output.plan is None else output.plan.detail.level
    return OTHER if level is None else level.value


def metrics_routes(metrics: Metrics) -> list[Route]:
    """Return `/metrics`, which for anybody but this machine does not exist, see `is_local`."""

    async def show(request: Request) -> Response:
        if not is_local(request):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        return Response(metrics.page(), headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4, "Cache-Control": "no-store"})

    return [Route("/metrics", show)]


class _Model(Collector):
    """The model's state."""

    def __init__(self, model: ModelService) -> None:
        self._model = model

    def collect(self) -> Iterator[Metric]:
        """Read it."""
        model = self._model
        yield _gauge("model_up", "Whether the model is loaded and takes questions.", model.health is Health.READY)
        yield _gauge("model_load_ratio", "The share of the model that is loaded.", model.load_progress)
        yield _gauge("requests_waiting", "Requests in the model's line.", model.waiting)
        yield _gauge("requests_under_way", "Answers that are begun and not ended.", model.under_way)
        if model.info is not None:
            labels = {"model": model.info.model, "device": model.info.device, "dtype": model.info.dtype}
            info = GaugeMetricFamily("eyeglass_model_info", "The loaded model; always 1.", labels=list(labels))
            info.add_metric(list(labels.values()), 1.0)
            yield info
        if model.memory is not None:
            yield _gauge("device_memory_used_bytes", "Memory in use on the model's devices.", model.memory.used)
            if model.memory.total is not None:
                yield _gauge("device_memory_total_bytes", "Memory that the devices have.", model.memory.total)


class _Questions(Collector):
    """The open questions."""

    def __init__(self, questions: OpenQuestions) -> None:
        self._questions = questions

    def collect(self) -> Iterator[Metric]:
        """Count them."""
        yield _gauge("questions_waiting", "Questions on which the model has not begun.", self._questions.waiting)
        yield _gauge("questions_answering", "Questions that are being answered.", self._questions.answering)


class _Telegram(Collector):
    """The failed requests to Telegram."""

    def __init__(self, errors: Mapping[str, int]) -> None:
        self._errors = errors

    def collect(self) -> Iterator[Metric]:
        """Read them."""
        family = CounterMetricFamily(
            "eyeglass_telegram_errors", "Failed requests to Telegram, by kind.", labels=["kind"]
        )
        for kind, count in self._errors.items():
            family.add_metric([kind], count)
        yield family


def _gauge(name: str, help_text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"eyeglass_{name}", help_text, value=value)
