"""Each line of `eyeglass check` about the model and what reads beside it: green, and red with what to do."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import cli.checks.model
from cli.checks import model
from model_service import (
    EngineInfo,
    EngineStep,
    FinishReason,
    GenerationRequest,
    ModelConfig,
    OutOfMemory,
    ReaderInfo,
    Sureness,
    local_service,
)
from tests.bot.engines import ScriptedEngine
from tests.cli.lines import Show, settings, shown

__all__ = ["shown"]


@pytest.mark.parametrize(
    ("name", "free", "cached", "kind"),
    [
        ("pocket", 0, False, "ok"),
        ("auto", 0, False, "ok"),
        ("http://127.0.0.1:1/v1", 0, False, "ok"),
        (".", 0, False, "ok"),
        ("./gone", 10**12, False, "wanting"),
        ("owner/name", 10**12, False, "note"),
        ("owner/name", 10**10, False, "wanting"),
        ("owner/name", 0, True, "ok"),
    ],
)
async def test_files(
    shown: Show, *, name: str, free: int, cached: bool, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They come along, are in a folder, in the hub's cache, to be fetched, or have no room."""
    import huggingface_hub
    import huggingface_hub.constants

    real = huggingface_hub.try_to_load_from_cache
    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setattr(
        huggingface_hub, "try_to_load_from_cache", lambda *given: "config.json" if cached else real(*given)
    )
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=free))
    assert (await shown(lambda: model.check_files(settings(model={"name": name}))))[0] == kind


class Poor(ScriptedEngine):
    """An engine that answers with nothing, or fails."""

    def __init__(self, fails: bool) -> None:
        super().__init__()
        self._fails = fails

    def generate(self, request: GenerationRequest) -> Iterator[EngineStep]:
        """Do so."""
        if self._fails:
            raise OutOfMemory("too large a picture")
        yield EngineStep(" ", FinishReason.STOP)


@pytest.mark.parametrize(
    ("engine", "kind", "words"),
    [
        (ScriptedEngine, "ok", "answers in"),
        (lambda: Poor(True), "wanting", "does not answer"),
        (lambda: Poor(False), "wanting", "with nothing"),
    ],
)
async def test_model(shown: Show, engine: Any, kind: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is loaded and answers, fails, or says nothing."""
    monkeypatch.setattr(cli.checks.model, "open_service", lambda _: local_service(engine, ModelConfig()))
    found, text = await shown(lambda: model.check_model(settings()))
    assert (found, words in text) == (kind, True)


@pytest.mark.parametrize(
    ("family", "pictures", "said"),
    [
        (
            "GLM-4.6V",
            8,
            "; it is of GLM-4.6V: a token sees 28x28 pixels, a picture gets 16 to 1600 of them, in its own ",
        ),
        ("GLM-4V", 1, "one picture at a time"),
        ("", 1, " s"),
    ],
)
async def test_the_family_and_its_dial_are_named(
    shown: Show, family: str, pictures: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where they are known; of a model that nothing is known of, nothing is said."""
    engine = ScriptedEngine()
    engine.family, engine.together = family, pictures
    engine.dial = replace(engine.dial, squashes_at_max=family == "GLM-4V")
    monkeypatch.setattr(cli.checks.model, "open_service", lambda _: local_service(lambda: engine, ModelConfig()))
    _, text = await shown(lambda: model.check_model(settings()))
    assert said in text
    assert ("a square at max" in text) == (family == "GLM-4V")
    assert ("; it is of" in text) == bool(family)


@pytest.mark.parametrize(
    ("values", "kind", "words"),
    [
        ({}, "ok", "the model reads"),
        ({"reader": "zai-org/GLM-OCR", "name": "https://models.example.org/v1"}, "note", "no reader beside that"),
        ({"reader": "/no/such/folder"}, "wanting", "GLM-OCR"),
    ],
)
async def test_reader(shown: Show, values: dict[str, Any], kind: str, words: str) -> None:
    """None, one that counts for nothing, one that is not there."""
    found, text = await shown(lambda: model.check_reader(settings(model=values)))
    assert (found, words in text) == (kind, True), text


async def test_a_readers_folder_is_found(shown: Show, tmp_path: Path) -> None:
    """And RapidOCR, where it is installed."""
    assert (await shown(lambda: model.check_reader(settings(model={"reader": str(tmp_path)}))))[0] == "ok"
    found, text = await shown(lambda: model.check_reader(settings(model={"reader": "rapidocr"})))
    assert found == ("wanting" if find_spec("rapidocr") is None else "ok") and "apid" in text


class Beside(ScriptedEngine):
    """An engine with a reader beside it, that may have failed at the start, or fails now."""

    def __init__(self, fault: str = "", failure: Exception | None = None) -> None:
        super().__init__()
        self._fault = fault
        self.reader = None if fault else ReaderInfo("GLM-OCR", 2000, Sureness())
        self.transcript = (("one", 0.9),)
        self.reader_failure = failure

    @property
    def info(self) -> EngineInfo:
        """With the fault."""
        return replace(super().info, reader_fault=self._fault)


@pytest.mark.parametrize(
    ("engine", "kind", "words"),
    [
        (Beside, "ok", "; GLM-OCR reads beside it, in "),
        (lambda: Beside("a shard is missing"), "wanting", "was not loaded: a shard is missing"),
        (lambda: Beside(failure=OutOfMemory("planted")), "wanting", "its reader GLM-OCR fails"),
    ],
)
async def test_the_reader_reads(
    shown: Show, engine: Any, kind: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside the model, which answers."""
    monkeypatch.setattr(cli.checks.model, "open_service", lambda _: local_service(engine, ModelConfig()))
    found, text = await shown(lambda: model.check_model(settings()))
    assert (found, words in text) == (kind, True), text
