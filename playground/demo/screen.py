"""The conversation as it appears on the terminal, or line by line where there is none."""

import sys

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

BOT = "Eyeglass"
NAMES = 10
"""The width of the column of names."""

PLAIN_WIDTH = 110


class Screen:
    """Where the demo is shown. On a terminal an answer grows in place; elsewhere only its last state is printed."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or _console()
        self._live: Live | None = None

    def line(self, text: str, style: str = "") -> None:
        """A line about the demo itself."""
        self._console.print(Text(text, style))

    def heading(self, number: int, text: str) -> None:
        """What comes now."""
        self._console.print()
        self._console.print(Text(f"{number}. {text}", "bold"))

    def person(self, name: str, text: str, attached: str = "") -> None:
        """What a person writes; `attached` names a picture, or the picture replied to."""
        said = Text.assemble((f"[{attached}]", "magenta") if attached else "", " " if attached and text else "", text)
        self._console.print(_row(Text(name, "bold cyan"), said))

    def grow(self, text: str) -> None:
        """The bot's answer so far."""
        if not self._console.is_terminal:
            return
        if self._live is None:
            self._live = Live(console=self._console, auto_refresh=False)
            self._live.start()
        self._live.update(_said(text), refresh=True)

    def settle(self, text: str, small_print: str = "") -> None:
        """The bot's whole answer."""
        said = _said(text, small_print)
        if self._live is None:
            self._console.print(said)
            return
        self._live.update(said, refresh=True)
        self.close()

    def verdict(self, expected: str | None, right: bool) -> None:
        """Whether the answer is what it should be."""
        if expected is None:
            self._console.print(_row(Text(), Text("(whatever it can read)", "dim")))
        elif right:
            self._console.print(_row(Text(), Text("✓ as expected", "green")))
        else:
            self._console.print(_row(Text(), Text(f"✗ expected: {expected}", "bold red")))

    def close(self) -> None:
        """Leave the terminal as it was found."""
        if self._live is not None:
            self._live.stop()
            self._live = None


def _console() -> Console:
    # A log of a build takes no escape codes, and not every terminal knows every character.
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    if sys.stdout.isatty():
        return Console(highlight=False)
    return Console(highlight=False, force_terminal=False, width=PLAIN_WIDTH)


def _said(text: str, small_print: str = "") -> RenderableType:
    rows: list[RenderableType] = [_row(Text(BOT, "bold yellow"), Text(text))]
    if small_print:
        rows.append(_row(Text(), Text(small_print, "italic dim")))
    return Group(*rows)


def _row(name: Text, content: Text) -> Table:
    row = Table.grid(padding=(0, 1))
    row.add_column(width=NAMES, no_wrap=True)
    row.add_column(overflow="fold")
    row.add_row(name, content)
    return row
