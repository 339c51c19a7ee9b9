"""docs/operating.md names commands, options, settings and files that there are."""

import re
from pathlib import Path

import typer.main
import yaml  # type: ignore[import-untyped]

from assistant.settings.errors import dotted_keys
from assistant.settings.settings import Settings, variable_name
from cli.__main__ import app

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
RUN = "## What of this was run"
UNIT = (ROOT / "systemd" / "eyeglass.service").read_text(encoding="utf-8")


def test_its_commands_and_options_exist() -> None:
    """Each `eyeglass NAME`, and what follows it."""
    command = typer.main.get_command(app)
    named = re.findall(r"(?:^|`|bin/)eyeglass (--?[a-z]+|[a-z]+)((?: +(?:--[a-z]+|[A-Z]+))*)", PAGE, re.MULTILINE)
    assert {"backup", "restore", "check", "migrate", "--version"} <= {name for name, _ in named}
    for name, rest in named:
        if name.startswith("-"):
            assert any(name in parameter.opts for parameter in command.params), name
            continue
        subcommand = command.commands[name]  # type: ignore[attr-defined]
        known = {word for parameter in subcommand.params for word in parameter.opts}
        assert {word for word in rest.split() if word.startswith("--")} <= known, (name, rest)


def test_its_commands_for_docker_exist() -> None:
    """Each names a service and, but for one that runs another program, a command of ours."""
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    run = re.findall(r"docker compose run --rm ((?:--\w+ (?:\"[^\"]*\"|\S+) )*)(\w+) (\w+)", PAGE)
    assert {"backup", "restore", "check"} <= {command for _, _, command in run}
    assert {service for _, service, _ in run} <= set(services)
    assert {command for options, _, command in run if "--entrypoint" not in options} <= set(commands)
    assert PAGE.count("docker compose run") == len(run)
    named = re.findall(r"^\| `(\w+)`, `([^`]+)` \|", PAGE, re.MULTILINE)
    assert dict(named) == {name: service["image"] for name, service in services.items()}


def test_its_settings_exist() -> None:
    """Those of the unit, too."""
    keys = {key for key in dotted_keys(Settings) if "." in key}
    sections = {key.partition(".")[0] for key in keys}
    named = {word for word in re.findall(r"`([a-z]+\.[a-z_]+)`", PAGE) if word.partition(".")[0] in sections}
    assert named - {"settings.toml"} <= keys
    variables = set(re.findall(r"EYEGLASS_[A-Z]+__[A-Z_]+", PAGE + UNIT))
    assert variables <= {variable_name(key) for key in keys}


def test_it_is_short() -> None:
    """An operator reads it in one go."""
    assert len(PAGE.splitlines()) <= 150


def commands() -> set[str]:
    """Return every command on the page: a program, or one of Docker Compose's, of make's, or of ours."""
    blocks = re.findall(r"^```\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    lines += re.findall(r"`((?:eyeglass|docker|make|system[\w-]*|journalctl) [^`]+)`", PAGE.partition(RUN)[0])
    of_many = {"eyeglass": 2, "make": 2, "docker": 3}
    words = [(Path(first).name, *rest) for first, *rest in map(str.split, lines)]
    return {" ".join(line[: of_many.get(line[0], 1)]) for line in words}


def test_it_says_of_each_command_how_it_was_run() -> None:
    """By a test, by the trials of the images, by hand, or not at all; those by a test are run by one."""
    told = re.sub(r"\s+", " ", PAGE.partition(RUN)[2])
    by_tests = told.partition("- By `make")[0]
    tests = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests" / "cli").glob("test_*.py"))
    found = commands()
    assert {"eyeglass backup", "docker compose up", "systemctl", "systemd-analyze", "pip", "make test-image"} <= found
    for command in found:
        name = command.split()[-1]
        assert re.search(rf"`(?:{name}|{command})(?![\w-])", told), command
        if re.search(rf"`(?:eyeglass )?{name}`", by_tests):
            assert re.search(rf"eyeglass\(\s*\"{name}\"", tests), command
