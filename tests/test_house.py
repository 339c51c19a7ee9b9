"""The repository keeps its own rules: size, documentation that is complete, nothing private."""

import re
import tomllib
from collections.abc import Iterator
from importlib import resources
from itertools import chain
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from cli.__main__ import app

ROOT = Path(__file__).parent.parent
PACKAGES = ("api", "assistant", "bot", "cli", "model_service", "playground", "training", "bench", "web")
MOST_LINES = 420
READMES = ("README.md", "README.zh.md")
FILES = {"compose.yaml"}
"""What looks like a setting, and is a file."""

DOCUMENTED = re.compile(r"^\| `([a-z]+\.[a-z_]+)` \| `([^`]+)` \|", re.MULTILINE)
MACHINE_PATH = re.compile(r"(?<![\w./-])/(?:home|root|work|Users|opt|mnt)/\w+")
TOKEN = re.compile(r"\b[0-9]{8,12}:[A-Za-z0-9_-]{30,}")
INVENTED = "abcdefghijklmnopqrstuvwxyz"
"""Every token in the tests holds the alphabet, as no real one does."""

DATA = (
    ("assistant.storage", "migrations/0001_first.sql"),
    ("assistant.storage", "migrations/0002_admissions.sql"),
    ("bot", "samples/receipt.jpg"),
    ("assistant.wording", "small_talk.toml"),
    ("cli", "pages/pages.json"),
    ("cli", "pages/20.jpg"),
    ("assistant.texts", "locale/zh/LC_MESSAGES/eyeglass.po"),
    ("model_service", "pocket/config.json"),
    ("model_service", "pocket/tokenizer.model"),
    ("model_service", "pocket/model.safetensors.index.json"),
    ("playground", "bot_api.json"),
    ("playground", "pictures/samples.json"),
)
"""Files beside the code that an installation must have: a package and a path in it."""


def python_files() -> Iterator[Path]:
    """All of the project's Python files."""
    return chain.from_iterable((ROOT / folder).rglob("*.py") for folder in (*PACKAGES, "tests"))


def written_files() -> Iterator[Path]:
    """Everything that people wrote: code, texts, settings; no data."""
    named = ("Makefile", "Dockerfile", ".ci/run", "LICENSE", ".gitignore", ".dockerignore")
    kinds = ("*.md", "*.toml", "*.yaml", "*.txt")
    inside = ("*.md", "*.sql", "*.po")
    yield from python_files()
    yield from (ROOT / name for name in named)
    yield from chain.from_iterable(ROOT.glob(kind) for kind in kinds)
    yield from chain.from_iterable((ROOT / folder).rglob(kind) for folder in (*PACKAGES, "docs") for kind in inside)


def shipped_settings() -> dict[str, object]:
    """settings.toml as dotted keys."""
    sections = tomllib.loads((ROOT / "settings.toml").read_text(encoding="utf-8"))
    return {f"{section}.{key}": value for section, table in sections.items() for key, value in table.items()}


def test_no_file_is_too_long() -> None:
    """One concept a file: none has more than 420 lines, and the sentences take most."""
    long = {str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines()) for file in python_files()}
    assert {file: lines for file, lines in long.items() if lines > MOST_LINES} == {}


def test_every_setting_is_documented_and_none_too_many() -> None:
    """docs/settings.md names each setting of settings.toml once, with its default."""
    rows = DOCUMENTED.findall((ROOT / "docs" / "settings.md").read_text(encoding="utf-8"))
    documented = {key: tomllib.loads(f"value = {default}")["value"] for key, default in rows}
    assert len(rows) == len(documented)
    assert documented == shipped_settings()


