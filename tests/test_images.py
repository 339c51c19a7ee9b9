"""Dockerfile and compose.yaml: what they promise of each image; `make test-image` builds and runs them."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]

from assistant.settings.settings import Settings, load_settings
from bench.image.box import STOPPING
from bot.app import LAST_SECONDS, POLLING_SECONDS

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
SERVICES = ("cpu", "gpu", "remote")


def stages() -> dict[str, tuple[str, str]]:
    """Each stage's base and instructions, by its name."""
    found = re.findall(r"^FROM (\S+) AS (\S+)\n(.*?)(?=^FROM |\Z)", DOCKERFILE, re.MULTILINE | re.DOTALL)
    return {name: (base, text) for base, name, text in found}


def whole(name: str) -> str:
    """The instructions that make an image, those of its bases included; what it copies from other stages is not."""
    base, text = stages().get(name, ("", ""))
    return whole(base) + text if text else ""


def variables(name: str) -> dict[str, str]:
    """The environment of an image."""
    lines = re.findall(r"^ENV (.*)$", whole(name), re.MULTILINE)
    return dict(pair.split("=", 1) for line in lines for pair in line.split())


def test_compose_has_a_service_for_each_image() -> None:
    """Each in a profile of its own name, so that none starts unasked."""
    assert tuple(COMPOSE["services"]) == SERVICES
    for name, service in COMPOSE["services"].items():
        assert service["profiles"] == [name]
        assert service["build"]["target"] in stages()


def test_a_service_has_time_to_end() -> None:
    """Longer than running answers may take, and than a Telegram that is away delays the end (docs/operating.md)."""
    settings = Settings()
    longest = settings.model.drain_seconds + POLLING_SECONDS + LAST_SECONDS + settings.telegram.timeout_seconds
    for service in COMPOSE["services"].values():
        assert float(service["stop_grace_period"].removesuffix("s")) == STOPPING > longest


@pytest.mark.parametrize("target", ["cpu", "cuda", "remote"])
def test_an_image_runs_as_nobody_special_and_writes_to_its_volumes_only(target: str) -> None:
    """The last USER is the one with uid 1000; every folder that is written is in a volume, which others cannot read."""
    text, environment = whole(target), variables(target)
    assert re.findall(r"^USER (\w+)$", text, re.MULTILINE)[-1] == "eyeglass"
    assert "--uid 1000 eyeglass" in text
    folders = {environment[name] for name in environment if re.search(r"PATH$|CACHE|HOME|TMPDIR|_DIR$", name)}
    written = {folder for folder in folders if not folder.startswith("/eyeglass/bin")}
    assert all(re.match(r"/(?:data|models)(?:/|$)", folder) for folder in written), written
    assert 'VOLUME ["/data", "/models"]' in text
    assert "install -d -m 700 -o eyeglass -g eyeglass /data /models" in text


def test_an_images_settings_are_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The image serves its health in any case, and where a published port reaches it; a page it has if asked for."""
    for name, value in variables("cpu").items():
        if name.startswith("EYEGLASS_"):
            monkeypatch.setenv(name, value)
    settings = load_settings(None)
    assert (settings.web.health, settings.web.host, settings.web.enabled) == (True, "0.0.0.0", False)  # noqa: S104
    assert str(settings.storage.path) == "/data"


def test_the_health_check_is_the_same_in_both_files() -> None:
    """Its command, and how often."""
    (line,) = re.findall(r"^HEALTHCHECK (.*)$", DOCKERFILE, re.MULTILINE)
    check = COMPOSE["services"]["cpu"]["healthcheck"]
    options = {name.replace("-", "_"): value for name, value in re.findall(r"--([a-z-]+)=(\w+)", line)}
    assert options == {name: str(value) for name, value in check.items() if name != "test"}
    assert f"CMD {str(check['test'][1:]).replace(chr(39), chr(34))}" in line


def test_each_image_has_the_packages_that_serve_there() -> None:
    """No torch where a server answers; what packs into 4 bits only beside a card; another reader beside a model."""
    extras = {
        target: set(re.findall(r'"\.\[([a-z,]+)\]"', stages()[f"packages-{target}"][1])[0].split(","))
        for target in ("cpu", "cuda", "remote")
    }
    beside = {"demo", "heic", "rapidocr"}
    assert extras == {"cpu": {"cpu", *beside}, "cuda": {"local", *beside}, "remote": {"remote", "heic"}}
    lists = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["optional-dependencies"]
    assert lists["remote"] == []
    assert [line for line in lists["cpu"] if line.startswith(("bitsandbytes", "triton"))] == []
    assert any(line.startswith("bitsandbytes") for line in lists["local"])
