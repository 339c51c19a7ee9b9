"""Formulas: extract TeX between dollars, \\(...\\) or \\[...\\] before Markdown is parsed, and show it as Unicode."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyromark
from telegramify_markdown.latex_escape.helper import LatexToUnicodeHelper

BEGIN, END = "\ufdd1", "\ufdd2"
"""The signs around the number of an extracted formula: code points that no text uses."""
PLACE = re.compile(f"{BEGIN}([0-9]+){END}")

_INSIDE = r"(?:[^\\\n]|\\[^()\[\]]|\n(?![ \t]*\n)){1,1000}?"
_FORMULA = re.compile(
    rf"(?<!\\)(?:\\\((?P<round>{_INSIDE})\\\)|\\\[(?P<square>{_INSIDE})\\\]"
    r"|\$\$(?P<display>(?:[^$\n]|\n(?![ \t]*\n)){1,1000}?)\$\$"
    r"|(?<![\w$])\$(?P<inline>[^\s$](?:[^$\n]{0,1000}?[^\s$\\])?)\$(?![\w$]))"
)
_LOOKS_LIKE_ONE = re.compile(r"[\\^_={}<>+*/]|^[A-Za-z]$")
_COMMAND = re.compile(r"\\(?:begin|end)\{[^}]*\}(?:\{[lcr|]*\})?|\\[A-Za-z]+")
_OVERLINED = re.compile("√((?:[^\u0305]\u0305)+)")

_unicode: Callable[[str], str] = LatexToUnicodeHelper().convert


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as the text had it, and as it is shown: Unicode, or its TeX as code."""

    source: str
    shown: str
    is_code: bool = False


def lift(markdown: str) -> tuple[str, list[Formula]]:
    """Return the text with a placeholder for each formula outside of code, and the formulas by number."""
    if "$" not in markdown and "\\(" not in markdown and "\\[" not in markdown:
        return markdown, []
    formulas: list[Formula] = []

    def place(match: re.Match[str]) -> str:
        formula = _read(match)
        if formula is None:
            return match[0]
        formulas.append(formula)
        return f"{BEGIN}{len(formulas) - 1}{END}"

    raw, pieces, at = markdown.encode(), [], 0
    for start, end in [*_code(markdown), (len(raw), len(raw))]:
        pieces += [_FORMULA.sub(place, raw[at:start].decode()), raw[start:end].decode()]
        at = end
    return "".join(pieces), formulas


def restore(text: str, formulas: Sequence[Formula]) -> str:
    """Return the text with its formulas as they were written."""
    return PLACE.sub(lambda match: formulas[int(match[1])].source, text) if BEGIN in text else text


def _code(markdown: str) -> list[tuple[int, int]]:
    """Return the ranges of code, in bytes of UTF-8; dollars there are no formulas."""
    events = pyromark.events_with_range(markdown, options=pyromark.Options.ENABLE_TABLES)
    return [(where["start"], where["end"]) for event, where in events if _is_code(event)]


def _is_code(event: object) -> bool:
    match event:
        case {"Start": {"CodeBlock": _}} | {"Code": _}:
            return True
    return False


def _read(match: re.Match[str]) -> Formula | None:
    tex = match[match.lastgroup or 0].strip()
    if match.lastgroup != "round" and not _LOOKS_LIKE_ONE.search(tex):
        return None
    try:
        shown = _OVERLINED.sub(_root, _unicode(tex)).strip()
    except Exception:  # whatever the converter stumbles over is shown as it is
        return Formula(match[0], tex, is_code=True)
    if not shown or "\\" in shown or _loses(tex, shown):
        return Formula(match[0], tex, is_code=True)
    return Formula(match[0], shown, is_code="\n" in shown)


def _root(match: re.Match[str]) -> str:
    """Replace a line over each character, which reads badly on a phone, by brackets."""
    under = match[1].replace("\u0305", "")
    return f"√{under}" if len(under) == 1 else f"√({under})"


def _loses(tex: str, shown: str) -> bool:
    """Whether a letter or digit of the formula, other than its commands', is not shown."""
    said = Counter(character for character in _COMMAND.sub("", tex) if character.isalnum())
    return bool(said - Counter(unicodedata.normalize("NFKD", shown)))
