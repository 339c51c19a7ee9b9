"""python -m playground.demo.guide: play the demo, and put its transcripts into docs/guide.md."""

import io
import re
import sys
from collections.abc import Mapping
from pathlib import Path

from playground.demo import play
from playground.demo.screen import VERDICTS, Screen, plain

GUIDE = Path("docs/guide.md")
MARKED = re.compile(r"(?P<begin><!-- scene: (?P<heading>[^\n]+) -->\n)(?P<shown>.*?)(?P<end><!-- end -->)", re.DOTALL)
_HEADING = re.compile(r"^[0-9]+\. (.+)\n", re.MULTILINE)
_CLOSING = re.compile(r"^Everything was answered", re.MULTILINE)


def scenes_in(shown: str) -> dict[str, str]:
    """Return each scene's transcript by its heading, without the verdicts."""
    _, *parts = _HEADING.split(_CLOSING.split(shown)[0])
    return {heading: _without_verdicts(text) for heading, text in zip(parts[::2], parts[1::2], strict=True)}


def filled(guide: str, scenes: Mapping[str, str]) -> str:
    """Fill the transcripts into the guide, between its markers. Raises KeyError where a marker names no scene."""

    def fill(match: re.Match[str]) -> str:
        return f"{match['begin']}```\n{scenes[match['heading']]}\n```\n{match['end']}"

    return MARKED.sub(fill, guide)


def main() -> int:
    """Play the demo and write the guide, in the repository's root; 0 if everything was as expected, else 1."""
    buffer = io.StringIO()
    if play.main(Screen(plain(buffer))):
        sys.stderr.write(buffer.getvalue())
        return 1
    GUIDE.write_text(filled(GUIDE.read_text(encoding="utf-8"), scenes_in(buffer.getvalue())), encoding="utf-8")
    return 0


def _without_verdicts(text: str) -> str:
    lines = [line.rstrip() for line in text.strip().splitlines()]
    return "\n".join(line for line in lines if line.strip() not in VERDICTS)


if __name__ == "__main__":
    sys.exit(main())
