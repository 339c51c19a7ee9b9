"""Draw results of `bench.gpu`: tokens a second against the floor, seconds to the first token, memory by plan."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

PLANS = {"full": 9.3, "lean": 7.0, "tiny": 5.4}
"""The memory plans, and the GiB that each must stay below."""


def plot(found: dict[str, Any], folder: Path) -> None:
    """Write `gpu-decoding.png`, `gpu-first-token.png` and `gpu-memory.png` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, draw in {"decoding": _decoding, "first-token": _first_token, "memory": _memory}.items():
        figure, axes = plt.subplots(figsize=(7, 4), layout="constrained")
        draw(axes, found)
        axes.spines[["top", "right"]].set_visible(False)
        figure.savefig(folder / f"gpu-{name}.png", dpi=120)
        plt.close(figure)


def _sections(part: dict[str, Any], beginning: str) -> dict[str, dict[str, Any]]:
    """Return the sections that ended well, by the rest of their names."""
    return {
        name.removeprefix(beginning): section
        for name, section in part.items()
        if name.startswith(beginning) and "error" not in section
    }


def _decoding(axes: Axes, found: dict[str, Any]) -> None:
    """Draw each way to decode, behind several lengths, and the floor: the bytes of a step at the speed of a copy."""
    full = found["full"]
    naive = full.get("naive", {})
    ways: dict[str, Callable[[str, dict[str, Any]], float | None]] = {
        "naive loop": lambda length, _: naive.get(f"behind {length}"),
        "this model, growing cache": lambda _, section: section.get("model_tokens_per_second"),
        "own kernels": lambda _, section: section.get("eager_tokens_per_second"),
        "captured as a graph": lambda _, section: section.get("graph_tokens_per_second"),
        "floor": lambda _, section: section["floor"]["tokens_per_second"],
    }
    sections = _sections(full, "decoding behind ")
    for number, (way, value) in enumerate(ways.items()):
        heights = [value(length, section) or 0 for length, section in sections.items()]
        places = [place + number / (len(ways) + 1) for place in range(len(sections))]
        bars = axes.bar(places, heights, 1 / (len(ways) + 1), label=way, color="lightgrey" if way == "floor" else None)
        axes.bar_label(bars, [f"{height:.0f}" if height else "" for height in heights], fontsize=7)
    axes.set_xticks([place + 0.33 for place in range(len(sections))], [f"{length} positions" for length in sections])
    axes.set_ylabel("tokens a second")
    axes.legend(frameon=False, fontsize=8, ncols=len(ways), loc="lower center", bbox_to_anchor=(0.5, 1))


def _first_token(axes: Axes, found: dict[str, Any]) -> None:
    """Draw seconds to the first token by level, of a first and a follow-up question, and the floor of the first."""
    levels = _sections(found["full"], "level ")
    for kind, name in (("first", "first question"), ("follow_up", "follow-up"), ("floor", "floor of the first")):
        style = "--" if kind == "floor" else "-"
        axes.plot([*levels], [section[kind] * 1000 for section in levels.values()], style, marker="o", label=name)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("milliseconds to the first token")
    axes.legend(frameon=False, fontsize=8)


def _memory(axes: Axes, found: dict[str, Any]) -> None:
    """Draw the peak on the GPU by level and plan, and the limit of each plan."""
    for number, (plan, aim) in enumerate(PLANS.items()):
        sections = _sections(found.get(plan, {}), "level ") | _sections(found.get(plan, {}), "long ")
        peaks = {name: section["peak_gpu_gib"] for name, section in sections.items() if "peak_gpu_gib" in section}
        axes.plot([*peaks], [*peaks.values()], marker="o", color=f"C{number}", label=plan)
        axes.axhline(aim, color=f"C{number}", linestyle=":", linewidth=1)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("GiB at the peak (dotted: the aim)")
    axes.legend(frameon=False, fontsize=8)
