"""Fill the tables of docs/performance.md from the kept results."""

import json
from pathlib import Path
from typing import Any

from training.figures import fill
from training.scores import table

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


def write_page(results: Path, page: Path = PAGE) -> str:
    """Fill the tables of the page from the results in a folder; return them as text.

    Raises:
        ValueError: the page has no place for a table.
    """
    tables = {"answers": answers_tables(results), "load": load_table(results)}
    text = page.read_text(encoding="utf-8")
    for name, content in tables.items():
        text = fill(text, name, content)
    page.write_text(text, encoding="utf-8")
    return "\n\n".join(tables.values())


def answers_tables(results: Path) -> str:
    """Return a table for each timed model and device: `answering-*.json`."""
    kept = [json.loads(file.read_text(encoding="utf-8")) for file in sorted(results.glob("answering-*.json"))]
    return "\n\n".join(_answers_table(report) for report in kept)


def _answers_table(report: dict[str, Any]) -> str:
    short = f"{report['characters']} characters"
    head = ("level", "visual tokens", "first word", "first word of a follow-up", short, "worst loop lag")
    rows = [
        (
            timing["level"],
            timing["tokens"],
            _seconds(timing["first_token"]),
            _seconds(timing["follow_up"]),
            "-" if timing["short_answer"] is None else _seconds(timing["short_answer"]),
            _seconds(timing["worst_lag"]),
        )
        for timing in report["timings"]
    ]
    model = f"`{report['model']}` on {report['device']}, {report['dtype']}, torch {report['torch']}"
    return f"{table(head, rows)}\n\n*{model}; medians of {report['timings'][0]['rounds']}. {_origin(report)}*"


def load_table(results: Path) -> str:
    """Return the crowds side by side: `load.json`."""
    report = json.loads((results / "load.json").read_text(encoding="utf-8"))
    loads = report["loads"]
    rows = [
        ("questions asked", *(load["asked"] for load in loads)),
        ("lost / answered twice", *(f"{load['lost']} / {load['twice']}" for load in loads)),
        ("errors, updates left unfinished", *(f"{load['errors']}, {load['unfinished']}" for load in loads)),
        ("answers a second", *(load["answers_per_second"] for load in loads)),
        *((f"{name}: median / 95 % / worst", *(_spread(load[key]) for load in loads)) for key, name in SPREADS.items()),
        ("memory at the end", *(_memory(load) for load in loads)),
        ("database at the end", *(f"{load['database_mib']} MiB" for load in loads)),
    ]
    return f"{table(('', *(_crowd(load['crowd']) for load in loads)), rows)}\n\n*{_origin(report)}*"


SPREADS = {
    "sign": "from a question to the first sign",
    "words": "to the first words",
    "answer": "to the whole answer",
    "lag": "lag of the event loop",
}


def _crowd(crowd: dict[str, Any]) -> str:
    pause = f", {crowd['pause']:g} s after each answer" if crowd["pause"] else " without a pause"
    return f"{crowd['chats']} chats ask{pause} for {crowd['seconds']:g} s"


def _memory(load: dict[str, Any]) -> str:
    if load["memory_mib"] is None:
        return "not known"
    return f"{load['memory_mib']:.0f} MiB, {100 * (load['memory_growth'] or 0.0):+.1f} % in the second half"


def _spread(spread: dict[str, float]) -> str:
    return " / ".join(_seconds(spread[key]) for key in ("median", "p95", "worst"))


def _seconds(seconds: float) -> str:
    return f"{seconds:.2f} s" if seconds >= 1 else f"{1000 * seconds:.0f} ms"


def _origin(report: dict[str, Any]) -> str:
    return f"{report['cpu']}, {report['cores']} cores, Python {report['python']}, {report['date'][:10]}."
