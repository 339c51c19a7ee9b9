"""What the bot does not pull in."""

import subprocess
import sys


def test_the_bot_starts_without_torch() -> None:
    """Only the engine's thread imports it: commands that need no model are quick, and so is the start."""
    code = "import sys, bot.__main__, bot.app, bot.asking, bot.checks; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0  # noqa: S603
