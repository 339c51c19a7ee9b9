"""The demo: what a newcomer sees first."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from assistant.settings.chat_settings import ChatSettings, Footer
from model_service import LEVEL_TOKENS, Detail, Level
from playground.demo import guide
from playground.demo.samples import load_samples
from playground.demo.screen import RIGHT
from playground.demo.steps import conversation

ROOT = Path(__file__).parent.parent
SETTINGS = ChatSettings(detail=Detail(LEVEL_TOKENS[Level.HIGH]), footer=Footer.EVERYTHING)
SCENES = conversation(load_samples(), SETTINGS)
SURE = {scene.heading for scene in SCENES if all(step.expected for step in scene.steps)}
COLOURS = ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE")


@pytest.mark.timeout(240)
def test_the_demo_plays_to_its_end(tmp_path: Path) -> None:
    """Without a terminal it exits 0, prints every right answer, no escape code and no log, and leaves no file.

    But for the seconds it is what the guide shows.
    """
    (tmp_path / "no-settings-here").mkdir()
    environment = {key: value for key, value in os.environ.items() if key not in COLOURS}
    environment |= {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", "TMPDIR": str(tmp_path)}
    played = subprocess.run(
        [sys.executable, "-m", "cli", "demo"],
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
    expected = [step.expected for scene in SCENES for step in scene.steps if step.expected]
    assert shown.count(RIGHT) == len(expected)
    assert [answer for answer in expected if squeezed(answer) not in squeezed(shown)] == []
    assert "✗" not in shown
    assert "\x1b" not in shown
    assert "make run" in shown.splitlines()[-2]
    assert played.stderr == ""
    assert list(tmp_path.glob("eyeglass-demo-*")) == []
    sure = {name: timeless(text) for name, text in guide.scenes_in(shown).items() if name in SURE}
    assert in_the_guide() == sure, "python -m playground.demo.guide writes it again"


def squeezed(text: str) -> str:
    """The text with single spaces for gaps and line breaks."""
    return " ".join(text.split())


def in_the_guide() -> dict[str, str]:
    """The guide's transcripts of the scenes whose answers are sure, by heading."""
    found = guide.MARKED.finditer((ROOT / guide.GUIDE).read_text(encoding="utf-8"))
    return {match["heading"]: timeless(match["shown"].strip("`\n")) for match in found if match["heading"] in SURE}


def timeless(text: str) -> str:
    """The text without the seconds that something took, and the time of day."""
    return re.sub(r"[0-9]+\.[0-9](?= s\b| 秒)|(?<=picture of )[0-9]{2}:[0-9]{2}", "?", text)
