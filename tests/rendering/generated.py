"""Answers as a model might write them, made by chance, each with the characters that must be readable in it."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from random import Random

WORDS = (
    "tea", "Größe", "naïve", "Привет", "Ελλάδα", "שלום", "مرحبا", "नमस्ते", "สวัสดี", "မင်္ဂလာပါ", "გამარჯობა",
    "አማርኛ", "今日は", "こんにちは", "안녕하세요", "总计", "價格", "12.50", "1,000", "x2", "3rd", "don't", "50%",
    "😀", "👨\u200d👩\u200d👧", "🇩🇪", "👍🏽", "e\u0301", "o\u0308\u0323", "زي\u200cبا", "zero\u200bwidth", "\u200fRTL",
    "𝔘𝔫𝔦", "a\x00b", "\u202eback", "R&D", "&nbsp;", "AT&amp;T", "<b>", "</i>", "~5", "$3", "!", "…", "—end",
    "file_name.png", "C:\\dir", "a|b", "#1", "*", "**", "~~", "[", "]",
)  # fmt: skip
"""Scripts, emoji, accents, directions, invisible characters, and mere lookalikes of Markdown or HTML."""

UNLIKE = (
    (r"\*", "*"), (r"\_", "_"), (r"\[1\]", "[1]"),
    ("$x^2$", "x²"), (r"\(\alpha \le 1\)", "α≤1"), (r"\[ \frac{1}{2} = y \]", "½=y"), (r"\(\odd{z}\)", r"\odd{z}"),
    ("$$E = mc^2$$", "E=mc²"),
)  # fmt: skip
"""Markup that reads otherwise than it is written: escapes and formulas."""

OPEN = ("", "", "", " **open", " `open", " _open", " ~~open", " [open", " [open](https://", " $open")
"""Ends of paragraphs, some with a mark that is never closed."""

CODE = (
    "x = 1",
    "if a < b and c > d:",
    "    return `x`",
    "**p = *q;",
    "# no heading",
    "| a | b |",
    "",
    "- $x$ \\(y\\)",
    "你好 = '😀'",
)
LANGUAGES = ("", "python", "c++", "json", "objective-c")
UNSEEN = re.compile("[\\s\x00\u202e•◦▪│─┼☐☑—]")
"""Characters that a rendering may leave out, and those it draws itself: space, controls, bullets and lines."""


@dataclass(frozen=True, slots=True)
class Generated:
    """Markdown, and the characters that must be readable, in their order; so must addresses and languages."""

    markdown: str
    said: str
    marked: tuple[str, ...] = ()


def squashed(text: str) -> str:
    """Return the text without space and without what a rendering draws."""
    return UNSEEN.sub("", text)


@cache
def letters() -> tuple[str, ...]:
    """Return every letter of every script."""
    return tuple(char for char in map(chr, range(0x110000)) if unicodedata.category(char).startswith("L"))


class Author:
    """Write answers. The same seed writes the same."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._marked: list[str] = []

    def answer(self, least: int) -> Generated:
        """Write at least one block and `least` characters; perhaps with a fence that is never closed."""
        blocks = [self._block()]
        while sum(len(markdown) for markdown, _ in blocks) < least or self._random.random() < 0.8:
            blocks.append(self._block())
        if self._random.random() < 0.2:
            blocks.append(self._fence(closed=False))
        markdown = "\n\n".join(markdown for markdown, _ in blocks)
        if self._random.random() < 0.1:
            markdown = markdown.replace("\n", "\r\n")
        return Generated(markdown, squashed("".join(said for _, said in blocks)), tuple(self._marked))

    def _block(self) -> tuple[str, str]:
        kinds: tuple[Callable[[], tuple[str, str]], ...] = (
            self._paragraph, self._paragraph, self._heading, self._list, self._quote, self._fence, self._table,
            self._wide_table, self._rule, self._html, self._reference,
        )  # fmt: skip
        return self._random.choice(kinds)()

    def _word(self) -> str:
        if self._random.random() < 0.2:
            return "".join(self._random.choices(letters(), k=self._random.randint(1, 6)))
        return self._random.choice(WORDS)

    def _plain(self) -> str:
        """Write a word that no mark could be taken from."""
        return "".join(self._random.choices(letters(), k=self._random.randint(1, 4)))

    def _inline(self, depth: int = 0) -> tuple[str, str]:
        """Write some words, and marks around others."""
        pieces = [self._piece(depth) for _ in range(self._random.randint(1, 6))]
        return " ".join(markdown for markdown, _ in pieces), "".join(said for _, said in pieces)

    def _piece(self, depth: int) -> tuple[str, str]:
        kind = self._random.randrange(12)
        if kind < 6 or depth > 2:
            word = self._word()
            return word, word
        if kind == 6:
            return self._random.choice(UNLIKE)
        if kind == 7:
            code = self._random.choice([line.strip() for line in CODE if line and "`" not in line])
            return f"`{code}`", code
        return self._marks(kind - 8, depth)

    def _marks(self, kind: int, depth: int) -> tuple[str, str]:
        """Write a link, or emphasis around some words; nested emphases are written differently."""
        first, last = self._plain(), self._plain()
        if kind == 0:
            self._marked.append(f"https://{len(self._marked)}.example.org/a_b")
            return f"[{first}]({self._marked[-1]})", first
        inner, said = self._inline(depth + 1)
        mark = ("**", "*", "~~") if depth == 0 else ("__", "_", "~~") if depth == 1 else ("", "", "~~")
        return f"{mark[kind - 1]}{first} {inner} {last}{mark[kind - 1]}", f"{first}{said}{last}"

    def _line(self) -> tuple[str, str]:
        """Write a line that begins with a word, so that it begins no other block."""
        first, (markdown, said) = self._plain(), self._inline()
        return f"{first} {markdown}", first + said

    def _paragraph(self) -> tuple[str, str]:
        lines = [self._line() for _ in range(self._random.randint(1, 4))]
        end = self._random.choice(OPEN)
        return "\n".join(line for line, _ in lines) + end, "".join(said for _, said in lines) + end

    def _heading(self) -> tuple[str, str]:
        markdown, said = self._line()
        return f"{'#' * self._random.randint(1, 6)} {markdown}", said

    def _list(self) -> tuple[str, str]:
        """Write items, boxes and numbers, each perhaps with a list in it."""
        markdown, said = "", ""
        for number in range(self._random.randint(1, 5)):
            marker, shown = self._random.choice((("-", ""), ("- [ ]", ""), ("- [x]", ""), (f"{number}.", f"{number}.")))
            line, words = self._line()
            markdown, said = f"{markdown}{marker} {line}\n", said + shown + words
            if self._random.random() < 0.3:
                line, words = self._line()
                markdown, said = f"{markdown}   - {line}\n", said + words
        return markdown.rstrip("\n"), said

    def _quote(self) -> tuple[str, str]:
        markdown, said = self._random.choice((self._paragraph, self._heading, self._list, self._fence))()
        return "\n".join(f"> {line}" for line in markdown.split("\n")), said

    def _fence(self, *, closed: bool = True) -> tuple[str, str]:
        language, lines = (
            self._random.choice(LANGUAGES),
            [*self._random.choices(CODE, k=self._random.randint(0, 30)), "end"],
        )
        if language:
            self._marked.append(language)
        return "\n".join([f"```{language}", *lines, *(["```"] if closed else [])]), "".join(lines)

    def _table(self) -> tuple[str, str]:
        """Write a table that is narrow enough to be lined up."""
        cells = [[self._plain() for _ in range(3)] for _ in range(self._random.randint(1, 6))]
        lines = ["| " + " | ".join(f"**{cell}**" for cell in row) + " |" for row in cells]
        lines.insert(1, "|---|:-:|--:|")
        return "\n".join(lines), "".join(map("".join, cells))

    def _wide_table(self) -> tuple[str, str]:
        """Write a table that becomes a list, with its column's head before each cell."""
        one, two = self._plain(), self._plain()
        rows = [(self._plain(), " ".join(self._plain() for _ in range(25))) for _ in range(self._random.randint(1, 4))]
        lines = [f"| {one} | {two} |", "|---|---|", *(f"| {first} | {second} |" for first, second in rows)]
        return "\n".join(lines), "".join(f"{one}:{first}{two}:{second}" for first, second in rows)

    def _rule(self) -> tuple[str, str]:
        return "---", ""

    def _html(self) -> tuple[str, str]:
        block = f"<div>\n{self._plain()} **{self._plain()}**\n</div>"
        return block, block

    def _reference(self) -> tuple[str, str]:
        block = f"[{self._plain()}]: https://example.org/{self._plain()}"
        return block, block
