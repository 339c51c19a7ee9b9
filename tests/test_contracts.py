"""The import contracts hold, and each of them fails when what it forbids is planted."""

import graphlib
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("api", "assistant", "bot", "cli", "model_service", "playground", "training", "bench", "web")

PLANTS = {
    "The model service imports nothing of the project, nor of Telegram": (
        "model_service/output_stream.py",
        "import assistant.clock",
    ),
    "The model service is built in layers": ("model_service/scheduler.py", "import model_service.jobs"),
    "Runtime, weights, model and kernels: each knows those below it": (
        "model_service/engines/glm4v/language.py",
        "import model_service.engines.runtime.kv_cache",
    ),
    "The runtime knows the model by its protocol": (
        "model_service/engines/runtime/runner.py",
        "import model_service.engines.glm4v.model",
    ),
    "Kernels know torch and Triton alone": (
        "model_service/engines/kernels/dispatch.py",
        "import model_service.engines.model",
    ),
    "The queue's order and the dial of detail are pure data": ("model_service/scheduler.py", "import threading"),
    "Assistant and front ends never touch torch": ("bot/incoming/media.py", "import torch"),
    "The model service is used by its public names only": ("bot/incoming/media.py", "import model_service.picture"),
    "The assistant knows neither Telegram nor HTTP": ("assistant/answering.py", "import telegram"),
    "The house has floors: command line, front ends, assistant, model service": ("bot/app.py", "import web.server"),
    "The page knows no Telegram": ("web/server.py", "import telegram"),
    "The API stands on the model service alone": ("api/chat.py", "import assistant.clock"),
    "Handlers stand on the bot, never the other way round": ("bot/delivery/reply.py", "import bot.handlers.start"),
    "The assistant answers on what it keeps and what it was told": ("assistant/tasks.py", "import assistant.storage"),
    "Front ends, assistant and model stand without playground, training and bench": ("bot/app.py", "import playground"),
    "Training knows the model, but neither Telegram nor people": ("training/pages.py", "import playground.limits"),
    "The playground needs neither training nor bench": ("playground/server.py", "import training.metrics"),
    "Nothing of the product imports training": ("cli/check.py", "import training.pages"),
    "The command line stands above all": ("bot/app.py", "import cli.check"),
    "The house has no circle": ("bot/context.py", "import bot.incoming.pictures"),
}
"""For each contract a file, and an import that the contract forbids there."""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the packages' Python files and of the contracts."""
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            copy = tmp_path / file.relative_to(ROOT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(file, copy)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def lint(tree: Path) -> tuple[bool, set[str]]:
    """Whether all contracts of the tree are kept, and the names of the broken ones."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)  # noqa: S603
    lines = done.stdout.splitlines()
    assert any(line.startswith("Contracts: ") for line in lines), done.stdout + done.stderr
    return done.returncode == 0, {line.partition(" BROKEN")[0] for line in lines if " BROKEN" in line}


def test_the_contracts_are_kept(tree: Path) -> None:
    """Nothing in the tree imports what it must not."""
    assert lint(tree) == (True, set())


@pytest.mark.parametrize("contract", PLANTS)
def test_a_planted_import_breaks_its_contract(tree: Path, contract: str) -> None:
    """Each contract is awake: one forbidden line, inside a function even, and it fails by name."""
    name, line = PLANTS[contract]
    with (tree / name).open("a", encoding="utf-8") as file:
        file.write(f"\n\ndef planted() -> None:\n    {line}\n")
    kept, broken = lint(tree)
    assert not kept
    assert contract in broken


def test_every_contract_is_planted() -> None:
    """A contract that is added to pyproject.toml is added here too."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert {contract["name"] for contract in config["tool"]["importlinter"]["contracts"]} == set(PLANTS)


def test_the_model_service_has_no_circle() -> None:
    """Its modules can be put in an order in which each imports earlier ones alone."""
    graph = grimp.build_graph("model_service", cache_dir=None)
    packages = {name for name in graph.modules if graph.find_children(name)}
    needs = {name: graph.find_modules_directly_imported_by(name) - packages for name in graph.modules - packages}
    assert len([*graphlib.TopologicalSorter(needs).static_order()]) == len(needs)
