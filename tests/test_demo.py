"""The demo: what a newcomer sees first."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from playground.demo.samples import load_samples

ROOT = Path(__file__).parent.parent
COLOURS = ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE")


@pytest.mark.timeout(240)
def test_the_demo_plays_to_its_end(tmp_path: Path) -> None:
    """Without a terminal it exits 0, prints every right answer, no escape code and no log, and leaves no file."""
    (tmp_path / "no-settings-here").mkdir()
    environment = {key: value for key, value in os.environ.items() if key not in COLOURS}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "TMPDIR": str(tmp_path)}
    played = subprocess.run(
        [sys.executable, "-m", "bot", "demo"],
        cwd=tmp_path / "no-settings-here",
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=220,
        check=False,
    )
    shown = played.stdout
    assert played.returncode == 0, shown + played.stderr
    samples = load_samples()
    for file, question in (
        ("receipt.jpg", "What is the total?"),
        ("receipt.jpg", "What is the name of the shop?"),
        ("receipt.jpg", "How much is the coffee?"),
        ("card.jpg", "What is the phone number?"),
        ("page.png", "What is the last line?"),
        ("page.png", "What is the title?"),
        ("note.jpg", "What is the phone number?"),
    ):
        assert samples[file].answers[question] in shown
    assert "✗" not in shown
    assert "\x1b" not in shown
    assert "make run" in shown.splitlines()[-2]
    assert played.stderr == ""
    assert list(tmp_path.glob("eyeglass-demo-*")) == []
