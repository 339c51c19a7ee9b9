"""Files that people sent, and had trouble with."""

from pathlib import Path

PICTURES = Path(__file__).parent / "pictures"
