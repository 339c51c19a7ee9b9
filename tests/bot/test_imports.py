"""The bot does not import certain modules."""

import subprocess
import sys


def test_the_bot_starts_without_torch() -> None:
    """Only the engine's thread imports it: commands that need no model are quick, and so is the start."""
    code = "import sys, cli.__main__, bot.app, cli.ask, cli.check; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603
