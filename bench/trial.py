"""Run a trial from the command line: an option for each field of its plan, the figures as JSON, an error if wrong.

A trial is a module with a `Plan` and `measure`, whose outcome says what is `wrong()` with it.
"""

import argparse
import asyncio
import dataclasses
import json
import logging
import tempfile
from pathlib import Path
from types import ModuleType

from bench.machine import facts


def run(trial: ModuleType, arguments: list[str]) -> None:
    """Read the command line, measure, print all figures but long lists, and keep all of them if asked to."""
    logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)  # It warns of each connection that a kill cuts.
    about = f"{trial.__doc__} {trial.Plan.__doc__}"
    parser = argparse.ArgumentParser(prog=f"python -m {trial.__name__.replace('.', ' ')}", description=about)
    for field in dataclasses.fields(trial.Plan):
        name = f"--{field.name.replace('_', '-')}"
        if isinstance(field.default, bool):
            parser.add_argument(name, action=argparse.BooleanOptionalAction, default=field.default)
        else:
            parse = float if field.default is None else type(field.default)
            parser.add_argument(name, type=parse, default=field.default, help=f"default: {field.default}")
    parser.add_argument("--out", type=Path, help="keep the figures here, as JSON")
    asked = vars(parser.parse_args(arguments))
    out = asked.pop("out")
    with tempfile.TemporaryDirectory() as folder:
        outcome = asyncio.run(trial.measure(trial.Plan(**asked), Path(folder) / "data"))
    report = facts() | dataclasses.asdict(outcome)
    print(json.dumps({name: value for name, value in report.items() if not isinstance(value, list)}, indent=2))
    if hasattr(outcome, "table"):
        print(outcome.table())
    if out is not None:
        out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    if wrong := outcome.wrong():
        raise SystemExit(f"not as it should be: {wrong}")
