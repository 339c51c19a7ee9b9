"""The dashboard and the document name the metrics that there are."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from assistant.open_questions import OpenQuestions
from assistant.settings.settings import WaitingLimits
from bot.delivery.faults import Fault, TelegramFaults
from model_service import Gauges, MemoryUse, ModelConfig, local_service
from tests.model_service.scripted_engine import ScriptedEngine
from tests.web.promlint import names
from web.metrics import LEVELS, OUTCOMES, Metrics

DOCS = Path(__file__).parent.parent.parent / "docs"
NAME = re.compile(r"\b(?:eyeglass|process)_[a-z_]+\b")
LABELS = {"le", "level", "outcome", "kind", "instance"}


@pytest.fixture
async def page() -> str:
    """The page with everything that is ever there."""
    gauges = Gauges()
    async with local_service(ScriptedEngine, ModelConfig(drain_seconds=0.1), gauges=gauges) as model:
        await model.ready()
        gauges.memory = MemoryUse(1, 2)
        metrics = Metrics(model)
        metrics.follow(OpenQuestions(WaitingLimits()), TelegramFaults().errors)
        return metrics.page().decode()


@pytest.fixture
def dashboard() -> dict[str, Any]:
    """The dashboard."""
    loaded = json.loads((DOCS / "grafana.json").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def expressions(dashboard: dict[str, Any]) -> list[str]:
    """Return the queries of all panels and variables."""
    queries = [target["expr"] for panel in dashboard["panels"] for target in panel["targets"]]
    return queries + [each["definition"] for each in dashboard["templating"]["list"] if "definition" in each]


async def test_every_panel_asks_for_metrics_that_there_are(dashboard: dict[str, Any], page: str) -> None:
    """By their names and labels."""
    assert 10 <= len(dashboard["panels"]) <= 12
    for panel in dashboard["panels"]:
        assert panel["targets"] and panel["description"].endswith(".")
    there = names(page)
    for expression in expressions(dashboard):
        asked = NAME.findall(expression)
        assert asked and set(asked) <= there, expression
        for group in re.findall(r"by \(([^)]*)\)", expression):
            assert set(group.split(", ")) <= LABELS
        for label, value in re.findall(r'(\w+)=~?"([^"]*)"', expression):
            assert label in LABELS
            assert label == "instance" or set(value.split("|")) <= set(OUTCOMES)
        assert expression.count("(") == expression.count(")") and expression.count("{") == expression.count("}")


def test_the_dashboard_is_of_no_particular_machine(dashboard: dict[str, Any]) -> None:
    """Its data source is chosen by who imports it; panels lie side by side and on top of none."""
    sources = {each["datasource"]["uid"] for panel in dashboard["panels"] for each in (panel, *panel["targets"])}
    assert sources == {"${datasource}"}
    assert [each["name"] for each in dashboard["templating"]["list"]] == ["datasource", "instance"]
    assert all(each["current"] == {} for each in dashboard["templating"]["list"])
    taken = [
        (x, y)
        for place in (panel["gridPos"] for panel in dashboard["panels"])
        for x in range(place["x"], place["x"] + place["w"])
        for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(taken) == len(set(taken)) and max(x for x, _ in taken) == 23
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])


async def test_the_document_names_each_metric_once(page: str) -> None:
    """And every value of their labels."""
    text = (DOCS / "metrics.md").read_text(encoding="utf-8")
    table = text[text.index("## Metrics") : text.index("- `outcome`")]
    documented = re.findall(r"`(eyeglass_\w+)`", table)
    families = {
        family.name + ("_total" if family.type == "counter" else "")
        for family in text_string_to_metric_families(page)
        if family.name.startswith("eyeglass_")
    }
    assert sorted(documented) == sorted(families)
    for value in (*OUTCOMES, *LEVELS, *Fault):
        assert f"`{value}`" in text
    alerts = text[text.index("## What to alert on") :]
    assert set(NAME.findall(alerts)) <= names(page)
