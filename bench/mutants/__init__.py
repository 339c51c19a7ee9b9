"""Which changes of the code no test notices: `python -m bench.mutants`."""

from pathlib import Path

PLAN = Path(__file__).with_name("plan.toml")
"""What is changed, which tests are to notice, and which changes nobody could notice."""
