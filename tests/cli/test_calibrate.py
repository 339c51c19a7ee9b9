"""`eyeglass calibrate`: a row a level, a recommendation with its reason, one sentence for what is missing."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

import cli.__main__
from cli import calibrate as calibration
from cli.calibrate import LEAST_PAGES, READ_OUT, Mark, calibrate, recommend
from cli.effort import Effort, between, in_words
from cli.pages import COUNT, read_pages
from model_service import (
    GLM4V_DIAL,
    Detail,
    DetailPlan,
    EngineInfo,
    EngineStep,
    FinishReason,
    GenerationRequest,
    Likely,
    ModelConfig,
    ModelService,
    OutOfMemory,
    Sureness,
    local_service,
)
from model_service.sureness import kept_sureness


class Oracle:
    """An engine that knows all answers; at `low` it says nothing, and at `max` its memory does not suffice."""

    def __init__(self, most_tokens: int = 1600) -> None:
        self.info = EngineInfo("oracle", "cpu", "float32", most_tokens, GLM4V_DIAL)
        self.asked: set[tuple[bytes, str]] = set()
        self.closed = False
        self.likely: Likely | None = None
        self._answers = {(page.picture, READ_OUT): page.text for page in read_pages()}
        for page in read_pages():
            self._answers |= {(page.picture, field.question): f"It says {field.answer}." for field in page.fields}

    def plan(self, request: GenerationRequest) -> DetailPlan | None:
        """Return None: no grid is needed."""
        return None

    def generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Say the answer in two pieces, the first of them as likely as `likely`."""
        if str(request.detail) == "max":
            raise OutOfMemory("too large a picture")
        (picture,) = request.pictures
        self.asked.add((picture.data, request.messages[-1].text))
        answer = "" if str(request.detail) == "low" else self._answers[picture.data, request.messages[-1].text]
        half = len(answer) // 2
        yield EngineStep(answer[:half], likely=self.likely)
        yield EngineStep(answer[half:], FinishReason.STOP)

    def forget(self, chat: str) -> None:
        """Remember no chat."""

    def close(self) -> None:
        """Remember it."""
        self.closed = True


async def measure(oracle: Oracle, *levels: str, pages: int, out: io.StringIO | None = None) -> list[Mark]:
    """Calibrate the oracle, behind the real service."""
    wanted = [Detail.parse(word) for word in levels]
    return await calibrate(
        ModelConfig(), wanted, pages, out or io.StringIO(), local_service(lambda: oracle, ModelConfig())
    )


async def test_levels_are_tried_from_low_to_high_and_one_is_recommended() -> None:
    """A level for which memory does not suffice is said to be so, and the rest counts."""
    oracle, out = Oracle(), io.StringIO()
    marks = await measure(oracle, "max", "high", "low", "fine", pages=LEAST_PAGES, out=out)
    assert [mark.level for mark in marks] == ["low", "fine", "high", "max"]
    assert [mark.accuracy for mark in marks] == [0.0, 1.0, 1.0, None]
    assert all(mark.peak_bytes > 0 for mark in marks)
    assert all(0 < mark.seconds_to_first_token <= mark.seconds for mark in marks[1:3])
    assert oracle.closed
    lines = out.getvalue().splitlines()
    assert lines[0] == "oracle on cpu (float32), 10 drawn pages a level"
    assert lines[1].startswith("This takes about ")
    assert "out of memory" in lines[6]
    assert lines[-1] == "Recommended: fine. No level is better; it is right in 100% on average."


async def test_all_questions_of_as_many_pages_as_were_wanted_are_asked() -> None:
    """Each page is read out, and asked for its fields."""
    oracle = Oracle()
    (mark,) = await measure(oracle, "high", pages=COUNT)
    pages = read_pages()
    assert oracle.asked == {(page.picture, READ_OUT) for page in pages} | {
        (page.picture, field.question) for page in pages for field in page.fields
    }
    assert (mark.text_read, mark.fields_right) == (1.0, 1.0)


@pytest.mark.parametrize(("most", "tried"), [(1024, ["high", "max"]), (512, ["high"])])
async def test_a_level_that_shows_no_more_is_not_tried(most: int, tried: list[str]) -> None:
    """If the model spends fewer tokens than a level has, the level is that many; a second one would be the same."""
    marks = await measure(Oracle(most), "high", "max", pages=1)
    assert [mark.level for mark in marks] == tried
    assert all(mark.tokens <= most for mark in marks)


