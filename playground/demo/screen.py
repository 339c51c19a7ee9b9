"""The conversation as it appears on the terminal, or line by line where there is none."""

import sys
from dataclasses import dataclass
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

BOT = "Eyeglass"
NAMES = 10
"""The width of the column of names."""

PLAIN_WIDTH = 100

Key = tuple[int, int]
"""The chat's and the message's number identify an answer."""

RIGHT, ANYTHING = VERDICTS = ("✓ as expected", "(whatever it can read)")


@dataclass(frozen=True, slots=True)
class Said:
    """An answer of the bot: text, the line under it, rows of buttons, and in a group the asker it replies to."""

    text: str
    small_print: str = ""
    to: str = ""
    buttons: tuple[tuple[str, ...], ...] = ()


class Screen:
    """The demo's output. On a terminal answers grow in place; elsewhere only their last state is printed."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or _console()
        self._live: Live | None = None
        self._growing: dict[Key, str] = {}
        self._settled: set[Key] = set()

    def line(self, text: str, style: str = "") -> None:
        """Print a line about the demo itself."""
        self._console.print(Text(text, style))

    def heading(self, number: int, text: str) -> None:
        """Print a heading."""
        self._console.print()
        self._console.print(Text(f"{number}. {text}", "bold"))

    def person(self, name: str, text: str, attached: str = "") -> None:
        """Print a person's message; `attached` names a picture, or the picture replied to."""
        said = Text.assemble((f"[{attached}]", "magenta") if attached else "", " " if attached and text else "", text)
        self._console.print(_row(Text(name, "bold cyan"), said))

    def grow(self, text: str, key: Key) -> None:
        """Show the bot's answer so far; several grow below each other. Finished answers stay unchanged."""
        if not self._console.is_terminal or key in self._settled:
            return
        self._growing[key] = text
        if self._live is None:
            self._live = Live(console=self._console, auto_refresh=False, transient=True)
            self._live.start()
        self._live.update(Group(*(_said(Said(growing)) for growing in self._growing.values())), refresh=True)

    def settle(self, said: Said, key: Key) -> None:
        """Show the bot's whole answer in place of the growing one with this key."""
        self._settled.add(key)
        others = {other: text for other, text in self._growing.items() if other != key}
        self.close()
        self._console.print(_said(said))
        for other, text in others.items():
            self.grow(text, other)

    def verdict(self, expected: str | None, right: bool) -> None:
        """Print whether the answer is as expected."""
        if expected is None:
            self._console.print(_row(Text(), Text(ANYTHING, "dim")))
        elif right:
            self._console.print(_row(Text(), Text(RIGHT, "green")))
        else:
            self._console.print(_row(Text(), Text(f"✗ expected: {expected}", "bold red")))

    def close(self) -> None:
        """Restore the terminal."""
        if self._live is not None:
            self._live.stop()
            self._live = None
        self._growing.clear()


def plain(file: TextIO) -> Console:
    """Return lines of text without escape codes, as for a log."""
    return Console(file=file, highlight=False, force_terminal=False, width=PLAIN_WIDTH)


def _console() -> Console:
    # A build's log takes no escape codes, and not every terminal knows every character.
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")
    return Console(highlight=False) if sys.stdout.isatty() else plain(sys.stdout)


def _said(said: Said) -> RenderableType:
    to = Text(f"[to {said.to}] " if said.to else "", "magenta")
    rows: list[RenderableType] = [_row(Text(BOT, "bold yellow"), Text.assemble(to, said.text))]
    if said.small_print:
        rows.append(_row(Text(), Text(said.small_print, "italic dim")))
    lines = (" ".join(f"[{button}]" for button in row) for row in said.buttons)
    rows += [_row(Text(), Text(line, "cyan")) for line in lines]
    return Group(*rows)


def _row(name: Text, content: Text) -> Table:
    row = Table.grid(padding=(0, 1))
    row.add_column(width=NAMES, no_wrap=True)
    row.add_column(overflow="fold")
    row.add_row(name, content)
    return row