@pytest.mark.parametrize("name", READMES)
def test_the_readme_names_every_make_target(name: str) -> None:
    """What can be made is said where a newcomer looks first, and by `make` alone; nothing else is said to be."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    readme = (ROOT / name).read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE)) - {"help"}
    assert {"demo", "test", "check", "run", "bench", "image", "test-image"} <= targets
    said = set(re.findall(r"(?:`|^)make ([a-z-]+)", readme, re.MULTILINE))
    assert said == targets
    assert {target for target in targets if f"make {target} " not in makefile} == set()


def test_the_recipes_tests_run_by_themselves() -> None:
    """`make test` leaves tests/training out, `make test-training` runs it alone, and the CI runs both."""
    options = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
    assert options["testpaths"] == ["tests"] and "training" in options["norecursedirs"]
    assert [path for path in (ROOT / "tests").rglob("training") if path.is_dir()] == [ROOT / "tests" / "training"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.findall(r"pytest (.*)", makefile) == ["-n 2 --dist loadfile", "-n 2 --dist loadfile tests/training"]
    assert re.findall(r"^step make (test\S*)", (ROOT / ".ci/run").read_text("utf-8"), re.MULTILINE) == [
        "test",
        "test-training",
    ]


@pytest.mark.parametrize("name", READMES)
def test_the_readme_names_what_is_there(name: str) -> None:
    """Commands and their options, settings, services of compose.yaml and the pictures of its examples exist."""
    readme = (ROOT / name).read_text(encoding="utf-8")
    commands = {command.name or command.callback.__name__: command for command in app.registered_commands}  # type: ignore[union-attr]
    assert set(re.findall(r"(?:`|\$ )eyeglass ([a-z]+)", readme)) <= set(commands)
    settings = set(re.findall(r"`([a-z]+\.[a-z_]+)(?: = [^`]+)?`", readme)) - FILES
    assert {key for key in settings if not (ROOT / key).exists()} <= set(shipped_settings())
    services = set(yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"])
    assert set(re.findall(r"COMPOSE_PROFILES=(\w+)|docker compose run --rm (\w+)", readme)) <= {
        *((service, "") for service in services),
        *(("", service) for service in services),
    }
    pictures = re.findall(r"\$ eyeglass ask (\S+)", readme)
    assert pictures and all((ROOT / picture).is_file() for picture in pictures)


def test_both_readmes_give_the_same_commands() -> None:
    """What the Chinese one says to type, the English one says too; and how to run it is in both."""
    english, chinese = ((ROOT / name).read_text(encoding="utf-8") for name in READMES)
    assert commands_in(chinese) <= commands_in(english)
    run = {command for command in commands_in(part(english, "## Run it")) if command}
    assert run == commands_in(part(chinese, "## 运行"))


def commands_in(text: str) -> set[str]:
    """The lines of blocks of code, without remarks, and what is to be typed within sentences."""
    blocks = [line for block in re.findall(r"```\n(.*?)```", text, re.DOTALL) for line in block.splitlines()]
    typed = re.findall(r"`((?:docker|eyeglass|make|pip|export|wsl) [^`]+)`", text)
    return {re.split(r"\s{3,}", line.strip())[0] for line in blocks + typed} - {""}


def part(text: str, heading: str) -> str:
    """One chapter."""
    return text.partition(f"{heading}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("name", READMES)
def test_the_torch_that_the_readme_installs_is_the_one_that_was_tested(name: str) -> None:
    """As constraints.txt has it."""
    (version,) = re.findall(r"torch==([0-9.]+)", (ROOT / name).read_text(encoding="utf-8"))
    assert f"torch=={version}\n" in (ROOT / "constraints.txt").read_text(encoding="utf-8")


def test_every_link_in_the_documents_leads_somewhere() -> None:
    """Relative links of README and docs point to files that exist."""
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    links = [(file, link) for file in documents for link in re.findall(r"\]\(([^)#:]+)\)", file.read_text("utf-8"))]
    assert [(str(file.name), link) for file, link in links if not (file.parent / link).exists()] == []


def test_nothing_private_is_written_down() -> None:
    """No path of somebody's machine and no bot token, but the tests' invented ones."""
    for file in written_files():
        text = file.read_text(encoding="utf-8")
        assert MACHINE_PATH.findall(text) == [], file
        assert [token for token in TOKEN.findall(text) if INVENTED not in token] == [], file


@pytest.mark.parametrize(("package", "path"), DATA)
def test_data_lies_beside_the_code(package: str, path: str) -> None:
    """Migrations, languages, the pocket model and the samples come with the packages."""
    assert resources.files(package).joinpath(path).is_file()


def test_the_image_holds_the_product_and_nothing_else() -> None:
    """Neither training nor bench; and what is copied is not kept from Docker."""
    copied = re.findall(r"^COPY (\w+) \1$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    let_in = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert set(copied) == set(PACKAGES) - {"training", "bench"}
    assert {name for name in PACKAGES if f"!{name}" in let_in} == set(copied)


def test_no_file_of_the_pocket_model_is_too_big() -> None:
    """At most 40 MB, and no file over 16 MiB."""
    sizes = [file.stat().st_size for file in (ROOT / "model_service" / "pocket").iterdir()]
    assert max(sizes) <= 16 * 1024**2
    assert sum(sizes) <= 40_000_000