async def test_what_is_kept_of_pictures_and_what_limits_people_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache would make later questions quicker, and a limit of seconds would end the measurement."""
    opened: list[ModelConfig] = []

    def open_oracle(config: ModelConfig) -> ModelService:
        opened.append(config)
        return local_service(Oracle, config)

    monkeypatch.setattr(calibration, "open_service", open_oracle)
    limits = replace(ModelConfig().limits, seconds_per_chat=1e-9)
    await calibrate(ModelConfig(limits=limits), [Detail.parse("high")], 2, io.StringIO())
    assert [(config.feature_cache_mib, config.prefix_cache_mib) for config in opened] == [(0, 0)]


async def test_from_where_on_it_can_be_relied_on_is_kept(tmp_path: Path) -> None:
    """Of a model that tells how likely its words are; where nothing is kept of models, it is said so."""
    oracle, out = Oracle(), io.StringIO()
    oracle.info, oracle.likely = replace(oracle.info, sureness=Sureness()), (0.82, 0.1)
    for cache in (None, tmp_path):
        config = ModelConfig(cache=cache)
        await calibrate(config, [Detail.parse("high")], COUNT, out, local_service(lambda: oracle, config))
    assert kept_sureness(tmp_path, "oracle") == Sureness(0.8, 0.7, 0.2, 0.8)
    assert "what is less likely than 80%" in out.getvalue()
    assert out.getvalue().count("not kept, as there is no model.cache") == 1


@pytest.mark.parametrize(("pages", "recommended"), [(1, False), (2, False), (9, False), (10, True)])
async def test_of_few_pages_nothing_is_recommended_nor_kept(tmp_path: Path, pages: int, recommended: bool) -> None:
    """Chance would decide: neither a level nor from where on the model can be relied on."""
    oracle, out = Oracle(), io.StringIO()
    oracle.info, oracle.likely = replace(oracle.info, sureness=Sureness()), (0.82, 0.1)
    config = ModelConfig(cache=tmp_path)
    marks = await calibrate(config, [Detail.parse("high")], pages, out, local_service(lambda: oracle, config))
    assert len(marks) == 1
    assert ("Recommended: " in out.getvalue(), "Nothing is recommended" in out.getvalue()) == (
        recommended,
        not recommended,
    )
    assert ("Marked as doubtful" in out.getvalue()) == recommended


def test_how_long_it_takes_is_foretold_and_corrected() -> None:
    """By tokens between two levels; what is left goes by the pace so far."""
    known = {100: 2.0, 500: 4.0}
    assert [between(known, tokens) for tokens in (100, 300, 500, 900)] == [2.0, 3.0, 4.0, 6.0]
    assert (between({100: 2.0}, 900), between({}, 100), between({100: 2.0, 500: 0.0}, 900)) == (2.0, 0.0, 0.0)
    now = [0.0]
    low, high = Detail(100), Detail(500)
    effort = Effort({low: 2.0, high: 4.0}, 10, lambda: now[0])
    assert (effort.total, effort.left) == (60.0, 60.0)
    for _ in range(10):
        effort.page_done(low)
    now[0] = 40.0  # Twice as long as was expected.
    assert effort.left == 80.0
    effort.level_done(high)
    assert effort.left == 0.0
    assert [in_words(seconds) for seconds in (0.1, 59, 89, 91, 600, 6000)] == [
        "1 s",
        "59 s",
        "89 s",
        "2 min",
        "10 min",
        "1.7 h",
    ]


@pytest.mark.parametrize("terminal", [True, False])
async def test_progress_is_shown_on_a_terminal_alone(
    terminal: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The page, and how long it will take."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    await measure(Oracle(), "high", pages=2)
    shown = capsys.readouterr().err
    assert ("high: page 2 of 2, about " in shown) == terminal
    assert bool(shown) == terminal


def test_the_lowest_level_that_is_nearly_as_good_is_recommended() -> None:
    """Two points are not worth four times the tokens; three are."""
    low = Mark("low", 128, 0.70, 0.80, 0.1, 1.0)
    high = Mark("high", 512, 0.97, 0.94, 0.4, 1.5)
    best = Mark("max", 1600, 0.98, 0.96, 1.4, 3.0)
    assert recommend([low, high, best]).startswith("Recommended: high. It is right in 96% on average, within 2 points")
    better = Mark("max", 1600, 1.0, 0.97, 1.4, 3.0)
    assert recommend([low, high, better]).startswith("Recommended: max.")
    assert "none" in recommend([Mark("low", 128)])


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder where nothing but defaults is set."""
    monkeypatch.setattr(cli.__main__, "set_up_logs", lambda *_: None)
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("bare")
def test_the_command_asks_the_configured_model(monkeypatch: pytest.MonkeyPatch) -> None:
    """The pocket model, really, at two levels."""
    monkeypatch.setattr(calibration, "MOST_TOKENS", 4)
    monkeypatch.setenv("EYEGLASS_MODEL__NAME", "pocket")
    monkeypatch.setenv("EYEGLASS_MODEL__DEVICE", "cpu")
    done = CliRunner().invoke(cli.__main__.app, ["calibrate", "--pages", "2", "--levels", "64,16"])
    assert done.exit_code == 0, done.output
    lines = done.output.splitlines()
    assert "pocket on cpu" in done.output
    assert [line.split()[0] for line in lines[3:5]] == ["16", "64"]
    assert lines[-1] == "Nothing is recommended after 2 pages: chance decides. Ask about 10 or more."


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(
    ("options", "code", "words"),
    [(("--levels", "low,ultra"), 2, "ultra"), ((), 1, "nothing-there")],
)
def test_what_cannot_be_is_said_in_one_sentence(
    options: tuple[str, ...], code: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An unknown level; a model that is not there."""
    monkeypatch.setenv("EYEGLASS_MODEL__NAME", "./nothing-there")
    done = CliRunner().invoke(cli.__main__.app, ["calibrate", "--pages", "1", *options])
    assert done.exit_code == code
    assert words in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.usefixtures("bare")
@pytest.mark.parametrize(("pages", "words"), [(0, "equal to 1"), (COUNT + 1, f"equal to {COUNT}")])
def test_pages_that_there_are_not_are_refused(pages: int, words: str) -> None:
    """The message says what may be asked for."""
    done = CliRunner().invoke(cli.__main__.app, ["calibrate", "--pages", str(pages)])
    assert done.exit_code == 2
    assert words in done.stderr
